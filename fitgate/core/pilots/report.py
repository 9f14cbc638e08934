"""What the pilot report holds: nine sections and five deliverables (fit.md 3.3)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.chronicle import Told
from fitgate.core.facts import STRICT
from fitgate.core.measure.reading import Figure, Reading, Window
from fitgate.core.records.controls import Drilled
from fitgate.core.values import Instant

Step = Literal["gate", "drills", "evaluator", "breaker"]
"""The one next step of four (fit.md 3.3, section 7)."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A change that a slow gate would still have held when its fault was known.

    `held` is how long the gate's cool-down alone would have held it, at least or, where the time of
    the last push is not known, at most; `known_after` when its fault was known; both from its
    landing. `pushed_within`: it holds if the last push came less than this before the landing.
    """

    __pydantic_config__ = STRICT
    change: str
    name: str
    categories: tuple[str, ...]
    landed_at: Instant
    held: timedelta
    known_after: timedelta
    how: Literal["reverted", "hotfixed", "incident"] = "reverted"
    pushed_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """A category: its IOs, those that were undone or failed, and those still not validated."""

    __pydantic_config__ = STRICT
    category: str
    ios: int
    undone: int
    open: int
    bypassed: int
    recent: int


@dataclass(frozen=True, slots=True)
class Deliverable:
    """One of D1 to D5 (fit.md 3.3): whether it is there, and what is still to be done."""

    __pydantic_config__ = STRICT
    name: Literal["D1", "D2", "D3", "D4", "D5"]
    done: bool | None
    what: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Thresholds for a first pass; `observed` says whether they come from what was measured."""

    __pydantic_config__ = STRICT
    figure: Figure
    yellow: float
    red: float
    observed: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All that the pilot report says. `drill` is the one that is told in detail."""

    __pydantic_config__ = STRICT
    system: str
    mode: str
    reviewer: str | None
    window: Window
    pilot: Window
    objectives: tuple[timedelta | None, timedelta | None]
    policy: str
    boundary: str
    readings: tuple[Reading, ...]
    changes: int
    ios: int
    unknown: int
    risks: tuple[Risk, ...]
    bypasses: tuple[str, ...]
    drill: Told[Drilled] | None
    cases: tuple[Counterfactual, ...]
    undone: int
    proposals: tuple[Proposal, ...]
    step: Step
    limits: tuple[str, ...]
    deliverables: tuple[Deliverable, ...]

    def reading(self, figure: Figure) -> Reading | None:
        """Return what one figure came to."""
        return next((r for r in self.readings if r.figure == figure), None)


def report_json(told: Report, *, anonymous: bool = False) -> dict[str, JsonValue]:
    """Return the report as JSON values; `anonymous` without names, ids and paths."""
    document: dict[str, Any] = _adapter().dump_python(told, mode="json")
    if anonymous:
        for name in ("system", "reviewer", "policy", "boundary"):
            document[name] = None
        # The moment of a landing finds its commit, so only its month is told.
        nameless = {"change": None, "name": None}
        document["cases"] = [
            case | nameless | {"landed_at": case["landed_at"][:7]} for case in document["cases"]
        ]
        document["readings"] = [_nameless(reading) for reading in document["readings"]]
        if document["drill"] is not None:
            kept = ("passed", "what", "restored", "recovery", "loss", "rto", "rpo", "self_reported")
            record = document["drill"]["record"]
            document["drill"] = {name: record[name] for name in kept}
        for each in document["deliverables"]:
            each["what"] = None
    return document


def _nameless(reading: dict[str, Any]) -> dict[str, Any]:
    scope = reading["scope"] | {"repo": None, "environment": None}
    estimator = reading["estimator"] | {"boundary": None}  # it names the checks
    return reading | {"scope": scope, "estimator": estimator, "why": "", "entries": []}


@functools.cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)
