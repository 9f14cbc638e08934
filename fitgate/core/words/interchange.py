"""What is told of what came from elsewhere: how much of it is new, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from fitgate.core.inert import inert
from fitgate.core.words.cells import counted

_MOST = 5


def taken(keys: Sequence[str], new: int) -> str:
    """Say what became of what was told: how much is new, how much was known already."""
    if len(keys) == 1:
        said = "written down" if new else "known already; nothing was written"
        return f"{inert(keys[0])}: {said}"
    known = len(keys) - new
    also = f", {known} known already" if known else ""
    return f"{counted(new, 'entry')} written down{also}"


def not_landed_yet(changes: Sequence[str]) -> str:
    """Say of which changes something is told before they landed, as far as the ledger knows."""
    more = f" and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
    return (
        f"the ledger has no landing yet of {', '.join(map(inert, changes[:_MOST]))}{more}; "
        "what is told of it counts once it has"
    )


def left_out(changes: Sequence[str]) -> str:
    """Say which landings an export has no form for."""
    more = f" and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
    named = ", ".join(map(inert, changes[:_MOST]))
    return (
        f"{counted(len(changes), 'landing')} left out, of which it is not known whether they are "
        f"irreversible, and the format has no word for that: {named}{more}"
    )


def taken_over(rows: int, written: int) -> str:
    """Say what became of files that were taken over."""
    said = (
        f"{counted(written, 'entry')} written down"
        if written
        else "known already; nothing was written"
    )
    return f"{counted(rows, 'row')}: {said}"


def handed_over(where: str, changes: int, drills: int) -> str:
    """Say what was written where."""
    return f"{inert(where)}: {counted(changes, 'change')}, {counted(drills, 'drill')}"


def undecided_left_out(number: int) -> str:
    """Say that entries were left out of which it could not be told whether they are IOs."""
    return f"{counted(number, 'entry')} left out, of which it could not be told whether it is one"
