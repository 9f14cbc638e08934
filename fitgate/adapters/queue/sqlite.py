"""A queue's tables in a SQLite file, which may hold a ledger too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fitgate.adapters.queue.words import missing, newer
from fitgate.errors import QueueError, UserError

PATIENCE = 10.0
"""Seconds that a writer waits for another, as the ledger in the same file does."""
STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE inbox_deliveries (
            id INTEGER PRIMARY KEY, hook TEXT NOT NULL, guid TEXT NOT NULL, event TEXT NOT NULL,
            body BLOB NOT NULL, received_at INTEGER NOT NULL, state TEXT NOT NULL,
            due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, why TEXT, since INTEGER,
            UNIQUE (hook, guid), CHECK (state IN ('waiting', 'done', 'parked')))""",
        "CREATE INDEX inbox_deliveries_due ON inbox_deliveries (due) WHERE state = 'waiting'",
        """CREATE INDEX inbox_deliveries_over ON inbox_deliveries (state, since)
            WHERE state != 'waiting'""",
        """CREATE TABLE inbox_tasks (
            id INTEGER PRIMARY KEY, job TEXT NOT NULL, key TEXT NOT NULL, about TEXT NOT NULL,
            state TEXT NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            why TEXT, since INTEGER, CHECK (state IN ('waiting', 'doing', 'parked')))""",
        """CREATE UNIQUE INDEX inbox_tasks_waiting ON inbox_tasks (job, key, about)
            WHERE state = 'waiting'""",
        """CREATE UNIQUE INDEX inbox_tasks_parked ON inbox_tasks (job, key, about)
            WHERE state = 'parked'""",
        "CREATE INDEX inbox_tasks_due ON inbox_tasks (due) WHERE state = 'waiting'",
        "CREATE TABLE inbox_every (name TEXT PRIMARY KEY, last INTEGER NOT NULL)",
    ),
)
"""What makes the tables, one step a version; a step that has been released is never edited.

Times are in microseconds since 1970. A delivery that is done keeps its name, not its body.
"""


def connect(file: Path, *, create: bool) -> sqlite3.Connection:
    """Open a file, whose commits have reached the disk when they return.

    Raises:
        UserError: when it is not there, and `create` does not allow to make it, or no database.
    """
    if not create and not file.exists():
        raise UserError(missing(file))
    try:
        connection = sqlite3.connect(
            file, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as exc:
        raise UserError(
            f"{file}: cannot be opened as a SQLite database: {exc}. Name a file that is one, or "
            "that is not there yet, in a folder that can be written."
        ) from exc
    return connection


def prepare(connection: sqlite3.Connection, file: Path, *, create: bool) -> None:
    """Make the tables, or bring them up to this version.

    Raises:
        UserError: when there are none and `create` does not allow to make them, or a newer
            FITGate made them.
        QueueError: when they could not be made.
    """
    with transaction(connection, file):
        found = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'inbox_version'"
        ).fetchone()
        version = 0
        if found == (1,):
            (version,) = connection.execute("SELECT version FROM inbox_version").fetchone()
        elif not create:
            raise UserError(missing(file))
        else:
            connection.execute("CREATE TABLE inbox_version (version INTEGER NOT NULL)")
            connection.execute("INSERT INTO inbox_version VALUES (0)")
        if version > len(STEPS):
            raise UserError(newer(str(file), version, len(STEPS)))
        for step in STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        if version < len(STEPS):
            connection.execute("UPDATE inbox_version SET version = ?", (len(STEPS),))


@contextmanager
def transaction(connection: sqlite3.Connection, file: Path) -> Iterator[None]:
    """Write all or nothing; durable when this ends.

    Raises:
        QueueError: when it could not be written.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as exc:
        if isinstance(exc, sqlite3.ProgrammingError | sqlite3.DataError | sqlite3.IntegrityError):
            raise
        raise QueueError(
            f"{file}: the inbox could not be written: {exc}. Nothing was taken; try again when "
            "there is room on the disk, and nobody else writes for long."
        ) from exc
