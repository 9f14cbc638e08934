"""The table: one row a landing, numbers only, in a DuckDB file or in memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from fitgate.core.chronicle import Row
from fitgate.core.measure.bypasses import events, is_judged
from fitgate.core.measure.landings import is_awaited
from fitgate.core.micros import micros
from fitgate.core.standing import Standing
from fitgate.errors import LedgerError

VERSION = 1
MOST_CATEGORIES = 62
"""Each is a bit of one number, and one bit stays free for those that never were."""
_ANY = (1 << 63) - 1
_BATCH = 100_000
_MEMORY = "800MB"
_TABLES = """
CREATE TABLE landings (
    change VARCHAR, stage VARCHAR, environment VARCHAR, landed BIGINT, closed BIGINT, seen BIGINT,
    allowed BIGINT, is_io BOOLEAN, categories BIGINT, awaited BOOLEAN, judged BOOLEAN,
    overridden BOOLEAN, would_hold BOOLEAN, shadow BOOLEAN, layer VARCHAR, events INTEGER,
    unauthorised INTEGER, silent INTEGER
);
CREATE TABLE categories (name VARCHAR, bit INTEGER);
CREATE TABLE kept (version INTEGER, repo VARCHAR, seq BIGINT, digest VARCHAR);
"""
_FORGET = "DELETE FROM landings WHERE change IN (SELECT unnest($changes))"
_TAKE = "COPY landings FROM $file (FORMAT csv, HEADER false, NULLSTR '')"


class Columns:
    """Landings in columns. Times are in microseconds since 1970; what was derived is kept so."""

    def __init__(self, where: Path | None = None, *, threads: int = 2) -> None:
        """Open the table; without `where` it is gone with the process.

        Raises:
            LedgerError: when the file cannot be opened, as while another process writes it.
        """
        self.laid_out: object = None
        """Whose cells stand in the table `slots`."""
        try:
            self.connection = duckdb.connect(":memory:" if where is None else str(where))
            self.connection.execute(f"SET threads = {threads:d}")
            self.connection.execute(f"SET memory_limit = '{_MEMORY}'")
            self.connection.execute("SET preserve_insertion_order = false")
            self.connection.execute("SET enable_progress_bar = false")
            if self._version() != VERSION:
                self._begin_anew()
        except duckdb.Error as exc:
            raise LedgerError(f"{where}: the columns cannot be opened: {exc}") from exc

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def rows_of(self, text: str, **named: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - parameters
        """Return what a query finds."""
        return self.connection.execute(text, named or None).fetchall()

    def row_of(self, text: str, **named: Any) -> tuple[Any, ...]:  # noqa: ANN401 - parameters
        """Return the one row that a query finds."""
        (row,) = self.rows_of(text, **named)
        return row

    def _version(self) -> int | None:
        there = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'kept'"
        if not self.row_of(there)[0]:
            return None
        found = self.rows_of("SELECT version FROM kept")
        return found[0][0] if found else None

    def _begin_anew(self) -> None:
        for name in ("landings", "categories", "kept"):
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")
        self.connection.execute(_TABLES)

    def kept(self, repo: str) -> tuple[int, str | None]:
        """Return up to which entry of a repository's chain this is told, and that one's digest."""
        found = self.rows_of("SELECT seq, digest FROM kept WHERE repo = $repo", repo=repo)
        return found[0] if found else (0, None)

    def clear(self) -> None:
        """Forget all landings."""
        self._begin_anew()

    def take(self, rows: Iterable[Row], repo: str, seq: int, digest: str | None) -> int:
        """Take in landings, instead of what was known of the same changes; return how many.

        All or nothing. `seq` and `digest` say up to which entry of the chain they are told.

        Raises:
            LedgerError: when it could not be written, or there are too many categories.
        """
        bits = dict(self.rows_of("SELECT name, bit FROM categories"))
        known, count = len(bits), 0
        try:
            self.connection.begin()
            if self.row_of("SELECT count(*) FROM landings")[0]:
                rows = [*rows]
                self.connection.execute(_FORGET, {"changes": [row.change for row in rows]})
            for batch in _batches(rows):
                self._copy(_line(row, bits) for row in batch)
                count += len(batch)
            new = [*bits.items()][known:]
            if new:
                self.connection.executemany("INSERT INTO categories VALUES (?, ?)", new)
            self.connection.execute("DELETE FROM kept")
            kept = [VERSION, repo, seq, digest]
            self.connection.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", kept)
            self.connection.commit()
        except duckdb.Error as exc:
            self.connection.rollback()
            raise LedgerError(f"the columns could not be written: {exc}") from exc
        except BaseException:
            self.connection.rollback()
            raise
        return count

    def _copy(self, lines: Iterable[Sequence[Any]]) -> None:
        """Read lines by way of a file: a hundred times as fast as to insert each."""
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
            csv.writer(file, quoting=csv.QUOTE_MINIMAL).writerows(lines)
            file.flush()
            self.connection.execute(_TAKE, {"file": file.name})


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _line(row: Row, bits: dict[str, int]) -> tuple[Any, ...]:
    passed = events(row)
    return (
        row.change,
        row.stage,
        row.environment,
        micros(row.landed_at),
        micros(row.closed_at),
        micros(row.seen_at),
        micros(row.allowed_at),
        row.nature.is_io,
        _mask(row, bits),
        is_awaited(row),
        is_judged(row),
        row.standing is Standing.OVERRIDDEN,
        row.standing is Standing.WOULD_HOLD,
        row.mode == "shadow",
        row.layer,
        len(passed),
        sum(not each.authorised for each in passed),
        sum(each.visibility == "silent" for each in passed),
    )


def _mask(row: Row, bits: dict[str, int]) -> int:
    """Return the categories as bits; of what nothing could be told it may be any."""
    if row.nature.is_io is None and not row.nature.categories:
        return _ANY
    mask = 0
    for name in row.nature.categories:
        if name not in bits:
            if len(bits) == MOST_CATEGORIES:
                raise LedgerError(f"there are more than {MOST_CATEGORIES} categories")
            bits[name] = len(bits)
        mask |= 1 << bits[name]
    return mask
