"""An exported ledger, written down again: the same bytes, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from fitgate.adapters.ledger.sql import ASKED, PAGE, SqlLedger, row_of
from fitgate.core.entries import Head
from fitgate.core.ledger_file import LedgerFile
from fitgate.core.micros import from_micros
from fitgate.errors import UserError

T = TypeVar("T")


def restore(ledger: SqlLedger, file: LedgerFile) -> int:
    """Write down what the ledger does not hold yet; return how many entries that were.

    Raises:
        UserError: when the file is not sound, or the ledger holds other entries.
        LedgerError: when it could not be written.
        BrokenChainError: when what the ledger holds does not hang together.
    """
    ledger.check()
    with ledger.database.writing(ledger.repo) as connection:
        chain, held, _ = ledger.sound_end(connection)
        if held.seq > file.header.entries:
            raise UserError(
                f"The ledger holds {held.seq} entries of {ledger.repo}, the file only "
                f"{file.header.entries}. Nothing was imported: there is nothing that it could add."
            )
        added = 0
        for rows in _batches(_rows(chain, held, file), PAGE):
            ledger.database.add(connection, rows)
            added += len(rows)
            last = rows[-1]
            head = Head(last["seq"], last["digest"], from_micros(last["recorded_at"]))
            ledger.conclude(connection, chain, head)
        for contents in _batches(file.blobs(), ASKED):
            ledger.keep(connection, chain, contents)
    return added


def _rows(chain: int, held: Head, file: LedgerFile) -> Iterator[dict[str, Any]]:
    for entry, stored in file.entries():
        # Each entry names the one before, so if this one is the same then all before it are.
        if stored.seq == held.seq and stored.digest != held.digest:
            raise UserError(
                f"The ledger holds other entries of {file.header.repo} than the file: they part at "
                f"entry {held.seq} or before. Nothing was imported: import into an empty ledger."
            )
        if stored.seq > held.seq:
            yield row_of(chain, entry, stored, entry.recorded_at)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := [*islice(rest, size)]:
        yield batch
