"""Figures from columns: the same readings as the pure estimators give, without their entries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from fitgate.adapters.columns.asked import Asked, One, ratio_of
from fitgate.adapters.columns.questions import HOUR, Cell, Counts
from fitgate.adapters.columns.table import Columns
from fitgate.core.measure import approvals, layers, open_changes
from fitgate.core.measure import bypasses as gbr
from fitgate.core.measure import tempo as tau
from fitgate.core.measure import validation_lag as lag
from fitgate.core.measure.reading import FIGURES, Estimator, Figure, Reading, Scope
from fitgate.core.measure.statistics import (
    mean_interval_of,
    mean_of_gaps,
    median_interval,
    poisson,
    quantile,
    wilson,
)
from fitgate.core.measure.validation_lag import share
from fitgate.core.micros import from_micros
from fitgate.core.policy import Policy


def vl_hours(one: One) -> Reading:
    """As `validation_lag.vl_hours`."""
    c, lags, n = one.count, one.asked.lags[one.number], one.count["closed"]
    every, still = one.asked.all_lags[one.number], c["awaited"] - n
    oldest = None if c["oldest"] is None else c["oldest"] / HOUR
    value, lasting = quantile(lags, 0.5) if n else None, one.asked.survival[one.number]
    banded_by = lag.worse(value, lasting, oldest)
    return one.sample.reading(
        replace(lag.ESTIMATOR, boundary=lag.boundary(one.sample)),
        value,
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
            "kaplan_meier_median": lasting,
            "banded_by_hours": banded_by,
            "median_all_changes": quantile(every, 0.5) if c["closed_all"] else None,
        },
        why=lag.not_closed(still, oldest or 0) if c["governed"] else one.nothing,
        banded_by=banded_by,
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
            "highest": (
                None if c["in_shadow"] else share(c["passed"] + c["unaccused"], everything)
            ),
        },
        why=_unjudged(one),
    )


def gbr_per_week(one: One) -> Reading:
    """As `bypasses.gbr_per_week`."""
    week = One(one.asked.last_weeks, one.number)
    reading = _counted(week, gbr.PER_WEEK, week.count["events"])
    times = map(from_micros, one.asked.questions.passed.get(one.number, ()))
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
        why=gbr.none_watched(one.sample, c["inside"], c["governed"], c["passed"]),
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
