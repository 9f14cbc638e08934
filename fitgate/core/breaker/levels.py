"""How the figure of a breaker stands at one moment: plainly, each time from all that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fitgate.core.breaker.watched import LESS_IS_WORSE, MONTH, WEEK, Watched
from fitgate.core.chronicle import Row
from fitgate.core.measure.approvals import io_approval_latency_hours
from fitgate.core.measure.bypasses import events, gbr_per_week, gbr_ratio, gbr_unauthorised
from fitgate.core.measure.drills import rdpr
from fitgate.core.measure.open_changes import open_unvalidated
from fitgate.core.measure.reading import Reading
from fitgate.core.measure.tempo import SUSTAINED_DAYS, ratio_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Level:
    """A figure and what it means for the breaker; None is unknown, which neither trips nor passes.

    `over`: the trigger is met. `green`: the figure is not over yellow. `changes` are the landings
    that it is made of where it is over.
    """

    value: float | None
    over: bool | None
    green: bool | None
    changes: tuple[str, ...] = ()
    beside: Mapping[str, float] = field(default_factory=dict)


UNKNOWN = Level(None, None, None)


def level(watched: Watched, at: datetime) -> Level:
    """Return how the figure stands at a moment, by all that had come about by then.

    This is what the timelines must equal; they tell the same of all moments in one pass.
    """
    return _LEVELS[watched.metric](watched, at)


def compared(watched: Watched, value: float) -> tuple[bool | None, bool | None]:
    """Return whether a value is over the limit, and whether it is green; strict as written."""
    sign = -1 if watched.metric in LESS_IS_WORSE else 1
    limit, yellow = watched.limit, watched.yellow
    over = None if limit is None else sign * value > sign * limit
    green = None if yellow is None else not sign * value > sign * yellow
    return over, green


def _vl(watched: Watched, at: datetime) -> Level:
    """Judge the newest landings of which it can be told, while one of them still waits.

    Each of the last N was, or has been, unvalidated for longer than the limit (fit.md 2.6). What
    has been validated late no longer holds anything up, and what is younger than the limit and
    not validated is neither late nor in time.
    """
    limit, yellow = watched.limit, watched.yellow
    if limit is None or yellow is None:
        return UNKNOWN
    known: list[tuple[float, Row]] = []
    waiting: list[float] = []
    for row in watched.ios:
        if row.landed_at > at:
            break
        age = (at - row.landed_at) / HOUR
        if row.closed_at is not None and row.closed_at <= at:
            known.append((max((row.closed_at - row.landed_at) / HOUR, 0.0), row))
        elif row.closed_at is not None or row.required:
            waiting.append(age)
            if age > limit:
                known.append((age, row))
    oldest = max(waiting, default=0.0)
    in_a_row = _trailing(hours > limit for hours, _ in known)
    beside = {"late_in_a_row": float(in_a_row), "oldest_open_hours": oldest}
    green = False if oldest > yellow else (True if known else None)
    if not known:
        return Level(None, None, green, beside=beside)
    newest = known[-watched.consecutive :]
    enough = len(newest) == watched.consecutive
    value = min(oldest, *(hours for hours, _ in newest)) if enough else 0.0
    return Level(value, value > limit, green, tuple(row.change for _, row in newest), beside)


def _trailing(late: Iterator[bool]) -> int:
    count = 0
    for each in late:
        count = count + 1 if each else 0
    return count


def _of(watched: Watched, reading: Reading, changes: tuple[str, ...] = ()) -> Level:
    if reading.value is None:
        return UNKNOWN
    over, green = compared(watched, reading.value)
    return Level(reading.value, over, green, changes)


def _rdpr(watched: Watched, at: datetime) -> Level:
    return _of(watched, rdpr(watched.sample(at)))


def _gbr_per_week(watched: Watched, at: datetime) -> Level:
    found = _of(watched, gbr_per_week(watched.sample(at, WEEK)), _bypassed(watched, at))
    alone = gbr_unauthorised(watched.sample(at, WEEK)).value
    if not watched.breaker.when.any_unauthorised or found.value is None or alone is None:
        return found
    return Level(
        found.value,
        bool(found.over) or alone > 0,
        found.green is not False and alone == 0,
        found.changes,
        {"unauthorised": alone},
    )


def _gbr_unauthorised(watched: Watched, at: datetime) -> Level:
    sample = watched.sample(at, watched.window)
    return _of(watched, gbr_unauthorised(sample), _bypassed(watched, at))


def _gbr_ratio(watched: Watched, at: datetime) -> Level:
    sample = watched.sample(at, watched.window)
    return _of(watched, gbr_ratio(sample), _bypassed(watched, at))


def _bypassed(watched: Watched, at: datetime) -> tuple[str, ...]:
    inside = watched.sample(at, watched.window).effective
    return tuple(dict.fromkeys(row.change for row in inside if events(row)))


def _tempo(watched: Watched, at: datetime) -> Level:
    """Judge by the ratios at the last ends of days (UTC): all over the limit (fit.md A17)."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    length = watched.breaker.when.window or MONTH
    ratios = [
        ratio_of(watched.sample(midnight - days * DAY, length)) for days in range(SUSTAINED_DAYS)
    ]
    if ratios[0] is None:
        return UNKNOWN
    over = [ratio is not None and bool(compared(watched, ratio)[0]) for ratio in ratios]
    limited = None if watched.limit is None else all(over)
    return Level(ratios[0], limited, compared(watched, ratios[0])[1])


