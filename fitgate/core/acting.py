"""Which breakers may stop anything: figures and breakers both have to know."""

from __future__ import annotations

from fitgate.core.policy import Breaker, Policy

ACTING = frozenset(
    {"vl_hours", "rdpr", "gbr_ratio", "gbr_per_week", "gbr_unauthorised", "declared"}
)
"""Only these may stop anything; a breaker on another figure advises (fit.md A23)."""


def is_dry(breaker: Breaker, policy: Policy) -> bool:
    """Say whether a trip stops nothing: in shadow mode, or because the breaker only advises."""
    return policy.mode == "shadow" or breaker.when.metric not in ACTING


def environments_of(breaker: Breaker) -> tuple[str | None, ...]:
    """Return where a breaker has a state of its own; null: everywhere together."""
    return breaker.environments or (None,)
