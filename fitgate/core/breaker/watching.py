"""What state the breakers are in, by what is written down; and what is to be written down next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from fitgate.core.breaker.because import because, number
from fitgate.core.breaker.levels import Level, level
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.moves import Sign, State
from fitgate.core.breaker.recorded import Recorded
from fitgate.core.breaker.timelines import timeline
from fitgate.core.breaker.told import move_draft
from fitgate.core.breaker.walking import Moved, Walk
from fitgate.core.breaker.watched import MONTH, TICK, Watched, all_watched
from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft
from fitgate.core.policy import Policy
from fitgate.core.records.changes import Landed
from fitgate.core.records.controls import PolicyChanged, RecoveryPlanned, Reset, Tripped

LOOK_BACK = MONTH
"""So far back a breaker sees what nobody wrote down in time. A first look at a long history must
not trip over what is years old; `fitgate breaker replay` tells of that."""


def watch(policy: Policy, chronicle: Chronicle, as_of: datetime) -> list[Draft]:
    """Return the moves that have come about and are not written down, each at its moment.

    Last comes that somebody looked, unless that is on record. Writing them down and watching again
    gives none. Watched often or seldom, it comes to the same moves, as long as it is watched once
    in `LOOK_BACK`.
    """
    known = Breakers(policy, chronicle, as_of)
    return [*known.all_due(), *known.looked()]


@dataclass(frozen=True)
class Breakers(Recorded):
    """What is written down of the breakers of a policy, and what has come about beside."""

    @cached_property
    def all(self) -> tuple[Watched, ...]:
        """Return each breaker, once for each of its environments."""
        return tuple(all_watched(self.policy, self.chronicle))

    def all_due(self) -> list[Draft]:
        """Return the moves that are not written down yet, oldest first, each breaker's in order."""
        drafts = [draft for watched in self.all for draft in self.due(watched)]
        return sorted(drafts, key=attrgetter("at"))

    def looked(self) -> Iterator[Draft]:
        """Yield that all of them were looked at now, if that is to be written down."""
        if (look := self.attended.due()) is not None:
            yield look

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
                if move.at == start and move.sign is Sign.EXCEEDED:
                    began = _onset(marks[:first], before, start)
                    began = max(began, self._came_on(watched) or began)
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
        """Return when a breaker came to be in force; None: it is not, it runs dry.

        That is when the ledger first tells of enforcement; where it does not, now: a policy that
        was given by hand is not on record, and must not reach back. In any case after the last dry
        move, for what has tripped dry at a moment cannot trip at the same one.
        """
        if watched.dry:
            return None
        began = self.as_of if self._enforced_since is None else self._enforced_since
        records = self.told.moving(watched.breaker.name, watched.environment, dry=True)
        moves = (told.at for told in records if not isinstance(told.record, RecoveryPlanned))
        last = max((at for at in moves if at <= self.as_of), default=None)
        return began if last is None else max(began, last + TICK)

    @cached_property
    def _enforced_since(self) -> datetime | None:
        """Return since when the ledger tells of enforcement; None: it does not, or no longer.

        Changes of the policy tell of it; where there are none, the landings do. A breaker that has
        moved for real was enforced by whoever watched it.
        """
        changed = [(t.at, t.seq, t.record.mode) for t in self.chronicle.told(PolicyChanged)]
        landed = [(t.at, t.seq, t.record.mode) for t in self.chronicle.told(Landed)]
        modes = [((at, n), mode) for at, n, mode in changed or landed if at <= self.as_of]
        shadow = max((when for when, mode in modes if mode == "shadow"), default=None)
        moves: list[Told[Tripped] | Told[Reset]] = [
            *self.chronicle.told(Tripped),
            *self.chronicle.told(Reset),
        ]
        real = (
            (told.at, told.seq)
            for told in moves
            if told.at <= self.as_of and not told.record.dry and not told.record.drill
        )
        enforced = [*(when for when, mode in modes if mode != "shadow"), *real]
        return min((when[0] for when in enforced if shadow is None or when > shadow), default=None)


def _onset(marks: list[Mark], before: Moved | None, start: datetime) -> datetime:
    """Return when the excess began that was still on at `start`; not before the last move."""
    began = start
    for mark in reversed(marks):
        if not mark.over:
            break
        began = mark.at
    return began if before is None or before.at < began else start
