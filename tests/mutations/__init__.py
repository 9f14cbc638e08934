"""Deliberate faults, and the named test that must notice each."""
