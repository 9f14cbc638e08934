"""VL, the validation lag: how long what took effect waits for the evaluation that closes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fitgate.core.chronicle import Row
from fitgate.core.measure.landings import age_hours, is_awaited, is_open, lag_hours
from fitgate.core.measure.reading import Estimator, Reading
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import median_interval, quantile, survival_median

ESTIMATOR = Estimator(
    figure="vl_hours",
    formula=(
        "median (R-7) of closure - landing, signed, over the changes that are closed; its band is "
        "that of the greater of it and the Kaplan-Meier median (not reached: the oldest open age)"
    ),
    unit="hours",
    state="changes that took effect in the window",
    boundary="",
    window="as asked",
    statistics=(
        "p90", "p99", "n_closed", "n_open", "n_undeclared", "oldest_open_hours",
        "frac_over_limit", "frac_negative", "kaplan_meier_median", "banded_by_hours",
        "median_all_changes",
    ),
)  # fmt: skip
UNDECLARED = "no evaluation was declared"


def vl_hours(sample: Sample) -> Reading:
    """Measure the validation lag of the changes that took effect in the window (fit.md 1.2).

    A negative lag (evaluated before it took effect) stays negative (A7). What is open counts in
    the Kaplan-Meier median and in the share over the limit, not in percentiles (A8); the band goes
    by the worse of the two medians, so that leaving changes open never looks good.
    """
    at, rows = sample.window.seen_at, sample.effective
    lags = sorted(lags_of(rows, at))
    ages = [age_hours(row, at) for row in rows if is_open(row, at)]
    over = sum(lag > sample.limit_hours for lag in lags)
    late = sum(age > sample.limit_hours for age in ages)
    every = sorted(lags_of(sample.inside, at))
    value, lasting = quantile(lags, 0.5) if lags else None, survival_median(lags, ages)
    banded_by = worse(value, lasting, max(ages, default=None))
    return sample.reading(
        replace(ESTIMATOR, boundary=boundary(sample)),
        value,
        len(lags),
        filter(is_awaited, rows),
        unjudged=sample.untold,
        interval=median_interval(lags),
        beside={
            "p90": quantile(lags, 0.9) if lags else None,
            "p99": quantile(lags, 0.99) if lags else None,
            "n_closed": len(lags),
            "n_open": len(ages),
            "n_undeclared": len(rows) - len(lags) - len(ages),
            "oldest_open_hours": max(ages, default=None),
            "frac_over_limit": share(over + late, len(lags) + late),
            "frac_negative": share(sum(lag < 0 for lag in lags), len(lags)),
            "kaplan_meier_median": lasting,
            "banded_by_hours": banded_by,
            "median_all_changes": quantile(every, 0.5) if every else None,
        },
        why=_why(sample, ages),
        banded_by=banded_by,
    )


def worse(value: float | None, lasting: float | None, oldest: float | None) -> float | None:
    """Return what the band goes by: the greater of the medians of the closed and of all.

    The Kaplan-Meier median is not reached where more than half outlast every closing; then it is
    at least the age of the `oldest` that is open, at which more than half survive.
    """
    if value is None:
        return None
    least = oldest if lasting is None else lasting
    return value if least is None else max(value, least)


def boundary(sample: Sample) -> str:
    """Say what the lag is of, from when to when."""
    what, closed = sample.governed_words(), sample.closing_words()
    return f"{what}; {closed}; late after {sample.limit_hours:g} h"


def lags_of(rows: Sequence[Row], at: datetime) -> list[float]:
    """Return the lags of those that were closed by a moment."""
    return [lag for row in rows if (lag := lag_hours(row, at)) is not None]


def share(part: int, whole: int) -> float | None:
    """Return a share; of none it is unknown."""
    return part / whole if whole else None


def _why(sample: Sample, ages: Sequence[float]) -> str:
    return not_closed(len(ages), max(ages, default=0)) if sample.effective else sample.nothing()


def not_closed(still: int, oldest: float) -> str:
    """Say why there is no lag although something took effect."""
    if not still:
        return UNDECLARED
    return f"none of {still} is closed; the oldest is open for {oldest:.0f} h"
