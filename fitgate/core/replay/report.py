"""A whole replay, and its shape in JSON."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate import __version__
from fitgate.core.facts import STRICT, Repo
from fitgate.core.replay.cases import Case
from fitgate.core.replay.figures import Difference, Figures, difference, figures, worst_first
from fitgate.core.values import Instant


@dataclass(frozen=True, slots=True)
class Scope:
    """Which landings were replayed: those on `head` without those of `base`, since a moment."""

    __pydantic_config__ = STRICT
    head: str
    base: str | None = None
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """A policy that decided; `digest` null: the one in force at each base, there may be several."""

    __pydantic_config__ = STRICT
    source: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a replay tells. No clock is in it: the same history gives the same bytes.

    `held` are the landings that the candidate would have held, the worst first; `passed` the others
    that are IOs by either policy, and `not_replayable` the ids of the rest of interest, both oldest
    first.
    """

    __pydantic_config__ = STRICT
    repo: Repo
    scope: Scope
    candidate: DecidedBy
    against: DecidedBy
    figures: Figures
    difference: Difference
    held: tuple[Case, ...]
    passed: tuple[Case, ...]
    not_replayable: tuple[str, ...]
    version: str
    replay: Literal[1] = field(default=1, kw_only=True)


def report(
    cases: Sequence[Case], repo: Repo, scope: Scope, candidate: DecidedBy, against: DecidedBy
) -> Report:
    """Put together what there is to tell of some cases, oldest first."""
    told = [case for case in cases if case.candidate.held == "passes"]
    return Report(
        repo=repo,
        scope=scope,
        candidate=candidate,
        against=against,
        figures=figures(cases),
        difference=difference(cases),
        held=tuple(worst_first(cases)),
        passed=tuple(c for c in told if c.candidate.is_io or c.against.is_io is not False),
        not_replayable=tuple(c.landing.change for c in cases if c.candidate.is_io is None),
        version=__version__,
    )


@functools.cache
def report_adapter() -> TypeAdapter[Report]:
    """Return the writer of replays; built once, on first use."""
    return TypeAdapter(Report)


def report_json(told: Report) -> dict[str, JsonValue]:
    """Return a replay as JSON values; lengths of time are ISO 8601."""
    document: dict[str, JsonValue] = report_adapter().dump_python(told, mode="json")
    return document
