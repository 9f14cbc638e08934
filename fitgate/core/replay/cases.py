"""One landing under two policies: what each says of it, how long it would have been held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from fitgate.core.facts import STRICT, Facts
from fitgate.core.findings import Classification, Finding, Outcome
from fitgate.core.in_force import Rulebook
from fitgate.core.replay.faults import Fault, Mends
from fitgate.core.values import Instant
from fitgate.core.verdict import Verdict, decide

Held = Literal["held", "undecided", "passes", "not-replayable"]
"""What a gate in force would have done with a landing.

`held`: some gate surely says HOLD or DENY; `undecided`: what it waits for is nothing that a clone
holds; `not-replayable`: whether it is an IO could not be told from what this clone has.
"""
_NOTHING = timedelta(0)
UNNAMED = ""
"""A replay names no facts: their digest is most of the time that a verdict takes."""
_SIGNATURES = frozenset({"signatures-missing", "signatures-unknown"})


@dataclass(frozen=True, slots=True)
class Wait:
    """One finding that is no ALLOW: the gate, what it says, and who could have acted."""

    __pydantic_config__ = STRICT
    gate: str
    outcome: Outcome
    code: str
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one policy says of a landing, read as if it were enforced.

    `rules` are the ids of those that matched. Unknown: `is_io` null.
    """

    __pydantic_config__ = STRICT
    is_io: bool | None
    held: Held
    outcome: Outcome
    categories: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    waits: tuple[Wait, ...] = ()

    @property
    def is_held(self) -> bool:
        """Say whether it would not have landed as it did."""
        return self.held in {"held", "undecided"}

    @property
    def signatures(self) -> tuple[str, ...]:
        """Return the roles whose signatures are not surely there."""
        return tuple(dict.fromkeys(r for w in self.waits if w.code in _SIGNATURES for r in w.who))


NO_IO = Ruling(is_io=False, held="passes", outcome=Outcome.ALLOW)
"""What every policy says of a change that is known not to be an IO (design, law 1)."""


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a policy's cool-downs alone would have held a landing that was ready as it landed.

    Longer by whatever people take to sign: that is in no clone. `at_most` differs where the time of
    the last push is not known, and is what the hold comes to if that was the landing itself.
    """

    __pydantic_config__ = STRICT
    at_least: timedelta
    at_most: timedelta


NO_HOLD = Hold(_NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True)
class Landing:
    """What landed, and when."""

    __pydantic_config__ = STRICT
    change: str
    sha: str | None
    number: int | None
    title: str
    landed_at: Instant


@dataclass(frozen=True, slots=True)
class Replayed:
    """A landing, what the policy in force and the candidate say of it, and what it says it mends.

    `hold` is the candidate's.
    """

    landing: Landing
    against: Ruling
    candidate: Ruling
    hold: Hold = NO_HOLD
    mends: Mends | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A fault, how long after the landing it was known, and whether that was within the hold.

    `pushed_within`: where `before` is null, it was, if the last push came less than this before the
    landing. `after` is null where clocks say that it was known before it happened.
    """

    __pydantic_config__ = STRICT
    fault: Fault
    after: timedelta | None
    before: bool | None
    pushed_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A landing under two policies, with the faults that became known of it afterwards."""

    __pydantic_config__ = STRICT
    landing: Landing
    against: Ruling
    candidate: Ruling
    hold: Hold
    faults: tuple[Known, ...] = ()

    @property
    def known_before(self) -> bool | None:
        """Say whether a fault was known while the candidate would still have held the change.

        None: it hangs on when the change was last pushed. This is the counterfactual case (D3).
        """
        said = {known.before for known in self.faults}
        return True if True in said else (None if None in said else False)


def landing_of(facts: Facts) -> Landing:
    """Return what the facts say landed; without the time of a landing, that of the facts."""
    change = facts.change
    at = change.landed_at or facts.as_of
    return Landing(change.id, change.head, change.number, change.title, at)


def judged(facts: Facts, found: Classification, book: Rulebook) -> tuple[Ruling, Hold]:
    """Return what a policy says of a landing, whatever its mode, and how long it would hold it."""
    if found.is_io is False:
        return NO_IO, NO_HOLD
    verdict = decide(facts, found, book, digest=UNNAMED)
    return ruling_of(verdict), _hold(verdict, facts, found, book)


def ruling_of(verdict: Verdict) -> Ruling:
    """Return what is compared of a verdict."""
    outcomes = {finding.outcome for finding in verdict.findings}
    held: Held = "undecided"
    if verdict.is_io is None:
        held = "not-replayable"
    elif verdict.outcome is Outcome.ALLOW:
        held = "passes"
    elif outcomes & {Outcome.HOLD, Outcome.DENY}:
        held = "held"
    waits = (
        Wait(f.gate, f.outcome, f.code, f.who)
        for f in verdict.findings
        if f.outcome is not Outcome.ALLOW
    )
    return Ruling(
        is_io=verdict.is_io,
        held=held,
        outcome=verdict.outcome,
        categories=verdict.categories,
        rules=tuple(sorted({match.rule for match in verdict.matches})),
        waits=tuple(waits),
    )


def _hold(verdict: Verdict, facts: Facts, found: Classification, book: Rulebook) -> Hold:
    """Return how long the cool-downs of a policy would have held a landing.

    `at_most` takes the landing for the last push, and breakers, which no clone holds, for closed.
    """
    if not verdict.is_io or verdict.outcome is Outcome.ALLOW:
        return NO_HOLD
    at = landing_of(facts).landed_at
    least = _until((f for f in verdict.findings if f.outcome is Outcome.HOLD), at)
    if all(f.code != "cooldown-unknown" for f in verdict.findings):
        return Hold(least, least)
    ready = replace(facts.change, material_at=facts.change.material_at or at)
    breakers = tuple(b for b in facts.breakers or () if b.state != "unknown")
    ready_facts = replace(facts, change=ready, breakers=breakers)
    supposed = decide(ready_facts, found, book, digest=UNNAMED)
    return Hold(least, max(least, _until(supposed.findings, at)))


def _until(findings: Iterable[Finding], at: datetime) -> timedelta:
    return max((f.until - at for f in findings if f.until and f.until > at), default=_NOTHING)


def with_faults(replayed: Replayed, faults: Iterable[Fault]) -> Case:
    """Return a landing as a case, its faults by the time at which they were known."""
    told = sorted(faults, key=lambda fault: (fault.at, fault.how, fault.by))
    return Case(
        replayed.landing,
        replayed.against,
        replayed.candidate,
        replayed.hold,
        tuple(_known(replayed, fault) for fault in told),
    )


def _known(replayed: Replayed, fault: Fault) -> Known:
    """Weigh a fault; a cool-down is over at the very moment it ends."""
    after, hold = fault.at - replayed.landing.landed_at, replayed.hold
    if after < _NOTHING:
        return Known(fault, None, before=False)
    if not replayed.candidate.is_held or after >= hold.at_most:
        return Known(fault, after, before=False)
    if after < hold.at_least:
        return Known(fault, after, before=True)
    return Known(fault, after, None, hold.at_most - after)
