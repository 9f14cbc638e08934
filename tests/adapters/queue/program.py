"""`python -m tests.adapters.queue.program`: one that accepts or works, to be killed at it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from fitgate.adapters.queue.embedded import EmbeddedQueue
from fitgate.adapters.queue.procrastinate import ProcrastinateQueue
from fitgate.adapters.queue.working import Pace
from fitgate.core.retrying import Patience
from fitgate.core.work import Delivery, Task
from fitgate.entrypoints.cli.asked import now
from fitgate.ports import Queue

AT_ONCE = Patience(attempts=3, first=timedelta())
MOST = 5_000


def opened(where: str) -> Queue:
    """Open the queue at an address; what fails in it is tried again at once."""
    if where.startswith("sqlite:///"):
        return EmbeddedQueue(Path(where.removeprefix("sqlite:///")), now, patience=AT_ONCE)
    return ProcrastinateQueue(where, pace=Pace(heartbeat=0.2, dead_after=1.0, patience=AT_ONCE))


class Slow:
    """A worker that writes into a file what it begins and what it ends."""

    def __init__(self, notes: Path, takes: float) -> None:
        self._notes, self._takes = notes, takes

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Give one task of the same name."""
        self._note(f"opened {delivery.guid}")
        return [Task("look", delivery.guid, delivery.guid, delivery.received_at)]

    def done(self, task: Task) -> Sequence[Task]:
        """Take a while; `kills` kills the process that does it."""
        self._note(f"began {task.key} {task.about}")
        if task.about == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self._takes)
        self._note(f"ended {task.key} {task.about}")
        return ()

    def _note(self, line: str) -> None:
        with self._notes.open("ab", buffering=0) as file:
            file.write(f"{os.getpid()} {line}\n".encode())


def accept(queue: Queue) -> None:
    """Accept one after another, and tell each that is kept."""
    for number in range(MOST):
        queue.accept([Delivery("github:1", f"{number}", "push", b"{}", now())])
        os.write(1, f"{number}\n".encode())


def work(queue: Queue, notes: Path, takes: float) -> None:
    """Work until asked to end."""
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    os.write(1, b"ready\n")
    queue.work(Slow(notes, takes), asked.is_set)
    queue.close()


if __name__ == "__main__":
    here = opened(sys.argv[2])
    if sys.argv[1] == "accept":
        accept(here)
    else:
        work(here, Path(sys.argv[3]), float(sys.argv[4]))
