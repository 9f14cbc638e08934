"""Moments as whole numbers, as tables keep them: microseconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def micros(at: datetime) -> int: ...
@overload
def micros(at: datetime | None) -> int | None: ...
def micros(at: datetime | None) -> int | None:
    """Return a moment in microseconds; none for none."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


@overload
def from_micros(told: int) -> datetime: ...
@overload
def from_micros(told: int | None) -> datetime | None: ...
def from_micros(told: int | None) -> datetime | None:
    """Return the moment of so many microseconds; none for none."""
    return None if told is None else _EPOCH + told * _MICROSECOND
