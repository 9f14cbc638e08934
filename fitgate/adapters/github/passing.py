"""How a landing came past GitHub's gates: our check as of then, and rule suites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.checks import OwnCheck
from fitgate.adapters.github.pulls import Pull
from fitgate.adapters.github.records import pages, seen
from fitgate.core.controls import CHECKS, SUITES, Area
from fitgate.core.events import Pointer
from fitgate.core.facts import Facts, Unread
from fitgate.core.passage import OwnCheck as Stood
from fitgate.core.passage import Passage

SUITES_HIDDEN = "rule suites may not be read: grant administration: write"
_PERIODS = (("day", 1), ("week", 7), ("month", 30))
"""How far back GitHub looks for rule suites, in days; it keeps no more ("List rule suites")."""
_FAILED = ("fail", "active")


class Passages:
    """Reads how changes came to land in one repository."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def of(self, facts: Facts, pull: Pull | None, pointer: Pointer, now: datetime) -> Passage:
        """Return how a landing came past the gates; what a permission hides is in its areas."""
        landed_at = facts.change.landed_at or facts.as_of
        shas = {facts.change.head, facts.change.landing, pointer.head} - {None}
        areas: dict[str, Area] = {}
        check = None if pull is None else self._check(pull, landed_at, areas)
        past, by = self._past(shas, now - landed_at, areas)
        return Passage(check, past, by, areas)

    def _check(self, pull: Pull, landed_at: datetime, areas: dict[str, Area]) -> Stood | None:
        """Return how our check stood, in GitHub's whole seconds."""
        if pull.facts.evaluations is None:
            whys = [each.why for each in pull.facts.unknown if each.what == "evaluations"]
            areas[CHECKS] = Area(hidden=whys[0] if whys else "the checks may not be read")
            return None
        areas[CHECKS] = Area()
        return _stood(pull.check, landed_at)

    def _past(
        self, shas: set[str | None], age: timedelta, areas: dict[str, Area]
    ) -> tuple[tuple[str, ...] | None, str | None]:
        """Return the rules that were gone past and who did; an actor who is exempt leaves none.

        Of what is older than GitHub keeps, nothing is known.
        """
        if age > timedelta(days=_PERIODS[-1][1]):
            return None, None
        found = seen(lambda: self._suite(shas, age), SUITES_HIDDEN)
        if isinstance(found, Unread):
            areas[SUITES] = Area(hidden=found.why)
            return None, None
        areas[SUITES] = Area()
        if found is None:
            return (), None
        actor = found.get("actor_id")
        rules = tuple(dict.fromkeys(_failed(found)))
        return rules, f"github:{actor}" if actor else None

    def _suite(self, shas: set[str | None], age: timedelta) -> Mapping[str, Any] | None:
        path = f"/repos/{self._name}/rulesets/rule-suites"
        asked = {"rule_suite_result": "bypass", "time_period": period(age)}
        for suite in pages(self._session, path, **asked):
            if suite.get("after_sha") in shas:
                whole: Mapping[str, Any] = self._session.read(f"{path}/{suite['id']}")
                return whole
        return None


def period(age: timedelta) -> str:
    """Return the shortest of GitHub's periods that reaches back so far, else the longest."""
    return next((name for name, days in _PERIODS if age < timedelta(days=days)), _PERIODS[-1][0])


def _failed(suite: Mapping[str, Any]) -> Iterator[str]:
    for one in suite.get("rule_evaluations") or ():
        if (one.get("result"), one.get("enforcement")) == _FAILED:
            yield str(one.get("rule_type"))


def _stood(check: OwnCheck | None, landed_at: datetime) -> Stood:
    if check is None:
        return "absent"
    if check.ended_at is not None and check.ended_at >= landed_at:
        return "later"
    return "passed" if check.conclusion == "success" else "not-passed"
