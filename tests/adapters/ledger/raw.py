"""Databases as somebody else sees them: a connection that knows nothing of ledgers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from fitgate.adapters.ledger.database import Database
from fitgate.adapters.ledger.postgres import PostgresDatabase
from fitgate.adapters.ledger.projection import ProjectedLedger
from fitgate.adapters.ledger.sqlite import SqliteDatabase
from fitgate.bootstrap import chain_in, open_database
from fitgate.core.entries import Draft, Stored, read_entry
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import Landed
from fitgate.core.standing import Standing
from tests.builders import HOUR, NOW
from tests.contracts.openers import REPO

TRIGGERS = {
    "sqlite": [
        "DROP TRIGGER entries_kept_on_update",
        "DROP TRIGGER entries_kept_on_delete",
        "DROP TRIGGER blobs_kept_on_update",
    ],
    "postgresql": [
        "ALTER TABLE entries DISABLE TRIGGER USER",
        "ALTER TABLE blobs DISABLE TRIGGER USER",
    ],
}
"""What takes away the triggers that keep what is written."""


@dataclass
class Place:
    """An empty database, and the ways into it."""

    where: str
    opened: list[Database] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return self.where.partition(":")[0]

    def open(self, *, create: bool = True) -> ProjectedLedger:
        self.opened.append(open_database(self.where, create=create))
        return chain_in(self.opened[-1], REPO)

    def database(self, patience: float = 10) -> Database:
        """Open the database whatever is in it."""
        file = Path(self.where.removeprefix("sqlite:///"))
        self.opened.append(
            SqliteDatabase(file, create=True, patience=patience)
            if self.dialect == "sqlite"
            else PostgresDatabase(self.where, patience=patience)
        )
        return self.opened[-1]

    @contextmanager
    def raw(self) -> Iterator[sqlite3.Connection | psycopg.Connection]:
        """Give a driver's own connection, which commits each statement."""
        if self.dialect == "sqlite":
            file = self.where.removeprefix("sqlite:///")
            with closing(sqlite3.connect(file, isolation_level=None)) as connection:
                yield connection
        else:
            with psycopg.connect(self.where, autocommit=True) as connection:
                yield connection

    def run(self, *statements: str) -> list[Any]:
        """Run statements beside the ledger; return what the last one yields."""
        with self.raw() as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def tamper(self, *statements: str) -> None:
        """Run statements that the triggers would not let through."""
        self.run(*TRIGGERS[self.dialect], *statements)

    def fill(self, chain: Sequence[Stored]) -> None:
        """Write entries as revision 0001 had them."""
        last = read_entry(chain[-1].content)
        mark = "?" if self.dialect == "sqlite" else "%s"
        with self.raw() as connection:
            ends = (REPO, len(chain), chain[-1].digest, _micros(last))
            connection.execute(
                f"INSERT INTO chains VALUES (1, {', '.join([mark] * 4)})",
                ends,
            )
            for each in chain:
                entry = read_entry(each.content)
                row = (1, each.seq, entry.key, entry.kind, entry.body.get("change"), 0)
                connection.execute(
                    f"INSERT INTO entries VALUES ({', '.join([mark] * 9)})",
                    (*row, _micros(entry), each.digest, each.content),
                )


def _micros(entry: Any) -> int:
    return int(entry.recorded_at.timestamp() * 1_000_000)


def closed(number: int) -> Draft:
    """Return a closure that is to be written down."""
    return Draft(NOW + number * HOUR, "Closed", f"closed/#{number}", {"change": f"#{number}"})


def landed(number: int) -> Draft:
    """Return a landing that is to be written down."""
    nature, at = Nature(is_io=True, categories=("data",)), NOW + number * HOUR
    record = Landed(f"#{number}", "merge", nature, Standing.ALLOWED, "enforce")
    return draft(record, at, f"landed/#{number}/merge")
