"""One thread that writes all that waits for it in one go."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from fitgate.errors import QueueError

T = TypeVar("T")
R = TypeVar("R")

MOST = 256
"""Things written in one go."""


class Grouped(Generic[T, R]):
    """Writes what many threads give it, each at once if nothing else waits.

    A commit waits for the disk; what comes in meanwhile is the next group. So there are groups only
    where there is a backlog, and whoever comes alone pays for nobody else.
    """

    def __init__(self, write: Callable[[Sequence[T]], Sequence[R]], name: str) -> None:
        """Take what writes a group, all or nothing, and returns a result for each of it."""
        self._write, self._name = write, name
        self._waiting: queue.SimpleQueue[tuple[T, Future[R]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def submit(self, item: T) -> Future[R]:
        """Give something to write; the future ends when it is durable, or could not be written.

        Raises:
            QueueError: when this was closed.
        """
        future: Future[R] = Future()
        with self._lock:
            if self._is_closed:
                raise QueueError("The queue was closed: it takes nothing more.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._waiting.put((item, future))
        return future

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._lock:
            self._is_closed = True
            thread, self._thread = self._thread, None
            self._waiting.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._gathered()
            self._written(group)

    def _gathered(self) -> tuple[list[tuple[T, Future[R]]], bool]:
        """Wait for something, and return all that waits by then; and whether more may come."""
        group: list[tuple[T, Future[R]]] = []
        found = self._waiting.get()
        while found is not None:
            if found[1].set_running_or_notify_cancel():
                group.append(found)
            if len(group) >= MOST or self._waiting.empty():
                return group, True
            found = self._waiting.get()  # at once: nobody else takes any
        return group, False

    def _written(self, group: list[tuple[T, Future[R]]]) -> None:
        if not group:
            return
        try:
            results = self._write([item for item, _ in group])
        except BaseException as exc:  # noqa: BLE001 - whoever waits must be told, whatever it is
            if len(group) > 1 and not isinstance(exc, QueueError):
                for each in group:  # one of them is bad, which the others must not pay for
                    self._written([each])
                return
            for _, future in group:
                future.set_exception(exc)
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
