"""How long an IO waits for its yes: from when it was proposed until it was allowed."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.measure.landings import HOUR
from fitgate.core.measure.reading import Estimator, Reading
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import median_interval, quantile
from fitgate.core.measure.validation_lag import share

ESTIMATOR = Estimator(
    figure="io_approval_latency_hours",
    formula="median (R-7) of allowed - seen",
    unit="hours",
    state="changes that took effect in the window",
    boundary="",
    window="as asked",
    statistics=("p90", "n_without", "frac_zero"),
)


def io_approval_latency_hours(sample: Sample) -> Reading:
    """Measure the time from proposal to yes; it should be neither zero nor unsteady (fit.md 1.8).

    What landed without both being known is `unjudged`.
    """
    at = sample.window.seen_at
    pairs = [
        (row, (row.allowed_at - row.seen_at) / HOUR)
        for row in sample.effective
        if row.seen_at is not None and row.allowed_at is not None and row.allowed_at <= at
    ]
    waits, without = sorted(hours for _, hours in pairs), len(sample.effective) - len(pairs)
    return sample.reading(
        replace(ESTIMATOR, boundary=f"{sample.governed_words()}; from first seen to first allowed"),
        quantile(waits, 0.5) if waits else None,
        len(waits),
        (row for row, _ in pairs),
        unjudged=without + sample.untold,
        interval=median_interval(waits),
        beside={
            "p90": quantile(waits, 0.9) if waits else None,
            "n_without": without,
            "frac_zero": share(sum(hours <= 0 for hours in waits), len(waits)),
        },
        why=f"of none of {without} both moments are known" if without else sample.nothing(),
    )
