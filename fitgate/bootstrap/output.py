"""Files, pages, tables and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from fitgate.adapters.console import Rows
    from fitgate.adapters.pages.policy import Draw
    from fitgate.adapters.register_files import Writer
    from fitgate.core.measure.overview import Group, Overview
    from fitgate.core.measure.reading import Figure
    from fitgate.core.policy import Threshold
    from fitgate.core.register import Register, RegisterEntry
    from fitgate.core.words.cases import Reported


def written(path: Path) -> AbstractContextManager[IO[str]]:
    """Open a file that appears in its place, whole, when all is written."""
    from fitgate.adapters.register_files import atomic

    return atomic(path)


def junit_report(name: str, tests: Iterable[Reported]) -> str:
    """Return how tests ended as JUnit XML."""
    from fitgate.adapters.junit import junit

    return junit(name, tests)


def register_writers() -> Mapping[str, Writer]:
    """Return what writes a register, by the name of the file."""
    from fitgate.adapters import register_files
    from fitgate.adapters.pages.register import write_page

    return {
        "register.yaml": register_files.write_yaml,
        "register.csv": register_files.write_csv,
        "register.html": write_page,
        "register.json": register_files.write_json,
        "verdicts.json": register_files.write_verdicts,
    }


def metrics_page(
    overview: Overview,
    weeks: Sequence[Group],
    limits: dict[Figure, Threshold],
    version: str,
    out: IO[str],
) -> None:
    """Write figures, and their trend by week, as a page."""
    from fitgate.adapters.pages.metrics import Trend, write_page

    write_page(overview, Trend(weeks, limits), version, out)


def policy_pictures() -> Mapping[str, Draw]:
    """Return what draws a policy, by the name of the format."""
    from fitgate.adapters.pages.policy import WRITERS

    return WRITERS


def print_table(header: Sequence[str], rows: Rows, *, colour: bool) -> None:
    """Print rows to stdout: by Rich on a terminal, plain in a pipe."""
    from fitgate.adapters import console

    console.print_table(header, rows, sys.stdout, rich=sys.stdout.isatty() and colour)


def progress(
    what: str, total: int, *, shown: bool
) -> AbstractContextManager[Callable[[int], None]]:
    """Show how far a long work is; yields what is called with the number done so far."""
    from fitgate.adapters import console

    return console.progress(what, total, shown=shown)


def painted(line: str) -> str:
    """Return a line of a verdict with its outcomes in colour."""
    from fitgate.adapters import console

    return console.painted(line)


def refuse_foreign(folder: Path) -> None:
    """Make sure that a register may be written into a folder."""
    from fitgate.adapters import register_files

    register_files.refuse_foreign(folder)


def write_register(folder: Path, register: Register) -> list[Path]:
    """Write the files of a register into a folder, and return them."""
    from fitgate.adapters.register_files import write_files

    writers = register_writers()
    names = ("register.yaml", "register.csv", "register.html", "verdicts.json")
    return write_files(folder, register, {name: writers[name] for name in names})


def read_register(path: Path) -> list[RegisterEntry]:
    """Read the entries of a register that a scan wrote."""
    from fitgate.adapters.register_files import read_yaml

    return read_yaml(path)


def write_imported_register(folder: Path, entries: Sequence[RegisterEntry]) -> Path:
    """Write entries of somebody else's register as one of ours, and return the file."""
    from fitgate.adapters import register_files

    return register_files.write_imported(folder, entries)


def harmless(cell: str) -> str:
    """Return a CSV cell that is no formula to a spreadsheet."""
    from fitgate.adapters import register_files

    return register_files.harmless(cell)
