"""Bypasses: derived from what landed, under which verdict, by which way; nobody reports them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic.types import JsonValue

from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.entries import moment
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.people import voices
from fitgate.core.policy import Policy
from fitgate.core.records.changes import PassedBy, Reclassified
from fitgate.core.records.controls import GateChanged
from fitgate.core.standing import Standing
from fitgate.core.verdict import Verdict

LANDINGS = 50
"""So many landings back it is looked how a team lands its changes."""
FEWEST = 10
MOSTLY = 0.8
_AGAINST = {Outcome.HOLD, Outcome.DENY}
WEAKENED = timedelta(days=7)
"""A gate that stays weakened longer was changed for good, not opened for one landing."""


@dataclass(slots=True)
class Practice:
    """How a team has landed its changes lately.

    Where nearly all came by pull requests, that is a gate of its own; a direct push passes it by.
    """

    routes: deque[bool] = field(default_factory=lambda: deque(maxlen=LANDINGS))

    def add(self, *, pushed: bool) -> None:
        """Take the next landing."""
        self.routes.append(pushed)

    @property
    def is_reviewed(self) -> bool:
        """Say whether changes came by pull requests, as far as the last landings tell."""
        pulls = len(self.routes) - sum(self.routes)
        return len(self.routes) >= FEWEST and pulls >= MOSTLY * len(self.routes)


@dataclass(frozen=True, slots=True)
class Before:
    """What came before a landing: how the team lands its changes, and what had been decided.

    `undecided`: there was no decision on this change, though there had been on others. `let_go`:
    when it was decided that it may pass.
    """

    practice: Practice
    undecided: bool = False
    let_go: tuple[datetime, ...] = ()


def passed_by(
    facts: Facts, verdict: Verdict, standing: Standing, policy: Policy, before: Before
) -> tuple[PassedBy, ...]:
    """Return the gates that a landing passed by, as far as its facts tell.

    In force is FITGate's gate in enforce mode (`standing` is then a bypass, or nothing was decided
    at all), and in either mode the team's own: changes come by pull requests. What is no IO
    bypasses nothing (fit.md 1.4; contract.md, "Bypass").
    """
    if verdict.is_io is not True:
        return ()
    return tuple(_passed_by(facts, verdict, standing, policy, before))


def _passed_by(
    facts: Facts, verdict: Verdict, standing: Standing, policy: Policy, before: Before
) -> Iterator[PassedBy]:
    pushed, against_verdict = is_push(facts), standing is Standing.BYPASS
    against = tuple(dict.fromkeys(f.gate for f in verdict.findings if f.outcome in _AGAINST))
    if standing is Standing.OVERRIDDEN:
        used = next(f for f in verdict.findings if f.code == "override-used")
        by, reason = str(used.params.get("by")), str(used.params.get("reason"))
        yield PassedBy(
            "override", against, authorised=True, visibility="escalation", by=by, reason=reason
        )
    elif facts.deployment and facts.deployment.went_past(before.let_go):
        yield PassedBy("environment-skipped", against or ("environment",))
    elif pushed and (against_verdict or before.practice.is_reviewed):
        yield PassedBy("direct-push", against if against_verdict else ("pull-request",))
    elif against_verdict:
        stale = any(voice.counts is False for voice in voices(facts, policy))
        yield PassedBy("approvals-not-counted" if stale else "against-verdict", against)
    elif before.undecided and verdict.mode == "enforce":
        yield PassedBy("no-decision")


def is_push(facts: Facts) -> bool:
    """Say whether a change came without a pull request."""
    return facts.change.kind == "push" and facts.change.landed_as == "push"


@dataclass(frozen=True, slots=True)
class Event:
    """One bypass of one landing."""

    row: Row
    passed: PassedBy
    at: datetime


def event_json(event: Event) -> dict[str, JsonValue]:
    """Return a bypass as JSON values."""
    row, passed = event.row, event.passed
    return {
        "at": moment(event.at),
        "change": row.change,
        "commit": row.commit,
        "categories": list(row.nature.categories),
        "how": passed.how,
        "gates": list(passed.gates),
        "authorised": passed.authorised,
        "visibility": passed.visibility,
        "by": passed.by,
        "reason": passed.reason,
        "entries": list(row.entries),
    }


def events(chronicle: Chronicle) -> Iterator[Event]:
    """Yield all bypasses of IO landings, oldest first.

    To those told with a landing comes what only the ledger as a whole shows: a gate that was
    weakened before it and restored after it, and a label that one person alone had lowered.
    """
    found = [*_all(chronicle)]
    yield from sorted(found, key=lambda event: (event.at, event.row.change, event.passed.how))


def completed(rows: Iterable[Row], chronicle: Chronicle) -> Iterator[Row]:
    """Yield rows with all their bypasses, also those that only the ledger as a whole shows.

    Of `chronicle` only what it tells of gates and labels is looked at.
    """
    openings, lowered = [*_openings(chronicle.told(GateChanged))], _lowered(chronicle)
    for row in rows:
        passed = tuple(_of(row, openings, lowered))
        yield row if passed == row.bypasses else replace(row, bypasses=passed)


def _all(chronicle: Chronicle) -> Iterator[Event]:
    """Yield each bypass once: what was merged past a gate is released past it, too."""
    seen: set[tuple[str, PassedBy]] = set()
    for row in completed(chronicle.rows(), chronicle):
        for passed in row.bypasses:
            if (row.change, passed) not in seen:
                seen.add((row.change, passed))
                yield Event(row, passed, row.landed_at)


def _of(
    row: Row, openings: Sequence[Opening], lowered: dict[str, Told[Reclassified]]
) -> Iterator[PassedBy]:
    told = lowered.get(row.change)
    if told is not None and told.at <= row.landed_at:
        yield PassedBy("label-lowered", by=told.record.by, reason=told.record.why)
    if row.nature.is_io is not True:
        return
    yield from row.bypasses
    for gate, start, end, by in openings:
        if start <= row.landed_at <= end:
            yield PassedBy("gate-weakened", (gate,), by=by)


Opening = tuple[str, datetime, datetime, str | None]
"""A gate, from when until when it stood open, and who opened it."""


def _openings(
    changes: Sequence[Told[GateChanged]],
) -> Iterator[Opening]:
    """Yield each time that a gate was weakened and soon after restored."""
    since: dict[str, Told[GateChanged]] = {}
    for told in sorted(changes, key=lambda t: (t.at, t.seq)):
        gate = told.record.gate
        if told.record.moved == "weakened":
            since.setdefault(gate, told)
        elif (before := since.pop(gate, None)) and told.at - before.at <= WEAKENED:
            yield gate, before.at, told.at, before.record.by


def _lowered(chronicle: Chronicle) -> dict[str, Told[Reclassified]]:
    """Return who lowered a label without a second person, by change."""
    alone: dict[str, Told[Reclassified]] = {}
    for told in chronicle.told(Reclassified):
        record = told.record
        if record.lowered and record.seconded_by is None:
            alone[record.change] = told
        else:
            alone.pop(record.change, None)
    return alone
