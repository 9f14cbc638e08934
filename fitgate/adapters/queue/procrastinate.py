"""Deliveries and tasks in PostgreSQL, for any number of processes with a worker each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

from fitgate.adapters.queue import jobs
from fitgate.adapters.queue.grouped import Grouped
from fitgate.adapters.queue.postgres import Connection, Database
from fitgate.adapters.queue.working import Pace, Working
from fitgate.core.work import Backlog, Delivery, Every, Parked, Task
from fitgate.ports import Worker


class ProcrastinateQueue:
    """A queue on a server; it satisfies `ports.Queue`.

    Procrastinate hands out the jobs: one at a time of all that have a task's key, at their time,
    to whoever is free. What it does not do is done here: deliveries, failures, and the jobs of
    workers that are gone, which have been silent for longer than `pace` says.
    """

    def __init__(
        self,
        address: str,
        *,
        create: bool = True,
        pace: Pace | None = None,
    ) -> None:
        """Connect; raises as `Database`."""
        self._pace = pace or Pace()
        self._database = Database(address, create=create)
        self._accepting: Grouped[Sequence[Delivery], None] = Grouped(self._accept, "fitgate-inbox")

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Keep deliveries; all are durable when this returns, or none was taken.

        Raises:
            QueueError: when they could not be kept.
        """
        self.submit(deliveries).result()

    def submit(self, deliveries: Sequence[Delivery]) -> Future[None]:
        """Begin to keep deliveries, and return at once; the future ends as `accept` would."""
        return self._accepting.submit([*deliveries])

    def put(self, tasks: Sequence[Task]) -> None:
        """Keep tasks until they are due; one that waits already is not put twice.

        Raises:
            QueueError: when they could not be kept.
        """
        self._database.write(partial(jobs.put, tasks=[*tasks]))

    def work(self, worker: Worker, stop: Callable[[], bool], every: Sequence[Every] = ()) -> None:
        """Do what is due, oldest first, until `stop` says so; the task in hand is finished."""
        asyncio.run(Working(self._database, worker, stop, every, self._pace).run())

    def parked(self) -> Sequence[Parked]:
        """Return what kept failing, and why, oldest first."""
        return self._database.write(jobs.parked)

    def waiting(self) -> int:
        """Return how many deliveries and tasks that are due have not been done."""
        return self.backlog().due

    def backlog(self) -> Backlog:
        """Return what waits, and since when."""
        return self._database.write(jobs.backlog)

    def retry(self, ids: Sequence[str]) -> int:
        """Let these parked ones be tried again now; return how many there were."""
        return self._database.write(partial(jobs.retry, ids=[*ids]))

    def close(self) -> None:
        """Keep what was submitted, and let go of the connections."""
        self._accepting.close()
        self._database.close()

    def _accept(self, groups: Sequence[Sequence[Delivery]]) -> Sequence[None]:
        def step(connection: Connection) -> None:
            jobs.accept(connection, [each for group in groups for each in group])

        self._database.write(step)
        return [None] * len(groups)
