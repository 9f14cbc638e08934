"""The git adapter, against real repositories made on the spot."""
