"""What it takes to catch up with what no delivery told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fitgate.settings import GitHubSettings

if TYPE_CHECKING:
    from fitgate.adapters.ledger.database import Database
    from fitgate.serving.reconciling import Reconciler


def reconciler(database: Database, settings: GitHubSettings) -> Reconciler:
    """Return who catches up, with its marks in a ledger's database.

    With a token alone nobody knows which repositories are meant: it then catches up with none.
    """
    from fitgate.adapters.github.app import App
    from fitgate.adapters.github.deliveries import Deliveries
    from fitgate.adapters.ledger.marks import DatabaseMarks
    from fitgate.serving.reconciling import Reconciler

    origins = []
    if settings.app_id and settings.private_key:
        origins = [Deliveries(App(settings.app_id, settings.private_key, settings.api_url))]
    return Reconciler(DatabaseMarks(database), origins)
