"""What state the breakers are in, by what is written down; and what is to be written down next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fitgate.core.breaker.because import because, number
from fitgate.core.breaker.entitled import Entitled
from fitgate.core.breaker.levels import Level, level
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.moves import Sign, State
from fitgate.core.breaker.timelines import timeline
from fitgate.core.breaker.told import MovesTold, move_draft
from fitgate.core.breaker.walking import Moved, Walk
from fitgate.core.breaker.watched import MONTH, TICK, Watched, all_watched, environments_of, is_dry
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from fitgate.core.facts import BreakerState
from fitgate.core.policy import Breaker, Policy
from fitgate.core.records.changes import Landed
from fitgate.core.records.controls import PolicyChanged, RecoveryPlanned, Reset, Tripped

LOOK_BACK = MONTH
"""So far back a breaker sees what nobody wrote down in time. A first look at a long history must
not trip over what is years old; `fitgate breaker replay` tells of that."""
_WORSE = (State.CLOSED, State.PROBATION, State.OPEN)


def states(
    policy: Policy, chronicle: Chronicle, as_of: datetime, environment: str | None
) -> tuple[BreakerState, ...]:
    """Return the state of each breaker that concerns a change: a fact that its verdict rests on.

    Read from what is written down alone. A change that names no environment is in each, so the
    worst state counts. What tripped dry, or as a drill, is not open.
    """
    known = Breakers(policy, chronicle, as_of)
    return tuple(known.state(breaker, environment) for breaker in _concerned(policy, environment))


def _concerned(policy: Policy, environment: str | None) -> Iterator[Breaker]:
    for breaker in policy.breakers:
        if environment is None or {None, environment} & {*environments_of(breaker)}:
            yield breaker


def watch(policy: Policy, chronicle: Chronicle, as_of: datetime) -> list[Draft]:
    """Return the moves that have come about and are not written down, each at its moment.

    Writing them down and watching again gives none. Watched often or seldom, it comes to the same
    moves, as long as it is watched once in `LOOK_BACK`.
    """
    known = Breakers(policy, chronicle, as_of)
    drafts = [draft for watched in known.all for draft in known.due(watched)]
    return sorted(drafts, key=lambda draft: (draft.at, draft.key))


@dataclass(frozen=True)
class Breakers:
    """All breakers of a policy over one ledger, as of a moment."""

    policy: Policy
    chronicle: Chronicle
    as_of: datetime

    @cached_property
    def told(self) -> MovesTold:
        """Return what is written down of breakers."""
        return MovesTold(self.chronicle)

    @cached_property
    def entitled(self) -> Entitled:
        """Return who may reset."""
        return Entitled(self.policy, self.chronicle)

    @cached_property
    def all(self) -> tuple[Watched, ...]:
        """Return each breaker, once for each of its environments."""
        return tuple(all_watched(self.policy, self.chronicle))

    def state(self, breaker: Breaker, environment: str | None) -> BreakerState:
        """Return the state of a breaker for a change in an environment; it is where it is worst."""
        mine = [e for e in environments_of(breaker) if e is None or environment in {None, e}]
        found = (self.recorded(breaker, each, dry=False).state for each in mine)
        worst = max(found, key=_WORSE.index, default=State.CLOSED)
        return BreakerState(breaker.name, worst.value, breaker.then, breaker.owner)

    def recorded(
        self, breaker: Breaker, environment: str | None, *, dry: bool | None = None
    ) -> Walk:
        """Return where a breaker is by what is written down; dry or not as the policy has it."""
        dry = is_dry(breaker, self.policy) if dry is None else dry
        moves = self.told.moving(breaker.name, environment, dry=dry)
        return Walk(self.entitled, dry=dry).through((), moves, self.as_of)

    def level(self, watched: Watched) -> Level:
        """Return how the figure of a breaker stands now."""
        return level(watched, self.as_of)

    def due(self, watched: Watched) -> Iterator[Draft]:
        """Yield the moves of one breaker that are not written down yet."""
        start = self._start(watched)
        marks = [*timeline(watched, self.as_of)]
        first = bisect_right(marks, start, key=lambda mark: mark.at)
        carried = [marks[first - 1]._replace(at=start)] if first and start <= self.as_of else []
        seen = carried + marks[first:]
        moves = self.told.moving(watched.breaker.name, watched.environment, dry=watched.dry)
        walk = Walk(self.entitled, dry=watched.dry).through(seen, moves, self.as_of)
        before: Moved | None = None
        for move in walk.moves:
            if not move.records:
                began = move.at
                if move.at == start and move.sign is Sign.EXCEEDED and not self._came_on(watched):
                    began = _onset(marks[:first], before, start)
                yield self._draft(watched, move, began)
            before = move

    def _draft(self, watched: Watched, move: Moved, at: datetime) -> Draft:
        breaker, where = watched.breaker, watched.environment
        if move.to is State.OPEN:
            stands = level(watched, at)
            why = because(watched, stands)
            return move_draft(
                Tripped(
                    breaker=breaker.name,
                    then=breaker.then,
                    because=f"its waiver ran out; {why}" if move.sign is Sign.LAPSED else why,
                    metric=watched.metric,
                    value=number(stands.value),
                    limit=number(watched.limit),
                    environment=where,
                    owner=breaker.owner or None,
                    dry=watched.dry,
                    changes=stands.changes,
                ),
                at,
            )
        proved = (
            "its figure came back under yellow" if watched.dry else "it stayed green for 7 days"
        )
        record = Reset(breaker.name, "closed", because=proved, environment=where, dry=watched.dry)
        return move_draft(record, at)

    def _start(self, watched: Watched) -> datetime:
        """Return from when on the figure moves it: it is in force, and not too long ago."""
        back = self.as_of - LOOK_BACK
        came_on = self._came_on(watched)
        return back if came_on is None else max(back, came_on)

    def _came_on(self, watched: Watched) -> datetime | None:
        """Return when a breaker came to be in force, if it ran dry before in what it looks back on.

        The last sign of shadow mode tells: a landing, a change of the policy, a dry trip.
        """
        if watched.dry:
            return None
        records = self.told.moving(watched.breaker.name, watched.environment, dry=True)
        signs = [
            *(told.at for told in records if not isinstance(told.record, RecoveryPlanned)),
            *self._shadows,
        ]
        last = max((at for at in signs if at <= self.as_of), default=None)
        if last is None or last < self.as_of - LOOK_BACK:
            return None
        return last + TICK

    @cached_property
    def _shadows(self) -> list[datetime]:
        """Return the last landing and the last change of the policy in shadow mode."""
        landed = (told.at for told in self.chronicle.told(Landed) if told.record.mode == "shadow")
        changed = (t.at for t in self.chronicle.told(PolicyChanged) if t.record.mode == "shadow")
        return [at for at in (*landed, *changed) if at <= self.as_of]


def _onset(marks: list[Mark], before: Moved | None, start: datetime) -> datetime:
    """Return when the excess began that was still on at `start`; not before the last move."""
    began = start
    for mark in reversed(marks):
        if not mark.over:
            break
        began = mark.at
    return began if before is None or before.at < began else start
