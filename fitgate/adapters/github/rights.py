"""Who may sign as what, as GitHub has it: teams, and permissions in the repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fitgate.adapters.github.app import Session
from fitgate.core.commands.asked import Permission, Speaker
from fitgate.core.facts import Facts, Person, Unknown
from fitgate.core.people import named
from fitgate.core.policy import Role
from fitgate.errors import ForgeError

_TEAM = re.compile(r"@?([\w.-]+)/([\w.-]+)", re.ASCII)
_ABSENT = 404
_REFUSED = frozenset({401, 403})
_ENOUGH = {"maintain": ("maintain", "admin"), "admin": ("admin",)}
_LEVELS: Mapping[str, Permission] = {
    "admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage", "pull": "read"
}  # fmt: skip
"""What GitHub says of a permission → what it is called, the most first."""


class Rights:
    """Looks up the roles of those who have signed, or broken the glass."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def assigned(self, facts: Facts, roles: Mapping[str, Role]) -> Facts:
        """Return the facts with the roles of those on whom something hangs.

        Whose roles cannot all be read has none that are known, and `unknown` says why.
        """
        asked = {each.by for each in facts.approvals or ()}
        asked |= {each.by for each in facts.overrides or ()}
        if not asked or not roles:
            return facts
        known = {one.id: one for one in facts.people}
        unknown: list[Unknown] = []
        for ref in sorted(asked):
            try:
                one = self._described(known.get(ref, Person(ref)))
                known[ref] = replace(one, roles=self._roles(one, roles))
            except ForgeError as exc:
                if exc.status not in _REFUSED:
                    raise
                unknown.append(Unknown("roles", str(exc)))
        people = tuple(known[ref] for ref in sorted(known))
        return replace(facts, people=people, unknown=(*facts.unknown, *unknown))

    def speaker(self, one: Person, roles: Mapping[str, Role]) -> Speaker:
        """Return somebody with their permission and roles as they are now; refused: unknown."""
        try:
            permission = self._level(one.login)
            return Speaker(replace(one, roles=self._roles(one, roles)), permission)
        except ForgeError as exc:
            if not exc.is_refusal(*_REFUSED):
                raise
            return Speaker(replace(one, roles=None), None)

    def _level(self, login: str) -> Permission:
        """Return the most that somebody may do here; of a role of their own, what it comes to."""
        said = self._read(self._permission_path(login)) or {}
        allowed = (said.get("user") or {}).get("permissions") or {}
        levels = [level for flag, level in _LEVELS.items() if allowed.get(flag) is True]
        known = [level for level in _LEVELS.values() if said.get("permission") == level]
        return next(iter((*levels, *known)), "none")

    def _described(self, one: Person) -> Person:
        """Return somebody of whom only the id is known with login and kind."""
        number = one.id.removeprefix("github:")
        if (one.login and one.kind != "unknown") or not number.isdigit():
            return one
        said = self._read(f"/user/{number}") or {}
        kind = {"User": "human", "Bot": "bot"}.get(str(said.get("type")), "unknown")
        return replace(one, login=str(said.get("login") or one.login), kind=kind)  # type: ignore[arg-type] # one of the three

    def _roles(self, one: Person, roles: Mapping[str, Role]) -> tuple[str, ...] | None:
        if not one.login:
            return None
        if one.kind == "bot":  # whose word counts for nothing
            return ()
        return tuple(name for name, role in roles.items() if self._has(one, role))

    def _has(self, one: Person, role: Role) -> bool:
        if named(one, role.users):
            return True
        if any(self._is_member(one.login, team) for team in role.teams):
            return True
        if role.permission is None:
            return False
        return self._permission(one.login, _ENOUGH[role.permission])

    def _is_member(self, login: str, team: str) -> bool:
        found = _TEAM.fullmatch(team)
        if found is None:  # a team without its organisation is nobody's
            return False
        org, slug = found.groups()
        said = self._read(f"/orgs/{org}/teams/{slug}/memberships/{quote(login)}")
        return bool(said) and said.get("state") == "active"

    def _permission(self, login: str, enough: tuple[str, ...]) -> bool:
        said = self._read(self._permission_path(login))
        if not said:
            return False
        allowed = (said.get("user") or {}).get("permissions") or {}
        names = {said.get("permission"), said.get("role_name")}
        return any(allowed.get(each) is True or each in names for each in enough)

    def _permission_path(self, login: str) -> str:
        return f"/repos/{self._name}/collaborators/{quote(login)}/permission"

    def _read(self, path: str) -> Any:  # noqa: ANN401 - JSON values
        try:
            return self._session.read(path)
        except ForgeError as exc:
            if exc.status == _ABSENT:
                return None
            raise
