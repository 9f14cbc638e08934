"""Figures from columns: the same readings as the pure estimators give, without their entries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fitgate.adapters.columns.questions import HOUR, Cell, Counts, Questions
from fitgate.adapters.columns.table import Columns, moment
from fitgate.core.measure import approvals, layers, open_changes
from fitgate.core.measure import bypasses as gbr
from fitgate.core.measure import tempo as tau
from fitgate.core.measure import validation_lag as lag
from fitgate.core.measure.bands import limits_of
from fitgate.core.measure.history import History
from fitgate.core.measure.landings import DAY, WEEK
from fitgate.core.measure.reading import FIGURES, Estimator, Figure, Reading, Scope, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import (
    mean_interval_of,
    mean_of_gaps,
    median_interval,
    median_ranks,
    poisson,
    quantile,
    wilson,
)
from fitgate.core.measure.validation_lag import share
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
        return self._ordered("all_lags", [(c["closed_all"], 0) for c in self.counts])

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
        hours = 0 if first is None else (cell.window.end - moment(first)) / (DAY / 24)
        return hours if hours > 0 else None


def vl_hours(one: One) -> Reading:
    """As `validation_lag.vl_hours`."""
    c, lags, n = one.count, one.asked.lags[one.number], one.count["closed"]
    every, still = one.asked.all_lags[one.number], c["awaited"] - n
    oldest = None if c["oldest"] is None else c["oldest"] / HOUR
    return one.sample.reading(
        replace(lag.ESTIMATOR, boundary=lag.boundary(one.sample)),
        quantile(lags, 0.5) if n else None,
        n,
        unjudged=c["untold"],
        interval=median_interval(lags),
        beside={
            "p90": quantile(lags, 0.9) if n else None,
            "p99": quantile(lags, 0.99) if n else None,
            "n_closed": n,
            "n_open": still,
            "n_undeclared": c["governed"] - c["awaited"],
            "oldest_open_hours": oldest,
            "frac_over_limit": share(c["over"] + c["late"], n + c["late"]),
            "frac_negative": share(c["negative"], n),
            "kaplan_meier_median": one.asked.survival[one.number],
            "median_all_changes": quantile(every, 0.5) if c["closed_all"] else None,
        },
        why=lag.not_closed(still, oldest or 0) if c["governed"] else one.nothing,
    )


def tau_u_hours(one: One) -> Reading:
    """As `tempo.tau_u_hours`."""
    c, n, gaps = one.count, one.count["governed"], one.asked.gaps[one.number]
    span = (c["last"] - c["first"]) / HOUR if n else 0.0
    return one.sample.reading(
        replace(tau.TAU_U, boundary=one.sample.governed_words()),
        span / (n - 1) if n >= tau.LEAST else None,
        n,
        unjudged=c["untold"],
        interval=mean_of_gaps(span, max(0, n - 1)),
        beside={
            "median_gap": quantile(gaps, 0.5) if n > 1 else None,
            "span_over_n": one.hours / n if n and one.hours else None,
        },
        why=tau.too_few(n) if n else one.nothing,
    )


def tau_g_hours(one: One) -> Reading:
    """As `tempo.tau_g_hours`."""
    c, n, closed = one.count, one.count["awaited"], one.count["closed"]
    mean = c["aged"] / HOUR / n if n else 0.0
    return one.sample.reading(
        replace(tau.TAU_G, boundary=lag.boundary(one.sample)),
        mean if n >= tau.LEAST else None,
        n,
        unjudged=c["untold"],
        interval=mean_interval_of(mean, c["spread"] / HOUR, n) if n > 1 else None,
        beside={
            "mean_closed_only": c["lags"] / HOUR / closed if closed else None,
            "median_closed_only": quantile(one.asked.lags[one.number], 0.5) if closed else None,
            "n_open": n - closed,
            "lower_bound": float(n > closed),
        },
        why=lag.UNDECLARED if c["governed"] and not n else tau.too_few(n) if n else one.nothing,
    )


def tempo_ratio(one: One) -> Reading:
    """As `tempo.tempo_ratio`."""
    c, n, closed, hours = one.count, one.count["awaited"], one.count["closed"], one.hours
    value, lags = ratio_of(c), one.asked.lags[one.number]
    interval = None
    if value is not None and value > 0:
        interval = tau.tempo_interval(value, n, c["spread"] / (c["aged"] / n))
    return one.sample.reading(
        replace(tau.RATIO, boundary=lag.boundary(one.sample)),
        value,
        n,
        unjudged=c["untold"],
        interval=interval,
        beside={
            "mean_open_unvalidated": c["clipped"] / HOUR / hours if n and hours else None,
            "clipped_tau_g_hours": c["clipped"] / HOUR / n if n else None,
            "window_over_n_hours": hours / n if n and hours else None,
            "closure_ratio": share(n, one.asked.questions.closings.get(one.number, 0)),
            "vl_over_window": quantile(lags, 0.5) / hours if closed and hours else None,
            "sustained": float(one.asked.sustained[one.number]),
            "lower_bound": float(n > closed),
        },
        why=_no_tempo(one),
    )


def _no_tempo(one: One) -> str:
    n = one.count["awaited"]
    if not n:
        return lag.UNDECLARED if one.count["governed"] else one.nothing
    return tau.too_few(n) if n < tau.LEAST else tau.AT_ONCE


def gbr_ratio(one: One) -> Reading:
    """As `bypasses.gbr_ratio`."""
    c = one.count
    everything, judged, passed = c["governed"], c["judged"], c["passed_judged"]
    return one.sample.reading(
        replace(gbr.RATIO, boundary=_past(one)),
        share(passed, judged),
        judged,
        unjudged=everything - judged + c["untold"],
        interval=wilson(passed, judged),
        beside={
            **_bypasses(c),
            "lowest": share(c["passed"], everything),
            "highest": share(c["passed"] + c["unaccused"], everything),
        },
        why=_unjudged(one),
    )


def gbr_per_week(one: One) -> Reading:
    """As `bypasses.gbr_per_week`."""
    week = One(one.asked.last_weeks, one.number)
    reading = _counted(week, gbr.PER_WEEK, week.count["events"])
    times = map(moment, one.asked.questions.passed.get(one.number, ()))
    beside = {**reading.beside, "highest_in_window": gbr.most_in_a_week(times)}
    return replace(reading, window=one.sample.window, beside=beside)


def gbr_unauthorised(one: One) -> Reading:
    """As `bypasses.gbr_unauthorised`."""
    return _counted(one, gbr.UNAUTHORISED, one.count["unauthorised"])


def _counted(one: One, estimator: Estimator, count: int) -> Reading:
    c = one.count
    watched = c["inside"] - c["unaccused"] - c["untold"]
    return one.sample.reading(
        replace(estimator, boundary=_past(one)),
        count if watched else None,
        watched,
        unjudged=c["unaccused"] + c["untold"],
        interval=poisson(count),
        beside={**_bypasses(c), "io_landings": c["governed"]},
        why=_unjudged(one),
    )


def _bypasses(c: Counts) -> dict[str, float | None]:
    return {
        "events": c["events"],
        "event_ratio": share(c["events_judged"], c["judged"]),
        "unauthorised": c["unauthorised"],
        "authorised": c["events"] - c["unauthorised"],
        "silent": c["silent"],
        "overridden": c["overridden"],
        "would_hold": c["would_hold"],
    }


def _past(one: One) -> str:
    told = (("shadow", one.count["in_shadow"]), ("enforce", one.count["enforced"]))
    modes = {mode for mode, n in told if n}
    return gbr.boundary_of(one.sample, modes or {one.asked.policy.mode})


def _unjudged(one: One) -> str:
    c = one.count
    return gbr.none_judged(one.sample, c["governed"], c["passed"]) if c["governed"] else one.nothing


def open_unvalidated(one: One) -> Reading:
    """As `open_changes.open_unvalidated`."""
    found = one.asked.questions.open_at_the_end(one.asked.cells[one.number])
    everything, n, untold, still, _, late, inside = (each or 0 for each in found)
    oldest = found[4]
    sample, hours = one.sample, one.hours
    return sample.reading(
        replace(open_changes.ESTIMATOR, boundary=lag.boundary(sample)),
        still if n else None,
        n,
        unjudged=untold,
        beside={
            "mean": inside / HOUR / hours if n and hours else None,
            "oldest_open_hours": None if oldest is None else oldest / HOUR,
            "n_over_limit": late,
            "n_undeclared": everything - n,
        },
        why=lag.UNDECLARED if everything else f"no {sample.governed_words()} up to then",
    )


def io_approval_latency_hours(one: One) -> Reading:
    """As `approvals.io_approval_latency_hours`."""
    c, waits, n = one.count, one.asked.waits[one.number], one.count["waits"]
    without, what = c["governed"] - n, one.sample.governed_words()
    return one.sample.reading(
        replace(approvals.ESTIMATOR, boundary=f"{what}; from first seen to first allowed"),
        quantile(waits, 0.5) if n else None,
        n,
        unjudged=without + c["untold"],
        interval=median_interval(waits),
        beside={
            "p90": quantile(waits, 0.9) if n else None,
            "n_without": without,
            "frac_zero": share(c["at_once"], n),
        },
        why=f"of none of {without} both moments are known" if without else one.nothing,
    )


def layer_ratio(one: One) -> Reading:
    """As `layers.layer_ratio`."""
    c, fast, slow = one.count, one.count["fast"], one.count["slow"]
    odds, changes = wilson(fast, fast + slow), one.sample.changes()
    return one.sample.reading(
        replace(layers.ESTIMATOR, boundary=f"{changes}, IO or not; by the policy's layers"),
        share(fast, slow),
        fast + slow,
        unjudged=c["unlayered"],
        interval=(odds[0] / (1 - odds[0]), odds[1] / (1 - odds[1])) if odds and slow else None,
        beside={"fast": fast, "medium": c["medium"], "slow": slow},
        why=(
            f"no landing of the slow layer among {c['inside']}"
            if c["inside"]
            else f"no {changes} in the window"
        ),
    )


ESTIMATES: Mapping[Figure, Callable[[One], Reading]] = {
    "vl_hours": vl_hours,
    "gbr_ratio": gbr_ratio,
    "gbr_per_week": gbr_per_week,
    "gbr_unauthorised": gbr_unauthorised,
    "tau_u_hours": tau_u_hours,
    "tau_g_hours": tau_g_hours,
    "tempo_ratio": tempo_ratio,
    "open_unvalidated": open_unvalidated,
    "io_approval_latency_hours": io_approval_latency_hours,
    "layer_ratio": layer_ratio,
}
"""The figures that are made of landings; those of drills and breakers have no need of columns."""


def measure_columns(
    columns: Columns,
    policy: Policy,
    scope: Scope,
    cells: Sequence[Cell],
    only: Collection[Figure] | None = None,
) -> list[tuple[Reading, ...]]:
    """Measure many windows and categories at once; of each the readings, in the order of FIGURES.

    Equal to `figures.measure` of the same landings, but for `entries`, which are left empty, and
    for rounding in the last digits.

    Raises:
        duckdb.Error: when it cannot be computed, as for want of memory.
    """
    if not cells:
        return []
    asked = Asked(columns, policy, scope, cells)
    wanted = [f for f in FIGURES if f in ESTIMATES and (only is None or f in only)]
    return [
        tuple(ESTIMATES[figure](One(asked, number)) for figure in wanted)
        for number in range(len(cells))
    ]
