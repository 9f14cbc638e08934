"""One figure of a benchmark, with its limit, and how figures are printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, its limit, and whether it keeps it; None where it could not be measured."""

    what: str
    figure: str
    limit: str
    kept: bool | None
    note: str = ""


def tell(text: str) -> None:
    """Print, and leave quietly where nobody reads on, as in `| head`."""
    try:
        print(text, flush=True)
    except BrokenPipeError as exc:
        sys.stdout = None  # so that nothing is flushed into it at the end
        raise SystemExit(141) from exc


def tell_rows(rows: Sequence[Row]) -> None:
    """Print figures, one a line."""
    for row in rows:
        word = {True: "kept", False: "BROKEN", None: "-"}[row.kept]
        tell(f"{row.what:<46} {row.figure:>8} {row.limit:>8}  {word:<7} {row.note}")


def code_of(rows: Sequence[Row]) -> int:
    """Return how the process ends: 1 if a limit is broken."""
    return 1 if any(row.kept is False for row in rows) else 0
