"""Deliveries and tasks in a SQLite file, for one process and one worker in it."""

from __future__ import annotations

import fcntl
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from fitgate.adapters.queue import sqlite
from fitgate.adapters.queue.grouped import Grouped
from fitgate.adapters.queue.rows import Found, Rows
from fitgate.adapters.queue.words import told
from fitgate.core.micros import from_micros
from fitgate.core.retrying import Patience
from fitgate.core.work import Backlog, Delivery, Every, Parked, Task
from fitgate.errors import QueueError
from fitgate.ports import Worker

T = TypeVar("T")
NAP = 0.1
"""Seconds after which a worker with nothing to do asks again whether to stop."""
TROUBLED = 1.0
"""Seconds that it waits when the file could not be read or written."""
TIDIED = timedelta(hours=1)
_LOG = logging.getLogger("fitgate.queue")


class EmbeddedQueue:
    """A queue in one file; it satisfies `ports.Queue`.

    All that this process writes goes through one thread, so nobody waits for a lock, and what many
    give at the same time is one commit. Others may look into the file, and retry what is parked.
    """

    def __init__(
        self,
        file: Path,
        now: Callable[[], datetime],
        *,
        create: bool = True,
        patience: Patience | None = None,
    ) -> None:
        """Open the file.

        Raises:
            UserError: when it cannot be opened, or was made by a newer FITGate.
        """
        self.file, self._now = file, now
        self._patience = patience or Patience()
        self._writes = sqlite.connect(file, create=create)
        try:
            sqlite.prepare(self._writes, file, create=create)
            self._reads = sqlite.connect(file, create=False)
        except BaseException:
            self._writes.close()
            raise
        self._reading = threading.Lock()
        self._woken = threading.Event()
        self._steps: Grouped[Callable[[Rows], Any], Any] = Grouped(self._write, "fitgate-inbox")

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Keep deliveries; all are durable when this returns, or none was taken.

        Raises:
            QueueError: when they could not be kept.
        """
        self.submit(deliveries).result()

    def submit(self, deliveries: Sequence[Delivery]) -> Future[None]:
        """Begin to keep deliveries, and return at once; the future ends as `accept` would."""
        kept = [*deliveries]
        return self._begun(lambda rows: rows.accept(kept))

    def put(self, tasks: Sequence[Task]) -> None:
        """Keep tasks until they are due; one that waits already is not put twice.

        Raises:
            QueueError: when they could not be kept.
        """
        kept = [*tasks]
        self._begun(lambda rows: rows.put(kept)).result()

    def work(self, worker: Worker, stop: Callable[[], bool], every: Sequence[Every] = ()) -> None:
        """Do what is due, oldest first, until `stop` says so; the task in hand is finished.

        Raises:
            QueueError: when somebody else works here.
        """
        with self._alone():
            is_sound, tidied = False, None
            while not stop():
                self._woken.clear()  # before looking: what is put after that wakes us
                try:
                    if not is_sound:
                        self._done(lambda rows: rows.hand_back(self._patience, self._now()))
                        is_sound = True
                    if tidied is None or self._now() - tidied >= TIDIED:
                        tidied = self._now()
                        self._done(partial(Rows.tidy, now=tidied))
                    self._put_those(every)
                    if not self._did_one(worker):
                        self._woken.wait(NAP)
                except QueueError as exc:
                    _LOG.error("%s", exc)
                    is_sound = False  # what was in hand may be so still
                    until = time.monotonic() + TROUBLED
                    while not stop() and time.monotonic() < until:
                        time.sleep(NAP)

    def parked(self) -> Sequence[Parked]:
        """Return what kept failing, and why, oldest first."""
        with self._rows() as rows:
            return rows.parked()

    def waiting(self) -> int:
        """Return how many deliveries and tasks that are due have not been done."""
        return self.backlog().due

    def backlog(self) -> Backlog:
        """Return what waits, and since when."""
        with self._rows() as rows:
            due, since, later, until = rows.backlog(self._now())
        return Backlog(due, from_micros(since), later, from_micros(until))

    def retry(self, ids: Sequence[str]) -> int:
        """Let these parked ones be tried again now; return how many there were."""
        wanted = [*dict.fromkeys(ids)]
        return self._done(lambda rows: rows.retry(wanted, self._now()))

    def close(self) -> None:
        """Keep what was submitted, and close the file."""
        self._steps.close()
        with self._reading:
            self._reads.close()
            self._writes.close()

    def _did_one(self, worker: Worker) -> bool:
        """Do what has been due for longest; say whether there was something."""
        with self._rows() as rows:
            due = rows.next(self._now())
        if due is None:
            return False
        if due.attempts >= self._patience.attempts:  # whoever began it never came back to tell
            self._done(lambda rows: rows.park(due, None, self._now()))
            return True
        found = self._done(lambda rows: rows.take(due))
        is_done = False
        try:
            given = found.done_by(worker)
            is_done = True
            self._done(lambda rows: rows.finish(found, given, self._now()))
        except Exception as exc:  # whatever it is, the next task must have its turn
            if is_done and isinstance(exc, QueueError):
                raise  # not its fault
            self._failed(found, exc)
        return True

    def _failed(self, found: Found, exc: Exception) -> None:
        wait, now = self._patience.after(found.attempts, exc), self._now()
        if wait is None:
            self._done(lambda rows: rows.park(found, exc, now))
        else:
            self._done(lambda rows: rows.again(found, exc, now + wait))
        told(found.of, exc, wait)

    def _put_those(self, every: Sequence[Every]) -> None:
        """Put what has its turn again."""
        now = self._now()
        with self._rows() as rows:
            due = [each for each in every if rows.has_turn(each, now)]
        if due:
            self._done(lambda rows: rows.put_those(due, now))

    def _begun(self, step: Callable[[Rows], T]) -> Future[T]:
        return self._steps.submit(step)

    def _done(self, step: Callable[[Rows], T]) -> T:
        return self._begun(step).result()

    def _write(self, steps: Sequence[Callable[[Rows], Any]]) -> Sequence[Any]:
        with sqlite.transaction(self._writes, self.file):
            rows = Rows(self._writes)
            results = [step(rows) for step in steps]
        self._woken.set()
        return results

    @contextmanager
    def _rows(self) -> Iterator[Rows]:
        """Give the rows to read.

        Raises:
            QueueError: when they cannot be read.
        """
        try:
            with self._reading:
                yield Rows(self._reads)
        except sqlite3.Error as exc:
            raise QueueError(f"{self.file}: the inbox could not be read: {exc}.") from exc

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only worker on this file; the system lets go of the lock of one that is killed.

        Raises:
            QueueError: when there is another.
        """
        with Path(f"{self.file}.worker").open("a") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                raise QueueError(
                    f"{self.file}: another process works on this inbox. An inbox in SQLite has one "
                    "worker, that of `fitgate serve`; for several, keep it in PostgreSQL: "
                    "FITGATE_DATABASE_URL=postgresql://…"
                ) from exc
            yield
