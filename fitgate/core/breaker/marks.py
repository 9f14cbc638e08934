"""The moment at which the answer of a breaker's figure changes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Mark(NamedTuple):
    """From when on a figure is over its limit, or green; None is unknown.

    `value` is the figure then, null where it is not told on the way.
    """

    at: datetime
    over: bool | None
    green: bool | None
    value: float | None = None
