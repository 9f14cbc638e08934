"""When the figure of a breaker passes its limit, or comes back: all moments in one pass."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import add, itemgetter, neg
from typing import NamedTuple

from fitgate.core.breaker.lag import lag_marks
from fitgate.core.breaker.levels import by_row, compared, counted
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.tempo import tempo_marks
from fitgate.core.breaker.watched import WEEK, Watched
from fitgate.core.chronicle import Row
from fitgate.core.measure.bypasses import events, is_judged
from fitgate.core.measure.drills import LAST, TOO_OLD, succeeded
from fitgate.core.measure.landings import is_awaited
from fitgate.core.measure.statistics import quantile


def timeline(watched: Watched, until: datetime) -> Iterator[Mark]:
    """Yield each moment up to `until` at which the answer of a breaker's figure changes.

    What comes and goes at one moment is told in this order. `levels.level` says the same of any one
    moment; this takes time in the number of landings, drills and evaluations, and their logarithm.
    """
    before: tuple[bool | None, bool | None] = (None, None)
    for mark in _MARKS[watched.metric](watched, until):
        if mark.at > until:
            return
        if (mark.over, mark.green) != before:
            before = mark.over, mark.green
            yield mark


class _Count(NamedTuple):
    """What one landing adds to the counts of a window."""

    seen: int = 0
    events: int = 0
    unauthorised: int = 0
    bypassed: int = 0
    ios: int = 0
    perhaps: int = 0


def _rolling(
    rows: Iterable[Row], count: Callable[[Row], _Count], window: timedelta
) -> Iterator[tuple[datetime, _Count]]:
    """Yield the counts of a window that ends at each moment at which one comes or goes."""
    comes = [(row.landed_at, said) for row in rows if any(said := count(row))]
    goes = [(_after(at, window), _Count._make(map(neg, said))) for at, said in comes]
    total = _Count()
    for at, together in groupby(merge(comes, goes, key=itemgetter(0)), key=itemgetter(0)):
        for _, said in together:
            total = _Count._make(map(add, total, said))
        yield at, total


def _after(at: datetime, length: timedelta) -> datetime:
    try:
        return at + length
    except OverflowError:
        return datetime.max.replace(tzinfo=at.tzinfo)


def _watched_landing(row: Row) -> _Count:
    """Count a landing, IO or not, as the estimators of bypasses do."""
    if row.nature.is_io is None:
        return _Count()
    if not row.nature.is_io:
        return _Count(seen=1)
    found = events(row)
    unauthorised = sum(not each.authorised for each in found)
    return _Count(int(is_judged(row) or bool(found)), len(found), unauthorised)


def _io_landing(row: Row) -> _Count:
    if not row.nature.is_io or not is_judged(row):
        return _Count()
    return _Count(seen=1, bypassed=bool(events(row)))


def _any_landing(row: Row) -> _Count:
    return _Count(seen=1, ios=row.nature.is_io is True, perhaps=row.nature.is_io is None)


def _gbr_per_week(watched: Watched, _: datetime) -> Iterator[Mark]:
    alone = watched.breaker.when.any_unauthorised
    for at, total in _rolling(watched.rows, _watched_landing, WEEK):
        if not total.seen:
            yield Mark(at, None, None)
            continue
        over, green = compared(watched, total.events)
        if alone:
            over = bool(over) or total.unauthorised > 0
            green = green is not False and total.unauthorised == 0
        yield Mark(at, over, green, total.events)


def _gbr_unauthorised(watched: Watched, _: datetime) -> Iterator[Mark]:
    for at, total in _rolling(watched.rows, _watched_landing, watched.window):
        yield _mark(watched, at, total.unauthorised if total.seen else None)


def _gbr_ratio(watched: Watched, _: datetime) -> Iterator[Mark]:
    for at, total in _rolling(watched.rows, _io_landing, watched.window):
        yield _mark(watched, at, total.bypassed / total.seen if total.seen else None)


def _io_count(watched: Watched, _: datetime) -> Iterator[Mark]:
    for at, total in _rolling(watched.rows, _any_landing, watched.window):
        found = counted(watched, total.ios, total.perhaps, total.seen)
        yield Mark(at, found.over, found.green, found.value)


def _mark(watched: Watched, at: datetime, value: float | None) -> Mark:
    return Mark(at, None, None) if value is None else Mark(at, *compared(watched, value), value)


def _rdpr(watched: Watched, _: datetime) -> Iterator[Mark]:
    """Tell of the last drills that were due, each time that one comes in or grows too old."""
    history = watched.history
    due = [(told.at, told.seq, succeeded(told.record)[0]) for told in history.drilled]
    due += [(told.at, told.seq, False) for told in history.missed]
    due.sort()
    times = [at for at, _, _ in due]
    last = watched.breaker.when.last or LAST
    for at in sorted({*times, *(_after(at, TOO_OLD) for at in times)}):
        inside = due[bisect_right(times, at - TOO_OLD) : bisect_right(times, at)][-last:]
        passed = sum(each for _, _, each in inside)
        yield _mark(watched, at, passed / len(inside) if inside else None)


def _open(watched: Watched, _: datetime) -> Iterator[Mark]:
    steps: list[tuple[datetime, int, int]] = []
    for row in filter(is_awaited, watched.ios):
        closed = row.closed_at
        opens = closed is None or closed > row.landed_at
        steps.append((row.landed_at, 1, 1 if opens else 0))
        if closed is not None and opens:
            steps.append((closed, 0, -1))
    known = waiting = 0
    for at, together in groupby(sorted(steps), key=itemgetter(0)):
        for _, one, change in together:
            known, waiting = known + one, waiting + change
        yield _mark(watched, at, waiting if known else None)


def _approvals(watched: Watched, _: datetime) -> Iterator[Mark]:
    steps: list[tuple[datetime, int, float]] = []
    for row in watched.ios:
        if row.seen_at is None or row.allowed_at is None:
            continue
        begins, ends = max(row.landed_at, row.allowed_at), _after(row.landed_at, watched.window)
        if begins < ends:
            wait = (row.allowed_at - row.seen_at) / timedelta(hours=1)
            steps += ((begins, 1, wait), (ends, 0, wait))
    waits: list[float] = []
    for at, together in groupby(sorted(steps), key=itemgetter(0)):
        for _, comes, wait in together:
            if comes:
                insort(waits, wait)
            else:
                del waits[bisect_right(waits, wait) - 1]
        yield _mark(watched, at, quantile(waits, 0.5) if waits else None)


def _declared(watched: Watched, until: datetime) -> Iterator[Mark]:
    if watched.breaker.when.consecutive is not None:
        yield from _in_a_row(watched)
    elif watched.limit is None:
        yield Mark(datetime.min.replace(tzinfo=until.tzinfo), over=False, green=True)
    elif watched.told:
        yield from _failures(watched)


def _in_a_row(watched: Watched) -> Iterator[Mark]:
    failed = 0
    for each in watched.told:
        failed = failed + 1 if each.record.result == "failed" else 0
        found = by_row(watched, failed)
        yield Mark(each.at, found.over, found.green, failed)


def _failures(watched: Watched) -> Iterator[Mark]:
    steps: list[tuple[datetime, int]] = []
    for each in watched.told:
        failed = int(each.record.result == "failed")
        steps += ((each.at, failed), (_after(each.at, watched.window), -failed))
    count = 0
    for at, together in groupby(sorted(steps), key=itemgetter(0)):
        count += sum(change for _, change in together)
        yield _mark(watched, at, count)


_MARKS: Mapping[str, Callable[[Watched, datetime], Iterable[Mark]]] = {
    "vl_hours": lag_marks,
    "rdpr": _rdpr,
    "gbr_per_week": _gbr_per_week,
    "gbr_unauthorised": _gbr_unauthorised,
    "gbr_ratio": _gbr_ratio,
    "tempo_ratio": tempo_marks,
    "open_unvalidated": _open,
    "io_approval_latency_hours": _approvals,
    "io_count": _io_count,
    "declared": _declared,
}
