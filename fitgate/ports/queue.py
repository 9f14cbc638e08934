"""What is to be done, kept until it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a check of facts loads this, and nothing of ledgers or queues
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from fitgate.core.work import Backlog, Delivery, Every, Parked, Task


class Worker(Protocol):
    """What is done with what a queue holds."""

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Return what a delivery gives to do; nothing, if it is of no concern.

        Raises:
            DeliveryError: when it can never be understood.
        """

    def done(self, task: Task) -> Sequence[Task]:
        """Do a task, and return what is to be done after it; done twice, it has one effect."""


class Queue(Protocol):
    """Deliveries and tasks, kept until they are done: whoever is killed, nothing is lost."""

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Keep deliveries; all are durable when this returns, or none was taken.

        What has been done already is not done again; what was parked is tried anew.

        Raises:
            QueueError: when they could not be kept.
        """

    def submit(self, deliveries: Sequence[Delivery]) -> Future[None]:
        """Begin to keep deliveries, and return at once; the future ends as `accept` would.

        All that waits is kept in one go, so that many cost little more than one. For coroutines:
        `await asyncio.wrap_future(queue.submit([delivery]))`.
        """

    def put(self, tasks: Sequence[Task]) -> None:
        """Keep tasks until they are due; one that waits already is not put twice.

        Raises:
            QueueError: when they could not be kept.
        """

    def work(self, worker: Worker, stop: Callable[[], bool], every: Sequence[Every] = ()) -> None:
        """Do what is due, oldest first, until `stop` says so; the task in hand is finished.

        A failure is tried again, later each time; what keeps failing is parked. `stop` is asked
        often, and by any thread.

        Raises:
            QueueError: when nobody but one may work here, and one does.
        """

    def parked(self) -> Sequence[Parked]:
        """Return what kept failing, and why, oldest first."""

    def waiting(self) -> int:
        """Return how many deliveries and tasks that are due have not been done."""

    def backlog(self) -> Backlog:
        """Return what waits, and since when."""

    def retry(self, ids: Sequence[str]) -> int:
        """Let these parked ones be tried again now; return how many there were."""

    def close(self) -> None:
        """Let go of what the queue holds open."""
