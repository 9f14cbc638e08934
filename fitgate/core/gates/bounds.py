"""What several gates ask of a change, answered in three values; and how params tell times."""

from __future__ import annotations

from datetime import datetime, timedelta

from fitgate.core.facts import BreakerState, Change, Facts
from fitgate.core.findings import Case
from fitgate.core.people import some
from fitgate.core.trailers import is_placeholder


def both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - values, not flags
    """Return Kleene's and."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def restoration(facts: Facts) -> bool | None:
    """Say whether the change brings back a state that was recorded as accepted."""
    if facts.change.restores is None:
        return None
    return some(state.accepted for state in facts.change.restores)


def breakers(case: Case) -> tuple[BreakerState, ...] | None:
    """Return the states of the breakers; unknown is none where the policy has none to trip."""
    if case.facts.breakers is None and not case.policy.breakers:
        return ()
    return case.facts.breakers


def declared(change: Change, key: str) -> tuple[str, ...]:
    """Return what the trailers with this key declare; a placeholder declares nothing."""
    values = (t.value.strip() for t in change.trailers if t.key.casefold() == key.casefold())
    return tuple(value for value in values if not is_placeholder(value))


def iso_length(length: timedelta) -> str:
    """Write a length of time as ISO 8601 does, in whole seconds: PT48H."""
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    parts = zip((hours, minutes, seconds), "HMS", strict=True)
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")


def iso_moment(at: datetime) -> str:
    """Write a moment in UTC as RFC 3339 does."""
    return at.isoformat().removesuffix("+00:00") + "Z"
