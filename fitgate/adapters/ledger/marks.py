"""How far things have been looked at, kept in a ledger's database; it satisfies `ports.Marks`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from fitgate.adapters.ledger.database import Database
from fitgate.adapters.ledger.tables import MARKS
from fitgate.core.micros import from_micros, micros


class DatabaseMarks:
    """One moment a name, which only moves forward."""

    def __init__(self, database: Database) -> None:
        """Take an open database; closing it is for who opened it."""
        self._database = database

    def reached(self, name: str) -> datetime | None:
        """Return how far it got; None: nobody has looked yet.

        Raises:
            LedgerError: when it cannot be read.
        """
        with self._database.reading() as connection:
            return from_micros(connection.scalar(select(MARKS.c.at).where(MARKS.c.name == name)))

    def reach(self, name: str, at: datetime) -> None:
        """Note that it got so far, if that is further than before; durable when this returns.

        Raises:
            LedgerError: when it cannot be written.
        """
        moment = micros(at)
        here = MARKS.c.name == name
        with self._database.writing(name) as connection:
            found = connection.scalar(select(MARKS.c.at).where(here))
            if found is None:
                connection.execute(insert(MARKS).values(name=name, at=moment))
            elif found < moment:
                connection.execute(update(MARKS).where(here).values(at=moment))
