"""Which rules can hold at all, told from the looks that found anything."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from fitgate.core.conditions import Condition, LookIds

Possible = Callable[[AbstractSet[str]], bool]
"""Says of the looks that may hold or be unknown whether a rule may then hold or be unknown."""
DECLARED = "a declaration"
"""Stands among the looks where the change has trailers."""


def possible(condition: Condition, ids: LookIds) -> Possible:
    """Return what says whether a condition can hold; where that cannot be told, it can."""
    if condition.any_:
        either = [possible(inner, ids) for inner in condition.any_]
        return lambda live: any(one(live) for one in either)
    if condition.all_:
        both = [possible(inner, ids) for inner in condition.all_]
        return lambda live: all(one(live) for one in both)
    name = _name(condition, ids)
    return (lambda _: True) if name is None else (lambda live: name in live)


def _name(condition: Condition, ids: LookIds) -> str | None:
    if condition.text and condition.text.model_fields_set == {"trailer"}:
        return DECLARED
    look = condition.look
    return None if look is None else ids[look]
