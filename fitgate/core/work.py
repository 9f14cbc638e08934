"""What there is to do: deliveries as they came, and tasks that wait for their time."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import TypeAdapter

from fitgate.core.canonical import canonical
from fitgate.core.events import Happening, Pointer

Job = Literal["look", "reconcile", "watch"]
"""What a task does: look where a pointer says, catch up with a repository, watch its breakers."""
REMEMBERED = timedelta(days=30)
"""How long it is known that a delivery was done: forges send again for 3 to 7 days at most."""


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

    @property
    def name(self) -> str:
        """Return what is the same of all workers that put it."""
        return canonical([self.job, self.key, self.about]).decode()

    def task(self, due: datetime) -> Task:
        """Return the task, due then."""
        return Task(self.job, self.key, self.about, due)


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery or task that failed each time; it waits for somebody to retry it.

    `id` is what `retry` takes, `what` what people call it.
    """

    id: str
    what: str
    attempts: int
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: how many are due and since when, how many have their time to come and until when.

    `since` is when the oldest of those that are due became so, `until` when the next of the others
    will be. What is in somebody's hand counts as due.
    """

    due: int = 0
    since: datetime | None = None
    later: int = 0
    until: datetime | None = None


def called(of: Delivery | Task) -> str:
    """Return what people call a delivery or a task."""
    if isinstance(of, Delivery):
        return f"{of.event or 'delivery'} {of.guid} of {of.hook}"
    # What is of no change has its job's name for a key: it is said once.
    return of.key if of.key.partition("!")[0] == of.job else f"{of.job} {of.key}"


@functools.cache
def _pointers() -> TypeAdapter[Pointer]:
    return TypeAdapter(Pointer)


def look(pointer: Pointer, due: datetime) -> Task:
    """Return the task to look where a pointer says."""
    return Task("look", pointer.key, _about(pointer), due)


def watch(pointer: Pointer, due: datetime) -> Task:
    """Return the task to watch the breakers of the repository that a pointer is in."""
    return Task("watch", f"{pointer.repo}!breakers", _about(_whole(pointer)), due)


EVERYWHERE, DELIVERIES = '"everywhere"', '"deliveries"'
"""What a task of catching up is about that begins one for each repository; or asks for what was
sent and arrived nowhere.
"""
_SINCE, _REACHED = "since:", "reached:"


def catch_up(pointer: Pointer, since: datetime | None, due: datetime) -> Task:
    """Return the task to look at all that happened in a repository since a moment.

    It says by itself since when: done again, it looks at the same. None: since there is a ledger.
    """
    return _reconcile(pointer, f"{_SINCE}{since.isoformat() if since else ''}", due)


def caught_up(pointer: Pointer, until: datetime, due: datetime) -> Task:
    """Return the task to note that all that happened until a moment has been put in a queue."""
    return _reconcile(pointer, f"{_REACHED}{until.isoformat()}", due)


def _reconcile(pointer: Pointer, detail: str, due: datetime) -> Task:
    about = _about(replace(_whole(pointer), detail=detail))
    return Task("reconcile", f"{pointer.repo}!reconcile", about, due)


def since_of(pointer: Pointer) -> datetime | None:
    """Return since when a task of catching up says to look."""
    said = pointer.detail.removeprefix(_SINCE)
    return datetime.fromisoformat(said) if said else None


def reached_by(pointer: Pointer) -> datetime | None:
    """Return until when a task says that all is looked at; None: it is one to look."""
    if not pointer.detail.startswith(_REACHED):
        return None
    return datetime.fromisoformat(pointer.detail.removeprefix(_REACHED))


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
