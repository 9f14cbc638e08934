"""One worker of many: it does jobs, says that it lives, and takes over from those that do not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.worker import Worker as TheirWorker

from fitgate.adapters.queue import jobs
from fitgate.adapters.queue.postgres import Connection, Database
from fitgate.adapters.queue.words import told
from fitgate.core.retrying import Patience, why_failed
from fitgate.core.work import Delivery, Every, Job, Task
from fitgate.errors import QueueError
from fitgate.ports import Worker

Of = TypeVar("Of", Delivery, Task)
NAP = 0.1
"""Seconds after which a worker asks again whether to stop."""
POLL = 1.0
"""Seconds after which a worker looks for jobs whose time has come: of new ones it is told."""
TROUBLED = 1.0
"""Seconds that it waits when the database did not answer, or another worker was faster."""
TIDIED = 3600.0
_LOG = logging.getLogger("fitgate.queue")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker says that it lives, and after how long a silence others take over.

    Both are in seconds. A worker that sleeps for longer (a machine that was suspended) finds its
    task taken over when it wakes: then two do the same for a moment, which has the same effect.
    """

    heartbeat: float = 5.0
    dead_after: float = 30.0
    patience: Patience = field(default_factory=Patience)


class Working:
    """A worker at work. Whatever goes wrong with Procrastinate's, a new one is begun.

    A job that failed ends well for Procrastinate: in the transaction that keeps why, the same task
    is put again. Its own way would be refused where the same task has been put meanwhile, and then
    nobody would ever do that job.
    """

    def __init__(
        self,
        database: Database,
        worker: Worker,
        stop: Callable[[], bool],
        every: Sequence[Every],
        pace: Pace,
    ) -> None:
        self._database, self._worker, self._stop = database, worker, stop
        self._every, self._pace = every, pace
        self._theirs: TheirWorker | None = None
        self._is_trusted = True
        self._tidied = 0.0

    async def run(self) -> None:
        """Work until it is told to stop."""
        while not self._stop():
            started = time.monotonic()
            try:
                await self._run_once()
            except Exception as exc:  # noqa: BLE001 - whatever it is, work goes on
                _LOG.error("a worker ended: %s", why_failed(exc))
            while not self._stop() and time.monotonic() - started < TROUBLED:  # noqa: ASYNC110 - others say when
                await asyncio.sleep(NAP)

    async def _run_once(self) -> None:
        """Run a worker of Procrastinate's until one of us wants it to end."""
        app = App(
            connector=PsycopgConnector(
                conninfo=self._database.address, min_size=1, max_size=3,
                kwargs={"application_name": "fitgate"},
            )
        )  # fmt: skip
        app.task(name=jobs.OPEN, queue=jobs.QUEUE, pass_context=True)(self._open)
        app.task(name=jobs.DO, queue=jobs.QUEUE, pass_context=True)(self._do)
        async with app.open_async():
            self._theirs = TheirWorker(
                app,
                queues=[jobs.QUEUE],
                concurrency=1,
                delete_jobs="successful",  # the others are taken over
                fetch_job_polling_interval=POLL,
                update_heartbeat_interval=self._pace.heartbeat,
                stalled_worker_timeout=self._pace.dead_after,
                install_signal_handlers=False,
            )
            self._is_trusted = True
            watching = asyncio.create_task(self._watch(self._theirs))
            try:
                await self._theirs.run()  # type: ignore[no-untyped-call] # it is untyped
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching

    async def _watch(self, theirs: TheirWorker) -> None:
        """Stop it when that is due; meanwhile see to what no job sees to."""
        last = -self._pace.heartbeat
        try:
            while not self._stop() and self._is_trusted:
                if time.monotonic() - last >= self._pace.heartbeat:
                    last = time.monotonic()
                    await asyncio.to_thread(self._round, theirs.worker_id)
                await asyncio.sleep(NAP)
        except QueueError as exc:
            _LOG.error("a worker is begun anew: %s", exc)
        finally:
            theirs.stop()  # type: ignore[no-untyped-call] # it is untyped

    def _round(self, number: int | None) -> None:
        """Say that we live, take over from those that do not, put what has its turn."""

        def step(connection: Connection) -> None:
            if number is not None:
                # Procrastinate does so too, but nobody is told where that has ended.
                alive = connection.execute(
                    "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s",
                    (number,),
                )
                if not alive.rowcount:
                    raise QueueError("it had been silent for so long that others took over.")
            taken = jobs.take_over(connection, self._pace.dead_after, self._pace.patience)
            if taken:
                _LOG.warning("took over %d jobs of workers that are gone", taken)
            jobs.put_those(connection, self._every)

        self._database.write(step)
        if time.monotonic() - self._tidied >= TIDIED or not self._tidied:
            self._tidied = time.monotonic()
            self._database.write(jobs.tidy)

    def _open(self, _: JobContext, delivery: int) -> None:
        found = self._database.write(lambda connection: jobs.delivery(connection, delivery))
        if found is None:
            return  # it was done, and whoever did it was killed before that was told
        of, tried = found
        self._settled(
            of,
            self._worker.opened,
            lambda connection, given: jobs.opened(connection, delivery, given),
            lambda connection, error: jobs.unopened(
                connection, delivery, tried + 1, error, self._pace.patience
            ),
        )

    def _do(self, context: JobContext, job: Job, key: str, about: str, attempts: int) -> None:
        task = Task(job, key, about, cast("datetime", context.job.scheduled_at))
        self._settled(
            task,
            self._worker.done,
            lambda connection, given: jobs.done(connection, task, given),
            lambda connection, error: jobs.undone(
                connection, task, attempts + 1, error, self._pace.patience
            ),
        )

    def _settled(
        self,
        of: Of,
        do: Callable[[Of], Sequence[Task]],
        keep: Callable[[Connection, Sequence[Task]], None],
        fail: Callable[[Connection, Exception], timedelta | None],
    ) -> None:
        """Do something, and keep what came of it; or why it failed, and when it is tried again."""
        is_done = False
        try:
            try:
                given = do(of)
                is_done = True
                self._database.write(lambda connection: keep(connection, given))
            except Exception as exc:  # whatever it is, the next must have its turn
                if is_done and isinstance(exc, QueueError):
                    raise  # not its fault
                error = exc
                wait = self._database.write(lambda connection: fail(connection, error))
                told(of, error, wait)
        except BaseException:
            self._is_trusted = False  # the next worker of ours takes over what this one has in hand
            raise
        finally:
            if self._theirs is not None and (self._stop() or not self._is_trusted):
                self._theirs.stop()  # type: ignore[no-untyped-call] # before it takes another
