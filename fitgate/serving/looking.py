"""From a pointer to what is done about it: one kind of happening, one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fitgate.core.events import Happening, Pointer
from fitgate.core.work import Task
from fitgate.serving.commands import asked
from fitgate.serving.controls import UNLABELLED, controls_changed, unlabelled
from fitgate.serving.deployments import deploying, ended_where_deployed
from fitgate.serving.evaluations import evaluated, having
from fitgate.serving.groups import queued
from fitgate.serving.incidents import happened
from fitgate.serving.landings import landed
from fitgate.serving.place import Place
from fitgate.serving.proposals import proposed, withdrawn
from fitgate.serving.releases import released


def looked(place: Place, pointer: Pointer, now: datetime) -> Sequence[Task]:
    """Do what a pointer asks for, and return what is to be done after it.

    Raises:
        ForgeError: when the forge could not be read or written; what was done stands, and is not
            done again.
        LedgerError: when it could not be written down.
    """
    tasks: Iterable[Task] = ()
    match (pointer.happening, pointer.kind):
        case (_, "deployment"):
            tasks = deploying(place, pointer, now)
        case (Happening.CONTROLS_CHANGED, _):
            tasks = controls_changed(place, pointer, now)
        case (Happening.PROPOSED, _):
            tasks = _proposed(place, pointer, now)
        case (Happening.WITHDRAWN, "pull"):
            tasks = withdrawn(place, pointer, now)
        case (Happening.LANDED, "pull" | "push"):
            tasks = landed(place, pointer, now)
        case (Happening.LANDED, "release"):
            tasks = released(place, pointer, now)
        case (Happening.EVALUATED, "pull" | None):
            tasks = evaluated(place, pointer, now)
            ended_where_deployed(place, pointer, now)
        case (Happening.INCIDENT, _):
            tasks = happened(place, pointer, now)
        case (Happening.ASKED, "pull" | None):
            tasks = asked(place, pointer, now)
        case _:
            pass
    return [*tasks]


def _proposed(place: Place, pointer: Pointer, now: datetime) -> Iterable[Task]:
    match pointer.kind:
        case "pull" if pointer.detail.startswith(UNLABELLED):
            return unlabelled(place, pointer, now)
        case "pull":
            return proposed(place, pointer, now)
        case "group":
            return queued(place, pointer, now)
        case None:
            return having(place, pointer, now)
        case _:
            return ()
