"""Evaluations that ended: landings that wait for them, and pull requests that are judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.closing import closing_drafts, is_awaited
from fitgate.core.events import Pointer
from fitgate.core.work import Task, look
from fitgate.serving.opening import proposal
from fitgate.serving.place import Place
from fitgate.serving.proposals import proposed


def evaluated(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down what ended that a landing waits for, and judge what is open anew."""
    told = place.memory.caught_up()
    for change in told.landed_as(pointer.head or ""):
        closed(place, change, now)
    if pointer.kind == "pull":
        yield from proposed(place, pointer, now)
    else:
        yield from having(place, pointer, now)


def having(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Yield to look at every open pull request with a head; close what landed of the others.

    Each is looked at by itself: who works on the commit does not hold the pull request.
    """
    for found in place.forge.headed(pointer.head) if pointer.head else ():
        if found.is_open:
            yield look(proposal(pointer, "pull", found.number), now)
        else:
            for change in place.memory.told.landed_as(found.number):
                closed(place, change, now)


def closed(place: Place, change: str, now: datetime) -> None:
    """Write down which evaluations ended that a landing waits for, as the forge has them now."""
    rows = place.memory.told.rows_of(change)
    if not is_awaited(rows):
        return
    landed = next((row for row in rows if row.commit is not None), None)
    if landed is not None:
        landing, head = place.forge.ended(str(landed.commit), landed.number, now)
        place.memory.write(closing_drafts(rows, landing, head), now)
