"""Deliveries and tasks as jobs of Procrastinate's, and what is kept beside these."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from fitgate.adapters.queue.packing import packed, unpacked
from fitgate.adapters.queue.postgres import Connection
from fitgate.adapters.queue.words import parked_of
from fitgate.core.canonical import canonical, sha256
from fitgate.core.retrying import Patience, why_failed
from fitgate.core.work import REMEMBERED, Backlog, Delivery, Every, Parked, Task, called
from fitgate.errors import QueueError

QUEUE, OPEN, DO = "fitgate", "fitgate:open", "fitgate:do"
_BASE = datetime(2020, 1, 1, tzinfo=UTC)
_LEAST, _MOST = -(2**31), 2**31 - 1
_TRIES = 20
_SHORT = 500
"""Characters of a key that PostgreSQL takes into an index."""
_MANAGER = JobManager(SyncPsycopgConnector())  # it never opens: each job goes with a transaction
_ACCEPT = """
    INSERT INTO inbox_deliveries (hook, guid, event, body, received_at)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bytea[], %s::timestamptz[])
    ON CONFLICT (hook, guid) DO UPDATE
    SET state = 'waiting', attempts = 0, why = NULL, since = NULL
    WHERE inbox_deliveries.state = 'parked' RETURNING id, LEAST(received_at, now())
"""
_WAITS = """
    SELECT id, scheduled_at, args FROM procrastinate_jobs
    WHERE queueing_lock = %s AND status = 'todo' FOR UPDATE
"""
_SOONER = "UPDATE procrastinate_jobs SET scheduled_at = %s, priority = %s, args = %s WHERE id = %s"
_NOTIFY = f"SELECT pg_notify('procrastinate_queue_v1#{QUEUE}', %s)"
_DELIVERY = """
    SELECT hook, guid, event, body, received_at, attempts FROM inbox_deliveries
    WHERE id = %s AND state = 'waiting'
"""
_PARK = """
    INSERT INTO inbox_parked (same, job, key, about, attempts, why, since)
    VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT (same) DO UPDATE
    SET attempts = excluded.attempts, why = excluded.why, since = excluded.since
"""
_PARKED = """
    SELECT 'd' || id, attempts, why, since, hook, guid, event FROM inbox_deliveries
    WHERE state = 'parked' UNION ALL
    SELECT 't' || id, attempts, why, since, job, key, about FROM inbox_parked ORDER BY 4, 1
"""
_UNPARK = "DELETE FROM inbox_parked WHERE id = %s RETURNING job, key, about, now()"
_BACKLOG = """
    SELECT count(*) FILTER (WHERE is_due), min(scheduled_at) FILTER (WHERE is_due),
        count(*) FILTER (WHERE NOT is_due), min(scheduled_at) FILTER (WHERE NOT is_due)
    FROM (SELECT scheduled_at, status != 'todo' OR scheduled_at <= now() AS is_due
        FROM procrastinate_jobs
        WHERE queue_name = %s AND status IN ('todo', 'doing', 'failed', 'aborted')) AS jobs
"""
_TURN = """
    INSERT INTO inbox_every VALUES (%(name)s, now()) ON CONFLICT (name) DO UPDATE SET last = now()
    WHERE inbox_every.last + %(period)s <= now() RETURNING now()
"""
_LOST = """
    SELECT job.id, task_name, args, scheduled_at FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE queue_name = %s AND (status IN ('failed', 'aborted') OR status = 'doing' AND (
        worker.id IS NULL OR last_heartbeat < now() - make_interval(secs => %s)))
    ORDER BY job.id FOR UPDATE OF job SKIP LOCKED
