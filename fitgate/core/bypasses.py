"""Bypasses: derived from what landed, under which verdict, by which way; nobody reports them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic.types import JsonValue

from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.controls import BRANCH, ENVIRONMENTS
from fitgate.core.entries import moment
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.passage import UNSEEN, Passage
from fitgate.core.people import voices
from fitgate.core.policy import Policy
from fitgate.core.records.changes import How, Landed, PassedBy, Reclassified
from fitgate.core.records.controls import GateChanged
from fitgate.core.standing import Standing
from fitgate.core.verdict import Verdict

LANDINGS = 50
"""So many landings back it is looked how a team lands its changes."""
FEWEST = 10
MOSTLY = 0.8
CHECK = "fitgate"
"""What our own check is called on a forge (contract.md, "Surfaces")."""
_AGAINST = {Outcome.HOLD, Outcome.DENY}
_STILL_RUNNING = frozenset({"cooldown-running"})
_RULES: Mapping[str, How] = {
    "environment": "environment-skipped",
    "non_fast_forward": "forced-push",
    "pull_request": "own-review-skipped",
    "required_status_checks": "own-check-skipped",
}
"""Rules by their names on GitHub, and how who goes past one passes by; others are just rules."""
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
    """What came before a landing: how the team lands its changes, what had been decided, its way.

    `undecided`: there was no decision on this change, though there had been on others. `let_go`:
    when it was decided that it may pass. `passage` is what the forge tells of how it came to land;
    a clone tells nothing. `forced`: a clone's reflog tells that it came by a forced push, whatever
    its message says.
    """

    practice: Practice
    undecided: bool = False
    passage: Passage = UNSEEN
    let_go: tuple[datetime, ...] = ()
    forced: bool = False


def passed_by(
    facts: Facts, verdict: Verdict, standing: Standing, policy: Policy, before: Before
) -> tuple[PassedBy, ...]:
    """Return the gates that a landing passed by, as far as its facts and its forge tell.

    In force is FITGate's gate in enforce mode (`standing` is then a bypass, or nothing was decided
    at all, or our check had not passed), and in either mode the team's own: changes come by pull
    requests, and what the forge says that somebody went past. It is one bypass, however many gates
    it went past; what is no IO bypasses nothing (fit.md 1.4; contract.md, "Bypass").
    """
    if verdict.is_io is not True:
        return ()
    ours = next(_past_ours(facts, verdict, standing, policy, before), None)
    past = before.passage.past or ()
    if ours is None:
        return (PassedBy(_how(past), past, by=before.passage.by),) if past else ()
    by = ours.by if ours.authorised else before.passage.by
    return (replace(ours, gates=tuple(dict.fromkeys((*ours.gates, *past))), by=by),)


def _past_ours(
    facts: Facts, verdict: Verdict, standing: Standing, policy: Policy, before: Before
) -> Iterator[PassedBy]:
    against_verdict = standing is Standing.BYPASS
    forced = before.forced or facts.change.forced
    pushed = forced or is_push(facts)
    failed = [f for f in verdict.findings if f.outcome in _AGAINST]
    against = tuple(dict.fromkeys(f.gate for f in failed))
    if standing is Standing.OVERRIDDEN:
        used = next(f for f in verdict.findings if f.code == "override-used")
        by, reason = str(used.params.get("by")), str(used.params.get("reason"))
        yield PassedBy(
            "override", against, authorised=True, visibility="escalation", by=by, reason=reason
        )
    elif facts.deployment and facts.deployment.went_past(before.let_go):
        yield PassedBy("environment-skipped", against or ("environment",))
    elif pushed and (against_verdict or before.practice.is_reviewed):
        how: How = "forced-push" if forced else "direct-push"
        yield PassedBy(how, against if against_verdict else ("pull-request",))
    elif against_verdict:
        yield PassedBy(_against(facts, policy, [f.code for f in failed]), against)
    elif verdict.mode == "enforce":
        if before.undecided:
            yield PassedBy("no-decision")
        elif before.passage.check in {"not-passed", "absent"} and not pushed:
            yield PassedBy("check-not-passed", (CHECK,))


def _against(facts: Facts, policy: Policy, codes: Sequence[str]) -> How:
    """Return how a verdict was gone against: its clock still ran, or its people did not count."""
    if codes and all(code in _STILL_RUNNING for code in codes):
        return "before-eligible"
    stale = any(voice.counts is False for voice in voices(facts, policy))
    return "approvals-not-counted" if stale else "against-verdict"


def _how(past: Sequence[str]) -> How:
    """Return which of the team's own gates a forge says that somebody went past."""
    return next((how for rule, how in _RULES.items() if rule in past), "rule-skipped")


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


def force_unknown(rows: Iterable[Row], chronicle: Chronicle) -> int:
    """Return of how many IO landings nobody can tell whether they came by a forced push."""
    known = {t.record.change for t in chronicle.told(Landed) if t.record.forced is not None}
    ios = {row.change for row in rows if row.nature.is_io}
    return len(ios - known)


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
    opened: dict[str | None, list[str]] = {}
    for gate, start, end, by, change in openings:
        if start <= row.landed_at <= end and change in {None, row.change} and _guards(gate, row):
            opened.setdefault(by, []).append(gate)
    for who, gates in opened.items():
        yield PassedBy("gate-weakened", tuple(dict.fromkeys(gates)), by=who)


def _guards(gate: str, row: Row) -> bool:
    """Say whether a gate is in the way of such a landing: of merges, or of one environment."""
    area, _, name = gate.partition(": ")
    if area == ENVIRONMENTS:
        return row.stage == "deployment" and name.rpartition(" ")[0] == row.environment
    return row.stage == "merge" or area not in BRANCH


Opening = tuple[str, datetime, datetime, str | None, str | None]
"""A gate, from when until when it stood open, who opened it, and the only change it is of."""


def _openings(
    changes: Sequence[Told[GateChanged]],
) -> Iterator[Opening]:
    """Yield each time that a gate was weakened and soon after restored."""
    since: dict[tuple[str, str | None], Told[GateChanged]] = {}
    for told in sorted(changes, key=lambda t: (t.at, t.seq)):
        gate, change, moved = told.record.gate, told.record.change, told.record.moved
        if moved == "weakened":
            since.setdefault((gate, change), told)
        elif moved == "strengthened":
            before = since.pop((gate, change), None)
            if before is not None and told.at - before.at <= WEAKENED:
                yield gate, before.at, told.at, before.record.by, change


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
