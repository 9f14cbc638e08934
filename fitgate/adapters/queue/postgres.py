"""A queue's tables in PostgreSQL: Procrastinate's, and ours beside them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager
from psycopg_pool import ConnectionPool

from fitgate.adapters.queue.words import missing, newer
from fitgate.core.retrying import first_line
from fitgate.errors import QueueError, UserError

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE inbox_deliveries (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, hook text NOT NULL, guid text NOT NULL,
        event text NOT NULL, body bytea NOT NULL, received_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'parked')),
        attempts integer NOT NULL DEFAULT 0, why text, since timestamptz, UNIQUE (hook, guid));
    ALTER TABLE inbox_deliveries ALTER COLUMN body SET STORAGE EXTERNAL;
    CREATE INDEX inbox_deliveries_over ON inbox_deliveries (state, since) WHERE state != 'waiting';
    CREATE TABLE inbox_parked (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, same text NOT NULL UNIQUE,
        job text NOT NULL, key text NOT NULL, about text NOT NULL,
        attempts integer NOT NULL, why text NOT NULL, since timestamptz NOT NULL);
    CREATE TABLE inbox_every (name text PRIMARY KEY, last timestamptz NOT NULL);
    """,
)
"""What makes our tables, one step a version; a step that has been released is never edited.

A delivery that is done keeps its name, not its body. What waits is a job of Procrastinate's.
"""
_VERSION = "CREATE TABLE inbox_version (version integer NOT NULL, procrastinate text NOT NULL)"
_LOCK = "SELECT pg_advisory_lock(hashtextextended('fitgate inbox', 0))"
_FOUND = (
    "SELECT to_regclass('inbox_version') IS NOT NULL, to_regclass('procrastinate_jobs') IS NULL"
)
_NO_SUCH_DATABASE, _NO_DATABASE = "3D000", re.compile(r'database ".*" does not exist$')


class Database:
    """Connections to a server, and what is written through them, all or nothing."""

    def __init__(self, address: str, *, create: bool) -> None:
        """Connect, and make the tables or bring them up to this version.

        Raises:
            UserError: when there is no such database, there are no tables and `create` does not
                allow to make them, or a newer FITGate made them.
            QueueError: when the server does not answer.
        """
        self.address, self.name = address, _shown(address)
        # Procrastinate tells at length of each job, arguments and all.
        if (theirs := logging.getLogger("procrastinate")).level == logging.NOTSET:
            theirs.setLevel(logging.WARNING)
        with self._connected() as connection:
            prepare(connection, self.name, create=create)
        self._pool = ConnectionPool(
            address,
            min_size=1,
            max_size=4,
            timeout=10,
            open=True,
            kwargs={"application_name": "fitgate"},
        )

    def write(self, step: Callable[[Connection], T]) -> T:
        """Do something all or nothing; it is durable when this returns.

        Where the connection was lost it is done once more: all that is done here may be.

        Raises:
            QueueError: when it could not be done.
        """
        try:
            try:
                return self._written(step)
            except psycopg.OperationalError:
                self._pool.check()
                return self._written(step)
        except (psycopg.Error, ConnectorException) as exc:
            cause = exc.__cause__ if isinstance(exc, ConnectorException) else exc
            if isinstance(cause, psycopg.DataError):
                raise cause from None  # what was given is bad, not the server
            raise QueueError(
                f"{self.name}: the inbox could not be read or written: {_said(exc)}. Nothing was "
                "taken; try again when the database answers."
            ) from exc

    def _written(self, step: Callable[[Connection], T]) -> T:
        with self._pool.connection() as connection, connection.transaction():
            return step(connection)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with psycopg.connect(self.address, autocommit=True) as connection:
                yield connection
        except psycopg.Error as exc:
            why = _said(exc)
            # libpq gives no code while connecting
            if exc.sqlstate == _NO_SUCH_DATABASE or _NO_DATABASE.search(why):
                raise UserError(
                    f"{self.name}: there is no such database: {why}. "
                    f"`createdb {_database_of(self.address)}` makes one."
                ) from exc
            raise QueueError(f"{self.name}: the database cannot be used: {why}.") from exc

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()


def prepare(connection: Connection, name: str, *, create: bool) -> None:
    """Make the tables, or bring them up to this version; raises as `Database`.

    Each step is a transaction: what a step of Procrastinate's adds to an enum can only be used by
    the next. Where one fails, the next that opens goes on from there.
    """
    connection.execute(_LOCK)  # it ends with the connection
    is_here, is_bare = connection.execute(_FOUND).fetchone() or (False, True)
    steps = _theirs()
    if not is_here and not create:
        raise UserError(missing(name))
    if not is_here:
        with connection.transaction():
            if is_bare:
                connection.execute(SchemaManager.get_schema())
            # Otherwise somebody else uses Procrastinate here, and has brought its tables up.
            connection.execute(_VERSION)
            connection.execute("INSERT INTO inbox_version VALUES (0, %s)", (max(steps),))
    found = connection.execute("SELECT version, procrastinate FROM inbox_version").fetchone()
    version, reached = found or (0, "")
    if version > len(STEPS):
        raise UserError(newer(name, version, len(STEPS)))
    for step in behind(reached, [*steps]):
        with connection.transaction():
            connection.execute(steps[step].read_bytes())
            connection.execute("UPDATE inbox_version SET procrastinate = %s", (step,))
    for number, made in enumerate(STEPS[version:], version + 1):
        with connection.transaction():
            connection.execute(made.encode())
            connection.execute("UPDATE inbox_version SET version = %s", (number,))


def behind(reached: str, steps: Sequence[str]) -> list[str]:
    """Return which of Procrastinate's migrations are missing: their names sort by version."""
    return sorted(step for step in steps if step > reached)


def _theirs() -> dict[str, Path]:
    return {path.name: path for path in Path(SchemaManager.get_migrations_path()).glob("*.sql")}


def _said(exc: BaseException) -> str:
    cause = exc.__cause__ if isinstance(exc, ConnectorException) and exc.__cause__ else exc
    return first_line(cause)


def _database_of(address: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(address).get("dbname", ""))


def _shown(address: str) -> str:
    """Return an address without what may be secret.

    Raises:
        UserError: when it is none.
    """
    try:
        told = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.Error as exc:
        raise UserError(
            "The address of the inbox is not one of PostgreSQL: it must be "
            "postgresql://USER@HOST:PORT/NAME."
        ) from exc
    user, host = told.get("user"), str(told.get("host", "")).partition(",")[0]
    port = f":{told['port']}" if "port" in told else ""
    there = "" if host.startswith("/") else f"{host}{port}"
    return f"postgresql://{f'{user}@' if user else ''}{there}/{told.get('dbname', '')}"
