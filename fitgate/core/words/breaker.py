"""What is said of breakers: what trips them, how they stand, what they do."""

from __future__ import annotations

from collections.abc import Mapping

from fitgate.core.breaker.because import number
from fitgate.core.breaker.levels import Level
from fitgate.core.breaker.watched import ACTING, LESS_IS_WORSE, Watched
from fitgate.core.policy import Breaker
from fitgate.core.remedies import plain

ACTIONS: Mapping[str, str] = {
    "freeze": "no irreversible change may pass, but the way back",
    "degrade": "twice the cool-down and one signature more",
    "audit": "every irreversible change needs an auditor's signature",
}


def trigger_words(breaker: Breaker) -> str:
    """Say what would trip a breaker, as in `vl_hours > 72, 3 in a row`."""
    when = breaker.when
    parts = []
    if when.limit is not None:
        sign = "<" if when.metric in LESS_IS_WORSE else ">"
        parts.append(f"{when.metric} {sign} {when.limit:g}")
    elif when.consecutive is None and not when.any_unauthorised:
        by_hand = when.metric == "declared"
        parts.append("by hand only" if by_hand else f"{when.metric} without a limit: never")
    else:
        parts.append(when.metric)
    if when.consecutive is not None:
        parts.append(f"{when.consecutive} in a row")
    if when.last is not None:
        parts.append(f"over the last {when.last}")
    if when.window is not None:
        parts.append(f"within {plain(when.window)}")
    if when.any_unauthorised:
        parts.append("or any unauthorised")
    return ", ".join(parts)


def effect_words(breaker: Breaker, *, dry: bool) -> str:
    """Say what a breaker does when it is open."""
    if breaker.when.metric not in ACTING:
        return f"advises {breaker.then}: this figure stops nothing"
    if dry:
        return f"dry: would {breaker.then}"
    return f"{breaker.then}: {ACTIONS[breaker.then]}"


def stands_words(watched: Watched, level: Level) -> str:
    """Say how a figure stands to its limit, as in `50 of 72`."""
    if (
        watched.metric == "declared"
        and watched.limit is None
        and not watched.breaker.when.consecutive
    ):
        return "-"
    limit = (
        number(watched.limit) if watched.limit is not None else f"{watched.consecutive} in a row"
    )
    said = number(level.value, 4)
    if not (watched.limit is None and watched.breaker.when.any_unauthorised):
        said += f" of {limit}"
    if (oldest := level.beside.get("oldest_open_hours")) is not None:
        late, n = level.beside["late_in_a_row"], watched.consecutive
        said += f"; {late:g} late in a row of {n}, oldest open {oldest:.0f} h"
    if level.beside.get("unauthorised"):
        said += f"; {level.beside['unauthorised']:g} unauthorised"
    return said
