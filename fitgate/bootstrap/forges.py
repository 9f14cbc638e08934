"""Hosted forges, opened as somebody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fitgate.errors import UserError
from fitgate.ports import HostedForge, Ledger
from fitgate.settings import GitHubSettings

if TYPE_CHECKING:
    from fitgate.adapters.github.app import Session


@contextmanager
def open_github(name: str, settings: GitHubSettings) -> Iterator[HostedForge]:
    """Open a repository on GitHub, `owner/name`, by the token or as the App of the settings.

    Raises:
        UserError: when there is neither.
        ForgeError: when the App is not installed there.
    """
    if not settings.token and not (settings.app_id and settings.private_key):
        raise UserError(
            "GitHub does not say who asks: set FITGATE_GITHUB_TOKEN, or FITGATE_GITHUB_APP_ID and "
            "FITGATE_GITHUB_PRIVATE_KEY_FILE."
        )
    from fitgate.adapters.github.app import App, by_token
    from fitgate.adapters.github.client import GitHub

    if settings.token:
        session = by_token(settings.token, settings.api_url)
    else:
        app = App(settings.app_id or 0, settings.private_key, settings.api_url)
        session = app.of_repository(name)
    try:
        yield GitHub(session, name)
    finally:
        session.close()


def ledger_on_github(session: Session, name: str, repo: str) -> Ledger:
    """Return a repository's chain on its branch `fitgate-ledger`, reached without a clone."""
    from fitgate.adapters.github.plumbing import Plumbing
    from fitgate.adapters.ledger.hosted import HostedLedger

    return HostedLedger(Plumbing(session, name), repo)
