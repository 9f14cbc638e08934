"""A worker in a thread: it works until it is told to stop, whatever fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import StringIO

import pytest

from fitgate.core.events import Happening, Pointer
from fitgate.core.work import Delivery, Every, Task, look
from fitgate.entrypoints.web import shift as shifts
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.shift import Shift, Watched
from fitgate.errors import ForgeError, QueueError
from fitgate.ports import Worker
from tests.builders import NOW
from tests.memory_queue import MemoryQueue
from tests.web.conftest import until

DELIVERY = Delivery("github:1", "guid-7", "pull_request", b"{}", NOW)
POINTER = Pointer(Happening.PROPOSED, "github:1", "acme/app", "pull", 7)


@dataclass
class Hands:
    """A worker that does what it is told to, and remembers what it did."""

    fails: Exception | None = None
    did: list[str] = field(default_factory=list)

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        self.did.append(delivery.guid)
        return [look(POINTER, NOW)]

    def done(self, task: Task) -> Sequence[Task]:
        if self.fails:
            raise self.fails
        self.did.append(task.key)
        return ()


def test_what_waits_is_done_until_it_is_told_to_stop(written: StringIO) -> None:
    queue, hands = MemoryQueue(lambda: NOW), Hands()
    counts = Counts(queue)
    shift = Shift(queue, Watched(hands, counts))
    assert not shift.is_working
    shift.start()
    queue.accept([DELIVERY])
    until(lambda: len(hands.did) == 2)
    assert shift.is_working
    shift.stop()
    assert shift.ended(within=5)
    assert not shift.is_working
    assert hands.did == ["guid-7", "github:1#7"]
    assert counts.registry.get_sample_value(
        "fitgate_tasks_total", {"job": "look", "outcome": "done"}
    ) == 1  # fmt: skip
    assert '"delivery": "guid-7"' in written.getvalue()
    assert '"key": "github:1#7"' in written.getvalue()


@dataclass
class Rough(MemoryQueue):
    """A queue whose database is away for a while."""

    away: int = 2

    def work(self, worker: Worker, stop: Callable[[], bool], every: Sequence[Every] = ()) -> None:
        if self.away:
            self.away -= 1
            raise QueueError("The database is away.")
        super().work(worker, stop, every)


def test_a_queue_that_fails_is_tried_again(
    written: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shifts, "PAUSE", 0.01)
    queue, hands = Rough(lambda: NOW), Hands()
    shift = Shift(queue, hands)
    shift.start()
    queue.accept([DELIVERY])
    until(lambda: len(hands.did) == 2)
    until(lambda: shift.is_working)
    shift.stop()
    assert shift.ended(within=5)
    assert written.getvalue().count("queue failed") == 2


@pytest.mark.parametrize(
    ("exc", "level"), [(ForgeError("GitHub says 502."), "warning"), (ValueError("x"), "error")]
)
def test_a_task_that_fails_is_counted_logged_and_raised(
    written: StringIO, exc: Exception, level: str
) -> None:
    counts = Counts(MemoryQueue(lambda: NOW))
    with pytest.raises(type(exc)):
        Watched(Hands(exc), counts).done(look(POINTER, NOW))
    assert counts.registry.get_sample_value(
        "fitgate_tasks_total", {"job": "look", "outcome": "failed"}
    ) == 1  # fmt: skip
    assert f'"level": "{level}"' in written.getvalue()
