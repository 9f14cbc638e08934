"""At which end of a day governance has been too slow for all of the last days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from fitgate.core.breaker.levels import compared
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.watched import MONTH, Watched
from fitgate.core.measure.landings import is_awaited
from fitgate.core.measure.tempo import LEAST, SUSTAINED_DAYS

_DAY = timedelta(days=1)


def tempo_marks(watched: Watched, until: datetime) -> Iterator[Mark]:
    """Yield the ratio at the end of each day (UTC), and whether it was over the limit for long.

    Once a window is empty its ratio is unknown until something lands again: days in between are
    not looked at.
    """
    length = watched.breaker.when.window or MONTH
    ratios = _Ratios(watched, length)
    days_over = 0
    for at in _midnights(ratios.landed, length, until):
        ratio = ratios.at(at)
        over, green = (None, None) if ratio is None else compared(watched, ratio)
        days_over = days_over + 1 if over else 0
        if ratio is None or watched.limit is None:
            yield Mark(at, None, green, ratio)
        else:
            yield Mark(at, days_over >= SUSTAINED_DAYS, green, ratio)


def _midnights(landed: list[datetime], length: timedelta, until: datetime) -> Iterator[datetime]:
    """Yield the ends of days at which a window holds a landing, or has just come to hold none."""
    if not landed:
        return
    at = _next_midnight(landed[0])
    while at <= until:
        yield at
        newest = bisect_right(landed, at) - 1
        if landed[newest] > at - length:
            at += _DAY
        elif newest + 1 < len(landed):
            at = max(at + _DAY, _next_midnight(landed[newest + 1]))
        else:
            return


def _next_midnight(at: datetime) -> datetime:
    """Return the first end of a day at or after a moment."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == at else midnight + _DAY


class _Ratios:
    """The ratio over a window that ends at any moment; what `measure.tempo.ratio_of` says."""

    def __init__(self, watched: Watched, length: timedelta) -> None:
        rows = watched.ios
        self.landed = [row.landed_at for row in rows]
        self._length = length
        origin = self.landed[0] if rows else None
        hour = timedelta(hours=1)
        waits = [
            (
                row.landed_at,
                (row.landed_at - origin) / hour,
                None if row.closed_at is None else (row.closed_at - origin) / hour,
            )
            for row in rows
            if origin is not None and is_awaited(row)
        ]
        self._awaited = [at for at, _, _ in waits]
        self._hours = [(landed, closed) for _, landed, closed in waits]
        self._origin, self._hour = origin, hour

    def at(self, end: datetime) -> float | None:
        """Return the ratio of the window that ends then; None: too little landed in it."""
        start = end - self._length
        first, last = bisect_right(self.landed, start), bisect_right(self.landed, end)
        begin, stop = bisect_right(self._awaited, start), bisect_right(self._awaited, end)
        n = stop - begin
        if n < LEAST or self._origin is None:
            return None
        span = (self.landed[last - 1] - self.landed[first]) / self._hour
        if not span:
            return None
        now = (end - self._origin) / self._hour
        waited = sum(
            (now if closed is None or closed > now else closed) - landed
            for landed, closed in self._hours[begin:stop]
        )
        return waited / n / (span / (last - first - 1))
