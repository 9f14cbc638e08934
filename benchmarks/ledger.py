"""What the ledger costs on SQLite, beside the bare driver in the same minute."""

from __future__ import annotations

import gc
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.table import Row
from fitgate.adapters.ledger.projection import ProjectedLedger
from fitgate.bootstrap import chain_in, open_database
from fitgate.core.chain import linked
from fitgate.core.entries import Draft, Head, seal
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import Closed, Landed
from fitgate.core.standing import Standing

ENTRIES, BATCH, SINGLE = 100_000, 5_000, 500
LEAST_BATCHED, LEAST_SINGLE, LEAST_VERIFIED = 20_000, 1_000, 100_000
REPO, NOW = "github:1", datetime(2026, 1, 31, 12, tzinfo=UTC)
_TABLE = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE entries (chain INT, seq INT, key TEXT, kind TEXT, change TEXT, at INT,
    recorded_at INT, digest TEXT, content BLOB, PRIMARY KEY (chain, seq), UNIQUE (chain, key))
"""
_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def ledger_rows(rounds: int) -> Iterator[Row]:
    """Append, verify and fold, each in turn with the bare driver doing the least of it."""
    gc.set_threshold(50_000)  # as the command line has it
    drafts = [_draft(number) for number in range(ENTRIES)]
    more = [_draft(number) for number in range(ENTRIES, ENTRIES + SINGLE)]
    rows, more_rows = [*_sealed(drafts)], [*_sealed(more, 2)]
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            ledger = chain_in(open_database(f"sqlite:///{folder}/l.db", create=True), REPO)
            with closing(sqlite3.connect(Path(folder, "raw.db"), isolation_level=None)) as bare:
                bare.executescript(_TABLE)
                rates["insert"].append(_rate(ENTRIES, partial(_insert, bare, rows, BATCH)))
                rates["append"].append(_rate(ENTRIES, partial(_append, ledger, drafts, BATCH)))
                rates["verify"].append(_rate(ENTRIES, partial(_verify, ledger)))
                rates["fold"].append(_rate(ENTRIES, ledger.rebuild))
                rates["commit"].append(_rate(SINGLE, partial(_insert, bare, more_rows, 1)))
                rates["single"].append(_rate(SINGLE, partial(_append, ledger, more, 1)))
            ledger.close()
    figures = {name: statistics.median(each) for name, each in rates.items()}
    batched, single, verified = figures["append"], figures["single"], figures["verify"]
    note = f"{batched / figures['insert']:.2f} of executemany, {figures['insert']:,.0f}"
    yield _row("entries appended in batches, a second", batched, LEAST_BATCHED, note)
    note = f"{single / figures['commit']:.2f} of bare commits, {figures['commit']:,.0f}"
    slow = figures["commit"] < LEAST_SINGLE  # then it is the disk that is measured
    yield _row("single durable appends, a second", single, LEAST_SINGLE, note, known=not slow)
    yield _row("entries verified, a second", verified, LEAST_VERIFIED)
    yield Row("entries folded anew, a second", f"{figures['fold']:,.0f}", "", None)


def _draft(number: int) -> Draft:
    change, at = f"github:1#{number // 2}", NOW + timedelta(minutes=number)
    if number % 2:
        return draft(Closed(change), at, f"closed/{change}")
    nature = Nature(is_io=True, categories=("data",), classes=("D",), io_sr=(2,))
    landed = Landed(
        change, "merge", nature, Standing.ALLOWED, "enforce", "slow", commit=f"{number:040x}",
        number=number, route="merge", required=("eval/regression",), decided=f"decided/{change}",
    )  # fmt: skip
    return draft(landed, at, f"landed/{change}/merge")


def _sealed(drafts: list[Draft], chain: int = 1) -> Iterator[tuple[object, ...]]:
    """Yield rows as the ledger writes them, made beforehand: the bare driver only stores them."""
    head = Head()
    for each in drafts:
        stored, head = seal(each, REPO, head, NOW)
        change = each.body["change"]
        row = (chain, stored.seq, each.key, each.kind, change, 0, 0)
        yield (*row, stored.digest, stored.content)


def _insert(bare: sqlite3.Connection, rows: Sequence[tuple[object, ...]], batch: int) -> None:
    for start in range(0, len(rows), batch):
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(_INSERT, rows[start : start + batch])
        bare.execute("COMMIT")


def _append(ledger: ProjectedLedger, drafts: list[Draft], batch: int) -> None:
    for start in range(0, len(drafts), batch):
        ledger.append(drafts[start : start + batch], NOW)


def _verify(ledger: ProjectedLedger) -> None:
    count = sum(1 for _ in linked(ledger.stored(), REPO))
    if count != ENTRIES:
        raise SystemExit(f"benchmarks: {count} entries were there, not {ENTRIES}")


def _rate(count: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def _row(what: str, figure: float, least: int, note: str = "", *, known: bool = True) -> Row:
    kept = figure >= least if known else None
    return Row(what, f"{figure:,.0f}", f">= {least:,}", kept, note)
