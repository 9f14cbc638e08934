"""Which values are yellow and which are red: the policy's thresholds, else those of the sources."""

from __future__ import annotations

from collections.abc import Mapping

from fitgate.core.measure.reading import Band, Figure
from fitgate.core.policy import Policy, Threshold

LOWER_IS_WORSE: frozenset[Figure] = frozenset({"rdpr"})
_S_RIOCS_HOURS = 72.0
_DEFAULTS: Mapping[Figure, Threshold] = {
    "rdpr": Threshold(yellow=0.80, red=0.50),
    "gbr_per_week": Threshold(yellow=1, red=3),
    "gbr_unauthorised": Threshold(red=0),
    "tempo_ratio": Threshold(yellow=1, red=3),
}
"""fit.md 1.9; any unauthorised bypass trips, so it is red."""


def limits_of(figure: Figure, policy: Policy) -> Threshold:
    """Return the thresholds of a figure; a lag is late as the boundary says, and red at 3 times."""
    if figure in policy.thresholds:
        return policy.thresholds[figure]
    if figure == "vl_hours":
        within = policy.boundary.closure.within
        late = _S_RIOCS_HOURS if within is None else within.total_seconds() / 3600
        return Threshold(yellow=late, red=3 * late)
    return _DEFAULTS.get(figure, Threshold())


def band_of(figure: Figure, value: float, limits: Threshold) -> Band:
    """Return the band of a value; strict as written: a tempo ratio of exactly 1 is green.

    None where there is no threshold: nothing says what is good.
    """
    sign = -1 if figure in LOWER_IS_WORSE else 1
    for band, limit in ((Band.RED, limits.red), (Band.YELLOW, limits.yellow)):
        if limit is not None and sign * value > sign * limit:
            return band
    return Band.NONE if limits.yellow is None and limits.red is None else Band.GREEN


def threshold_words(figure: Figure, limits: Threshold) -> tuple[str, ...]:
    """Return thresholds as an estimator declares them, as in `yellow > 72`."""
    sign = "<" if figure in LOWER_IS_WORSE else ">"
    told = (("yellow", limits.yellow), ("red", limits.red))
    return tuple(f"{band} {sign} {limit:g}" for band, limit in told if limit is not None)
