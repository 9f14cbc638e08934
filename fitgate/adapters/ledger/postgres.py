"""PostgreSQL: many repositories, one advisory lock for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    URL,
    Column,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    create_engine,
    func,
    insert,
    literal_column,
    make_url,
    select,
    text,
    true,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from fitgate.adapters.ledger.database import PATIENCE, Database
from fitgate.adapters.ledger.tables import ENTRIES
from fitgate.core.retrying import first_line
from fitgate.errors import LedgerError, UserError

_FEW = 20
_NO_SUCH_DATABASE, _LOCK_NOT_AVAILABLE = "3D000", "55P03"
_NO_DATABASE = re.compile(r'database ".*" does not exist$')  # libpq gives no code while connecting
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('fitgate ledger ' || :chain, 0))")
_HOLDER = text(
    "SELECT a.pid, a.application_name, a.client_addr::text FROM pg_locks l JOIN pg_stat_activity a "
    "USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() "
    "AND (l.classid::bigint << 32 | l.objid::bigint) = "
    "hashtextextended('fitgate ledger ' || :chain, 0)"
)


class PostgresDatabase(Database):
    """Ledgers on a server."""

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        """Connect.

        Raises:
            UserError: when the address is none, its driver is not installed, or there is no such
                database.
            LedgerError: when the server does not answer.
        """
        try:
            url = make_url(address).set(drivername="postgresql+psycopg")
            engine = create_engine(url, connect_args={"application_name": "fitgate"})
        except (ArgumentError, ValueError) as exc:
            raise UserError(
                "The address of the ledger is not one of PostgreSQL: it must be "
                "postgresql://USER@HOST:PORT/NAME."
            ) from exc
        except (NoSuchModuleError, ModuleNotFoundError) as exc:
            raise UserError(
                "A ledger on PostgreSQL needs the driver psycopg: install `fitgate[postgres]`."
            ) from exc
        super().__init__(engine, _shown(url), patience)
        self._waits_for = ""
        try:
            engine.connect().close()
        except DBAPIError as exc:
            why = first_line(exc.orig or exc)
            if getattr(exc.orig, "sqlstate", None) == _NO_SUCH_DATABASE or _NO_DATABASE.search(why):
                raise UserError(
                    f"{self.name}: there is no such database: {why}. "
                    f"`createdb {url.database}` makes one."
                ) from exc
            raise LedgerError(f"{self.name}: the database cannot be reached: {why}.") from exc

    def lock(self, connection: Connection, chain: str) -> None:
        """Take the advisory lock of a chain; the end of the transaction gives it back."""
        self._waits_for = chain
        limit = {"limit": f"{max(1, round(self.patience * 1000))}ms"}
        connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), limit)
        connection.execute(_LOCK, {"chain": chain})

    def add(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to the entries: a few by INSERT, many by COPY, which takes them in one go."""
        if len(rows) <= _FEW:
            connection.execute(insert(ENTRIES), rows)
            return
        import psycopg  # noqa: PLC0415 - it is there, for we are connected

        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy("COPY entries FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))
        except psycopg.Error as exc:
            raise DBAPIError("COPY entries", None, exc) from exc

    def among(
        self, told: Sequence[Column[Any]], column: Column[Any], *conditions: ColumnElement[bool]
    ) -> Select[Any]:
        """Return what looks each value up in the index of its column.

        Left to itself the planner reads the whole chain for it until the table has been analysed,
        that is, as long as a new ledger is being filled. OFFSET keeps it from seeing through this.
        """
        array = bindparam("asked", type_=ARRAY(Text))
        each = func.unnest(array).table_valued("value").render_derived(name="each")
        chain = column.table.c.chain == bindparam("chain")
        found = select(*told).where(chain, column == each.c.value, *conditions)
        there = found.offset(literal_column("0")).lateral("there")
        return select(*there.c).select_from(each.join(there, true()))

    def is_busy(self, exc: DBAPIError) -> bool:
        """Say whether the lock was not to be had in time."""
        return getattr(exc.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE

    def holder(self) -> str:
        """Return the session that holds the lock."""
        with self.engine.connect() as connection:
            found = connection.execute(_HOLDER, {"chain": self._waits_for}).first()
        if found is None:
            return "another session"
        return f"session {found[0]} ({found[1] or 'unnamed'}{f', {found[2]}' if found[2] else ''})"


def _shown(url: URL) -> str:
    """Return an address without what may be secret: its password, and what follows its name."""
    shown = url.set(drivername="postgresql", query={})
    return shown.render_as_string(hide_password=True)
