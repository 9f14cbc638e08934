"""Open debt: how many changes are in effect and not yet validated."""

from __future__ import annotations

import math
from dataclasses import replace

from fitgate.core.chronicle import Row
from fitgate.core.measure.landings import HOUR, age_hours, is_open
from fitgate.core.measure.reading import Estimator, Reading, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.validation_lag import UNDECLARED, boundary

ESTIMATOR = Estimator(
    figure="open_unvalidated",
    formula="changes in effect at the end whose validation is awaited",
    unit="changes",
    state="all changes that took effect up to the end, however long ago",
    boundary="",
    window="at the end; the mean is over the window",
    statistics=("mean", "oldest_open_hours", "n_over_limit", "n_undeclared"),
)


def open_unvalidated(sample: Sample) -> Reading:
    """Count what is in effect without the validation that it needs (fit.md 1.5).

    What was bypassed and never evaluated stays open forever (A28).
    """
    at, landings, hours = sample.window.end, sample.landings, sample.hours
    perhaps = landings.perhaps_open(sample.window)
    waiting = [row for row in perhaps if is_open(row, at)]
    ages = [age_hours(row, at) for row in waiting]
    n, everything = landings.awaited.count(at), landings.governed.count(at)
    open_hours = math.fsum(_inside(row, sample.window) for row in perhaps)
    return sample.reading(
        replace(ESTIMATOR, boundary=boundary(sample)),
        len(waiting) if n else None,
        n,
        waiting,
        unjudged=landings.untold.count(at),
        beside={
            "mean": open_hours / hours if n and hours else None,
            "oldest_open_hours": max(ages, default=None),
            "n_over_limit": sum(age > sample.limit_hours for age in ages),
            "n_undeclared": everything - n,
        },
        why=UNDECLARED if everything else f"no {sample.governed_words()} up to then",
    )


def _inside(row: Row, window: Window) -> float:
    """Return for how many hours of the window a change was open, whenever it landed."""
    begun = row.landed_at if window.start is None else max(row.landed_at, window.start)
    ended = window.end if row.closed_at is None else min(row.closed_at, window.end)
    return max(0.0, (ended - begun) / HOUR)
