"""From a pointer to what is done about it: one kind of happening, one file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fitgate.core.events import Happening, Pointer
from fitgate.core.work import Task
from fitgate.serving.deployments import deploying, evaluated
from fitgate.serving.landings import landed
from fitgate.serving.place import Place
from fitgate.serving.proposals import proposed


def looked(place: Place, pointer: Pointer, now: datetime) -> Sequence[Task]:
    """Do what a pointer asks for, and return what is to be done after it.

    Raises:
        ForgeError: when the forge could not be read or written; what was done stands, and is not
            done again.
        LedgerError: when it could not be written down.
    """
    match (pointer.happening, pointer.kind):
        case (Happening.PROPOSED, "pull"):
            return [*proposed(place, pointer, now)]
        case (Happening.LANDED, "pull"):
            return [*landed(place, pointer, now)]
        case (_, "deployment"):
            return [*deploying(place, pointer, now)]
        case (Happening.EVALUATED, _):
            return [*evaluated(place, pointer, now)]
        case _:
            return ()
