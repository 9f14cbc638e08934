"""What there is to do: deliveries as they came, and tasks that wait for their time."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import TypeAdapter

from fitgate.core.canonical import canonical
from fitgate.core.events import Happening, Pointer

Job = Literal["look", "reconcile", "watch"]
"""What a task does: look where a pointer says, catch up with a repository, watch its breakers."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody sent, as its bytes came: known to be theirs, not understood yet.

    `hook` is who sent it (`github:<hook id>`, `api`), and `guid` what they call it: the same of
    both is one delivery, however often it comes.
    """

    hook: str
    guid: str
    event: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do at its time, by one worker alone of all that have its `key`.

    `about` is JSON. Two that wait and differ in `due` alone are one task, due at the earlier time:
    whoever looks sees all that happened until then.
    """

    job: Job
    key: str
    about: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Every:
    """A task that is put again and again, once in a while for all workers together."""

    job: Job
    key: str
    about: str
    period: timedelta


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery or task that failed each time; it waits for somebody to retry it."""

    id: str
    what: str
    attempts: int
    why: str
    since: datetime


@functools.cache
def _pointers() -> TypeAdapter[Pointer]:
    return TypeAdapter(Pointer)


def look(pointer: Pointer, due: datetime) -> Task:
    """Return the task to look where a pointer says."""
    return Task("look", pointer.key, _about(pointer), due)


def watch(pointer: Pointer, due: datetime) -> Task:
    """Return the task to watch the breakers of the repository that a pointer is in."""
    return Task("watch", f"{pointer.repo}!breakers", _about(_whole(pointer)), due)


def _whole(pointer: Pointer) -> Pointer:
    """Return the pointer to a repository as a whole, the same whatever in it led there."""
    return Pointer(
        Happening.CONTROLS_CHANGED,
        pointer.repo,
        pointer.name,
        installation=pointer.installation,
    )


def _about(pointer: Pointer) -> str:
    told = _pointers().dump_python(pointer, mode="json", exclude_defaults=True)
    return canonical(told).decode()


def pointer_of(task: Task) -> Pointer:
    """Return where a task says to look."""
    return _pointers().validate_json(task.about)
