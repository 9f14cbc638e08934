"""The accounts of a twin: people, organizations, teams, Apps."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

from tests.twin.github.description import Json
from tests.twin.github.people import App, Org, Team, User, key_pair
from tests.twin.github.shapes import accounts
from tests.twin.github.store import change

if TYPE_CHECKING:
    from tests.twin.github.access import Keys
    from tests.twin.github.clock import Clock
    from tests.twin.github.twin import Twin

OWNER = "maintainer"
"""Who administers every organization."""


class Roster:
    """Who there is."""

    lock: threading.RLock
    clock: Clock
    keys: Keys
    users: dict[str, User]
    orgs: dict[str, Org]
    apps: dict[int, App]
    manifests: dict[str, Json]

    @property
    def twin(self) -> Twin:
        """Return this roster as the twin that it is part of."""
        from tests.twin.github.twin import Twin  # noqa: PLC0415 - it is made of this

        assert isinstance(self, Twin)
        return self

    @change
    def user(self, login: str, kind: str = "User") -> User:
        """Return an account, made when first named."""
        if login not in self.users:
            bot = login.endswith("[bot]")
            self.users[login] = User(self.twin.fresh(), login, "Bot" if bot else kind)
        return self.users[login]

    @change
    def org(self, login: str) -> Org:
        """Return an organization, made when first named, with `maintainer` as its owner."""
        if login not in self.orgs:
            account = self.user(login, "Organization")
            self.orgs[login] = Org(account, {self.user(OWNER).login: "admin"})
        return self.orgs[login]

    @change
    def team(self, name: str, *members: str) -> Team:
        """Return `acme/release` with these members, and them as the organization's."""
        login, _, slug = name.partition("/")
        org = self.org(login)
        for member in members:
            org.members.setdefault(self.user(member).login, "member")
        team = org.teams.setdefault(slug, Team(self.twin.fresh(), login, slug, slug))
        team.members.update(dict.fromkeys(members, "member"))
        return team

    @change
    def join(self, team: Team, login: str, *, by: str = OWNER) -> None:
        """Add somebody to a team."""
        self.team(f"{team.org}/{team.slug}", login)
        self._joined("added", team, login, by)

    @change
    def leave(self, team: Team, login: str, *, by: str = OWNER) -> None:
        """Take somebody out of a team."""
        del team.members[login]
        self._joined("removed", team, login, by)

    def _joined(self, action: str, team: Team, login: str, by: str) -> None:
        twin = self.twin
        member = accounts.user(twin, self.user(login))
        said = {"scope": "team", "member": member, "team": accounts.team(twin, team)}
        org = self.orgs[team.org].account
        twin.emit("membership", action, said, None, self.user(by), org=org)

    def new_app(self, slug: str, owner: str) -> App:
        """Register an App with a key of its own."""
        private, public = key_pair(len(self.apps))
        number = self.twin.fresh()
        bot = self.user(f"{slug}[bot]")
        app = App(
            number, slug, slug.capitalize(), self.user(owner), bot, f"Iv23{number:016d}", private,
            public, f"secret of {slug}", self.clock.now,
        )  # fmt: skip
        self.apps[number] = app
        return app

    def other_app(self, slug: str) -> App:
        """Return another App, such as that of a CI, made when first named."""
        return next((a for a in self.apps.values() if a.slug == slug), None) or self.new_app(
            slug, OWNER
        )

    @change
    def accept_manifest(self, manifest: Json) -> str:
        """Stand for the person who registers an App from a manifest; return the code.

        GitHub sends the browser back to the manifest's `redirect_url` with it.
        """
        code = secrets.token_hex(20)
        self.manifests[code] = manifest
        return code

    def token(self, login: str) -> str:
        """Return a token that acts as a person."""
        return self.keys.of_person(self.user(login))
