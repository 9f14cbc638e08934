"""A deployment: judged and answered while it waits, written down when it took effect or failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from fitgate.core.effective import checked_drafts, deployed_at, ended_drafts, landed_drafts
from fitgate.core.events import Happening, Pointer
from fitgate.core.proposing import proposal_drafts
from fitgate.core.recording import landed_key
from fitgate.core.work import Task, look
from fitgate.errors import ForgeError
from fitgate.pipeline import Judged
from fitgate.serving.landings import drafts_of
from fitgate.serving.place import Place

_GONE = 404
_OVER = frozenset({"failure", "error", "inactive"})


def deploying(place: Place, pointer: Pointer, now: datetime) -> Iterator[Task]:
    """Look at a deployment as it stands now, whatever was heard of it.

    One that waits is judged, written down, answered, and looked at again when it is eligible; of
    one that is over it is written down what became of it. Events come late and in any order, so
    which of these it is, the forge tells.
    """
    if pointer.number is None:
        number = place.forge.deployment(pointer)
        if number is not None:  # from now on it has the key of all that is heard of it
            yield look(replace(pointer, number=number), now)
        return
    judged = _judged(place, pointer, now)
    if judged is None:
        return
    if judged.facts.change.landed_at is not None:
        _landed(place, judged, now)
    elif judged.facts.deployment and judged.facts.deployment.state in _OVER:
        _ended(place, judged, now)
    else:
        yield from _waiting(place, pointer, judged, now)
    place.forge.answer_gate(judged.facts, judged.verdict)


def _judged(place: Place, pointer: Pointer, now: datetime) -> Judged | None:
    try:
        (judged,) = place.judged(pointer.event(now))
    except ForgeError as exc:
        if exc.status == _GONE and place.forge.deployment(pointer) is None:
            return None  # it was deleted
        raise
    return judged


def _waiting(place: Place, pointer: Pointer, judged: Judged, now: datetime) -> Iterator[Task]:
    facts, verdict = judged.facts, judged.verdict
    drafts = [*proposal_drafts(facts, verdict, judged.policy, place.memory.told)]
    place.memory.write(drafts, now, place.blobs(judged))
    if verdict.eligible_at is not None and verdict.eligible_at > now:
        again = replace(pointer, happening=Happening.PROPOSED, by=None, detail="")
        yield look(again, verdict.eligible_at)


def _landed(place: Place, judged: Judged, now: datetime) -> None:
    """Write down that it took effect, once, and with it all changes in it that are told of by now.

    That may validate some.
    """
    told, change = place.memory.told, judged.facts.change
    key = landed_key(change.id, "deployment", change.environment)
    drafts = [] if place.memory.ledger.holds([key]) else [*drafts_of(place, judged)]
    drafts += landed_drafts(judged.facts, judged.policy, told)
    place.memory.write(drafts, now, place.blobs(judged))
    _ended(place, judged, now)


def _ended(place: Place, judged: Judged, now: datetime) -> None:
    """Write down how it ended, for the changes whose validation it is part of."""
    deployment = judged.facts.deployment
    if deployment is None or deployment.ended_at is None:
        return
    drafts = ended_drafts(
        judged.facts, place.memory.told,
        passed=judged.facts.change.landed_at is not None, at=deployment.ended_at,
    )  # fmt: skip
    place.memory.write(drafts, now)


def ended_where_deployed(place: Place, pointer: Pointer, now: datetime) -> None:
    """Write down which checks and workflow runs ended on a commit that is deployed.

    Only those that a landing waits for, as its policy named them then.
    """
    rows = deployed_at(pointer.head or "", place.memory.caught_up())
    if pointer.head is not None and any(row.required for row in rows):
        found = place.forge.evaluations(pointer.head, now)
        place.memory.write(checked_drafts(rows, found or (), pointer.head), now)
