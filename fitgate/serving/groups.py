"""Merge groups: every pull request in one is judged anew, and the worst decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.events import Pointer
from fitgate.core.proposing import proposal_drafts
from fitgate.core.work import Task
from fitgate.serving.place import Place


def queued(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Judge what a merge group holds as of now, write that down, and show it on the group.

    A green check on a pull request does not carry over: the base has moved, time has passed, and
    others land with it.
    """
    judged = place.judged(pointer.event(now))
    for one in judged:
        if one.facts.change.landed_at is None and one.facts.change.kind == "pull":
            drafts = proposal_drafts(one.facts, one.verdict, one.policy, place.memory.told)
            place.memory.write(drafts, now, place.blobs(one))
    if judged:
        place.forge.apply_group([(one.facts, one.verdict) for one in judged])
    yield from ()
