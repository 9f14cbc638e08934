"""FITGate: governance for the changes that cannot be undone."""

__version__ = "0.1.0"
