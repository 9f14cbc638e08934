"""What is kept of deliveries and tasks in SQLite, and how it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fitgate.adapters.queue.packing import packed, unpacked
from fitgate.adapters.queue.words import parked_of
from fitgate.core.micros import from_micros, micros
from fitgate.core.retrying import Patience, why_failed
from fitgate.core.work import REMEMBERED, Delivery, Every, Parked, Task
from fitgate.ports import Worker

_ACCEPT = """
    INSERT INTO inbox_deliveries (hook, guid, event, body, received_at, state, due)
    VALUES (?, ?, ?, ?, ?, 'waiting', ?) ON CONFLICT (hook, guid) DO UPDATE
    SET state = 'waiting', due = excluded.due, attempts = 0, why = NULL, since = NULL
    WHERE state = 'parked'
"""
_PUT = """
    INSERT INTO inbox_tasks (job, key, about, due, attempts, state)
    VALUES (?, ?, ?, ?, ?, 'waiting')
    ON CONFLICT (job, key, about) WHERE state = 'waiting' DO UPDATE
    SET due = min(due, excluded.due), attempts = max(attempts, excluded.attempts)
"""
_NEXT = """
    SELECT * FROM (
        SELECT 'd', id, due FROM inbox_deliveries WHERE state = 'waiting' AND due <= :now
        ORDER BY due, id LIMIT 1)
    UNION ALL SELECT * FROM (
        SELECT 't', id, due FROM inbox_tasks WHERE state = 'waiting' AND due <= :now
        ORDER BY due, id LIMIT 1)
    ORDER BY 3, 1 LIMIT 1
"""
_DELIVERY = "SELECT id, attempts, hook, guid, event, body, received_at FROM inbox_deliveries"
_TASK = "SELECT id, attempts, job, key, about, due FROM inbox_tasks"
_TABLES = {"d": "inbox_deliveries", "t": "inbox_tasks"}
_BACKLOG = """
    SELECT sum(is_due), min(CASE WHEN is_due THEN due END),
        sum(NOT is_due), min(CASE WHEN NOT is_due THEN due END)
    FROM (
        SELECT due <= :now AS is_due, due FROM inbox_deliveries WHERE state = 'waiting'
        UNION ALL SELECT state = 'doing' OR due <= :now, due FROM inbox_tasks
        WHERE state != 'parked')
