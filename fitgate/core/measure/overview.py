"""Figures of a ledger as a whole, and broken down by week, category or environment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

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


def trend(
    history: History,
    policy: Policy,
    scope: Scope,
    window: Window,
    only: Collection[Figure] | None = None,
) -> Iterator[Group]:
    """Yield the figures of each week of a window; tempo is that of four weeks up to its end."""
    wanted = FIGURES if only is None else only
    rows = history.landings(policy.boundary, scope).rows
    for name, week in weeks(window, rows[0].landed_at if rows else None):
        longer = replace(week, start=week.end - TEMPO_WEEKS * WEEK)
        slow = measure(history, policy, scope, longer, TEMPO.intersection(wanted))
        quick = measure(history, policy, scope, week, {*wanted} - TEMPO)
        yield Group(name, tuple(sorted((*quick, *slow), key=lambda r: FIGURES.index(r.figure))))


def at_least(window: Window) -> Window:
    """Return a window that is long enough for a trend."""
    start = window.end - TREND_WEEKS * WEEK
    if window.start is None or window.start <= start:
        return window
    return replace(window, start=start)


def break_down(
    history: History, policy: Policy, scope: Scope, window: Window, by: By
) -> Iterator[Group]:
    """Yield the figures of each week, category or environment."""
    match by:
        case "week":
            yield from trend(history, policy, scope, window)
        case "category":
            for name in _categories(history, policy):
                one = replace(scope, category=name)
                yield Group(name, measure(history, policy, one, window))
        case "environment":
            for name in _environments(history, policy):
                one = replace(scope, environment=name)
                yield Group(name, measure(history, policy, one, window))


def _categories(history: History, policy: Policy) -> list[str]:
    """Return the categories, in the policy's order, then those it does not name."""
    seen = {name for row in history.rows for name in row.nature.categories}
    return [*policy.taxonomy, *sorted(seen - {*policy.taxonomy})]


def _environments(history: History, policy: Policy) -> list[str]:
    seen = {row.environment for row in history.rows if row.environment is not None}
    return sorted(seen.union(policy.boundary.environments))


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
