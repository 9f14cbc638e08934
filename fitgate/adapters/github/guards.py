"""What guards the default branch and the environments of a repository on GitHub, as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fitgate.adapters.github.app import Session
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.passing import SUITES_HIDDEN
from fitgate.adapters.github.records import pages, seen
from fitgate.core.controls import (
    ACTORS,
    ENVIRONMENTS,
    PROTECTION,
    PUSHES,
    RULES,
    SUITES,
    Area,
    Controls,
    Level,
)
from fitgate.core.facts import Unread
from fitgate.errors import ForgeError

_MODES = {"pull_request": -1, "always": -2, "exempt": -3}
"""How far a bypass actor gets; who is exempt leaves no rule suite ("bypass_mode")."""
_ABSENT = 404
Node = Mapping[str, Any]


class Guards:
    """Reads the gates of one repository; what has not changed costs nothing of the rate limit."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._root = session, f"/repos/{name}"

    def controls(self) -> Controls:
        """Return how strong each gate is now; an area that may not be looked at says why.

        Raises:
            ForgeError: when GitHub does not answer, or the repository is not there.
        """
        branch = str(self._session.read(self._root)["default_branch"])
        rules = seen(lambda: self._rules(branch), "the rules of the default branch may not be read")
        asked = pages(self._session, f"{self._root}/rulesets/rule-suites", time_period="hour")
        suites = seen(lambda: next(asked, None), SUITES_HIDDEN)
        moved = pages(self._session, f"{self._root}/activity", time_period="day")
        return {
            RULES: _area(rules if isinstance(rules, Unread) else dict(self._ruled(rules))),
            ACTORS: self._actors(rules),
            PROTECTION: _area(
                seen(
                    lambda: dict(self._protected(branch)),
                    "the branch protection may not be read: grant administration: read",
                )
            ),
            ENVIRONMENTS: _area(
                seen(
                    lambda: dict(self._environments()),
                    "the environments may not be read: grant actions: read",
                )
            ),
            SUITES: Area(hidden=suites.why) if isinstance(suites, Unread) else Area(),
            PUSHES: _record(
                seen(
                    lambda: next(moved, None), "the activity may not be read: grant contents: read"
                )
            ),
        }

    def _rules(self, branch: str) -> list[Node]:
        return [*pages(self._session, f"{self._root}/rules/branches/{quote(branch)}")]

    def _ruled(self, rules: list[Node]) -> Iterator[tuple[str, Level]]:
        """Yield what the rules in force ask for, the strongest of those that ask for the same."""
        found: dict[str, Level] = {}
        for rule in rules:
            for gate, level in self._gates_of(rule["type"], rule.get("parameters") or {}):
                if gate not in found or level.rank > found[gate].rank:
                    found[gate] = level
        yield from found.items()

    def _gates_of(self, kind: str, asked: Node) -> Iterator[tuple[str, Level]]:
        match kind:
            case "required_status_checks":
                for check in asked.get("required_status_checks") or ():
                    yield self._check(check["context"], check.get("integration_id"))
            case "pull_request":
                yield _reviewed(int(asked.get("required_approving_review_count") or 0))
                if asked.get("require_code_owner_review"):
                    yield "code owners", Level(1, "must approve")
            case _:
                yield kind, Level(1, "in force")

    def _check(self, name: str, app: int | None) -> tuple[str, Level]:
        """Return a required check: one that is pinned to an App is the stronger."""
        if app is None or app < 0:
            return f"check {name}", Level(1, "required, of anybody")
        whose = "our App" if app == self._session.app else f"App {app}"
        return f"check {name}", Level(2, f"required, of {whose}")

    def _actors(self, rules: list[Node] | Unread) -> Area:
        """Return whom the rulesets in force let past, of those that say so to us."""
        if isinstance(rules, Unread):
            return Area(hidden=rules.why)
        why = "bypass actors may not be read"
        found = seen(lambda: [*self._rulesets(rules)], why)
        if isinstance(found, Unread):
            return Area(hidden=found.why)
        if any("bypass_actors" not in one for one in found):
            return Area(hidden=f"{why}: GitHub shows them to administration: write alone")
        levels: dict[str, Level] = {}
        for ruleset in found:
            levels[str(ruleset["name"])] = Level(1, "in force")
            for actor in ruleset["bypass_actors"] or ():
                mode = str(actor.get("bypass_mode"))
                who = f"{actor.get('actor_type')} {actor.get('actor_id') or ''}".strip()
                levels[f"{ruleset['name']}, {who}"] = Level(_MODES.get(mode, -2), mode)
        return Area(levels, changed_at=_youngest(found))

    def _rulesets(self, rules: list[Node]) -> Iterator[Node]:
        for number in dict.fromkeys(rule.get("ruleset_id") for rule in rules):
            if number is not None:
                yield self._session.read(f"{self._root}/rulesets/{number}")

    def _protected(self, branch: str) -> Iterator[tuple[str, Level]]:
        """Yield what the classic protection asks for; nothing, where there is none."""
        try:
            said = self._session.read(f"{self._root}/branches/{quote(branch, safe='')}/protection")
        except ForgeError as exc:
            if exc.status == _ABSENT and "not protected" in str(exc):
                return
            raise
        for check in (said.get("required_status_checks") or {}).get("checks") or ():
            yield self._check(check["context"], check.get("app_id"))
        reviews = said.get("required_pull_request_reviews")
        if reviews is not None:
            yield _reviewed(int(reviews.get("required_approving_review_count") or 0))
            if reviews.get("require_code_owner_reviews"):
                yield "code owners", Level(1, "must approve")
        if (said.get("enforce_admins") or {}).get("enabled"):
            yield "administrators", Level(1, "bound")
        for name in ("allow_force_pushes", "allow_deletions"):
            if not (said.get(name) or {}).get("enabled"):
                yield name.removeprefix("allow_").replace("_", " "), Level(1, "forbidden")

    def _environments(self) -> Iterator[tuple[str, Level]]:
        """Yield which environments our rule guards; what a description lacks is read with care."""
        for one in pages(self._session, f"{self._root}/environments"):
            name = str(one["name"])
            where = f"{self._root}/environments/{quote(name, safe='')}"
            rules = self._session.read(f"{where}/deployment_protection_rules")
            enabled = [
                rule for rule in rules.get("custom_deployment_protection_rules") or ()
                if rule.get("enabled")
            ]  # fmt: skip
            if any((rule.get("app") or {}).get("id") == self._session.app for rule in enabled):
                yield f"{name} guarded", Level(1, "by our rule")
            if (bypass := one.get("can_admins_bypass")) is not None:
                level = Level(-1, "may go past") if bypass else Level(0, "none")
                yield f"{name} administrators", level


def _reviewed(approvals: int) -> tuple[str, Level]:
    words = "required" if not approvals else f"required, with {approvals} approvals"
    return "pull request", Level(1 + approvals, words)


def _area(found: Mapping[str, Level] | Unread) -> Area:
    return Area(hidden=found.why) if isinstance(found, Unread) else Area(found)


def _record(found: object) -> Area:
    return Area(hidden=found.why) if isinstance(found, Unread) else Area()


def _youngest(rulesets: list[Node]) -> datetime | None:
    times = (moment(one.get("updated_at")) for one in rulesets)
    return max(filter(None, times), default=None)
