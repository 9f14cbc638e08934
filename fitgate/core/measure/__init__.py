"""The numbers: how each is defined, and what it came to."""
