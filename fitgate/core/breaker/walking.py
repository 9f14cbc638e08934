"""A breaker walked through what happened: its figure, its records and the time that passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fitgate.core.breaker.entitled import Entitled
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.moves import DRY_MOVES, MOVES, PROBATION, Sign, State, moved
from fitgate.core.chronicle import Told
from fitgate.core.records.controls import RecoveryPlanned, Reset, Tripped

Move = Told[Tripped] | Told[Reset] | Told[RecoveryPlanned]


@dataclass(slots=True)
class Moved:
    """A move: when, by what, where to, and the records that tell of it; none: still to be told."""

    at: datetime
    sign: Sign
    to: State
    records: list[Told[Any]] = field(default_factory=list)
    value: float | None = None


class Walk:
    """The state of one breaker, real or dry, moved by one thing after the other.

    Give it what happened in the order of time; at one moment first the figure, then the records.
    Of a walk that is given no figure only the records move it.
    """

    def __init__(self, entitled: Entitled, *, dry: bool) -> None:
        self.state = State.CLOSED
        self.moves: list[Moved] = []
        self.plan: Told[RecoveryPlanned] | None = None
        self.waived_until: datetime | None = None
        self._dry, self._entitled = dry, entitled
        self._table = DRY_MOVES if dry else MOVES
        self._figure: Mark | None = None
        self._green_since: datetime | None = None
        self._owing = False

    def through(self, marks: Iterable[Mark], records: Iterable[Move], as_of: datetime) -> Walk:
        """Walk through what came about up to a moment."""
        happened: list[tuple[datetime, int, int, Mark | Move]] = [
            *((mark.at, 0, number, mark) for number, mark in enumerate(marks)),
            *((told.at, 1, told.seq, told) for told in records),
        ]
        for at, _, _, thing in sorted(happened, key=lambda each: each[:3]):
            if at > as_of:
                break
            self._pass(at, including=False)
            if isinstance(thing, Mark):
                self._see(thing)
            else:
                self._hear(thing)
            self._pass(at, including=True)
        self._pass(as_of, including=True)
        return self

    @property
    def trips(self) -> Sequence[Tripped]:
        """Return the records of how it came to be open, or on probation from that."""
        opened = self.opened
        return [t.record for t in opened.records if isinstance(t.record, Tripped)] if opened else []

    @property
    def opened(self) -> Moved | None:
        """Return the move that last opened it; None: it is closed."""
        if self.state is State.CLOSED:
            return None
        return next(move for move in reversed(self.moves) if move.to is State.OPEN)

    @property
    def since(self) -> datetime | None:
        """Return since when it is where it is; None: it never moved."""
        return self.moves[-1].at if self.moves else None

    @property
    def closes_at(self) -> datetime | None:
        """Return when it will have proved itself if it stays green; None: it is not on the way."""
        if self.state is not State.PROBATION or self._green_since is None:
            return None
        return self._green_since + PROBATION

    def _pass(self, at: datetime, *, including: bool) -> None:
        """Let time pass: a waiver runs out, or probation has been stood."""
        lapses = self.waived_until
        if lapses is not None and (lapses < at or (including and lapses == at)):
            self.waived_until = None
            self._judge(lapses)
        closes = self.closes_at
        if closes is not None and (closes < at or (including and closes == at)):
            self._move(closes, Sign.PROVED)

    def _see(self, mark: Mark) -> None:
        self._figure = mark
        if mark.green:
            self._green_since = self._green_since or mark.at
        else:
            self._green_since = None
        self._judge(mark.at)

    def _judge(self, at: datetime) -> None:
        """Move as the figure says; while a waiver lasts it may be bad."""
        figure = self._figure
        if figure is None:
            return
        if figure.green and self.waived_until is None:
            self._owing = False
        if figure.over and self.waived_until is None:
            self._move(at, Sign.EXCEEDED)
        elif self._owing and figure.green is False and self.waived_until is None:
            self._move(at, Sign.LAPSED)
        elif figure.green and not self._by_hand:
            self._move(at, Sign.CALMED)

    @property
    def _by_hand(self) -> bool:
        return any(trip.by is not None for trip in self.trips)

    def _move(self, at: datetime, sign: Sign, told: Told[Any] | None = None) -> bool:
        """Move if the sign leads anywhere; say whether it did."""
        to = moved(self._table, self.state, sign)
        if to is self.state:
            return False
        value = self._figure.value if self._figure else None
        self.state = to
        self.moves.append(Moved(at, sign, to, [] if told is None else [told], value))
        self.plan = self.plan if to is State.PROBATION else None
        self.waived_until, self._owing = None, False
        green = self._figure is not None and bool(self._figure.green)
        self._green_since = at if green and to is State.PROBATION else None
        return True

    def _hear(self, told: Move) -> None:
        match told.record:
            case Tripped() as trip:
                if trip.by is None and (opening := self._untold(told.at)):
                    opening.records.append(told)
                elif not self._move(told.at, Sign.EXCEEDED, told) and self.opened is not None:
                    self.opened.records.append(told)
            case RecoveryPlanned():
                if self.state is State.OPEN:
                    self.plan = told
            case Reset() as reset:
                self._reset(told, reset)

    def _untold(self, at: datetime) -> Moved | None:
        """Return an opening at a moment that no record has told of; it may be over already."""
        openings = (m for m in reversed(self.moves) if m.at == at and m.to is State.OPEN)
        return next((each for each in openings if not each.records), None)

    def _reset(self, told: Told[Any], reset: Reset) -> None:
        """Let a reset count if all that it needs was there; another moves nothing."""
        match reset.to:
            case "probation" if self._may_reset(told.at, reset):
                self._move(told.at, Sign.RESET, told)
                self.waived_until = reset.waiver_until
                self._owing = reset.waiver is not None
            case "closed" if reset.by is None:
                self._proved(told)
            case "open":
                self._move(told.at, Sign.EXCEEDED, told)
            case _:
                pass

    def _may_reset(self, at: datetime, reset: Reset) -> bool:
        if self.state is not State.OPEN or self.plan is None:
            return False
        if self._entitled.objection(reset.by, self.trips):
            return False
        return (reset.waiver is None) == (reset.waiver_until is None) and (
            reset.waiver_until is None or reset.waiver_until > at
        )

    def _proved(self, told: Told[Any]) -> None:
        """Let a record count that it proved itself: after a probation, or of a dry run."""
        if self.moves and self.state is State.CLOSED:
            self.moves[-1].records.append(told)
        elif self._dry and self.state is State.OPEN and not self._by_hand:
            self._move(told.at, Sign.CALMED, told)
        elif self.state is State.PROBATION and told.at - self.moves[-1].at >= PROBATION:
            self._move(told.at, Sign.PROVED, told)
