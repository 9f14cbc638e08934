"""A breaker tripped and reset on purpose, on a copy: does it hold what it says that it holds?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fitgate.core.breaker.attended import trigger_digest
from fitgate.core.breaker.because import number
from fitgate.core.breaker.made_up import made_up_operation
from fitgate.core.breaker.moves import State
from fitgate.core.breaker.recorded import states
from fitgate.core.breaker.told import move_draft
from fitgate.core.breaker.watched import Watched
from fitgate.core.breaker.watching import Breakers
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft, Entry
from fitgate.core.facts import BreakerState
from fitgate.core.findings import Finding, Outcome
from fitgate.core.in_force import rulebook
from fitgate.core.policy import Breaker
from fitgate.core.reading import PolicyFile
from fitgate.core.records import draft
from fitgate.core.records.controls import BreakersWatched, RecoveryPlanned, Reset, Tripped
from fitgate.core.verdict import decide

OTHER = "a-second-person"
_HOLDS = {"freeze": Outcome.DENY, "audit": Outcome.HOLD}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a drill did, what it saw, and whether that is as it should be."""

    did: str
    saw: str
    ok: bool


@dataclass(frozen=True, slots=True)
class BreakerDrill:
    """A whole drill; it worked if every step did."""

    steps: tuple[Step, ...]

    @property
    def worked(self) -> bool:
        """Say whether everything was as it should be."""
        return all(step.ok for step in self.steps)

    @property
    def said(self) -> str:
        """Return what it saw, in one line."""
        wrong = next((step for step in self.steps if not step.ok), None)
        if wrong is not None:
            return f"a drill, it FAILED: {wrong.did}: {wrong.saw}"
        return f"a drill, it worked: {'; '.join(step.saw for step in self.steps)}"


def drill(
    file: PolicyFile, known: Breakers, breaker: Breaker, environment: str | None, by: str
) -> BreakerDrill:
    """Trip a breaker on a copy of what is told of it, look what that holds, and reset it.

    Nothing real is ever held: the copy is thrown away, and what is written down of a drill moves no
    breaker.
    """
    copy = _Copy(file, known, breaker, environment)
    return BreakerDrill(tuple(_steps(copy, by)))


def _steps(copy: _Copy, by: str) -> Iterator[Step]:
    name, where = copy.breaker.name, copy.environment
    before = copy.findings()
    held = copy.held(before, before)
    yield Step("before the trip", f"a made-up operation {_passes(held)}", not held)
    copy.add(Tripped(name, copy.breaker.then, "a drill", "drill", "", "", where, by=by))
    yield Step("tripped", f"tripped, it is {copy.state}", copy.state is State.OPEN)
    held = copy.held(before, copy.findings())
    yield Step(f"while it is open: {copy.breaker.then}", held or _nothing(copy), bool(held))
    copy.add(RecoveryPlanned(name, by, "a drill", where))
    copy.add(_reset(copy, by))
    refused = copy.state is State.OPEN
    yield Step(
        f"reset by {by}, who tripped it", f"reset by who tripped it, it {_stays(copy)}", refused
    )
    copy.add(_reset(copy, OTHER))
    proving = copy.state is State.PROBATION
    yield Step("reset by somebody else", f"reset by somebody else, it is on {copy.state}", proving)
    held = copy.held(before, copy.findings())
    yield Step("after the reset", f"a made-up operation {_passes(held)}", not held)


def _reset(copy: _Copy, by: str) -> Reset:
    until = copy.as_of + timedelta(hours=1)
    return Reset(copy.breaker.name, "probation", by, "a drill", copy.environment, "a drill", until)


def _passes(held: str) -> str:
    return f"is held: {held}" if held else "passes it"


def _stays(copy: _Copy) -> str:
    return f"stays {copy.state}" if copy.state is State.OPEN else f"is {copy.state}"


def _nothing(copy: _Copy) -> str:
    if copy.breaker.then == "degrade":
        return "nothing more is asked: no slow-authority gate has a cool-down or signatures"
    return "a made-up operation is not held"


class _Copy:
    """What is told of one breaker, to which a drill adds what the ledger never sees."""

    def __init__(
        self, file: PolicyFile, known: Breakers, breaker: Breaker, environment: str | None
    ) -> None:
        self.breaker, self.environment, self.as_of = breaker, environment, known.as_of
        self._book, self._policy = rulebook(file), file.policy
        self._told, self._seq = Chronicle(), 0
        self._add(BreakersWatched({breaker.name: trigger_digest(breaker, file.policy)}, 0))
        for told in known.told.of(breaker.name, environment):
            if told.at <= known.as_of:
                self._add(told.record, told.at)

    def add(self, record: Tripped | Reset | RecoveryPlanned) -> None:
        """Add what a drill does, now."""
        self._add(record)

    def _add(
        self,
        record: BreakersWatched | Tripped | Reset | RecoveryPlanned,
        then: datetime | None = None,
    ) -> None:
        at = self.as_of if then is None else then
        self._seq += 1
        made = draft(record, at, f"drill/{self._seq}")
        self._told.add(Entry(self._seq, None, at, at, "", made.kind, made.key, made.body))

    @property
    def state(self) -> State:
        """Return where the breaker is."""
        return State(self._state().state)

    def _state(self) -> BreakerState:
        found = states(self._policy, self._told, self.as_of, self.environment)
        return next(each for each in found if each.name == self.breaker.name)

    def findings(self) -> tuple[Finding, ...]:
        """Return what the gates say of a made-up operation that otherwise meets slow authority."""
        facts, found = made_up_operation(self._policy, self.environment, self.as_of, self._state())
        return decide(facts, found, self._book).findings

    def held(self, before: tuple[Finding, ...], now: tuple[Finding, ...]) -> str:
        """Say what this breaker holds up, in the words of the gate; empty: nothing."""
        if self.breaker.then == "degrade":
            found = _worse(before, now)
        else:
            want = _HOLDS[self.breaker.then]
            mine = (
                f
                for f in now
                if f.gate == "breaker" and f.params.get("breaker") == self.breaker.name
            )
            found = [f for f in mine if f.outcome is want]
        return ", ".join(f"{f.outcome} ({f.code})" for f in found)


def _worse(before: tuple[Finding, ...], now: tuple[Finding, ...]) -> list[Finding]:
    """Return what slow authority asks now, and did not before."""
    asked = {(f.gate, f.code) for f in before if f.outcome is not Outcome.ALLOW}
    slow = (f for f in now if f.gate == "slow-authority" and f.outcome is Outcome.HOLD)
    return [f for f in slow if (f.gate, f.code) not in asked]


def drafts(done: BreakerDrill, watched: Watched, by: str, as_of: datetime) -> list[Draft]:
    """Return what is written down of a drill; of one that failed, only the trip."""
    breaker, where = watched.breaker, watched.environment
    trip = Tripped(
        breaker=breaker.name,
        then=breaker.then,
        because=done.said,
        metric=watched.metric,
        value="drill",
        limit=number(watched.limit),
        environment=where,
        owner=breaker.owner or None,
        by=by,
        dry=True,
        drill=True,
    )
    found = [move_draft(trip, as_of, "/drill")]
    if done.worked:
        reset = Reset(breaker.name, "closed", None, done.said, where, drill=True, dry=True)
        found.append(move_draft(reset, as_of, "/drill"))
    return found
