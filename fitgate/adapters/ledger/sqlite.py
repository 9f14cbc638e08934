"""SQLite: one file, a write-ahead log, and a commit that has reached the disk when it returns."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from fitgate.adapters.ledger.database import PATIENCE, Database
from fitgate.adapters.ledger.tables import ENTRIES, METADATA, VERSION_TABLE
from fitgate.errors import UserError

_INSERT = f"INSERT INTO entries VALUES ({', '.join('?' for _ in ENTRIES.c)})"  # noqa: S608 - marks
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NAMES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_OURS = {*METADATA.tables, VERSION_TABLE}
_WRITE_LOCK = 120
"""The byte of the -shm file that a writer locks (sqlite.org/walformat.html, section 2.3)."""


class SqliteDatabase(Database):
    """Ledgers in one file."""

    def __init__(self, file: Path, *, create: bool = False, patience: float = PATIENCE) -> None:
        """Open the file; with `create` it is made where it is not there.

        Raises:
            UserError: when it is not there, or is no database.
        """
        self.file = file
        self._is_ours = create and not file.exists()
        engine = create_engine(
            URL.create("sqlite", database=str(file)), connect_args={"timeout": patience}
        )
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _begun)
        super().__init__(engine, str(file), patience)
        if not create and not file.exists():
            raise UserError(self._missing)
        try:
            engine.connect().close()
        except DBAPIError as exc:
            raise UserError(
                f"{file}: cannot be opened as a SQLite database: {exc.orig}. Name a file that is "
                "one, or that is not there yet, in a folder that can be written."
            ) from exc

    def close(self) -> None:
        """Let go of all connections; a file that this made and nobody wrote to is removed."""
        super().close()
        if self._is_ours:
            self._is_ours = False
            _remove_empty(self.file)

    def lock(self, connection: Connection, chain: str) -> None:
        """Do nothing: BEGIN IMMEDIATE has locked the whole file."""

    def add(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to the entries."""
        connection.exec_driver_sql(_INSERT, [tuple(row.values()) for row in rows])

    def is_busy(self, exc: DBAPIError) -> bool:
        """Say whether another connection holds the file's lock."""
        code = getattr(exc.orig, "sqlite_errorcode", 0)
        return code & 0xFF in _BUSY  # an extended code has the plain one in its lowest byte

    def holder(self) -> str:
        """Return the process that holds the write lock, where the system tells (Linux)."""
        try:
            inode = Path(f"{self.file}-shm").stat().st_ino
            # Opening the file itself would drop our own locks on it when it is closed (fcntl(2)).
            locks = Path("/proc/locks").read_text(encoding="ascii")
        except OSError:
            return "another process"
        for line in locks.splitlines():
            words = line.split()
            if "WRITE" in words and words[-3].endswith(f":{inode}"):
                first, last = words[-2], words[-1]
                if first.isdigit() and int(first) <= _WRITE_LOCK <= int(last.replace("EOF", "999")):
                    return f"process {words[-4]}"
        return "another process"


def _remove_empty(file: Path) -> None:
    # The log can be given up by the only connection, and an exclusive lock had by nobody else: so
    # what another process is about to write is not lost with the file.
    with (
        contextlib.suppress(sqlite3.Error, OSError),
        contextlib.closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as alone,
    ):
        alone.execute("PRAGMA journal_mode = DELETE")
        alone.execute("BEGIN EXCLUSIVE")
        tables = {name for (name,) in alone.execute(_NAMES)}
        if tables == _OURS and alone.execute("SELECT count(*) FROM chains").fetchone() == (0,):
            file.unlink()  # it holds no ledger, and nothing else either: no inbox, for one
        alone.execute("ROLLBACK")


def _connected(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - theirs
    connection.isolation_level = None  # we begin transactions ourselves, and DDL belongs to them
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begun(connection: Connection) -> None:
    """Begin as a writer where that is meant: a reader may be too late to become one."""
    writing = connection.get_execution_options().get("fitgate_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
