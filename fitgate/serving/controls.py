"""The forge's own gates, moved by people: read again, and written down where they moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.controls import PROTECTION, RULES, control_drafts, label_drafts
from fitgate.core.events import Pointer
from fitgate.core.work import Task, look
from fitgate.serving.opening import proposal
from fitgate.serving.place import Place
from fitgate.serving.proposals import proposed

LABELS = "label:"
"""What the detail of a pointer begins with where a label itself was renamed or deleted."""
UNLABELLED = "unlabeled:"
"""So does one where a label of ours was taken off; the label follows."""
_EDITED = {
    "branch_protection_configuration": PROTECTION,
    "branch_protection_rule": PROTECTION,
    "repository_ruleset": RULES,
}
"""What was edited, by how the detail begins of a pointer that tells of it."""


def controls_changed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down which gates are weaker or stronger than they were, and who edited them."""
    if pointer.detail.startswith(LABELS):
        yield from _relabelled(place, pointer, now)
        return
    told = place.memory.caught_up()
    edited = _EDITED.get(pointer.detail.partition(":")[0], "")
    drafts = control_drafts(place.forge.controls(), told, now, pointer.by, edited)
    place.memory.write([*drafts], now)


def unlabelled(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Put a label back that somebody took off, and write down who did."""
    yield from proposed(place, pointer, now)
    change = f"github:{pointer.name}#{pointer.number}"
    taken = place.forge.taken_off(int(pointer.number or 0))
    place.memory.write([*label_drafts(change, taken)], now)


def _relabelled(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Yield a look at each open change: no event tells which of them lost a label of ours."""
    for number in place.forge.open_pulls():
        yield look(proposal(pointer, "pull", number), now)
