"""The scalar values that facts are made of: times, lengths of time, digests, settings."""

from __future__ import annotations

import math
import re
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


def _portable(value: str | float | bool | None) -> str | float | bool | None:  # noqa: FBT001 - a value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and not (math.isfinite(value) and abs(value) < _UNSAFE):  # type: ignore[arg-type] # `number` says it
        msg = "must be a number that JSON carries everywhere: finite, and below 2^53"
        raise ValueError(msg)
    return value


Scalar = Annotated[str | int | float | bool | None, AfterValidator(_portable)]


_SECONDS = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)
_ISO = re.compile(
    r"P(?=.)((\d{1,6})W|((\d{1,6})D)?(T(?=.)((\d{1,9})H)?((\d{1,9})M)?((\d{1,9})(\.\d{1,6})?S)?)?)",
    re.ASCII,
)


def length_in(text: str) -> timedelta | None:
    """Read a length of time: ISO 8601 from weeks down to seconds, or seconds; None: it is none."""
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=float(text))
    if not (found := _ISO.fullmatch(text)):
        return None
    weeks, days, hours, minutes, whole, part = (found[n] for n in (2, 4, 7, 9, 11, 12))
    return timedelta(
        weeks=int(weeks or 0),
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=float((whole or "0") + (part or "")),
    )
