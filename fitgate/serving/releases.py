"""Releases: every change that one holds took effect with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.events import Pointer
from fitgate.core.releasing import missing, release_drafts, release_facts
from fitgate.core.work import Task
from fitgate.serving.evaluations import closed
from fitgate.serving.landings import written
from fitgate.serving.place import Place


def released(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down what a release holds: first the landings that nobody had told of, then itself."""
    release = place.forge.release(pointer)
    if release is None:
        return
    if missing(release, place.memory.caught_up()):
        written(place, place.judged(pointer.event(now)), pointer, now)
    policy = place.policies.judging(release_facts(release)).file.policy
    drafts = [*release_drafts(release, policy, place.memory.told)]
    place.memory.write(drafts, now)
    for draft in drafts:
        closed(place, str(draft.body["change"]), now)
    yield from ()
