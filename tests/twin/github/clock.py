"""The twin's time: that of what happens, moved by tests, and that of credentials, which is real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """When things happen on the twin; it stands still until a test moves it.

    Tokens and limits live on `wall`, the machine's own clock (plus what a test adds), because the
    client libraries sign JWTs and judge expiry by theirs.
    """

    def __init__(self, at: datetime = START) -> None:
        self.now = at
        self.ahead = timedelta()

    def forward(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Let time pass for what happens; return what it is now."""
        self.now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.now

    def wall(self) -> datetime:
        """Return the time that credentials and limits go by."""
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - PyJWT and PyGithub read this clock too


def stamp(at: datetime) -> str:
    """Write a time as GitHub does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe_stamp(at: datetime | None) -> str | None:
    """Write a time, or nothing for one that has not come."""
    return None if at is None else stamp(at)


def moment(text: str) -> datetime:
    """Read a time that a request carries."""
    return datetime.fromisoformat(text)
