"""Hosted forges, opened as somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from fitgate.errors import ForgeError, UserError
from fitgate.ports import HostedForge, Ledger
from fitgate.settings import GitHubSettings

if TYPE_CHECKING:
    from fitgate.adapters.github.app import App, Session
    from fitgate.core.doctoring import Observed

UNSAID = (
    "GitHub does not say who asks: set FITGATE_GITHUB_TOKEN, or FITGATE_GITHUB_APP_ID and "
    "FITGATE_GITHUB_PRIVATE_KEY_FILE."
)
_ABSENT = 404


def app_of(settings: GitHubSettings) -> App | None:
    """Return the App of the settings; None: they name none, or have no key of it."""
    if not (settings.app_id and settings.private_key):
        return None
    from fitgate.adapters.github.app import App

    return App(settings.app_id, settings.private_key, settings.api_url)


@contextmanager
def open_github(name: str, settings: GitHubSettings) -> Iterator[HostedForge]:
    """Open a repository on GitHub, `owner/name`, by the token or as the App of the settings.

    Raises:
        UserError: when there is neither.
        ForgeError: when the App is not installed there.
    """
    from fitgate.adapters.github.app import by_token
    from fitgate.adapters.github.client import GitHub

    if settings.token:
        session = by_token(settings.token, settings.api_url)
    elif (app := app_of(settings)) is not None:
        session = app.of_repository(name)
    else:
        raise UserError(UNSAID)
    try:
        yield GitHub(session, name)
    finally:
        session.close()


def can_sign(settings: GitHubSettings) -> bool:
    """Say whether the App's private key is one; without an App nothing is to be signed."""
    app = app_of(settings)
    if app is None:
        return True
    try:
        app.auth()
    except UserError:
        return False
    return True


def observe_github(
    name: str, settings: GitHubSettings, library: Mapping[str, str], now: datetime
) -> Observed:
    """Return all that can be seen of a repository on GitHub, as the App if its key is at hand.

    Raises:
        UserError: when there is neither a key nor a token.
        ForgeError: when GitHub does not answer, or the repository is not there for who asks.
    """
    app = app_of(settings)
    if app is None and not settings.token:
        raise UserError(UNSAID)
    from fitgate.adapters.github.app import by_token
    from fitgate.adapters.github.examining import Examiner

    session = None
    if app is not None:
        try:
            session = app.of_repository(name)
        except ForgeError as exc:
            if exc.status != _ABSENT:
                raise
    if session is None and settings.token:
        session = by_token(settings.token, settings.api_url)
    if session is None:
        raise ForgeError(
            f"The App {settings.app_id} is not installed on {name}, or there is no such "
            "repository: install it there, or set FITGATE_GITHUB_TOKEN to look without it.",
            status=_ABSENT,
        )
    try:
        return Examiner(session, name, app).observed(library, now)
    finally:
        session.close()


def ledger_on_github(session: Session, name: str, repo: str) -> Ledger:
    """Return a repository's chain on its branch `fitgate-ledger`, reached without a clone."""
    from fitgate.adapters.github.plumbing import Plumbing
    from fitgate.adapters.ledger.hosted import HostedLedger

    return HostedLedger(Plumbing(session, name), repo)
