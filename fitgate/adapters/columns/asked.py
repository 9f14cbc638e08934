"""Cells that are asked for, and what was counted in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fitgate.adapters.columns.questions import HOUR, Cell, Counts, Questions
from fitgate.adapters.columns.table import Columns
from fitgate.core.measure import tempo as tau
from fitgate.core.measure.bands import limits_of
from fitgate.core.measure.history import History
from fitgate.core.measure.landings import DAY, WEEK
from fitgate.core.measure.reading import Scope, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import (
    median_ranks,
)
from fitgate.core.micros import from_micros
from fitgate.core.policy import Policy

_NOTHING = History(())
_QUANTILES = (0.5, 0.9, 0.99)


class _Ordered(Sequence[float]):
    """Numbers in ascending order of which only some are at hand, in hours."""

    def __init__(self, n: int, known: Mapping[int, int]) -> None:
        self._n, self._known = n, known

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, rank: Any) -> Any:  # noqa: ANN401 - of a sequence: a number or a slice
        return self._known[rank] / HOUR


def _ranks(n: int, waiting: int = 0) -> list[int]:
    """Return the ranks that quantiles, the median's interval and survival need."""
    if not n:
        return []
    ranks = {n - 1, *(median_ranks(n) or ())}
    for p in _QUANTILES:
        below = int((n - 1) * p)
        ranks |= {below, min(below + 1, n - 1)}
    half = (n + waiting + 1) // 2 - 1
    return sorted({*ranks, half} if half < n else ranks)


@dataclass(frozen=True)
class Asked:
    """Cells to measure under a policy; each is looked at as a whole by the figures below."""

    columns: Columns
    policy: Policy
    scope: Scope
    cells: Sequence[Cell]

    @cached_property
    def questions(self) -> Questions:
        """Return what is asked of the cells as they are."""
        return self._questions(self.cells)

    def _questions(self, cells: Sequence[Cell]) -> Questions:
        limit = Sample(_NOTHING, self.policy, self.scope, self.cells[0].window).limit_hours
        return Questions(self.columns, self.policy.boundary, self.scope, cells, limit)

    @cached_property
    def lags(self) -> list[_Ordered]:
        """Return the lags of what was closed, governed changes only."""
        return self._ordered(
            "lags", [(c["closed"], c["awaited"] - c["closed"]) for c in self.counts]
        )

    @cached_property
    def all_lags(self) -> list[_Ordered]:
        """Return the lags of what was closed, of whatever nature."""
        others = [c["closed_all"] != c["closed"] for c in self.counts]
        sizes = [(c["closed_all"] * more, 0) for c, more in zip(self.counts, others, strict=True)]
        found = self._ordered("all_lags", sizes)
        three = zip(found, self.lags, others, strict=True)
        return [every if more else lags for every, lags, more in three]

    @cached_property
    def gaps(self) -> list[_Ordered]:
        """Return the gaps between governed landings."""
        return self._ordered("gaps", [(max(0, c["governed"] - 1), 0) for c in self.counts])

    @cached_property
    def waits(self) -> list[_Ordered]:
        """Return how long governed changes waited for their yes."""
        return self._ordered("waits", [(c["waits"], 0) for c in self.counts])

    @cached_property
    def counts(self) -> list[Counts]:
        """Return what was counted in each cell."""
        return self.questions.counts

    def _ordered(self, population: str, sizes: Sequence[tuple[int, int]]) -> list[_Ordered]:
        wanted = [(cell, _ranks(*size)) for cell, size in enumerate(sizes)]
        found = self.questions.picked(population, wanted)
        return [_Ordered(n, found.get(cell, {})) for cell, (n, _) in enumerate(sizes)]

    @cached_property
    def survival(self) -> list[float | None]:
        """Return the Kaplan-Meier medians.

        Where nothing open is younger than the lag of the middle one, that is it; where no lag is
        the middle one and nothing open is younger than the last, it is not reached. Only else the
        product has to be made.
        """
        medians: list[float | None] = []
        unclear = []
        for cell, (count, lags) in enumerate(zip(self.counts, self.lags, strict=True)):
            closed, youngest = count["closed"], count["youngest"]
            half = (count["awaited"] + 1) // 2 - 1
            median = lags[half] if closed and half < closed else None
            bound = median if median is not None else lags[closed - 1] if closed else None
            if bound is not None and youngest is not None and youngest / HOUR < bound:
                unclear.append(cell)
            medians.append(median)
        made = self.questions.survival_medians(unclear)
        for cell in unclear:
            found = made.get(cell)
            medians[cell] = None if found is None else found / HOUR
        return medians

    @cached_property
    def last_weeks(self) -> Asked:
        """Return the same cells over their last seven days."""
        return replace(self, cells=[replace(c, window=_last_week(c.window)) for c in self.cells])

    @cached_property
    def sustained(self) -> list[bool]:
        """Return in which cells the ratio was over the line at the end of each of the last days."""
        yellow = limits_of("tempo_ratio", self.policy).yellow
        if yellow is None:
            return [False] * len(self.cells)
        return [
            all((ratio := _ratio(*day)) is not None and ratio > yellow for day in days)
            for days in self.questions.days
        ]


def _last_week(window: Window) -> Window:
    return Window(window.end - WEEK, window.end, window.as_of)


def ratio_of(count: Counts) -> float | None:
    """Return tau_g / tau_u of a cell, as `tempo.ratio_of` defines it."""
    names = ("governed", "awaited", "first", "last", "aged")
    return _ratio(*(count[name] for name in names))


def _ratio(governed: int, n: int, first: int, last: int, aged: int) -> float | None:
    if n < tau.LEAST or last == first:
        return None
    return (aged / n) / ((last - first) / (governed - 1))


@dataclass(frozen=True, eq=False)
class One:
    """One cell of those that were asked for."""

    asked: Asked
    number: int

    @cached_property
    def sample(self) -> Sample:
        """Return what says in words what is counted."""
        cell, asked = self.asked.cells[self.number], self.asked
        scope = replace(asked.scope, category=cell.category or asked.scope.category)
        return Sample(_NOTHING, asked.policy, scope, cell.window)

    @property
    def count(self) -> Counts:
        """Return what was counted."""
        return self.asked.counts[self.number]

    @property
    def nothing(self) -> str:
        """Say why there is nothing."""
        count, cell = self.count, self.asked.cells[self.number]
        every = 0 if count["inside"] else self.asked.questions.every(cell)
        return self.sample.nothing_of(count["inside"], count["untold"], every)

    @cached_property
    def hours(self) -> float | None:
        """Return how long the window is; from the beginning: since the first landing."""
        cell = self.asked.cells[self.number]
        if cell.window.length is not None:
            return cell.window.length / (DAY / 24)
        first = self.asked.questions.first(cell.category)
        hours = 0 if first is None else (cell.window.end - from_micros(first)) / (DAY / 24)
        return hours if hours > 0 else None
