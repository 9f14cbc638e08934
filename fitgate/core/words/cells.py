"""How a value stands in a cell of a CSV file, and how many of something there are in a sentence."""

from __future__ import annotations

from fitgate.core.inert import inert


def cell(value: object) -> str:
    """Return a cell: 1 or 0 for yes or no, nothing for what is not known, inert text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else inert(str(value))


def counted(number: int, one: str, several: str | None = None) -> str:
    """Say how many of something there are, as in `1 row`, `2 entries`, `2 bypasses`."""
    if several is None:
        several = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number} {one if number == 1 else several}"
