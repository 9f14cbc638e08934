"""When the newest landings have each waited too long for their validation, or no longer do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import groupby
from operator import itemgetter

from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.watched import TICK, Watched
from fitgate.core.chronicle import Row
from fitgate.core.measure.landings import is_awaited


class _Step(IntEnum):
    """What happens to one landing; closings come after what else is due at the same moment."""

    LATE = 0
    YELLOW = 1
    CLOSED_LATE = 2
    CLOSED_YELLOW = 3
    IN_TIME = 4


def lag_marks(watched: Watched, _: datetime) -> Iterator[Mark]:
    """Yield how the newest landings stand each time that one is late, validated or both.

    A landing becomes late while it waits, so what is validated at the very moment at which it would
    be late is told of twice: late, then done.
    """
    limit, yellow = watched.limit, watched.yellow
    if limit is None or yellow is None:
        return
    steps: list[tuple[datetime, bool, _Step, int]] = sorted(
        (at, step >= _Step.CLOSED_LATE, step, number)
        for number, row in enumerate(watched.ios)
        if is_awaited(row)
        for at, step in _steps(row, limit, yellow)
    )
    late: list[int] = []  # numbers of landings, ascending: they grow late in the order of landing
    waiting = yellows = 0
    last_in_time = -1
    known = False
    for (at, _closing), together in groupby(steps, key=itemgetter(0, 1)):
        for _at, _late, step, number in together:
            match step:
                case _Step.LATE:
                    late.append(number)
                    waiting, known = waiting + 1, True
                case _Step.YELLOW:
                    yellows += 1
                case _Step.CLOSED_LATE:
                    waiting -= 1
                case _Step.CLOSED_YELLOW:
                    yellows -= 1
                case _Step.IN_TIME:
                    last_in_time, known = max(last_in_time, number), True
        in_a_row = len(late) - bisect_right(late, last_in_time)
        over = (in_a_row >= watched.consecutive and waiting > 0) if known else None
        green = False if yellows else (True if known else None)
        yield Mark(at, over, green)


def _steps(row: Row, limit: float, yellow: float) -> Iterator[tuple[datetime, _Step]]:
    landed, closed = row.landed_at, row.closed_at
    if closed is not None and closed <= _later(landed, limit):
        yield max(closed, landed), _Step.IN_TIME
    else:
        yield _over(row, limit), _Step.LATE
        if closed is not None:
            yield closed, _Step.CLOSED_LATE
    if closed is None or closed > _later(landed, yellow):
        yield _over(row, yellow), _Step.YELLOW
        if closed is not None:
            yield closed, _Step.CLOSED_YELLOW


def _over(row: Row, hours: float) -> datetime:
    """Return the first moment at which a landing has waited longer."""
    over = _later(row.landed_at, hours) + TICK
    return over if row.closed_at is None else min(over, row.closed_at)


def _later(at: datetime, hours: float) -> datetime:
    """Return the moment so many hours later; one that no calendar has is the last that it has."""
    try:
        return at + timedelta(hours=hours)
    except OverflowError:
        return datetime.max.replace(tzinfo=at.tzinfo) - TICK
