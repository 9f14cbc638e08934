"""A proposal: judged, written down, shown; and looked at again when its time comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from fitgate.core.events import Happening, Pointer
from fitgate.core.proposing import proposal_drafts, seen_draft
from fitgate.core.work import Task, look
from fitgate.errors import ForgeError
from fitgate.pipeline import Judged
from fitgate.serving.place import Place

_OTHERS = 20
"""So many other pull requests with the same head are judged with it, and no more."""


def proposed(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Judge a pull request as of now, and yield when to look at it again."""
    (judged,) = place.judged(pointer.event(now))
    if judged.facts.change.landed_at is not None:  # whoever merged it was quicker than we
        yield look(replace(pointer, happening=Happening.LANDED), now)
        return
    yield from shown(place, judged, pointer, now)


def shown(place: Place, judged: Judged, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down a verdict of now and show it; yield when to look at its pull request again.

    The decision is written down before it is shown: who merges because the check is green must
    find it in the ledger, whatever becomes of us in between.
    """
    yield from _told(place, judged, now)
    others = [*_others(place, judged, pointer, now)]
    place.forge.apply(judged.facts, judged.verdict, [(one.facts, one.verdict) for one in others])


def withdrawn(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Write down that a pull request was seen; that it was closed again decides nothing."""
    for facts in place.forge.gather(pointer.event(now)):
        place.memory.write([seen_draft(facts)], now)
    yield from ()


def _told(place: Place, judged: Judged, now: datetime) -> Iterator[Task]:
    facts, verdict = judged.facts, judged.verdict
    drafts = [*proposal_drafts(facts, verdict, judged.policy, place.memory.told)]
    place.memory.write(drafts, now, place.blobs(judged))
    ends = [override.until for override in facts.overrides or () if not override.used]
    for moment in (verdict.eligible_at, *ends):
        if moment is not None and moment > now:
            yield look(_again(judged), moment)


def _again(judged: Judged) -> Pointer:
    """Return the pointer of a look that nothing but time asks for."""
    facts = judged.facts
    return Pointer(Happening.PROPOSED, facts.repo.id, facts.repo.name, "pull", facts.change.number)


def _others(place: Place, judged: Judged, pointer: Pointer, now: datetime) -> Iterator[Judged]:
    """Yield the verdicts on the other pull requests with this head: the check is of the commit."""
    numbers = place.forge.siblings(judged.facts)
    if len(numbers) > _OTHERS:
        raise ForgeError(
            f"{len(numbers)} open pull requests of {pointer.name} have the head "
            f"{judged.facts.change.head}; more than {_OTHERS} are not judged together."
        )
    for number in numbers:
        other = Pointer(Happening.PROPOSED, pointer.repo, pointer.name, "pull", number)
        yield from place.judged(other.event(now))
