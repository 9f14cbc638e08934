"""The projection: one row a landing, brought up to date by the entries that are new."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from fitgate.adapters.ledger.database import Database
from fitgate.adapters.ledger.sql import ASKED, PAGE, SqlLedger, as_bytes
from fitgate.adapters.ledger.tables import CHAINS, CHANGES, ENTRIES
from fitgate.core.chain import linked, read
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.entries import Head, Stored
from fitgate.core.micros import from_micros, micros
from fitgate.core.reclassified import Nature
from fitgate.core.records.changes import PassedBy
from fitgate.core.standing import Standing
from fitgate.errors import BrokenChainError

_NEW = (
    select(ENTRIES.c.seq, ENTRIES.c.content, ENTRIES.c.digest, ENTRIES.c.change)
    .where(ENTRIES.c.chain == bindparam("chain"), ENTRIES.c.seq > bindparam("after"))
    .order_by(ENTRIES.c.seq)
    .limit(PAGE)
)
_DIGEST = select(ENTRIES.c.digest).where(
    ENTRIES.c.chain == bindparam("chain"), ENTRIES.c.seq == bindparam("seq")
)
_OF_KINDS = (
    select(ENTRIES.c.seq, ENTRIES.c.content, ENTRIES.c.digest)
    .where(
        ENTRIES.c.chain == bindparam("chain"),
        ENTRIES.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(ENTRIES.c.seq)
)
_ROWS = (
    select(CHANGES)
    .where(CHANGES.c.chain == bindparam("chain"))
    .order_by(CHANGES.c.first, CHANGES.c.nth)
)
_FORGET = delete(CHANGES).where(
    CHANGES.c.chain == bindparam("chain"), CHANGES.c.first.in_(bindparam("firsts", expanding=True))
)
_BROUGHT = update(CHAINS).where(CHAINS.c.id == bindparam("chain"))
_PASSED_BY = TypeAdapter(tuple[PassedBy, ...])


class ProjectedLedger(SqlLedger):
    """A chain in a database, and one row a landing beside it."""

    def __init__(self, database: Database, repo: str) -> None:
        super().__init__(database, repo)
        told = [ENTRIES.c.seq, ENTRIES.c.content, ENTRIES.c.digest]
        before = ENTRIES.c.seq <= bindparam("upto")
        self._of_changes = database.among(told, ENTRIES.c.change, before)

    def rows(self) -> Iterator[Row]:
        """Yield what the entries come to, as `Chronicle.rows` does; costs what is new to fold.

        Raises:
            BrokenChainError: at an entry that cannot be read, or stands under another change.
        """
        self.catch_up()
        with self.database.reading() as connection:
            end = self.end(connection)
            if end is None:
                return
            told = connection.execution_options(yield_per=PAGE).execute(_ROWS, {"chain": end.chain})
            for row in told.mappings():
                yield _row(row)

    def rows_since(self, after: int) -> Iterator[Row]:
        """Yield the rows of all changes that an entry behind a number speaks of."""
        yield from self._rows_where(
            CHANGES.c.change.in_(
                select(ENTRIES.c.change).where(
                    ENTRIES.c.chain == bindparam("chain"), ENTRIES.c.seq > after
                )
            )
        )

    def rows_of(self, changes: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of these changes."""
        for start in range(0, len(changes), ASKED):
            yield from self._rows_where(CHANGES.c.change.in_(changes[start : start + ASKED]))

    def _rows_where(self, condition: ColumnElement[bool]) -> Iterator[Row]:
        self.catch_up()
        with self.database.reading() as connection:
            end = self.end(connection)
            if end is None:
                return
            told = connection.execution_options(yield_per=PAGE).execute(
                _ROWS.where(condition), {"chain": end.chain}
            )
            for row in told.mappings():
                yield _row(row)

    def of_kinds(self, kinds: Sequence[str]) -> Iterator[Stored]:
        """Yield the entries of these kinds, in their order."""
        with self.database.reading() as connection:
            end = self.end(connection)
            if end is None:
                return
            asked = {"chain": end.chain, "kinds": list(kinds)}
            for seq, content, digest in connection.execute(_OF_KINDS, asked):
                yield Stored(seq, as_bytes(content), digest)

    def catch_up(self, progress: Callable[[int], object] = lambda _: None) -> None:
        """Bring the rows up to the last entry, a page at a time, so that writers get a turn."""
        with self.database.reading() as connection:
            end = self.end(connection)
        if end is None:
            return
        brought = end.projected
        while brought < end.head.seq:
            with self.database.writing(self.repo) as connection:
                brought = self._page(connection, end.chain)
            progress(brought)

    def rebuild(self, progress: Callable[[int], object] = lambda _: None) -> int:
        """Throw the rows away and make them again from the entries; return how many there are."""
        with self.database.writing(self.repo) as connection:
            end = self.end(connection)
            if end is not None:
                connection.execute(delete(CHANGES).where(CHANGES.c.chain == end.chain))
                connection.execute(_BROUGHT, {"chain": end.chain, "projected_seq": 0})
        self.catch_up(progress)
        return sum(1 for _ in self.rows())

    def _page(self, connection: Connection, chain: int) -> int:
        """Fold the changes that the next page of entries speaks of, from their first entry on.

        Raises:
            BrokenChainError: at an entry that does not hang on the one before, or is missing.
        """
        cursor = select(CHAINS.c.projected_seq).where(CHAINS.c.id == chain)
        after: int = connection.scalar(cursor) or 0
        before = Head(after, connection.scalar(_DIGEST, {"chain": chain, "seq": after}))
        page = connection.execute(_NEW, {"chain": chain, "after": after}).all()
        if not page:
            raise BrokenChainError(after + 1, "is missing: the ledger went on")
        found = (Stored(seq, as_bytes(content), digest) for seq, content, digest, _ in page)
        touched: dict[str, None] = {}
        for each, (*_, filed) in zip(linked(found, self.repo, before), page, strict=True):
            after, body = each.seq, json.loads(each.content).get("body")
            change = body.get("change") if isinstance(body, dict) else None
            if change != filed:
                raise BrokenChainError(after, f"tells of {change}, but is filed under {filed}")
            if change is not None:
                touched[change] = None
        changes = [*touched]
        for start in range(0, len(changes), ASKED):
            asked = {"chain": chain, "upto": after, "asked": changes[start : start + ASKED]}
            self._fold(connection, chain, asked)
        connection.execute(_BROUGHT, {"chain": chain, "projected_seq": after})
        return after

    def _fold(self, connection: Connection, chain: int, asked: dict[str, Any]) -> None:
        found = sorted(connection.execute(self._of_changes, asked), key=lambda row: row[0])
        entries = (Stored(seq, as_bytes(content), digest) for seq, content, digest in found)
        chronicle = Chronicle(read(entries))
        rows = [*_columns(chain, chronicle.rows())]
        if rows:
            firsts = [*{row["first"] for row in rows}]
            connection.execute(_FORGET, {"chain": chain, "firsts": firsts})
            connection.execute(insert(CHANGES), rows)


