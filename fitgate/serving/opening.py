"""All that waits in a repository, looked at anew: something moved that concerns each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from fitgate.core.chronicle import Chronicle
from fitgate.core.events import ChangeKind, Happening, Pointer
from fitgate.core.records.changes import Landed, Seen
from fitgate.core.work import Task, look
from fitgate.serving.place import Place

_WAITS = timedelta(days=30)
"""GitHub fails a job that has waited so long ("Reviewing deployments")."""


def open_looks(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Yield a look at each open pull request, and at each deployment that may still wait."""
    for number in place.forge.open_pulls():
        yield look(proposal(pointer, "pull", number), now)
    for number in _waiting(place.memory.caught_up(), now):
        yield look(proposal(pointer, "deployment", number), now)


def proposal(pointer: Pointer, kind: ChangeKind, number: int) -> Pointer:
    """Return the pointer to another proposal in the same repository."""
    return Pointer(
        Happening.PROPOSED, pointer.repo, pointer.name, kind, number,
        installation=pointer.installation,
    )  # fmt: skip


def _waiting(told: Chronicle, now: datetime) -> Iterator[int]:
    landed = {each.record.change for each in told.told(Landed)}
    for seen in told.told(Seen):
        record = seen.record
        number = record.change.rpartition("!deploy/")[2]
        is_over = record.change in landed or now - seen.at > _WAITS
        if record.change_kind == "deployment" and number.isdecimal() and not is_over:
            yield int(number)
