"""What took effect: judged as of then, and written down; a bypass is derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fitgate.core.entries import Draft
from fitgate.core.events import Pointer
from fitgate.core.recording import Judgement, Recorder, landed_key
from fitgate.core.work import Task
from fitgate.pipeline import Judged
from fitgate.serving.evaluations import closed
from fitgate.serving.place import Place


def landed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down all that landed where a pointer says, oldest first, whatever told of it first.

    A landing is written down together with what it undoes; what had ended by then that it waits
    for comes after, and again if it was cut off in between.
    """
    changes = place.forge.landed(pointer) if pointer.kind == "push" else None
    if changes is None or not _are_known(place, changes):
        changes = written(place, place.judged(pointer.event(now)), now)
    for change in changes:
        closed(place, change, now)
    yield from ()


def written(place: Place, judged: Sequence[Judged], now: datetime) -> Sequence[str]:
    """Write down the landings that are not known yet; return the ids of all."""
    for one in judged:
        if not _are_known(place, [one.facts.change.id]):
            place.memory.write(drafts_of(place, one), now, place.blobs(one))
    return [one.facts.change.id for one in judged]


def _are_known(place: Place, changes: Sequence[str]) -> bool:
    keys = {landed_key(change, "merge") for change in changes}
    return keys <= place.memory.ledger.holds([*keys])


def drafts_of(place: Place, judged: Judged) -> Iterator[Draft]:
    """Yield what is to be written down of a landing, knowing all that came before it."""
    if judged.standing is None or judged.facts.change.landed_at is None:
        return  # it did not land: a pull request that was closed, or is open again
    recorder = Recorder.after(place.memory.told, judged.facts.change.landed_at, place.policy)
    yield from recorder.record(
        Judgement(judged.facts, judged.verdict, judged.standing, judged.policy)
    )
    if judged.facts.deployment is None:  # what it takes out, it tells itself
        yield from place.undone.drafts(judged.facts)
