"""A worker at work in a thread of its own, watched, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars

from fitgate.core.work import Delivery, Every, Task
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.logs import log, why
from fitgate.errors import UpstreamError
from fitgate.ports import Queue, Worker

PAUSE = 1.0
"""Seconds until a queue that failed is tried again; twice that the next time, and so on."""
LONGEST_PAUSE = 30.0
_IDLE = 0.05


class Watched:
    """A worker whose work is counted and logged; it satisfies `ports.Worker`."""

    def __init__(self, worker: Worker, counts: Counts) -> None:
        self._worker, self._counts = worker, counts

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Return what a delivery gives to do."""
        with (
            bound_contextvars(delivery=delivery.guid, hook=delivery.hook),
            self._seen("open", "delivery"),
        ):
            tasks = self._worker.opened(delivery)
            log().info("delivery opened", github_event=delivery.event, keys=[t.key for t in tasks])
            return tasks

    def done(self, task: Task) -> Sequence[Task]:
        """Do a task, and return what is to be done after it."""
        began = time.perf_counter()
        with bound_contextvars(job=task.job, key=task.key), self._seen(task.job, "task"):
            after = self._worker.done(task)
            took = round(time.perf_counter() - began, 3)
            log().info("task done", seconds=took, after=[f"{t.due:%FT%TZ} {t.job}" for t in after])
            return after

    @contextmanager
    def _seen(self, job: str, what: str) -> Iterator[None]:
        began = time.perf_counter()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except UpstreamError as exc:
            log().warning(f"{what} failed", **why(exc))
            raise
        except Exception as exc:
            log().error(f"{what} failed", **why(exc))
            raise
        finally:
            self._counts.tasks.labels(job, outcome).inc()
            self._counts.working.labels(job).observe(time.perf_counter() - began)


class Shift:
    """One worker of a queue, from `start` to `stop`; what it fails at is tried again."""

    def __init__(self, queue: Queue, worker: Worker, every: Sequence[Every] = ()) -> None:
        self._queue, self._worker, self._every = queue, worker, every
        self._stop = threading.Event()
        self._fails, self._asked = False, 0
        self._thread = threading.Thread(target=self.work, name="fitgate-worker", daemon=True)

    @property
    def is_working(self) -> bool:
        """Say whether somebody is at work, and the queue does not fail."""
        return self._thread.is_alive() and not self._fails

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more in hand."""
        self._stop.set()

    def ended(self, within: float) -> bool:
        """Wait for what is in hand; say whether it was finished in so many seconds."""
        if self._thread.ident is not None:
            self._thread.join(within)
        return not self._thread.is_alive()

    def work(self) -> None:
        """Work until it is told to stop, whatever fails."""
        pause = PAUSE
        while not self._stop.is_set():
            self._asked = 0
            try:
                self._queue.work(self._worker, self._is_over, self._every)
                self._stop.wait(_IDLE)
            except Exception as exc:  # noqa: BLE001 - a worker that is gone would serve nobody
                pause = pause if self._fails else PAUSE
                self._fails = True
                log().error("queue failed", again_in=pause, **why(exc))
                self._stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        log().info("worker stopped")

    def _is_over(self) -> bool:
        """Say whether to stop; a queue that asks a second time has done something in between."""
        self._asked += 1
        if self._asked > 1:
            self._fails = False
        return self._stop.is_set()
