"""One figure of a benchmark, with its limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, its limit, and whether it keeps it; None where it could not be measured."""

    what: str
    figure: str
    limit: str
    kept: bool | None
    note: str = ""
