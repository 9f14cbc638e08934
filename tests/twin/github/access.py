"""Who asks: App JWTs, installation tokens and people's tokens, and what each may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import jwt

from tests.twin.github.answer import Refusal
from tests.twin.github.people import GRANTS, LEVELS, App, Installation, User, at_least

if TYPE_CHECKING:
    from tests.twin.github.repository import Repository
    from tests.twin.github.twin import Twin

LIFE = timedelta(hours=1)
JWT_LIFE = timedelta(minutes=10)
EXP = "'Expiration time' claim ('exp')"
NOT_FOUND = Refusal(404, "Not Found")
FORBIDDEN = Refusal(403, "Resource not accessible by integration")
BAD_CREDENTIALS = Refusal(401, "Bad credentials")


@dataclass(slots=True)
class Budget:
    """What is left of an hour's requests, by resource."""

    limit: int = 5000
    used: dict[str, int] = field(default_factory=dict)
    reset: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is behind a request: an App by its JWT, an installation, a person, or nobody."""

    kind: str
    budget: Budget
    user: User | None = None
    app: App | None = None
    installation: Installation | None = None
    permissions: dict[str, str] | None = None
    repos: frozenset[str] | None = None

    def sees(self, repo: Repository) -> bool:
        """Say whether the repository is there at all for this caller."""
        if not repo.private:
            return True
        if self.installation is not None:
            inside = self.repos is None or repo.full_name in self.repos
            return inside and self.installation.covers(repo.full_name)
        return self.user is not None and repo.role_of(self.user.login) != "none"

    def may(self, needs: str, repo: Repository | None) -> bool:
        """Say whether the caller has one of these: `checks=write|statuses=write`."""
        wanted = (one.partition("=") for one in needs.split("|"))
        return any(self._has(what, level, repo) for what, _, level in wanted)

    def _has(self, what: str, level: str, repo: Repository | None) -> bool:
        if self.permissions is not None:
            covered = self.installation is not None and (
                repo is None or self.installation.covers(repo.full_name)
            )
            if repo is not None and not covered:  # of others' public repositories, reading
                return level == "read" and not repo.private and what != "administration"
            return at_least(GRANTS, self.permissions.get(what, "none"), level)
        if repo is None:
            return self.user is not None
        if self.user is None:
            return level == "read" and not repo.private and what != "administration"
        wanted = "admin" if what == "administration" else level
        return at_least(LEVELS, repo.role_of(self.user.login), wanted)


@dataclass(frozen=True, slots=True)
class Token:
    """An installation's token, or a person's (`expires_at` None)."""

    text: str
    caller: Caller
    expires_at: datetime | None


class Keys:
    """The tokens that were given out."""

    def __init__(self, twin: Twin) -> None:
        self.life = LIFE
        self._twin = twin
        self._tokens: dict[str, Token] = {}
        self._budgets: dict[str, Budget] = {}

    def budget(self, whose: str) -> Budget:
        """Return what one caller may still ask; a test may lower its limit."""
        return self._budgets.setdefault(whose, Budget())

    def of_person(self, user: User) -> str:
        """Give out a token that acts as a person."""
        caller = Caller("user", self.budget(user.login), user=user)
        return self._given(f"ghp_{secrets.token_hex(18)}", caller, None).text

    def of_installation(
        self,
        installation: Installation,
        permissions: dict[str, str] | None = None,
        repos: frozenset[str] | None = None,
    ) -> Token:
        """Give out a token for an hour, narrowed to what was asked for.

        Raises:
            Refusal: when it asks for more than the installation has.
        """
        has = installation.permissions
        for name, level in (permissions or {}).items():
            if not at_least(GRANTS, has.get(name, "none"), level):
                why = "The permissions requested are not granted to this installation."
                raise Refusal(422, why)
        outside = [name for name in repos or () if not installation.covers(name)]
        if outside:
            why = "There is at least one repository that does not exist or is not accessible"
            raise Refusal(422, why)
        caller = Caller(
            "installation",
            self.budget(f"installation {installation.id}"),
            user=installation.app.bot,
            app=installation.app,
            installation=installation,
            permissions={"metadata": "read", **(permissions or has)},
            repos=repos,
        )
        # The format since 2026-04: long, with dots. Whoever measures tokens meets it here.
        text = f"ghs_{installation.app.id}_{secrets.token_urlsafe(90)}.{secrets.token_urlsafe(120)}"
        return self._given(text, caller, self._twin.clock.wall() + self.life)

    def granted(self, one: Installation) -> None:
        """Let the tokens of an installation do what it may by now."""
        for token in self._tokens.values():
            if token.caller.installation is one and token.caller.permissions is not None:
                token.caller.permissions.update(one.permissions)

    def revoke(self) -> None:
        """Let every token given out so far be refused."""
        self._tokens.clear()

    def caller(self, authorization: str | None) -> Caller:
        """Return who sends this header.

        Raises:
            Refusal: 401 for what is unknown, expired, or wrongly signed.
        """
        if not authorization:
            return Caller("anonymous", self.budget("anonymous"))
        text = authorization.split(" ", 1)[-1]
        if text.count(".") == 2 and not text.startswith("gh"):
            return self._app(text)
        token = self._tokens.get(text)
        now = self._twin.clock.wall()
        if token is None or (token.expires_at is not None and token.expires_at <= now):
            raise BAD_CREDENTIALS
        installation = token.caller.installation
        if installation is not None and installation.id not in self._twin.installations:
            raise BAD_CREDENTIALS
        if installation is not None and installation.suspended_at is not None:
            raise Refusal(403, "This installation has been suspended")
        return token.caller

    def _given(self, text: str, caller: Caller, expires_at: datetime | None) -> Token:
        self._tokens[text] = Token(text, caller, expires_at)
        return self._tokens[text]

    def _app(self, text: str) -> Caller:
        try:
            claimed = jwt.decode(text, options={"verify_signature": False})
            issuer = str(claimed.get("iss"))
        except jwt.InvalidTokenError as error:
            raise Refusal(401, "A JSON web token could not be decoded") from error
        app = next(
            (a for a in self._twin.apps.values() if issuer in (str(a.id), a.client_id)), None
        )
        if app is None:
            raise Refusal(401, "Integration not found")
        now = self._twin.clock.wall().timestamp()
        try:
            jwt.decode(
                text,
                app.public_key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
            )
        except jwt.InvalidTokenError as error:
            raise Refusal(401, "A JSON web token could not be decoded") from error
        if claimed["exp"] <= now:
            raise Refusal(401, f"{EXP} must be a numeric value representing the future time")
        if claimed["exp"] - now > JWT_LIFE.total_seconds() + 60 or claimed["iat"] > now + 60:
            raise Refusal(401, f"{EXP} is too far in the future")
        return Caller("app", self.budget(f"app {app.id}"), user=app.bot, app=app)
