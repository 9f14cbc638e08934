"""GitHub: its deliveries read, its changes gathered, verdicts shown on it."""
