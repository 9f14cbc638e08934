"""A repository on GitHub examined: what the App has, what guards it, what arrives."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from codeowners import CodeOwners

from fitgate.adapters.github.app import App, Session
from fitgate.adapters.github.client import GitHub
from fitgate.adapters.github.deliveries import Deliveries
from fitgate.adapters.github.permissions import PERMISSIONS
from fitgate.adapters.github.pointers import ROUTES
from fitgate.adapters.github.records import seen
from fitgate.core.controls import Controls
from fitgate.core.doctoring import (
    POLICY,
    Arrived,
    Installation,
    Observed,
    Owners,
    PolicySeen,
    Wanted,
)
from fitgate.core.facts import Unread
from fitgate.core.in_force import UNREADABLE, choose
from fitgate.errors import ForgeError

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for it; the first that is there counts ("About code owners")."""
NO_APP = Unread("only the App itself may ask")
_KEPT = timedelta(days=3)
_ABSENT = 404


class Examiner:
    """Reads what there is to know of one repository, as the App or by a token."""

    def __init__(self, session: Session, name: str, app: App | None = None) -> None:
        """Take who asks about the repository, and the App, if its key is at hand."""
        self._session, self._name, self._app = session, name, app

    def observed(self, library: Mapping[str, str], now: datetime) -> Observed:
        """Return all that can be seen; what a permission hides says so.

        Raises:
            ForgeError: when GitHub does not answer, or the repository is not there.
        """
        forge = GitHub(self._session, self._name)
        document = self._session.read(f"/repos/{self._name}")
        branch = str(document["default_branch"])
        controls: Controls = forge.controls()
        return Observed(
            wanted=tuple(wanted()),
            installation=self._installation(),
            controls=controls,
            policy=seen(lambda: self._policy(forge, branch, library), "contents may not be read"),
            owners=seen(self._owners, "contents may not be read"),
            deliveries=self._deliveries(now),
        )

    def _installation(self) -> Installation | Unread | None:
        if self._app is None:
            return NO_APP
        try:
            found = self._app.itself().read(f"/repos/{self._name}/installation")
        except ForgeError as exc:
            if exc.status == _ABSENT:
                return None
            raise
        return Installation(
            {str(name): str(level) for name, level in found["permissions"].items()},
            tuple(map(str, found["events"])),
            suspended=bool(found.get("suspended_at")),
        )

    def _policy(self, forge: GitHub, branch: str, library: Mapping[str, str]) -> PolicySeen:
        tip = self._session.read(f"/repos/{self._name}/branches/{quote(branch, safe='')}")[
            "commit"
        ]["sha"]
        file = choose(forge.policies(str(tip)), library)
        environments = tuple(file.policy.boundary.environments)
        broken = file.note.startswith(UNREADABLE)
        return PolicySeen(
            file.source, file.policy.mode, file.note if broken else "",
            absent=bool(file.note) and not broken, environments=environments,
        )  # fmt: skip

    def _owners(self) -> Owners:
        for place in PLACES:
            text = self._text(place)
            if text is not None:
                return Owners(place, tuple(name for _, name in CodeOwners(text).of(POLICY)))
        return Owners(None)

    def _text(self, path: str) -> str | None:
        """Return the text of a file on the default branch; None: it is not there."""
        try:
            found = self._session.read(f"/repos/{self._name}/contents/{path}")
        except ForgeError as exc:
            if exc.status == _ABSENT:
                return None
            raise
        if not isinstance(found, dict) or found.get("encoding") != "base64":
            return None
        return b64decode(str(found["content"])).decode("utf-8", "replace")

    def _deliveries(self, now: datetime) -> Arrived | Unread:
        if self._app is None:
            return NO_APP
        asks = Deliveries(self._app)

        def read() -> Arrived:
            missed = asks.missed(now - _KEPT)
            return Arrived(asks.last(), tuple(one.event for one in missed))

        return seen(read, "the App has no webhook")


def wanted() -> list[Wanted]:
    """Return the permissions that our App needs, with the events that we understand."""
    return [
        Wanted(one.name, one.level, one.why, tuple(name for name in one.events if name in ROUTES))
        for one in PERMISSIONS
    ]
