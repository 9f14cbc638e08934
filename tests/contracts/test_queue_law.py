"""Whatever happens in whatever order, the queue in a file does what the one in memory does."""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from fitgate.adapters.queue.embedded import EmbeddedQueue
from fitgate.core.work import Backlog, Delivery, Every, Task
from fitgate.errors import DeliveryError, ForgeError
from fitgate.ports import Queue
from tests.builders import NOW
from tests.contracts.queues import PATIENCE, Notes, settle
from tests.memory_queue import MemoryQueue

EVERY = (Every("reconcile", "r", "again and again", timedelta(minutes=5)),)
NAMES = st.sampled_from("abc")
FAILS = st.dictionaries(
    NAMES, st.sampled_from([ForgeError("down"), DeliveryError("no"), ValueError("bug")])
)
What = Literal["accept", "put", "forward", "work", "retry", "reopen"]


class Step(NamedTuple):
    """One thing that happens; `after` is in seconds."""

    what: What
    name: str
    after: int
    fails: dict[str, Exception]


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["accept", "put", "forward", "work", "work", "retry", "reopen"]),
        NAMES,
        st.integers(-5, 60),
        FAILS,
    ),
    max_size=20,
)


class Run:
    """A queue that things happen to, and all that can be seen of it."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._now = file, NOW
        self._notes = Notes(gives=lambda d: [Task("look", d.guid, f"of {d.guid}", d.received_at)])
        self.queue = self._opened()

    def _opened(self) -> Queue:
        if self._file is None:
            return MemoryQueue(lambda: self._now, PATIENCE)
        return EmbeddedQueue(self._file, lambda: self._now, patience=PATIENCE)

    def happens(self, step: Step) -> None:
        """Let one thing happen."""
        match step.what:
            case "accept":
                self.queue.accept([Delivery("github:1", step.name, "push", b"{}", self._now)])
            case "put":
                due = self._now + timedelta(seconds=step.after)
                self.queue.put([Task("look", step.name, step.name, due)])
            case "forward":
                self._now += timedelta(seconds=abs(step.after))
            case "work":
                self._notes.fails = {**step.fails}
                settle(self.queue, self._notes, EVERY)
            case "retry":
                self.queue.retry([parked.id for parked in self.queue.parked()])
            case "reopen":
                if self._file is not None:
                    self.queue.close()
                    self.queue = self._opened()

    def seen(self) -> tuple[list[str], Backlog, list[tuple[object, ...]]]:
        """Return what was done, what waits and what is parked."""
        parked = [(p.what, p.attempts, p.why, p.since) for p in self.queue.parked()]
        return sorted(self._notes.did), self.queue.backlog(), sorted(parked, key=repr)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_a_queue_in_a_file_does_what_one_in_memory_does(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept, remembered = Run(Path(folder, "fitgate.db")), Run(None)
        try:
            for step in steps:
                kept.happens(step)
                remembered.happens(step)
                assert kept.seen() == remembered.seen(), step
        finally:
            with closing(kept.queue):
                pass
