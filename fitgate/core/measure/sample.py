"""What a figure is counted over: the landings of a boundary, a scope and a window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from fitgate.core.bypasses import events
from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.measure.bands import band_of, limits_of, threshold_words
from fitgate.core.measure.reading import Band, Estimator, Reading, Scope, Window
from fitgate.core.policy import Boundary, Policy
from fitgate.core.records.changes import PassedBy
from fitgate.core.records.controls import Drilled, DrillMissed, Reset, Tripped

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, eq=False)
class History:
    """All that figures are made of, landings in the order of their time; made once, asked often."""

    rows: tuple[Row, ...]
    drilled: Sequence[Told[Drilled]] = ()
    missed: Sequence[Told[DrillMissed]] = ()
    tripped: Sequence[Told[Tripped]] = ()
    resets: Sequence[Told[Reset]] = ()
    _scopes: dict[tuple[Boundary, Scope], Landings] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, told: Chronicle | Iterable[Row] | History) -> History:
        """Take it from a chronicle; from rows alone, drills and breakers are not known of."""
        if isinstance(told, History):
            return told
        if isinstance(told, Chronicle):
            return cls(
                _in_order(_with_bypasses(told)),
                told.told(Drilled),
                told.told(DrillMissed),
                told.told(Tripped),
                told.told(Reset),
            )
        return cls(_in_order(told))

    def landings(self, boundary: Boundary, scope: Scope) -> Landings:
        """Return the landings that a boundary and a scope let in; kept for the next question."""
        key = boundary, scope
        if key not in self._scopes:
            within = tuple(row for row in self.rows if belongs(row, boundary, scope))
            self._scopes[key] = Landings(within, tuple(row.landed_at for row in within))
        return self._scopes[key]


@dataclass(frozen=True, slots=True)
class Landings:
    """Landings in the order of their time, and these times to search in."""

    rows: tuple[Row, ...]
    at: tuple[datetime, ...]

    def until(self, end: datetime) -> tuple[Row, ...]:
        """Return those up to a moment."""
        return self.rows[: bisect_right(self.at, end)]

    def inside(self, window: Window) -> tuple[Row, ...]:
        """Return those in a window."""
        first = 0 if window.start is None else bisect_right(self.at, window.start)
        return self.rows[first : bisect_right(self.at, window.end)]


def _with_bypasses(chronicle: Chronicle) -> Iterator[Row]:
    """Yield the rows with all their bypasses, also those that only the whole ledger shows."""
    passed: dict[tuple[str, str, str | None], list[PassedBy]] = {}
    for event in events(chronicle):
        passed.setdefault(_place(event.row), []).append(event.passed)
    for row in chronicle.rows():
        yield replace(row, bypasses=tuple(passed.get(_place(row), ())))


def _place(row: Row) -> tuple[str, str, str | None]:
    return row.change, row.stage, row.environment


def _in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda r: (r.landed_at, r.change, r.stage, r.environment or "")))


def belongs(row: Row, boundary: Boundary, scope: Scope) -> bool:
    """Say whether a landing is of a boundary and a scope, IO or not.

    `boundary.environments` are for deployments. A landing that names no environment is in each. One
    of which nothing could be told may be of any category.
    """
    if row.stage != boundary.effective:
        return False
    counted = row.stage != "deployment" or not boundary.environments
    if not (counted or row.environment in boundary.environments):
        return False
    if scope.environment is not None and row.environment not in {None, scope.environment}:
        return False
    if scope.category is None or scope.category in row.nature.categories:
        return True
    return row.nature.is_io is None and not row.nature.categories


def lag_hours(row: Row, at: datetime) -> float | None:
    """Return the signed validation lag of what was closed by a moment; None: it was not."""
    if row.closed_at is None or row.closed_at > at:
        return None
    return (row.closed_at - row.landed_at) / HOUR


def is_open(row: Row, at: datetime) -> bool:
    """Say whether a validation is awaited at a moment: declared at landing, and not yet there."""
    if row.closed_at is not None:
        return row.closed_at > at
    return bool(row.required)


def age_hours(row: Row, at: datetime) -> float:
    """Return how long ago a change landed."""
    return (at - row.landed_at) / HOUR


@dataclass(frozen=True, eq=False)
class Sample:
    """A history cut to one boundary, scope and window."""

    history: History
    policy: Policy
    scope: Scope
    window: Window

    @cached_property
    def until(self) -> tuple[Row, ...]:
        """Return what landed up to the end of the window, of whatever nature."""
        return self.history.landings(self.policy.boundary, self.scope).until(self.window.end)

    @cached_property
    def inside(self) -> tuple[Row, ...]:
        """Return what landed in the window, of whatever nature."""
        return self.history.landings(self.policy.boundary, self.scope).inside(self.window)

    @cached_property
    def effective(self) -> tuple[Row, ...]:
        """Return the changes that took effect in the window and are governed: the IOs."""
        return self.governed(self.inside)

    @cached_property
    def untold(self) -> int:
        """Return of how many landings in the window it could not be told whether they are IOs."""
        return sum(row.nature.is_io is None for row in self.inside) if self.scope.io_only else 0

    def governed(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Return those that the scope is about: IOs, or all."""
        if not self.scope.io_only:
            return tuple(rows)
        return tuple(row for row in rows if row.nature.is_io)

    @property
    def limit_hours(self) -> float:
        """Return the lag beyond which a validation is late (S-RIOCS: 72 h)."""
        within = self.policy.boundary.closure.within
        return 72.0 if within is None else within / HOUR

    @property
    def hours(self) -> float | None:
        """Return how long the window is; from the beginning: since the first landing."""
        if self.window.length is not None:
            return self.window.length / HOUR
        return age_hours(self.until[0], self.window.end) if self.until else None

    def moved(self, window: Window) -> Sample:
        """Return the same over another window."""
        return Sample(self.history, self.policy, self.scope, window)

    def changes(self) -> str:
        """Return what is counted, in words, as in `IO merges`."""
        boundary = self.policy.boundary
        what = f"{boundary.effective}s"
        if boundary.effective == "deployment" and boundary.environments:
            what += f" to {', '.join(boundary.environments)}"
        if self.scope.environment is not None:
            what += f", environment {self.scope.environment}"
        if self.scope.category is not None:
            what += f", category {self.scope.category}"
        return what

    def governed_words(self) -> str:
        """Return what the figures about governed changes count."""
        return f"IO {self.changes()}" if self.scope.io_only else f"all {self.changes()}"

    def closing_words(self) -> str:
        """Return what closes a change, in words."""
        checks = ", ".join(self.policy.boundary.closure.checks)
        what = f"{checks} passed" if checks else "all that was required at landing passed"
        return f"closed when {what}"

    def reading(  # noqa: PLR0913 - a reading has as many parts
        self,
        estimator: Estimator,
        value: float | None,
        n: int,
        rows: Iterable[Row] = (),
        *,
        unjudged: int = 0,
        interval: tuple[float, float] | None = None,
        beside: dict[str, float | None] | None = None,
        why: str = "",
        entries: Iterable[int] = (),
    ) -> Reading:
        """Return what a figure came to; `rows` and `entries` are what it was made of."""
        limits = limits_of(estimator.figure, self.policy)
        full = replace(estimator, thresholds=threshold_words(estimator.figure, limits))
        made_of = {seq for row in rows for seq in row.entries}.union(entries)
        return Reading(
            full,
            self.scope,
            self.window,
            value,
            n,
            band_of(estimator.figure, value, limits) if value is not None else Band.UNKNOWN,
            unjudged,
            interval if value is not None else None,
            beside or {},
            why if value is None else "",
            tuple(sorted(made_of)),
        )

    def nothing(self) -> str:
        """Say why there is nothing to count, and what there is instead."""
        if self.inside:
            told = (
                f"{len(self.inside)} other landed"
                if not self.untold
                else (f"of {self.untold} of {len(self.inside)} landings it could not be told")
            )
            return f"no {self.governed_words()} in the window; {told}"
        other = sum(self.window.holds(row.landed_at) for row in self.history.rows)
        left_out = f"; {other} landings are outside this boundary" if other else ""
        return f"no {self.governed_words()} in the window{left_out}"
