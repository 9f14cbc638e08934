"""The scalar values that facts are made of: times, lengths of time, digests, settings."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

_UNSAFE = 1 << 53  # RFC 8785 section 3.2.2.3: beyond it numbers of different makers differ


def _rfc3339(value: object) -> object:
    if not isinstance(value, str | datetime):
        msg = "must be a time in UTC, as in 2026-01-31T12:00:00Z"
        raise ValueError(msg)  # noqa: TRY004 - pydantic shows it with its place
    return value


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() != timedelta(0):
        msg = "must be a time in UTC, as in 2026-01-31T12:00:00Z"
        raise ValueError(msg)
    return moment


def _not_negative(length: timedelta) -> timedelta:
    if length < timedelta(0):
        msg = "must not be negative"
        raise ValueError(msg)
    return length


Instant = Annotated[datetime, BeforeValidator(_rfc3339), AfterValidator(_utc)]
"""A moment, RFC 3339 in UTC."""
Length = Annotated[timedelta, AfterValidator(_not_negative)]
"""A length of time, ISO 8601."""
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


def _portable(value: str | float | bool | None) -> str | float | bool | None:  # noqa: FBT001
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and not (math.isfinite(value) and abs(value) < _UNSAFE):  # type: ignore[arg-type]
        msg = "must be a number that JSON carries everywhere: finite, and below 2^53"
        raise ValueError(msg)
    return value


Scalar = Annotated[str | int | float | bool | None, AfterValidator(_portable)]
