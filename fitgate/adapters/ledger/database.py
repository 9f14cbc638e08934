"""A database that holds ledgers: opened, brought up to date, and written by one at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Select,
    bindparam,
    column,
    inspect,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from fitgate.adapters.ledger.tables import CHAINS, REVISIONS, VERSION_TABLE
from fitgate.core.retrying import first_line
from fitgate.errors import LedgerError, UserError

PATIENCE = 10.0
"""Seconds that a writer waits for another."""
_VERSION = table(VERSION_TABLE, column("version_num"))


class Database(ABC):
    """SQLite or PostgreSQL.

    `name` is what people call it, without a password; `patience`, in seconds, is how long a writer
    waits for another.
    """

    def __init__(self, engine: Engine, name: str, patience: float) -> None:
        self.engine, self.name, self.patience = engine, name, patience
        self._writer = engine.execution_options(fitgate_writing=True)

    @abstractmethod
    def lock(self, connection: Connection, chain: str) -> None:
        """Let nobody else write to a chain until this transaction ends."""

    @abstractmethod
    def add(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to the entries, at least one; each has the columns in the order of the table.

        The driver's own way: half the time of many rows went into SQLAlchemy's with parameters.
        """

    def among(
        self, told: Sequence[Column[Any]], column: Column[Any], *conditions: ColumnElement[bool]
    ) -> Select[Any]:
        """Return what tells columns of a `chain`'s rows whose `column` is one of those `asked`."""
        chain = column.table.c.chain == bindparam("chain")
        asked = column.in_(bindparam("asked", expanding=True))
        return select(*told).where(chain, asked, *conditions)

    @abstractmethod
    def is_busy(self, exc: DBAPIError) -> bool:
        """Say whether a statement failed because somebody else writes."""

    @abstractmethod
    def holder(self) -> str:
        """Return who writes just now, as well as can be told."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one state of the database, whatever is written meanwhile.

        Raises:
            LedgerError: when it cannot be read.
        """
        with self._translated("read"), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, chain: str = "") -> Iterator[Connection]:
        """Give what is written all or nothing, by one writer at a time; durable when this ends.

        Raises:
            LedgerError: when somebody else writes for longer than it waits, or it cannot be done.
        """
        with self._translated("written"), self._writer.begin() as connection:
            self.lock(connection, chain)
            yield connection

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except DBAPIError as exc:
            if self.is_busy(exc):
                raise LedgerError(
                    f"{self.name}: {self.holder()} has been writing to this ledger for longer than "
                    f"{self.patience:g} s. Nothing was written; try again when it has ended."
                ) from exc
            why = first_line(exc.orig) if exc.orig else type(exc).__name__
            lost = " The connection was lost: what was being written may be there or not;"
            again = f"{lost} doing it again adds only what is missing."
            raise LedgerError(
                f"{self.name}: the ledger could not be {doing}: {why}."
                f"{again if exc.connection_invalidated and doing == 'written' else ''}"
            ) from exc
        except SQLAlchemyError as exc:
            raise LedgerError(f"{self.name}: the ledger could not be {doing}: {exc}.") from exc

    def prepare(self, *, create: bool = False, upgrade: bool = False) -> None:
        """Make sure that the tables are there and as this version knows them.

        `create` allows to make them, `upgrade` and `create` to migrate them.

        Raises:
            UserError: when they are not and must not be, or when a newer FITGate made them.
        """
        with self.reading() as connection:
            found = revision(connection)
        if found == REVISIONS[-1]:
            return
        if found is not None and found not in REVISIONS:
            raise UserError(
                f"{self.name} was made by a newer FITGate: its tables are of revision {found}, "
                f"this one knows them up to {REVISIONS[-1]}. Use that version, or a newer one."
            )
        if found is None and not create:
            raise UserError(self._missing)
        if found is not None and not (create or upgrade):
            raise UserError(self._behind(found))
        self.upgrade()

    def upgrade(self, to: str = REVISIONS[-1]) -> None:
        """Make the tables, or bring them up to a revision; entries stay as they are."""
        from alembic import command  # noqa: PLC0415 - only who migrates waits for it to load
        from alembic.config import Config  # noqa: PLC0415 - as above

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)

    @property
    def _missing(self) -> str:
        return (
            f"{self.name}: there is no ledger here. `fitgate scan --record` makes one; "
            "or say where it is: --ledger sqlite:///FILE, postgresql://… or branch."
        )

    def _behind(self, found: str) -> str:
        return (
            f"{self.name} was made by an older FITGate: its tables are of revision {found}, this "
            f"one reads {REVISIONS[-1]}. `fitgate ledger upgrade` brings them up; entries stay as "
            "they are."
        )

    def repos(self) -> list[str]:
        """Return the ids of the repositories that have a chain here."""
        with self.reading() as connection:
            return [*connection.scalars(select(CHAINS.c.repo).order_by(CHAINS.c.repo))]

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def revision(connection: Connection) -> str | None:
    """Return which migration the tables are at; None: there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(select(_VERSION.c.version_num))
    return found
