"""What waits in the inbox, and what is parked there, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fitgate.core.entries import moment
from fitgate.core.inert import inert
from fitgate.core.words.cells import counted
from fitgate.core.work import Backlog, Parked

TABLE = ("id", "parked", "tried", "what", "why")
_WHY = 160
"""Characters of a reason in a table; --json has all that is kept of it."""


def table_row(parked: Parked) -> tuple[str, ...]:
    """Return a row of what is parked."""
    what, why = inert(parked.what, _WHY), inert(parked.why, _WHY)
    return (parked.id, _at(parked.since), str(parked.attempts), what, why)


def backlog_words(backlog: Backlog) -> Iterator[str]:
    """Yield what waits, and since when."""
    if backlog.since is None:
        yield "Nothing waits to be done."
    else:
        yield f"{_waits(backlog.due)} to be done, the oldest since {_at(backlog.since)}."
    if backlog.until is not None:
        yield f"{_waits(backlog.later)} for later, the next until {_at(backlog.until)}."


def parked_words(parked: Sequence[Parked]) -> str:
    """Say how much is parked, and how it is tried again."""
    if not parked:
        return "Nothing is parked."
    return (
        f"{counted(len(parked), 'delivery or task', 'deliveries and tasks')} failed each time. "
        "`fitgate inbox retry ID` tries again, `--all` all of them."
    )


def retried_words(count: int) -> str:
    """Say how much is tried again."""
    if not count:
        return "Nothing is parked, so nothing is tried again."
    return f"{counted(count, 'is', 'are')} tried again as soon as a worker is free."


def backlog_json(backlog: Backlog, parked: Sequence[Parked]) -> dict[str, object]:
    """Return the same as JSON values."""
    since, until = backlog.since, backlog.until
    return {
        "due": backlog.due,
        "since": None if since is None else moment(since),
        "later": backlog.later,
        "until": None if until is None else moment(until),
        "parked": [
            {
                "id": each.id,
                "what": each.what,
                "attempts": each.attempts,
                "why": each.why,
                "since": moment(each.since),
            }
            for each in parked
        ],
    }


def _waits(number: int) -> str:
    return f"{number} waits" if number == 1 else f"{number} wait"


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
