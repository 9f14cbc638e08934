"""The states of a breaker, and the only ways from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

PROBATION = timedelta(days=7)
"""So long a breaker on probation stays green without a break before it closes: the longest count
that a breaker acts on rolls over 7 x 24 h, so nothing from before the reset is in it any more."""


class State(StrEnum):
    """Where a breaker is. Only an open one holds anything."""

    CLOSED = "closed"
    OPEN = "open"
    PROBATION = "probation"


class Sign(StrEnum):
    """What moves a breaker."""

    EXCEEDED = "exceeded"
    """Its trigger was met, or a person tripped it."""
    RESET = "reset"
    """Somebody who may has reset it, with a recovery plan."""
    PROVED = "proved"
    """On probation its figure stayed green for long enough."""
    LAPSED = "lapsed"
    """The waiver that it was reset with ran out, and its figure is still bad."""
    CALMED = "calmed"
    """Its figure came back under yellow; that alone moves only what stops nothing."""


Table = Mapping[tuple[State, Sign], State]
MOVES: Table = {
    (State.CLOSED, Sign.EXCEEDED): State.OPEN,
    (State.OPEN, Sign.RESET): State.PROBATION,
    (State.PROBATION, Sign.EXCEEDED): State.OPEN,
    (State.PROBATION, Sign.LAPSED): State.OPEN,
    (State.PROBATION, Sign.PROVED): State.CLOSED,
}
"""What is not here stays as it is (fit.md 2.6): nothing leaves `open` but by a reset."""
DRY_MOVES: Table = {**MOVES, (State.OPEN, Sign.CALMED): State.CLOSED}
"""A dry run shows when a breaker would have been open, so it ends with the excess."""


def moved(table: Table, state: State, sign: Sign) -> State:
    """Return where a sign leads from a state."""
    return table.get((state, sign), state)