"""
_PARKED = """
    SELECT 'd', d.id, attempts, why, since, hook, guid, event FROM inbox_deliveries d
    WHERE state = 'parked'
    UNION ALL SELECT 't', t.id, attempts, why, since, job, key, about FROM inbox_tasks t
    WHERE state = 'parked' ORDER BY 5, 1, 2
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A delivery or task that is to be done, and how often that has begun."""

    id: int
    attempts: int
    of: Delivery | Task

    @property
    def table(self) -> str:
        """Return where it is kept: `d` for deliveries, `t` for tasks."""
        return "d" if isinstance(self.of, Delivery) else "t"

    def done_by(self, worker: Worker) -> Sequence[Task]:
        """Do it; raises what the worker raises."""
        return worker.opened(self.of) if isinstance(self.of, Delivery) else worker.done(self.of)


class Rows:
    """The rows as one transaction sees them; who writes has begun it, and ends it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._of = connection

    def accept(self, deliveries: Iterable[Delivery]) -> None:
        """Keep those that are new, and those that were parked anew."""
        rows = []
        for each in deliveries:
            at = micros(each.received_at)
            rows.append((each.hook, each.guid, each.event, packed(each.body), at, at))
        self._of.executemany(_ACCEPT, rows)

    def put(self, tasks: Iterable[Task], attempts: int = 0) -> None:
        """Keep tasks; of two that are the same the earlier one counts."""
        rows = [(each.job, each.key, each.about, micros(each.due), attempts) for each in tasks]
        self._of.executemany(_PUT, rows)

    def next(self, now: datetime) -> Found | None:
        """Return what has been due for longest."""
        row = self._of.execute(_NEXT, {"now": micros(now)}).fetchone()
        return None if row is None else self._found(row[0], row[1])

    def _found(self, table: str, number: int) -> Found:
        if table == "d":
            row = self._of.execute(f"{_DELIVERY} WHERE id = ?", (number,)).fetchone()
            hook, guid, event, body = row[2:6]
            of: Delivery | Task = Delivery(hook, guid, event, unpacked(body), from_micros(row[6]))
        else:
            row = self._of.execute(f"{_TASK} WHERE id = ?", (number,)).fetchone()
            job, key, about = row[2:5]
            of = Task(job, key, about, from_micros(row[5]))
        return Found(row[0], row[1], of)

    def take(self, found: Found) -> Found:
        """Note down that it has begun, so that one that kills who does it is not begun for ever."""
        state = "waiting" if found.table == "d" else "doing"
        self._set(found, "state = ?, attempts = attempts + 1", state)
        return Found(found.id, found.attempts + 1, found.of)

    def finish(self, found: Found, given: Iterable[Task], now: datetime) -> None:
        """Note down that it is done, and keep what is to be done after it."""
        if isinstance(found.of, Delivery):
            self._set(found, "state = 'done', body = x'', since = ?", micros(now))
        else:
            self._drop(found)
            self._unpark(found.of)
        self.put(given)

    def again(self, found: Found, error: Exception, due: datetime) -> None:
        """Let it be tried again then."""
        if isinstance(found.of, Delivery):
            self._set(found, "due = ?, why = ?", micros(due), why_failed(error))
            return
        self._drop(found)
        self.put([replace(found.of, due=due)], found.attempts)

    def park(self, found: Found, error: Exception | None, now: datetime) -> None:
        """Leave it until somebody retries it; without an error, whoever did it was killed."""
        if isinstance(found.of, Task):
            self._unpark(found.of)
        self._set(found, "state = 'parked', why = ?, since = ?", why_failed(error), micros(now))

    def hand_back(self, patience: Patience, now: datetime) -> None:
        """Let what was in the hand of one that was killed be done again."""
        rows = self._of.execute("SELECT id FROM inbox_tasks WHERE state = 'doing'").fetchall()
        for (number,) in rows:
            found = self._found("t", number)
            wait = patience.after(found.attempts, None)
            if wait is None:
                self.park(found, None, now)
            elif isinstance(found.of, Task):
                self._drop(found)
                self.put([replace(found.of, due=now + wait)], found.attempts)

    def retry(self, ids: Sequence[str], now: datetime) -> int:
        """Let these parked ones be tried again now; return how many there were."""
        count = 0
        for told in ids:
            table, number = told[:1], told[1:]
            if table not in _TABLES or not (number.isascii() and number.isdecimal()):
                continue
            row = self._of.execute(
                f"SELECT id FROM {_TABLES[table]} WHERE id = ? AND state = 'parked'",  # noqa: S608 - ours
                (min(int(number), 2**63 - 1),),
            ).fetchone()
            if row is None:
                continue
            count += 1
            found = self._found(table, row[0])
            if isinstance(found.of, Task):
                self._drop(found)
                self.put([replace(found.of, due=now)])
            else:
                fresh = "state = 'waiting', due = ?, attempts = 0, why = NULL, since = NULL"
                self._set(found, fresh, micros(now))
        return count

    def has_turn(self, every: Every, now: datetime) -> bool:
        """Say whether a task is to be put again by now."""
        row = self._of.execute(
            "SELECT last FROM inbox_every WHERE name = ?", (every.name,)
        ).fetchone()
        return row is None or from_micros(row[0]) + every.period <= now

    def put_those(self, every: Iterable[Every], now: datetime) -> None:
        """Put those that have their turn, and note down when."""
        for each in every:
            if self.has_turn(each, now):
                self._of.execute(
                    "INSERT OR REPLACE INTO inbox_every VALUES (?, ?)", (each.name, micros(now))
                )
                self.put([each.task(now)])

    def tidy(self, now: datetime) -> None:
        """Forget what was done long ago."""
        self._of.execute(
            "DELETE FROM inbox_deliveries WHERE state = 'done' AND since < ?",
            (micros(now - REMEMBERED),),
        )

    def backlog(self, now: datetime) -> tuple[int, int | None, int, int | None]:
        """Return how many are due, since when, how many are not, and until when."""
        due, since, later, until = self._of.execute(_BACKLOG, {"now": micros(now)}).fetchone()
        return due or 0, since, later or 0, until

    def parked(self) -> list[Parked]:
        """Return what is parked, oldest first."""
        return [
            parked_of(f"{table}{number}", attempts, why, from_micros(since), named)
            for table, number, attempts, why, since, *named in self._of.execute(_PARKED)
        ]

    def _set(self, found: Found, what: str, *values: object) -> None:
        table = _TABLES[found.table]
        self._of.execute(f"UPDATE {table} SET {what} WHERE id = ?", (*values, found.id))  # noqa: S608 - ours

    def _drop(self, found: Found) -> None:
        self._of.execute("DELETE FROM inbox_tasks WHERE id = ?", (found.id,))

    def _unpark(self, task: Task) -> None:
        """Forget that the same task was parked: it has been done since, or is parked anew."""
        self._of.execute(
            "DELETE FROM inbox_tasks WHERE state = 'parked' AND job = ? AND key = ? AND about = ?",
            (task.job, task.key, task.about),
        )
