"""The forge's own gates, moved by people: read again, and written down where they moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.controls import control_drafts, label_drafts
from fitgate.core.events import Happening, Pointer
from fitgate.core.findings import Outcome
from fitgate.core.records.changes import Landed, Seen
from fitgate.core.work import Task, look
from fitgate.serving.place import Place
from fitgate.serving.proposals import proposed

LABELS = "label:"
"""What the detail of a pointer begins with where a label itself was renamed or deleted."""
UNLABELLED = "unlabeled:"
"""So does one where a label of ours was taken off; the label follows."""


def controls_changed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down which gates are weaker or stronger than they were, and who edited them."""
    if pointer.detail.startswith(LABELS):
        yield from _relabelled(place, pointer, now)
        return
    told = place.memory.caught_up()
    drafts = control_drafts(place.forge.controls(), told, now, pointer.by)
    place.memory.write([*drafts], now)


def unlabelled(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Put a label back that somebody took off, and write down who did."""
    yield from proposed(place, pointer, now)
    change = f"github:{pointer.name}#{pointer.number}"
    taken = place.forge.taken_off(int(pointer.number or 0))
    place.memory.write([*label_drafts(change, taken)], now)


def _relabelled(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Yield a look at each open change that has labels of ours: no event tells where one went."""
    told = place.memory.caught_up()
    landed = {each.record.change for each in told.told(Landed)}
    for seen in told.told(Seen):
        number, decided = seen.record.number, told.decided(seen.record.change)
        if number is None or seen.record.change in landed or decided is None:
            continue
        if decided.record.nature.is_io and decided.record.outcome is not Outcome.UNDECIDED:
            where = Pointer(
                Happening.PROPOSED, pointer.repo, pointer.name, "pull", number,
                installation=pointer.installation,
            )  # fmt: skip
            yield look(where, now)
