"""Breakers watched: what has come about is written down, and open changes are judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.breaker.watching import watch
from fitgate.core.chronicle import Chronicle
from fitgate.core.events import Pointer
from fitgate.core.records.controls import Reset, Tripped
from fitgate.core.work import Task
from fitgate.serving.opening import open_looks
from fitgate.serving.place import Place


def watched(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down which breakers have moved by now; yield a look at each open change if any did.

    Whoever moved one by hand did so in the ledger alone, so all moves count that this process has
    not heard of; after a restart those are all there ever were.
    """
    told = place.memory.caught_up()
    policy = place.governing()
    if policy is not None:
        place.memory.write(watch(policy, told, now), now)
    last = last_move(told)
    if last <= place.moved:
        return
    yield from open_looks(place, pointer, now)
    place.moved = last


def last_move(told: Chronicle) -> int:
    """Return the number of the last entry that a breaker moved, drills too; 0: none ever has."""
    tripped, reset = told.told(Tripped)[-1:], told.told(Reset)[-1:]
    return max((0, *(move.seq for move in tripped), *(move.seq for move in reset)))
