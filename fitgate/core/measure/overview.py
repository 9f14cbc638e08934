"""Figures of a ledger as a whole, and broken down by week, category or environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic.types import JsonValue

from fitgate.core.measure.figures import measure
from fitgate.core.measure.history import History
from fitgate.core.measure.landings import WEEK
from fitgate.core.measure.reading import FIGURES, Figure, Reading, Scope, Window, reading_json
from fitgate.core.policy import Policy

By = Literal["week", "category", "environment"]
TEMPO: frozenset[Figure] = frozenset({"tau_u_hours", "tau_g_hours", "tempo_ratio"})
TEMPO_WEEKS = 4
"""Of which a week's tempo is told: a single week has seldom enough changes (fit.md 5.4)."""
TREND_WEEKS = 26
"""Weeks that a trend shows at least, so far as there are landings."""


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one week, category or environment."""

    name: str
    readings: tuple[Reading, ...]

    def reading(self, figure: Figure) -> Reading:
        """Return one of them."""
        return next(each for each in self.readings if each.figure == figure)


@dataclass(frozen=True, slots=True)
class Overview:
    """What a ledger comes to under a policy; `by` null: as a whole only.

    `policy` says in words where the policy is from, `entries` how many entries there were.
    """

    policy: str
    scope: Scope
    window: Window
    entries: int
    readings: tuple[Reading, ...]
    by: By | None = None
    groups: tuple[Group, ...] = ()


def weeks(window: Window, first: datetime | None) -> Iterator[tuple[str, Window]]:
    """Yield the weeks of a window, from Monday to Monday in UTC, cut off where the window is.

    What landed in a week is looked at from the end of the window: closed as far as is known then.
    `first` is the first landing; weeks before it are left out.
    """
    if first is None:
        return
    begin = first - timedelta(microseconds=1)
    start = begin if window.start is None else max(begin, window.start)
    monday = _monday(start)
    while monday < window.end:
        following = monday + WEEK
        cut = Window(max(monday, start), min(following, window.end), window.seen_at)
        yield f"{monday:%Y-%m-%d}", cut
        monday = following


def _monday(at: datetime) -> datetime:
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=at.weekday())


Wanted = tuple[Scope, Window, frozenset[Figure]]


class Source(Protocol):
    """Where figures come from: a history as it is, or one kept in columns."""

    @property
    def policy(self) -> Policy:
        """Return the policy that says what is counted."""

    def measure(self, wanted: Sequence[Wanted]) -> list[tuple[Reading, ...]]:
        """Return the readings of each scope and window, in the order of FIGURES."""

    def first(self, scope: Scope) -> datetime | None:
        """Return when the first landing of a scope was."""

    def categories(self) -> AbstractSet[str]:
        """Return the categories of all landings."""

    def environments(self) -> AbstractSet[str]:
        """Return the environments of all landings."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A history as it is, measured by the pure estimators."""

    history: History
    policy: Policy

    def measure(self, wanted: Sequence[Wanted]) -> list[tuple[Reading, ...]]:
        """Measure each for itself."""
        return [measure(self.history, self.policy, *each) for each in wanted]

    def first(self, scope: Scope) -> datetime | None:
        """Return when the first landing of a scope was."""
        rows = self.history.landings(self.policy.boundary, scope).rows
        return rows[0].landed_at if rows else None

    def categories(self) -> AbstractSet[str]:
        """Return the categories of all landings."""
        return {name for row in self.history.rows for name in row.nature.categories}

    def environments(self) -> AbstractSet[str]:
        """Return the environments of all landings."""
        return {row.environment for row in self.history.rows if row.environment is not None}


ALL: frozenset[Figure] = frozenset(FIGURES)


def trend(
    source: Source, scope: Scope, window: Window, only: frozenset[Figure] = ALL
) -> list[Group]:
    """Return the figures of each week of a window; tempo is that of four weeks up to its end."""
    cut = [*weeks(window, source.first(scope))]
    quick = source.measure([(scope, week, only - TEMPO) for _, week in cut])
    longer = (replace(week, start=week.end - TEMPO_WEEKS * WEEK) for _, week in cut)
    slow = source.measure([(scope, each, only & TEMPO) for each in longer])
    return [
        Group(name, tuple(sorted((*one, *other), key=lambda r: FIGURES.index(r.figure))))
        for (name, _), one, other in zip(cut, quick, slow, strict=True)
    ]


def at_least(window: Window) -> Window:
    """Return a window that is long enough for a trend."""
    start = window.end - TREND_WEEKS * WEEK
    if window.start is None or window.start <= start:
        return window
    return replace(window, start=start)


def break_down(source: Source, scope: Scope, window: Window, by: By) -> list[Group]:
    """Return the figures of each week, category or environment."""
    if by == "week":
        return trend(source, scope, window)
    names = _names(source, scope, by)
    scopes = (_within(scope, by, name) for name in names)
    readings = source.measure([(each, window, ALL) for each in scopes])
    return [Group(name, some) for name, some in zip(names, readings, strict=True)]


def _within(scope: Scope, by: By, name: str) -> Scope:
    if by == "environment":
        return replace(scope, environment=name)
    return replace(scope, category=name)


def _names(source: Source, scope: Scope, by: By) -> list[str]:
    """Return the environments; or the categories in the policy's order, then those not in it.

    The boundary's environments are for deployments; what else lands there is known by its name.
    """
    policy = source.policy
    if by == "environment":
        if scope.environment is not None:
            return [scope.environment]
        deployed = policy.boundary.effective == "deployment"
        counted = policy.boundary.environments if deployed else ()
        return sorted(source.environments() | {*counted})
    return [*policy.taxonomy, *sorted(source.categories() - {*policy.taxonomy})]


def overview_json(overview: Overview) -> dict[str, JsonValue]:
    """Return all of it, each reading with its estimator and that one's digest."""
    document: dict[str, JsonValue] = {
        "metrics": 1,
        "repo": overview.scope.repo,
        "policy": overview.policy,
        "entries": overview.entries,
        "readings": [reading_json(reading) for reading in overview.readings],
    }
    if overview.by is not None:
        document["by"] = overview.by
        document["groups"] = [
            {"name": group.name, "readings": [reading_json(r) for r in group.readings]}
            for group in overview.groups
        ]
    return document
