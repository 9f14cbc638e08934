"""Landings in the order of their time, so that a window is found without looking at all."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from fitgate.core.chronicle import Row
from fitgate.core.measure.reading import Scope, Window
from fitgate.core.policy import Boundary

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_LONG = timedelta(days=30)
"""What is open longer is kept apart, so that few landings are looked at for who was open when."""


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


def is_awaited(row: Row) -> bool:
    """Say whether a validation was declared at landing, or came about anyhow."""
    return row.closed_at is not None or bool(row.required)


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
class Series:
    """Landings in the order of their time, and what is asked of them for any window."""

    rows: tuple[Row, ...]

    @cached_property
    def _at(self) -> list[datetime]:
        return [row.landed_at for row in self.rows]

    def count(self, end: datetime) -> int:
        """Return how many had landed by a moment."""
        return bisect_right(self._at, end)

    def inside(self, window: Window) -> tuple[Row, ...]:
        """Return those that landed in a window."""
        first = 0 if window.start is None else self.count(window.start)
        return self.rows[first : self.count(window.end)]


@dataclass(frozen=True, eq=False)
class Landings:
    """The landings of one boundary and scope, in the order of their time."""

    rows: tuple[Row, ...]
    io_only: bool

    @cached_property
    def every(self) -> Series:
        """Return all of them, of whatever nature."""
        return Series(self.rows)

    @cached_property
    def governed(self) -> Series:
        """Return those that the scope is about: IOs, or all."""
        return Series(tuple(r for r in self.rows if r.nature.is_io)) if self.io_only else self.every

    @cached_property
    def awaited(self) -> Series:
        """Return the governed ones that had a validation, or await one."""
        return Series(tuple(filter(is_awaited, self.governed.rows)))

    @cached_property
    def untold(self) -> Series:
        """Return those of which it could not be told whether they are governed."""
        return Series(tuple(r for r in self.rows if self.io_only and r.nature.is_io is None))

    @cached_property
    def _long_open(self) -> Series:
        return Series(
            tuple(
                row
                for row in self.awaited.rows
                if row.closed_at is None or row.closed_at - row.landed_at > _LONG
            )
        )

    @cached_property
    def _closings(self) -> list[datetime]:
        return sorted(r.closed_at for r in self.governed.rows if r.closed_at is not None)

    def closings(self, window: Window) -> int:
        """Return how many were closed in a window, whenever they landed."""
        first = 0 if window.start is None else bisect_right(self._closings, window.start)
        return bisect_right(self._closings, window.end) - first

    def perhaps_open(self, window: Window) -> tuple[Row, ...]:
        """Return those that landed by the end of a window and may have been open in it."""
        if window.start is None:
            return self.awaited.inside(window)
        before = window.start - _LONG
        return (
            *self._long_open.inside(Window(None, before)),
            *self.awaited.inside(Window(before, window.end)),
        )
