"""From a pointer to what is done about it: one kind of happening, one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from fitgate.core.events import ChangeKind, Happening, Pointer
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


def _proposed(place: Place, pointer: Pointer, now: datetime) -> Iterable[Task]:
    put_back = pointer.detail.startswith(UNLABELLED)
    return (unlabelled if put_back else proposed)(place, pointer, now)


def _evaluated(place: Place, pointer: Pointer, now: datetime) -> Iterable[Task]:
    yield from evaluated(place, pointer, now)
    ended_where_deployed(place, pointer, now)


Look = Callable[[Place, Pointer, datetime], Iterable[Task]]
LOOKS: Mapping[tuple[Happening, ChangeKind | None], Look] = {
    (Happening.PROPOSED, "pull"): _proposed,
    (Happening.PROPOSED, "group"): queued,
    (Happening.PROPOSED, None): having,
    (Happening.WITHDRAWN, "pull"): withdrawn,
    (Happening.LANDED, "pull"): landed,
    (Happening.LANDED, "push"): landed,
    (Happening.LANDED, "release"): released,
    (Happening.EVALUATED, "pull"): _evaluated,
    (Happening.EVALUATED, None): _evaluated,
    (Happening.ASKED, "pull"): asked,
    (Happening.ASKED, None): asked,
    (Happening.PROPOSED, "deployment"): deploying,
    (Happening.LANDED, "deployment"): deploying,
    (Happening.EVALUATED, "deployment"): deploying,
    (Happening.INCIDENT, None): happened,
    (Happening.CONTROLS_CHANGED, None): controls_changed,
}
"""What is done about which happening to which kind of change; about others, nothing."""


def looked(place: Place, pointer: Pointer, now: datetime) -> Sequence[Task]:
    """Do what a pointer asks for, and return what is to be done after it.

    Raises:
        ForgeError: when the forge could not be read or written; what was done stands, and is not
            done again.
        LedgerError: when it could not be written down.
    """
    look = LOOKS.get((pointer.happening, pointer.kind))
    return [] if look is None else [*look(place, pointer, now)]
