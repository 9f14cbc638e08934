"""Adapters, each against the real thing or a twin of it."""