"""


def urgency(due: datetime) -> int:
    """Return the priority of a job: the sooner it is due, the higher.

    Jobs with a lock wait for all of the same lock that are before them, even for those that are due
    in two days. In this order nobody waits for what is due later.
    """
    return min(max(-int((due - _BASE).total_seconds()), _LEAST), _MOST)


def accept(connection: Connection, deliveries: Iterable[Delivery]) -> None:
    """Keep those that are new, and those that were parked anew."""
    named = {(each.hook, each.guid): each for each in reversed([*deliveries])}
    rows = [named[name] for name in sorted(named)]  # in this order nobody waits for one another
    columns = (
        [each.hook for each in rows],
        [each.guid for each in rows],
        [each.event for each in rows],
        [packed(each.body) for each in rows],
        [each.received_at for each in rows],
    )
    found = connection.execute(_ACCEPT, columns).fetchall()
    if found:
        jobs = [_opening(number, due) for number, due in found]
        _MANAGER.batch_defer_jobs(jobs=jobs, connection=connection)


def put(connection: Connection, tasks: Iterable[Task], attempts: int = 0) -> None:
    """Keep tasks; of two that are the same the earlier one counts.

    Raises:
        QueueError: when one changes all the time.
    """
    for task in sorted(tasks, key=_same):  # as above
        for _ in range(_TRIES):
            if _is_sooner(connection, task, attempts) or _is_new(connection, task, attempts):
                break
        else:
            raise QueueError(f"{called(task)} could not be put: others take it all the time.")


def _is_sooner(connection: Connection, task: Task, attempts: int) -> bool:
    """Say whether the same task waits, and see that it does not wait for longer."""
    found = connection.execute(_WAITS, (_same(task),)).fetchone()
    if found is None:
        return False
    number, due, args = found
    if task.due < due or attempts > args["attempts"]:
        due = min(due, task.due)
        args["attempts"] = max(attempts, args["attempts"])
        connection.execute(_SOONER, (due, urgency(due), json.dumps(args), number))
    # Who looked meanwhile has not seen it, for it was locked.
    connection.execute(_NOTIFY, (json.dumps({"type": "job_inserted", "job_id": number}),))
    return True


def _is_new(connection: Connection, task: Task, attempts: int) -> bool:
    """Put a task; say whether none came before it."""
    key = task.key if len(task.key) <= _SHORT else sha256(task.key.encode())
    job = Job(
        queue=QUEUE,
        task_name=DO,
        priority=urgency(task.due),
        lock=key,
        queueing_lock=_same(task),
        task_kwargs={"job": task.job, "key": task.key, "about": task.about, "attempts": attempts},
        scheduled_at=task.due,
    )
    try:
        with connection.transaction():
            _MANAGER.defer_job(job=job, connection=connection)
    except AlreadyEnqueued:
        return False
    return True


def _same(task: Task) -> str:
    return sha256(canonical([task.job, task.key, task.about]))


def _opening(number: int, due: datetime) -> Job:
    return Job(
        queue=QUEUE,
        task_name=OPEN,
        priority=urgency(due),
        lock=None,
        queueing_lock=None,
        task_kwargs={"delivery": number},
        scheduled_at=due,
    )


def delivery(connection: Connection, number: int) -> tuple[Delivery, int] | None:
    """Return a delivery, and how often it has been tried; None: it does not wait any more."""
    found = connection.execute(_DELIVERY, (number,)).fetchone()
    if found is None:
        return None
    hook, guid, event, body, received_at, attempts = found
    return Delivery(hook, guid, event, unpacked(body), received_at), attempts


def opened(connection: Connection, number: int, given: Iterable[Task]) -> None:
    """Note down that a delivery is done, and keep what it gives to do."""
    connection.execute(
        "UPDATE inbox_deliveries SET state = 'done', body = '', since = now() WHERE id = %s",
        (number,),
    )
    put(connection, given)


def done(connection: Connection, task: Task, given: Iterable[Task]) -> None:
    """Note down that a task is done, and keep what is to be done after it."""
    connection.execute("DELETE FROM inbox_parked WHERE same = %s", (_same(task),))
    put(connection, given)


def unopened(
    connection: Connection, number: int, attempts: int, error: Exception | None, patience: Patience
) -> timedelta | None:
    """Let a delivery be tried again, or park it; return for how long it waits, none if parked."""
    wait, why = patience.after(attempts, error), why_failed(error)
    state = "parked" if wait is None else "waiting"
    connection.execute(
        "UPDATE inbox_deliveries SET state = %s, attempts = %s, why = %s, since = now() "
        "WHERE id = %s",
        (state, attempts, why, number),
    )
    if wait is not None:
        job = _opening(number, _now(connection) + wait)
        _MANAGER.defer_job(job=job, connection=connection)
    return wait


def undone(
    connection: Connection, task: Task, attempts: int, error: Exception | None, patience: Patience
) -> timedelta | None:
    """Let a task be tried again, or park it; return for how long it waits, none if parked."""
    wait, why = patience.after(attempts, error), why_failed(error)
    if wait is None:
        row = (_same(task), task.job, task.key, task.about, attempts, why)
        connection.execute(_PARK, row)
    else:
        put(connection, [replace(task, due=_now(connection) + wait)], attempts)
    return wait


def take_over(connection: Connection, dead_after: float, patience: Patience) -> int:
    """Let others do what was in the hand of those that are gone; return how much that was."""
    lost = connection.execute(_LOST, (QUEUE, dead_after)).fetchall()
    for number, name, args, due in lost:
        connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (number,))
        if name == OPEN:
            found = delivery(connection, args["delivery"])
            if found is not None:
                unopened(connection, args["delivery"], found[1] + 1, None, patience)
        else:
            task = Task(args["job"], args["key"], args["about"], due)
            undone(connection, task, args["attempts"] + 1, None, patience)
    return len(lost)


def retry(connection: Connection, ids: Iterable[str]) -> int:
    """Let these parked ones be tried again now; return how many there were."""
    count = 0
    for told in dict.fromkeys(ids):
        kind, number = told[:1], told[1:]
        if not (number.isascii() and number.isdecimal()) or int(number) >= 2**63:
            continue
        if kind == "t":
            for job, key, about, now in connection.execute(_UNPARK, (int(number),)):
                put(connection, [Task(job, key, about, now)])
                count += 1
        elif kind == "d":
            for now in connection.execute(
                "UPDATE inbox_deliveries SET state = 'waiting', attempts = 0, why = NULL, "
                "since = NULL WHERE id = %s AND state = 'parked' RETURNING now()",
                (int(number),),
            ):
                _MANAGER.defer_job(job=_opening(int(number), *now), connection=connection)
                count += 1
    return count


def put_those(connection: Connection, every: Iterable[Every]) -> None:
    """Put what has its turn, unless another worker did."""
    for each in sorted(every, key=lambda each: each.name):
        turn = connection.execute(_TURN, {"name": each.name, "period": each.period}).fetchone()
        if turn is not None:
            put(connection, [each.task(*turn)])


def tidy(connection: Connection) -> None:
    """Forget what was done long ago."""
    connection.execute(
        "DELETE FROM inbox_deliveries WHERE state = 'done' AND since < now() - %s", (REMEMBERED,)
    )


def parked(connection: Connection) -> Sequence[Parked]:
    """Return what is parked, oldest first."""
    return [
        parked_of(id_, attempts, why, since, named)
        for id_, attempts, why, since, *named in connection.execute(_PARKED)
    ]


def backlog(connection: Connection) -> Backlog:
    """Return what waits, and since when."""
    row: Any = connection.execute(_BACKLOG, (QUEUE,)).fetchone()
    return Backlog(*row)


def _now(connection: Connection) -> datetime:
    row: Any = connection.execute("SELECT now()").fetchone()
    at: datetime = row[0]
    return at
