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
    from fitgate.adapters.github.deliveries import Deliveries
    from fitgate.adapters.ledger.marks import DatabaseMarks
    from fitgate.bootstrap.forges import app_of
    from fitgate.serving.reconciling import Reconciler

    app = app_of(settings)
    return Reconciler(DatabaseMarks(database), [] if app is None else [Deliveries(app)])
