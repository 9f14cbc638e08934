"""The strip of the register page: how many IOs landed when, by category."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fitgate.core.register import Tally

MOST_WEEKS = 80
"""Beyond that the columns are months: narrower ones could not be told apart."""


@dataclass(frozen=True, slots=True)
class Column:
    """A week or a month: its first day, and how many IOs of each category landed in it."""

    begins: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return the height of the column; an IO of two categories counts in both."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Strip:
    """Columns without a gap, from the first IO to the last."""

    unit: str
    columns: tuple[Column, ...]

    @property
    def highest(self) -> int:
        """Return the height of the highest column."""
        return max((column.total for column in self.columns), default=0)


def strip(tally: Tally) -> Strip:
    """Lay out the weeks of a tally."""
    if not tally.weeks:
        return Strip("week", ())
    first, last = min(tally.weeks), max(tally.weeks)
    if (last - first) // timedelta(weeks=1) < MOST_WEEKS:
        weeks = (first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1))
        return Strip("week", tuple(Column(week, tally.weeks.get(week, {})) for week in weeks))
    months: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for week, counts in tally.weeks.items():
        months[week.replace(day=1)].update(counts)
    begins = [first.replace(day=1)]
    while begins[-1] < last.replace(day=1):
        begins.append((begins[-1] + timedelta(days=31)).replace(day=1))
    return Strip("month", tuple(Column(month, months.get(month, {})) for month in begins))


def ticks(columns: tuple[Column, ...], most: int) -> tuple[int, ...]:
    """Return the columns that are labelled with their day: the first, and every so many."""
    every = max(1, -(-len(columns) // most))
    return tuple(range(0, len(columns), every))
