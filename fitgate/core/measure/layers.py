"""How often the fast layer changes for each change of the slow one."""

from __future__ import annotations

from dataclasses import replace

from fitgate.core.measure.reading import Estimator, Reading
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import wilson
from fitgate.core.measure.validation_lag import share

ESTIMATOR = Estimator(
    figure="layer_ratio",
    formula="landings of the fast layer / landings of the slow layer",
    unit="ratio",
    state="landings in the window, IO or not",
    boundary="",
    window="as asked",
    statistics=("fast", "medium", "slow"),
)


def layer_ratio(sample: Sample) -> Reading:
    """Measure fast landings for each slow one (fit.md 1.8); without a slow one it is unknown."""
    of = {
        name: [r for r in sample.inside if r.layer == name] for name in ("fast", "medium", "slow")
    }
    fast, slow = len(of["fast"]), len(of["slow"])
    odds = wilson(fast, fast + slow)
    return sample.reading(
        replace(ESTIMATOR, boundary=f"{sample.changes()}, IO or not; by the policy's layers"),
        share(fast, slow),
        fast + slow,
        (*of["fast"], *of["slow"]),
        unjudged=sum(row.layer is None for row in sample.inside),
        interval=(odds[0] / (1 - odds[0]), odds[1] / (1 - odds[1])) if odds and slow else None,
        beside={name: len(rows) for name, rows in of.items()},
        why=(
            f"no landing of the slow layer among {len(sample.inside)}"
            if sample.inside
            else f"no {sample.changes()} in the window"
        ),
    )
