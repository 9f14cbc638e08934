"""What took effect: judged as of then, and written down; a bypass is derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fitgate.core.controls import control_drafts
from fitgate.core.entries import Draft
from fitgate.core.events import Pointer
from fitgate.core.passage import UNSEEN, Passage
from fitgate.core.proving import proven_drafts
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
        changes = written(place, place.judged(pointer.event(now)), pointer, now)
    for change in changes:
        closed(place, change, now)
    yield from ()


def written(
    place: Place, judged: Sequence[Judged], pointer: Pointer, now: datetime
) -> Sequence[str]:
    """Write down the landings that are not known yet; return the ids of all."""
    for one in judged:
        if not _are_known(place, [one.facts.change.id]):
            _write(place, one, pointer, now)
    return [one.facts.change.id for one in judged]


def _proven(place: Place, judged: Judged) -> Iterator[Draft]:
    """Yield what only the check on its head can tell of how a merged proposal was decided on."""
    facts = judged.facts
    if facts.change.kind == "pull" and place.memory.told.decided(facts.change.id) is None:
        yield from proven_drafts(facts, judged.verdict, place.forge.shown(facts), place.memory.told)


def _are_known(place: Place, changes: Sequence[str]) -> bool:
    keys = {landed_key(change, "merge") for change in changes}
    return keys <= place.memory.ledger.holds([*keys])


def _write(place: Place, judged: Judged, pointer: Pointer, now: datetime) -> None:
    place.memory.write(_proven(place, judged), now)
    passage = passed(place, judged, pointer, now)
    drafts = [
        *drafts_of(place, judged, passage),
        *control_drafts(passage.areas, place.memory.told, now),
    ]
    place.memory.write(drafts, now, place.blobs(judged))


def passed(place: Place, judged: Judged, pointer: Pointer, now: datetime) -> Passage:
    """Return how an IO came to land; of nothing else is the forge asked."""
    is_io = judged.standing is not None and judged.verdict.is_io is True
    return place.forge.passage(judged.facts, pointer, now) if is_io else UNSEEN


def drafts_of(place: Place, judged: Judged, passage: Passage = UNSEEN) -> Iterator[Draft]:
    """Yield what is to be written down of a landing, knowing all that came before it."""
    if judged.standing is None or judged.facts.change.landed_at is None:
        return  # it did not land: a pull request that was closed, or is open again
    recorder = Recorder.after(place.memory.told, judged.facts.change.landed_at, place.policy)
    yield from recorder.record(
        Judgement(judged.facts, judged.verdict, judged.standing, judged.policy, passage)
    )
    if judged.facts.deployment is None:  # what it takes out, it tells itself
        yield from place.undone.drafts(judged.facts)
