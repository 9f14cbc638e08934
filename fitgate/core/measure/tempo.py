"""Tempo: how often changes take effect, how long governance takes, and the ratio of the two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fitgate.core.chronicle import Row
from fitgate.core.measure.bands import limits_of
from fitgate.core.measure.landings import DAY, HOUR, age_hours, lag_hours
from fitgate.core.measure.reading import Estimator, Reading, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import (
    deviation,
    gaps,
    mean_interval,
    mean_of_gaps,
    quantile,
    ratio_interval,
)
from fitgate.core.measure.validation_lag import UNDECLARED, boundary, lags_of, share

LEAST = 5
"""Changes in the window without which there is no tempo (fit.md 5.4)."""
SUSTAINED_DAYS = 14
AT_ONCE = "all landed at the same moment"
TAU_U = Estimator(
    figure="tau_u_hours",
    formula="mean of the gaps between neighbouring landings",
    unit="hours",
    state="changes that took effect in the window",
    boundary="",
    window=f"as asked, with at least {LEAST} landings",
    statistics=("median_gap", "span_over_n"),
    task_type="ordinal",
)
TAU_G = Estimator(
    figure="tau_g_hours",
    formula="mean of closure - landing, for what is open its age",
    unit="hours",
    state="changes that took effect in the window",
    boundary="",
    window=f"as asked, with at least {LEAST} changes that await or had a validation",
    statistics=("mean_closed_only", "median_closed_only", "n_open", "lower_bound"),
    task_type="ordinal",
)
RATIO = Estimator(
    figure="tempo_ratio",
    formula="tau_g / tau_u; above 1 governance is retrospective",
    unit="ratio",
    state="changes that took effect in the window",
    boundary="",
    window=f"as asked; sustained: over the yellow line at the end of {SUSTAINED_DAYS} days",
    statistics=(
        "mean_open_unvalidated", "clipped_tau_g_hours", "window_over_n_hours", "closure_ratio",
        "vl_over_window", "sustained", "lower_bound",
    ),
)  # fmt: skip


def tau_u_hours(sample: Sample) -> Reading:
    """Measure the mean interval between changes that take effect (fit.md 1.5)."""
    rows = sample.effective
    apart = _apart(rows)
    enough = len(rows) >= LEAST
    return sample.reading(
        replace(TAU_U, boundary=sample.governed_words()),
        math.fsum(apart) / len(apart) if enough else None,
        len(rows),
        rows,
        unjudged=sample.untold,
        interval=mean_of_gaps(math.fsum(apart), len(apart)),
        beside={
            "median_gap": quantile(sorted(apart), 0.5) if apart else None,
            "span_over_n": sample.hours / len(rows) if rows and sample.hours else None,
        },
        why=_too_few(sample, len(rows)),
    )


def tau_g_hours(sample: Sample) -> Reading:
    """Measure the mean time that governance takes, what is open aged to now (fit.md 1.5, A8)."""
    at, rows = sample.window.seen_at, _awaited(sample)
    lags, closed = _aged(rows, at), sorted(lags_of(rows, at))
    still = len(lags) - len(closed)
    return sample.reading(
        replace(TAU_G, boundary=boundary(sample)),
        _mean(lags) if len(lags) >= LEAST else None,
        len(lags),
        rows,
        unjudged=sample.untold,
        interval=mean_interval(lags),
        beside={
            "mean_closed_only": _mean(closed) if closed else None,
            "median_closed_only": quantile(closed, 0.5) if closed else None,
            "n_open": still,
            "lower_bound": float(still > 0),
        },
        why=UNDECLARED if sample.effective and not rows else _too_few(sample, len(lags)),
    )


def tempo_ratio(sample: Sample) -> Reading:
    """Measure governance latency over the interval of updates (fit.md 1.5, A1).

    By Little's law the ratio is the mean number of changes in flight without closure, and so it
    grows with volume: never compare it between scopes. `mean_open_unvalidated` equals
    `clipped_tau_g_hours / window_over_n_hours` exactly.
    """
    at, rows = sample.window.seen_at, _awaited(sample)
    hours, n = sample.hours, len(rows)
    clipped = [_clipped(row, sample.window) for row in rows]
    closed = sorted(lags_of(rows, at))
    value = ratio_of(sample)
    return sample.reading(
        replace(RATIO, boundary=boundary(sample)),
        value,
        n,
        rows,
        unjudged=sample.untold,
        interval=_ratio_interval(value, _aged(rows, at)),
        beside={
            "mean_open_unvalidated": math.fsum(clipped) / hours if rows and hours else None,
            "clipped_tau_g_hours": _mean(clipped) if rows else None,
            "window_over_n_hours": hours / n if rows and hours else None,
            "closure_ratio": share(n, sample.landings.closings(sample.window)),
            "vl_over_window": quantile(closed, 0.5) / hours if closed and hours else None,
            "sustained": float(_is_sustained(sample)),
            "lower_bound": float(n > len(closed)),
        },
        why=_why(sample, n),
    )


def ratio_of(sample: Sample) -> float | None:
    """Return tau_g / tau_u; None: fewer than five changes, or all at one moment."""
    rows, at = _awaited(sample), sample.window.seen_at
    apart = _apart(sample.effective)
    if len(rows) < LEAST or not math.fsum(apart):
        return None
    return _mean(_aged(rows, at)) / (math.fsum(apart) / len(apart))


def _is_sustained(sample: Sample) -> bool:
    """Say whether the ratio was over the line on all of the last days; what is undefined breaks it.

    A day's ratio is that of the window as long as this one that ends with it, as known then (A17).
    """
    yellow = limits_of("tempo_ratio", sample.policy).yellow
    if yellow is None:
        return False
    window = sample.window
    for days in range(SUSTAINED_DAYS):
        start = None if window.start is None else window.start - days * DAY
        then = ratio_of(sample.moved(Window(start, window.end - days * DAY)))
        if then is None or not then > yellow:
            return False
    return True


def _awaited(sample: Sample) -> tuple[Row, ...]:
    """Return the changes in the window that had a validation, or await one."""
    return sample.landings.awaited.inside(sample.window)


def _aged(rows: Sequence[Row], at: datetime) -> list[float]:
    lags = ((lag_hours(row, at), row) for row in rows)
    return [age_hours(row, at) if lag is None else lag for lag, row in lags]


def _clipped(row: Row, window: Window) -> float:
    """Return for how many hours of the window a change that took effect in it was open."""
    ended = row.closed_at is not None and row.closed_at <= window.end
    until = row.closed_at if ended and row.closed_at is not None else window.end
    return max(0.0, (until - row.landed_at) / HOUR)


def _apart(rows: Sequence[Row]) -> list[float]:
    """Return the gaps between neighbouring landings, in hours."""
    return gaps([(row.landed_at - rows[0].landed_at) / HOUR for row in rows])


def _mean(numbers: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _ratio_interval(value: float | None, lags: Sequence[float]) -> tuple[float, float] | None:
    """Return the interval of the ratio, the gaps taken as exponential and the lags as they are."""
    if value is None or value <= 0:
        return None
    return tempo_interval(value, len(lags), deviation(lags) / _mean(lags))


def tempo_interval(value: float, n: int, variation: float) -> tuple[float, float]:
    """Return it from the number of changes and the coefficient of variation of their lags."""
    return ratio_interval(value, math.hypot(variation / math.sqrt(n), 1 / math.sqrt(n - 1)))


def _why(sample: Sample, n: int) -> str:
    if sample.effective and not n:
        return UNDECLARED
    return _too_few(sample, n) if n < LEAST else AT_ONCE


def _too_few(sample: Sample, n: int) -> str:
    return too_few(n) if n else sample.nothing()


def too_few(n: int) -> str:
    """Say why so many changes have no tempo."""
    return f"{n} in the window, at least {LEAST} are needed"
