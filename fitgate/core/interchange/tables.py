"""CSV files that others write: every cell with its place, every record as it was spelt."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fitgate.core.shapes import did_you_mean
from fitgate.errors import ImportProblemsError, Problem

T = TypeVar("T")
EMPTY = "is empty"
"""What is wrong with a cell that may not be."""
MARK = "\ufeff"
"""How some programs begin a file in UTF-8."""
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r'[,"\r\n]')
_TOLD = re.compile(r"'+[=+\-@\t\r]")


def harmless(value: str) -> str:
    """Return a cell that is no formula to a spreadsheet: with an apostrophe where one would run.

    A value that begins with apostrophes and then such a sign gets one more, so that `meant` finds
    every value again.
    """
    return f"'{value}" if _RUNNABLE.match(value) else value


def meant(cell: str) -> str:
    """Return the value of a cell, without the apostrophe that makes it harmless."""
    return cell[1:] if _TOLD.match(cell) else cell


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of file: those that must be there, and those that may."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Return all of them."""
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One record: the line that it begins on, its values by column, and the text it was read from.

    `spelling` holds the line's end, if it has one.
    """

    line: int
    values: Mapping[str, str]
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its columns in their order, its records, and the text of everything in its order.

    `parts` are records and, as plain text, the header and blank lines. `wrong` tells of lines that
    are no records: whoever reads the others tells it beside what is wrong with those.
    """

    source: str
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    parts: tuple[str | TableRow, ...] = ()
    wrong: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Log(Generic[T]):
    """A table that was read: what stands on which of its lines, and what is wrong with others."""

    table: Table
    rows: Mapping[int, T]
    wrong: tuple[Problem, ...] = ()

    def sound(self, *more: Problem) -> Log[T]:
        """Return it as it is; `more` is what is wrong with it beside what could not be read.

        Raises:
            ImportProblemsError: with all that is wrong, in the order of lines.
        """
        if self.wrong or more:
            raise ImportProblemsError(self.table.source, by_line([*self.wrong, *more]))
        return self


@dataclass
class Reader:
    """Reads the cells of one record, and notes what is wrong with each."""

    table: Table
    row: TableRow
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        """Return a value, empty where there is none."""
        return self.row.values.get(column, "")

    def said(self, column: str) -> bool:
        """Say whether there is a value."""
        return bool(self.text(column).strip())

    def wrong(self, column: str, message: str, remedy: str = "") -> None:
        """Note a problem with a cell."""
        place = self.table.header.index(column) + 1 if column in self.table.header else None
        self.problems.append(Problem(message, column, self.row.line, place or 1, remedy))

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return what a cell says; None: it is empty, or cannot be used, which is noted."""
        text = self.text(column)
        if not text.strip():
            return None
        try:
            return parse(text)
        except ValueError as exc:
            self.wrong(column, str(exc))
            return None

    def needed(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return what a cell says that may not be empty."""
        if not self.text(column).strip():
            self.wrong(column, EMPTY)
        return self.read(column, parse)


def read_table(text: str, source: str, columns: Columns) -> Table:
    """Read a file with a header row; columns may stand in any order.

    A record that has too many cells or too few is in `wrong` and not among the rows, as is the line
    from which on it is no CSV.

    Raises:
        ImportProblemsError: with all that is wrong, when the header cannot be used.
    """
    problems: list[Problem] = []
    header: tuple[str, ...] = ()
    wrong: list[Problem] = []
    rows: list[TableRow] = []
    parts: list[str | TableRow] = []
    try:
        for line, cells, spelling in _records(text):
            if not cells:
                parts.append(spelling)
            elif not header:
                header = tuple(cell.strip() for cell in cells)
                problems += _header_problems(header, columns, line)
                parts.append(spelling)
            elif len(cells) != len(header):
                message = f"has {len(cells)} {_cells(len(cells))}, and the header {len(header)}"
                wrong.append(Problem(message, "", line, 1))
            else:
                values = dict(zip(header, map(meant, cells), strict=True))
                rows.append(TableRow(line, values, spelling))
                parts.append(rows[-1])
    except _UnreadableError as exc:
        wrong.append(exc.problem)
    if not header and not wrong:
        remedy = f"begin with {','.join(columns.required)}"
        problems.append(Problem("has no header row", "", 1, 1, remedy))
    if problems or not header:
        raise ImportProblemsError(source, [*problems, *wrong])
    return Table(source, header, tuple(rows), tuple(parts), tuple(wrong))


def by_line(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems in the order of their lines, those of one line as they were found."""
    return sorted(problems, key=lambda problem: problem.line or 0)


def _cells(number: int) -> str:
    return "cell" if number == 1 else "cells"


class _UnreadableError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _records(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield the records of a text: the line that each begins on, its cells, its spelling."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line.removeprefix(MARK) if len(taken) == 1 and start == 1 else line

    start = 1
    reader = csv.reader(lines(), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise _UnreadableError(Problem(f"is not CSV: {exc}", "", start, 1)) from exc
        yield start, cells, "".join(taken)
        start += len(taken)
        taken.clear()


def _header_problems(header: Sequence[str], columns: Columns, line: int) -> Iterator[Problem]:
    for place, name in enumerate(header, 1):
        if name not in columns.known:
            remedy = did_you_mean(name, columns.known)
            yield Problem(f"there is no column `{name}` here", "", line, place, remedy)
        elif header.index(name) + 1 != place:
            yield Problem(f"the column `{name}` stands here a second time", "", line, place)
    for name in columns.required:
        if name not in header:
            yield Problem(f"needs the column `{name}`", "", line, 1)


def row_text(values: Sequence[str], end: str = "\n") -> str:
    """Return one record as CSV (RFC 4180), no cell of it a formula to a spreadsheet.

    Python's own writer leaves a carriage return bare where lines end otherwise, and then reads two
    records.
    """
    return ",".join(_cell(harmless(value)) for value in values) + end


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def name_in(text: str) -> str:
    """Read an id or a name.

    Raises:
        ValueError: when it is too long, or holds what is not seen.
    """
    name = text.strip()
    if not name.isprintable():
        raise ValueError(f"{name!r} holds a character that is not seen")
    if len(name) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters")
    return name


_LONGEST = 500
