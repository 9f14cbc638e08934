"""What took effect: judged as of then, and written down; a bypass is derived from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.entries import Draft
from fitgate.core.events import Pointer
from fitgate.core.proving import proven_drafts
from fitgate.core.recording import Judgement, Recorder
from fitgate.core.work import Task
from fitgate.pipeline import Judged
from fitgate.serving.place import Place


def landed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down all that landed where a pointer says, oldest first."""
    for judged in place.judged(pointer.event(now)):
        place.memory.write(proven(place, judged), now)
        place.memory.write(drafts_of(place, judged), now, place.blobs(judged))
    yield from ()


def proven(place: Place, judged: Judged) -> Iterator[Draft]:
    """Yield what only the check on its head can tell of how a merged proposal was decided on."""
    facts = judged.facts
    if facts.change.kind == "pull" and place.memory.told.decided(facts.change.id) is None:
        yield from proven_drafts(facts, judged.verdict, place.forge.shown(facts), place.memory.told)


def drafts_of(place: Place, judged: Judged) -> Iterator[Draft]:
    """Yield what is to be written down of a landing, knowing all that came before it."""
    if judged.standing is None or judged.facts.change.landed_at is None:
        return  # it did not land: a pull request that was closed, or is open again
    recorder = Recorder.after(place.memory.told, judged.facts.change.landed_at, place.policy)
    yield from recorder.record(
        Judgement(judged.facts, judged.verdict, judged.standing, judged.policy)
    )
