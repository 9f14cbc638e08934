"""One figure of a benchmark, with its limit, and how figures are printed."""

from __future__ import annotations

import sys
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
