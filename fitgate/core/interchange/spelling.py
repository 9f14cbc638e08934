"""A table written again as it was spelt, where it still says what is so."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import TypeVar

from fitgate.core.interchange.tables import Log, TableRow, harmless, meant, row_text

T = TypeVar("T")


def spelt(
    items: Mapping[str, T],
    header: Sequence[str],
    logs: Sequence[Log[T]],
    *,
    called: Callable[[T], str],
    values: Callable[[T], Sequence[str]],
) -> str:
    """Return a CSV of all items, by their names: as they were spelt where they were read.

    `logs` are what the items came from. The first gives the header, the order of columns and rows,
    blank lines and ends of lines; what stands in none is put behind its last row. A row is spelt
    anew (`values`, in the order of `header`) if the item is another by now. One with a cell that
    would be a formula to a spreadsheet is spelt with its own cells, made harmless.
    """
    columns = logs[0].table.header if logs else tuple(header)
    parts = logs[0].table.parts if logs else (row_text(columns),)
    end, places = _end(parts), [header.index(name) for name in columns]
    known = {
        called(log.rows[row.line]): (_harmless(row, end), log.rows[row.line])
        for log in reversed(logs)
        if log.table.header == columns
        for row in log.table.rows
    }
    left = dict(items)

    def text(name: str) -> str:
        item = left.pop(name)
        spelling, before = known.get(name, ("", None))
        if before == item:
            return spelling
        said = values(item)
        return row_text([said[place] for place in places], end)

    trailing = len([*takewhile(lambda part: isinstance(part, str), reversed(parts[1:]))])
    out: list[str] = []
    for part in parts[: len(parts) - trailing]:
        if isinstance(part, str):
            out.append(part)
        elif (name := called(logs[0].rows[part.line])) in left:
            out.append(text(name))
    for name in [*left]:
        if not out[-1].endswith(("\n", "\r")):
            out[-1] += end
        out.append(text(name))
    rest = [*map(str, parts[len(parts) - trailing :])]
    if rest and not out[-1].endswith(("\n", "\r")):
        out[-1] += end
    return "".join([*out, *rest])


def _end(parts: Sequence[str | TableRow]) -> str:
    """Return how the lines of a table end: as its header does."""
    first = next((part for part in parts if isinstance(part, str) and part.strip()), "")
    return "\r\n" if first.endswith("\r\n") else "\n"


def _harmless(row: TableRow, end: str) -> str:
    """Return a row as it was spelt; if a cell of it would be a formula, with harmless cells."""
    cells = next(csv.reader(io.StringIO(row.spelling, newline="")))
    if all(harmless(meant(cell)) == cell for cell in cells):
        return row.spelling
    return row_text([meant(cell) for cell in cells], end)
