"""Where deliveries and tasks may wait: one place for each queue, and the contract runs on all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import cast

import psycopg
import pytest

from fitgate.adapters.queue.embedded import EmbeddedQueue
from fitgate.adapters.queue.procrastinate import ProcrastinateQueue
from fitgate.adapters.queue.working import Pace
from fitgate.core.retrying import Patience
from fitgate.core.work import Delivery, Every, Task
from fitgate.ports import Queue
from tests.builders import NOW
from tests.memory_queue import MemoryQueue

SECOND = timedelta(seconds=1)
PATIENCE = Patience(attempts=3, first=10 * SECOND, most=60 * SECOND)
PACE = Pace(heartbeat=0.2, dead_after=1.0, patience=PATIENCE)
MOST = 30.0
"""Seconds that a test waits for anything."""


@dataclass
class Place:
    """One queue, opened as often as one likes, and its clock."""

    kind: str
    where: str
    _open: Callable[[], Queue]
    now: Callable[[], datetime]
    forward: Callable[[timedelta], None]
    _opened: list[Queue] = field(default_factory=list)

    def open(self) -> Queue:
        """Open the queue, as another process would."""
        self._opened.append(self._open())
        return self._opened[-1]

    def close(self) -> None:
        """Close all that was opened."""
        for queue in self._opened:
            queue.close()

    def delivery(self, guid: str, hook: str = "github:1", body: bytes = b"{}") -> Delivery:
        """Return a delivery that comes now."""
        return Delivery(hook, guid, "push", body, self.now())

    def task(self, about: str, key: str = "k", *, after: timedelta = timedelta()) -> Task:
        """Return a task that is due after a while."""
        return Task("look", key, about, self.now() + after)


@dataclass
class Notes:
    """A worker that notes down what it does; it fails where it is told to."""

    gives: Callable[[Delivery], Sequence[Task]] = lambda _: ()
    then: Callable[[Task], Sequence[Task]] = lambda _: ()
    fails: dict[str, Exception] = field(default_factory=dict)
    takes: float = 0.0
    did: list[str] = field(default_factory=list)
    overlaps: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    _busy: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Note down that it was opened."""
        self.did.append(delivery.guid)
        self.bodies.append(delivery.body)
        self._fail(delivery.guid)
        return self.gives(delivery)

    def done(self, task: Task) -> Sequence[Task]:
        """Note down that it was done, and whether another of its key was being done."""
        with self._lock:
            self.did.append(task.about)
            if task.key in self._busy:
                self.overlaps.append(task.key)
            self._busy.add(task.key)
        time.sleep(self.takes)
        with self._lock:
            self._busy.discard(task.key)
        self._fail(task.about)
        return self.then(task)

    def _fail(self, what: str) -> None:
        if what in self.fails:
            raise self.fails[what]


def settle(queue: Queue, notes: Notes, every: Sequence[Every] = (), *, until: int = 0) -> list[str]:
    """Work until nothing is due and `until` things were done; return all that was done so far."""
    ends = time.monotonic() + MOST

    def stop() -> bool:
        assert time.monotonic() < ends, f"it never came to rest: {notes.did}"
        return len(notes.did) >= until and not queue.waiting()

    queue.work(notes, stop, every)
    return notes.did


@dataclass
class _Clock:
    now: datetime = NOW

    def forward(self, by: timedelta) -> None:
        self.now += by


def memory(request: pytest.FixtureRequest) -> Place:
    del request
    clock = _Clock()
    queue = MemoryQueue(lambda: clock.now, PATIENCE)
    return Place("memory", "", lambda: queue, lambda: clock.now, clock.forward)


def embedded(request: pytest.FixtureRequest) -> Place:
    file: Path = request.getfixturevalue("tmp_path") / "fitgate.db"
    clock = _Clock()
    return Place(
        "embedded", f"sqlite:///{file}",
        lambda: EmbeddedQueue(file, lambda: clock.now, patience=PATIENCE),
        lambda: clock.now, clock.forward,
    )  # fmt: skip


def procrastinate(request: pytest.FixtureRequest) -> Place:
    """On a server, whose clock nobody moves: so what is kept is moved into the past."""
    address: str = request.getfixturevalue("postgres")()

    def ask(words: str, *given: object) -> list[tuple[object, ...]]:
        with psycopg.connect(address) as connection:
            done = connection.execute(words.encode(), given)
            return done.fetchall() if done.description else []

    def forward(by: timedelta) -> None:
        ask(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s,"
            " priority = priority + %s",
            by, round(by.total_seconds()),
        )  # fmt: skip
        ask("UPDATE inbox_every SET last = last - %s", by)

    def now() -> datetime:
        return cast("datetime", ask("SELECT now()")[0][0])

    return Place(
        "procrastinate", address, lambda: ProcrastinateQueue(address, pace=PACE), now, forward
    )


PLACES: tuple[Callable[[pytest.FixtureRequest], Place], ...] = (memory, embedded, procrastinate)