def _columns(chain: int, rows: Iterator[Row]) -> Iterator[dict[str, Any]]:
    first, nth = 0, 0
    for row in rows:
        nth = nth + 1 if row.entries[0] == first else 0
        first = row.entries[0]
        yield {
            "chain": chain,
            "first": first,
            "nth": nth,
            "change": row.change,
            "stage": row.stage,
            "landed_at": micros(row.landed_at),
            "is_io": row.nature.is_io,
            "categories": json.dumps(row.nature.categories),
            "classes": json.dumps(row.nature.classes),
            "io_sr": json.dumps(row.nature.io_sr),
            "standing": str(row.standing),
            "mode": row.mode,
            "layer": row.layer,
            "environment": row.environment,
            "commit": row.commit,
            "number": row.number,
            "route": row.route,
            "required": None if row.required is None else json.dumps(row.required),
            "bypasses": json.dumps([asdict(passed) for passed in row.bypasses]),
            "note": row.note,
            "seen_at": micros(row.seen_at),
            "allowed_at": micros(row.allowed_at),
            "closed_at": micros(row.closed_at),
            "pre_landing": row.pre_landing,
            "reverted_at": micros(row.reverted_at),
            "incidents": json.dumps(row.incidents),
            "entries": json.dumps(row.entries),
        }


def _row(told: RowMapping) -> Row:
    return Row(
        change=told["change"],
        stage=told["stage"],
        landed_at=from_micros(told["landed_at"]),
        nature=_nature(told["is_io"], told["categories"], told["classes"], told["io_sr"]),
        standing=Standing(told["standing"]),
        mode=told["mode"],
        layer=told["layer"],
        environment=told["environment"],
        commit=told["commit"],
        number=told["number"],
        route=told["route"],
        required=None if told["required"] is None else _words(told["required"]),
        bypasses=_bypasses(told["bypasses"]),
        note=told["note"],
        seen_at=from_micros(told["seen_at"]),
        allowed_at=from_micros(told["allowed_at"]),
        closed_at=from_micros(told["closed_at"]),
        pre_landing=told["pre_landing"],
        reverted_at=from_micros(told["reverted_at"]),
        incidents=_words(told["incidents"]),
        entries=tuple(json.loads(told["entries"])),
    )


# Of these there are few different ones, however many rows.
@lru_cache(maxsize=1024)
def _nature(is_io: bool | None, categories: str, classes: str, io_sr: str) -> Nature:  # noqa: FBT001 - a column
    return Nature(is_io, _words(categories), _words(classes), tuple(json.loads(io_sr)))


@lru_cache(maxsize=1024)
def _words(told: str) -> tuple[Any, ...]:
    return tuple(json.loads(told))


@lru_cache(maxsize=1024)
def _bypasses(told: str) -> tuple[PassedBy, ...]:
    return _PASSED_BY.validate_json(told)
