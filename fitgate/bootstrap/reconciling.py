"""What it takes to catch up with what no delivery told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fitgate.adapters.github.app import App
    from fitgate.adapters.ledger.database import Database
    from fitgate.serving.reconciling import Reconciler


def reconciler(database: Database, app: App | None) -> Reconciler:
    """Return who catches up, with its marks in a ledger's database.

    It asks as the App that the work is done as, and so by the same tokens. Without one nobody knows
    which repositories are meant: it then catches up with none.
    """
    from fitgate.adapters.github.deliveries import Deliveries
    from fitgate.adapters.ledger.marks import DatabaseMarks
    from fitgate.serving.reconciling import Reconciler

    return Reconciler(DatabaseMarks(database), [] if app is None else [Deliveries(app)])
