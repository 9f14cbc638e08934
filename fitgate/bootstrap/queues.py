"""Where deliveries and tasks wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from fitgate.errors import UserError
from fitgate.ports import Queue
from fitgate.settings import ledger_kind


def open_queue(where: str, now: Callable[[], datetime], *, create: bool = True) -> Queue:
    """Open the queue in the database of the ledgers; `now` is the clock of one in SQLite.

    Raises:
        UserError: when there is none, and `create` does not allow to make it; on a branch there is
            never one.
        QueueError: when it cannot be reached.
    """
    match ledger_kind(where):
        case "sqlite":
            from fitgate.adapters.queue.embedded import EmbeddedQueue

            return EmbeddedQueue(Path(where.removeprefix("sqlite:///")), now, create=create)
        case "postgresql":
            if find_spec("procrastinate") is None or find_spec("psycopg") is None:
                raise UserError(
                    "An inbox in PostgreSQL needs procrastinate and psycopg: install "
                    "`fitgate[postgres]`."
                )
            from fitgate.adapters.queue.procrastinate import ProcrastinateQueue

            return ProcrastinateQueue(where, create=create)
        case _:
            raise UserError(
                "An inbox is kept in a database, not on a branch: set FITGATE_DATABASE_URL to "
                "sqlite:///FILE or postgresql://USER@HOST/NAME."
            )
