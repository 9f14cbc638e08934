"""Circuit breakers: when they trip, how they move, what they hold, and who may reset them."""

from fitgate.core.breaker.watching import Breakers, states, watch

__all__ = ["Breakers", "states", "watch"]
