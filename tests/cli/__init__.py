"""The command line, started as its users start it."""
