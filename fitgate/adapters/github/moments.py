"""GitHub's times, and what was known as of a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_SKEW = timedelta(minutes=2)


def moment(said: object) -> datetime | None:
    """Read a time of GitHub's, in whole seconds."""
    if not isinstance(said, str):
        return None
    return datetime.fromisoformat(said).astimezone(UTC).replace(microsecond=0)


def known_at(said: object, as_of: datetime) -> datetime | None:
    """Read a time of something that was known as of a moment; None: it was not yet.

    Our clock may be behind GitHub's: what it has just told of has happened.
    """
    at = moment(said)
    return None if at is None or at > as_of + _SKEW else min(at, as_of)
