"""Which breakers may stop anything, and where each has a state of its own."""

from __future__ import annotations

from fitgate.core.acting import ACTING, is_dry
from fitgate.core.policy import Breaker

__all__ = ["ACTING", "environments_of", "is_dry"]


def environments_of(breaker: Breaker) -> tuple[str | None, ...]:
    """Return where a breaker has a state of its own; null: everywhere together."""
    return breaker.environments or (None,)
