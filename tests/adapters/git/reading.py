"""What tests read out of a repository that they made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fitgate.adapters.git.clone import Clone
from fitgate.adapters.git.history import History
from fitgate.adapters.git.landings import Landing
from fitgate.adapters.git.overlay import Overlay
from fitgate.core.events import Event, Happening
from fitgate.core.facts import Facts
from tests.adapters.git.making import Made

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAN = "Rollback-Plan: docs/back.md"


def landed(path: Path, since: datetime | None = None) -> list[Facts]:
    with Clone(path) as clone:
        head = clone.overlay.resolve()
        return list(clone.gather(Event(Happening.LANDED, None, head, NOW, since)))


def last(made: Made) -> Facts:
    return landed(made.done())[-1]


def proposed(path: Path, base: str = "main", head: str = "topic") -> Facts:
    with Clone(path) as clone:
        ends = clone.overlay.resolve(base), clone.overlay.resolve(head)
        (facts,) = clone.gather(Event(Happening.PROPOSED, *ends, NOW))
        return facts


def unknown(facts: Facts) -> set[str]:
    return {unknown.what for unknown in facts.unknown}


def landings(path: Path, base: str | None = None, head: str = "HEAD") -> list[Landing]:
    with Overlay(path) as overlay:
        found = History(overlay).range(base, head)
        listed = list(found)
        assert len(found) == len(listed)
        return listed


def titles(found: list[Landing]) -> list[str]:
    return [landing.commit.title for landing in found]


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