def _open(watched: Watched, at: datetime) -> Level:
    return _of(watched, open_unvalidated(watched.sample(at)))


def _approvals(watched: Watched, at: datetime) -> Level:
    return _of(watched, io_approval_latency_hours(watched.sample(at, watched.window)))


def _io_count(watched: Watched, at: datetime) -> Level:
    """Judge the landings of the window; of which it cannot be told what they are may be IOs too."""
    sample = watched.sample(at, watched.window)
    changes = tuple(row.change for row in sample.effective)
    return counted(watched, len(changes), sample.untold, len(sample.inside), changes)


def counted(
    watched: Watched, count: int, perhaps: int, n: int, changes: tuple[str, ...] = ()
) -> Level:
    """Return how a count stands of which `perhaps` more are not known to be none."""
    if not n:
        return UNKNOWN
    over, green = compared(watched, count)
    most_over, most_green = compared(watched, count + perhaps)
    return Level(
        count, over if over == most_over else None, green if green == most_green else None, changes
    )


def _declared(watched: Watched, at: datetime) -> Level:
    """Judge the evaluations that are called as the breaker: failures in a row, or in the window."""
    told = [each for each in watched.told if each.at <= at]
    when = watched.breaker.when
    if when.consecutive is not None:
        failed = _trailing(each.record.result == "failed" for each in told)
        return by_row(watched, failed) if told else UNKNOWN
    if watched.limit is None:
        return Level(None, over=False, green=True)  # tripped by hand alone, and so never by itself
    inside = [each for each in told if each.at > at - watched.window]
    failures = tuple(each.record.change for each in inside if each.record.result == "failed")
    return counted(watched, len(failures), 0, len(told), failures)


def by_row(watched: Watched, failed: int) -> Level:
    """Return how so many failures in a row stand; one that passes ends the row (fit.md 2.6)."""
    return Level(failed, failed >= watched.consecutive, failed == 0)


_LEVELS: Mapping[str, Callable[[Watched, datetime], Level]] = {
    "vl_hours": _vl,
    "rdpr": _rdpr,
    "gbr_per_week": _gbr_per_week,
    "gbr_unauthorised": _gbr_unauthorised,
    "gbr_ratio": _gbr_ratio,
    "tempo_ratio": _tempo,
    "open_unvalidated": _open,
    "io_approval_latency_hours": _approvals,
    "io_count": _io_count,
    "declared": _declared,
}
