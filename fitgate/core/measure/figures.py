"""All figures of a ledger, or those that are asked for, each with its estimator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.measure import approvals, bypasses, drills, layers, open_changes, tempo, trips
from fitgate.core.measure import validation_lag as lag
from fitgate.core.measure.history import History
from fitgate.core.measure.reading import FIGURES, Estimator, Figure, Reading, Scope, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.policy import Policy

Estimate = Callable[[Sample], Reading]
ESTIMATES: Mapping[Figure, tuple[Estimator, Estimate]] = {
    "vl_hours": (lag.ESTIMATOR, lag.vl_hours),
    "rdpr": (drills.ESTIMATOR, drills.rdpr),
    "gbr_ratio": (bypasses.RATIO, bypasses.gbr_ratio),
    "gbr_per_week": (bypasses.PER_WEEK, bypasses.gbr_per_week),
    "gbr_unauthorised": (bypasses.UNAUTHORISED, bypasses.gbr_unauthorised),
    "tau_u_hours": (tempo.TAU_U, tempo.tau_u_hours),
    "tau_g_hours": (tempo.TAU_G, tempo.tau_g_hours),
    "tempo_ratio": (tempo.RATIO, tempo.tempo_ratio),
    "open_unvalidated": (open_changes.ESTIMATOR, open_changes.open_unvalidated),
    "io_approval_latency_hours": (approvals.ESTIMATOR, approvals.io_approval_latency_hours),
    "layer_ratio": (layers.ESTIMATOR, layers.layer_ratio),
    "breaker_trips": (trips.ESTIMATOR, trips.breaker_trips),
}
"""How each figure is defined, its boundary left open, and what measures it."""


def measure(
    told: Chronicle | Iterable[Row] | History,
    policy: Policy,
    scope: Scope,
    window: Window,
    only: Collection[Figure] | None = None,
) -> tuple[Reading, ...]:
    """Measure what a ledger came to, in the order of FIGURES.

    What is asked again and again of the same landings is quicker of a `History`.
    """
    sample = Sample(History.of(told), policy, scope, window)
    wanted = FIGURES if only is None else [figure for figure in FIGURES if figure in only]
    readings = (ESTIMATES[figure][1](sample) for figure in wanted)
    return tuple(bypasses.beside_hidden(each, sample.history.hidden) for each in readings)
