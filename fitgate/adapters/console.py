"""Tables and progress: Rich on a terminal, plain text in a pipe."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import IO

from fitgate.core.inert import inert
from fitgate.core.measure.reading import Band
from fitgate.core.standing import Standing

Rows = Callable[[], Iterable[Sequence[str]]]
"""Begins anew at each call."""
_COLOURS = {
    Standing.BYPASS: "bold red",
    Standing.WOULD_HOLD: "yellow",
    Standing.UNJUDGED: "magenta",
    Standing.OVERRIDDEN: "cyan",
    Standing.ALLOWED: "green",
    Band.GREEN: "green",
    Band.YELLOW: "yellow",
    Band.RED: "bold red",
    Band.UNKNOWN: "magenta",
}
_MARKED = re.compile(r"([✓✗?]) (ALLOW|HOLD|UNDECIDED|DENY)\b")
_ANSI = {"ALLOW": "32", "HOLD": "33", "UNDECIDED": "35", "DENY": "31"}


def print_table(header: Sequence[str], rows: Rows, out: IO[str], *, rich: bool) -> None:
    """Print rows under a header."""
    if rich:
        _print_rich(header, rows(), out)
        return
    widths = [_width(cell) for cell in header]
    for row in rows():
        widths = [max(width, _width(cell)) for width, cell in zip(widths, row, strict=True)]
    for row in chain((header,), rows()):
        cells = (c + " " * (width - _width(c)) for c, width in zip(row, widths, strict=True))
        out.write("  ".join(cells).rstrip() + "\n")


def _width(text: str) -> int:
    """Return how many columns a text takes: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _print_rich(header: Sequence[str], rows: Iterable[Sequence[str]], out: IO[str]) -> None:
    from rich import box  # noqa: PLC0415 - 50 ms that a pipe need not pay
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in header[:-1]:
        table.add_column(name, no_wrap=True)
    table.add_column(header[-1], overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))  # type: ignore[call-overload] # keyed by outcomes, which are strings
    Console(file=out).print(table)


def painted(line: str) -> str:
    """Return a line of a tree with its outcomes in colour."""
    return _MARKED.sub(lambda found: f"\x1b[{_ANSI[found[2]]}m{found[0]}\x1b[0m", line)


@contextmanager
def progress(what: str, total: int | None, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how far a long work is, on stderr; yields what is called with the number done so far."""
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - 50 ms that a pipe need not pay
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def stopwatch(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """Show how long a work of unknown length takes; yields what is called with what is done."""
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - 50 ms that a pipe need not pay
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda said: bar.update(task, description=escape(inert(said, 60)))
