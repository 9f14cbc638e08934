"""What is said of an inbox that cannot be used, and of what failed in one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fitgate.core.inert import inert
from fitgate.core.retrying import why_failed
from fitgate.core.work import Delivery, Parked, Task, called

_LOG = logging.getLogger("fitgate.queue")


def missing(name: object) -> str:
    """Return what is said where there is no inbox."""
    return (
        f"{name}: there is no inbox here. `fitgate serve` makes one; or say where it is: "
        "FITGATE_DATABASE_URL=sqlite:///FILE or postgresql://…"
    )


def newer(name: str, version: int, known: int) -> str:
    """Return what is said of tables that a newer FITGate made."""
    return (
        f"{name} was made by a newer FITGate: its inbox is of version {version}, this one knows "
        f"them up to {known}. Use that version, or a newer one."
    )


def told(of: Delivery | Task, error: Exception, wait: timedelta | None) -> None:
    """Log that something failed, and when it is tried again; none: it was parked."""
    what = inert(called(of))
    if wait is None:
        _LOG.error("parked %s: %s", what, why_failed(error))
    else:
        _LOG.warning("%s failed, tried again in %s: %s", what, wait, why_failed(error))


def parked_of(id_: str, attempts: int, why: str, since: datetime, named: Sequence[Any]) -> Parked:
    """Return what is parked: a delivery where its id begins with a `d`, else a task.

    `named` are hook, GUID and event of the one, job, key and what the other is about.
    """
    first, second, third = named
    of: Delivery | Task = Task(first, second, third, since)
    if id_.startswith("d"):
        of = Delivery(first, second, third, b"", since)
    return Parked(id_, called(of), attempts, why, since)
