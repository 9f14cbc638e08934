"""What a reset needs, and which of it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fitgate.core.breaker.entitled import Entitled
from fitgate.core.breaker.levels import Level
from fitgate.core.breaker.moves import State
from fitgate.core.breaker.walking import Walk


@dataclass(frozen=True, slots=True)
class Asked:
    """A reset as somebody asks for it."""

    by: str
    waiver: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """One thing that a reset lacks: what, and what to do about it."""

    what: str
    remedy: str


def lacking(
    walk: Walk, level: Level, entitled: Entitled, asked: Asked, as_of: datetime
) -> tuple[Lacking, ...]:
    """Return all that a reset lacks; none: it may be written down (fit.md 2.6).

    A recovery plan filed after the trip, a person who did not trip it, and the figure back under
    yellow or a waiver that expires. An unknown figure is not under yellow.
    """
    if walk.state is not State.OPEN:
        return (Lacking(f"it is not open, it is {walk.state.value}", "nothing needs to be done"),)
    found: list[Lacking] = []
    if walk.plan is None:
        found.append(
            Lacking(
                "no recovery plan was filed after it tripped",
                'fitgate breaker plan NAME --plan "…"',
            )
        )
    if why := entitled.objection(asked.by, walk.trips):
        found.append(
            Lacking(f"it cannot be reset by this person: {why}", "somebody else resets it")
        )
    if asked.waiver is not None and asked.until is None:
        found.append(Lacking("the waiver does not expire", "--until says when it does"))
    elif asked.until is not None and asked.waiver is None:
        found.append(Lacking("until when is said, but not why", "--waiver says why"))
    elif asked.until is not None and asked.until <= as_of:
        found.append(Lacking("the waiver has expired already", "--until is a time to come"))
    elif asked.waiver is not None and not asked.waiver.strip():
        found.append(Lacking("the waiver gives no reason", "--waiver says why"))
    elif asked.waiver is None and not level.green:
        stands = "not known" if level.green is None else "not back under yellow"
        found.append(
            Lacking(
                f"its figure is {stands}",
                'put its cause right, or --waiver "why" --until WHEN, which is put on record',
            )
        )
    return tuple(found)
