"""Circuit breakers: when they trip, how they move, what they hold, and who may reset them."""
