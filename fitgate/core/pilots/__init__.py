"""The two-week pilot."""
