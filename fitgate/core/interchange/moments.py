"""Times as others write them: in UTC, not yet to come, or refused with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SHAPE = "a time in UTC, as in 2026-01-31T12:00:00Z"
YET_TO_COME = "is yet to come"


def utc(text: str, *, naive: bool = False) -> datetime:
    """Read a moment in UTC; `naive` says that this format means UTC where it names no zone.

    Raises:
        ValueError: when it is none, or is told in another zone.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not {SHAPE}") from None
    if at.tzinfo is None:
        if not naive:
            raise ValueError(f"{text!r} names no time zone: write {SHAPE}")
        return at.replace(tzinfo=UTC)
    if at.utcoffset() != timedelta(0):
        raise ValueError(f"{text!r} is not in UTC: write {SHAPE}")
    return at.astimezone(UTC)


def past(at: datetime, as_of: datetime) -> datetime:
    """Return a moment that is over.

    Raises:
        ValueError: when it is yet to come.
    """
    if at > as_of:
        raise ValueError(f"{at.isoformat().replace('+00:00', 'Z')} {YET_TO_COME}")
    return at
