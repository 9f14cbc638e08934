"""Issues that are incidents, written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.events import Pointer
from fitgate.core.incidents import incident_drafts
from fitgate.core.work import Task
from fitgate.serving.place import Place


def happened(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down that an issue is an incident, if it still is one, and which change it blames."""
    issue = place.forge.issue(pointer.number) if pointer.number else None
    if issue is not None:
        place.memory.write(incident_drafts(issue, place.memory.caught_up()), now)
    yield from ()
