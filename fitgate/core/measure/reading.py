"""What a figure is by definition, and what it came to: no figure without its estimator."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, get_args

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.canonical import canonical, sha256
from fitgate.core.facts import STRICT

Figure = Literal[
    "vl_hours", "rdpr", "gbr_ratio", "gbr_per_week", "gbr_unauthorised", "tau_u_hours",
    "tau_g_hours", "tempo_ratio", "open_unvalidated", "io_approval_latency_hours", "layer_ratio",
    "breaker_trips",
]  # fmt: skip
FIGURES: tuple[Figure, ...] = get_args(Figure)


class Band(StrEnum):
    """How a figure stands to its thresholds; a comparison is strict as written (fit.md 1.9).

    A value that nothing is held against has none; unknown is what has no value.
    """

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NONE = "no threshold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a figure is about: from after `start` (None: the beginning) to `end`.

    `as_of` is until when closings count and what is open has aged; null: `end`.
    """

    __pydantic_config__ = STRICT
    start: datetime | None
    end: datetime
    as_of: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether a moment lies in the window."""
        return (self.start is None or at > self.start) and at <= self.end

    @property
    def seen_at(self) -> datetime:
        """Return the moment from which its changes are looked at."""
        return self.end if self.as_of is None else self.as_of

    @property
    def length(self) -> timedelta | None:
        """Return how long it is; None from the beginning."""
        return None if self.start is None else self.end - self.start


@dataclass(frozen=True, slots=True)
class Scope:
    """Which changes a figure is about: null is all of them."""

    __pydantic_config__ = STRICT
    repo: str
    environment: str | None = None
    category: str | None = None
    io_only: bool = True


@dataclass(frozen=True, slots=True)
class Estimator:
    """How a figure is defined (fit.md 5.4): what it is of, over which time, by which formula.

    `boundary` says in words what took effect, what closed it and what was left out.
    """

    __pydantic_config__ = STRICT
    figure: Figure
    formula: str
    unit: str
    state: str
    boundary: str
    window: str
    statistics: tuple[str, ...]
    thresholds: tuple[str, ...] = ()
    task_type: Literal["ordinal", "metric", "topological"] = "metric"
    version: int = 1

    @property
    def digest(self) -> str:
        """Return what this definition, and no other, is called by."""
        said: dict[str, JsonValue] = _ESTIMATOR.dump_python(self, mode="json")
        return sha256(canonical(said))


_ESTIMATOR = TypeAdapter(Estimator)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a figure came to. `value` null: it is unknown, and `why` says why.

    `n` is what it was counted over, `unjudged` what could not be told of the same kind, `interval`
    its 95 % confidence interval. `beside` are the statistics read with it; `entries` the numbers of
    the ledger entries that it is made of.
    """

    __pydantic_config__ = STRICT
    estimator: Estimator
    scope: Scope
    window: Window
    value: float | None
    n: int
    band: Band
    unjudged: int = 0
    interval: tuple[float, float] | None = None
    beside: dict[str, float | None] = field(default_factory=dict)
    why: str = ""
    entries: tuple[int, ...] = ()

    @property
    def figure(self) -> Figure:
        """Return which figure it is."""
        return self.estimator.figure


@functools.cache
def _readings() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)


def reading_json(reading: Reading) -> dict[str, JsonValue]:
    """Return a reading as a document, with what it is of and that definition's digest."""
    told: dict[str, JsonValue] = _readings().dump_python(reading, mode="json")
    return {"figure": reading.figure, "definition": reading.estimator.digest, **told}
