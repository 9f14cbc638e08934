"""What took effect: judged as of then, and written down; a bypass is derived from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.controls import control_drafts
from fitgate.core.entries import Draft
from fitgate.core.events import Pointer
from fitgate.core.passage import UNSEEN, Passage
from fitgate.core.recording import Judgement, Recorder
from fitgate.core.work import Task
from fitgate.pipeline import Judged
from fitgate.serving.place import Place


def landed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down all that landed where a pointer says, oldest first."""
    for judged in place.judged(pointer.event(now)):
        passage = passed(place, judged, pointer, now)
        drafts = [
            *drafts_of(place, judged, passage),
            *control_drafts(passage.areas, place.memory.told, now),
        ]
        place.memory.write(drafts, now, place.blobs(judged))
    yield from ()


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
