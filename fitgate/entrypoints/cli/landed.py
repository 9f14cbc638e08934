"""Which event a command line points at."""

from __future__ import annotations

from datetime import datetime

from fitgate.bootstrap import Clone
from fitgate.core.events import Event, Happening
from fitgate.errors import FitgateError


def event_of(clone: Clone, base: str | None, head: str, change: str | None, at: datetime) -> Event:
    """Return the event of a landing, if `change` names one, else of the proposal `base..head`."""
    if change is not None:
        return landing(clone, change, at)
    return Event(Happening.PROPOSED, base and clone.resolve(base), clone.resolve(head), at)


def landing(clone: Clone, change: str, at: datetime) -> Event:
    """Return the event of one landing: what its commit brought since the one before it."""
    head = clone.resolve(change)
    try:
        base = clone.resolve(f"{head}^")
    except FitgateError:  # the first commit of all
        base = None
    return Event(Happening.LANDED, base, head, at)
