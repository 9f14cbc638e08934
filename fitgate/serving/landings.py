"""What took effect: judged as of then, and written down; a bypass is derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fitgate.core.entries import Draft
from fitgate.core.events import Pointer
from fitgate.core.recording import Judgement, Recorder, landed_key
from fitgate.core.work import Task
from fitgate.pipeline import Judged
from fitgate.serving.place import Place


def landed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down all that landed where a pointer says, oldest first."""
    if pointer.kind == "push" and not _new(place, place.forge.landed(pointer)):
        return
    for judged in place.judged(pointer.event(now)):
        if _new(place, [judged.facts.change.id]):
            place.memory.write(drafts_of(place, judged), now, place.blobs(judged))
    yield from ()


def _new(place: Place, changes: Sequence[str]) -> bool:
    """Say whether some of these are not written down as landed yet, whichever event came first."""
    keys = {landed_key(change, "merge") for change in changes}
    return not keys <= place.memory.ledger.holds([*keys])


def drafts_of(place: Place, judged: Judged) -> Iterator[Draft]:
    """Yield what is to be written down of a landing, knowing all that came before it."""
    if judged.standing is None or judged.facts.change.landed_at is None:
        return  # it did not land: a pull request that was closed, or is open again
    recorder = Recorder.after(place.memory.told, judged.facts.change.landed_at, place.policy)
    yield from recorder.record(
        Judgement(judged.facts, judged.verdict, judged.standing, judged.policy)
    )
