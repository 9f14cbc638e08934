"""Why a breaker tripped, in the words that are written down with the trip."""

from __future__ import annotations

from collections.abc import Mapping

from fitgate.core.breaker.levels import Level
from fitgate.core.breaker.watched import Watched
from fitgate.core.measure.tempo import SUSTAINED_DAYS

_WHY: Mapping[str, str] = {
    "vl_hours": "{row} not validated within {limit} h",
    "rdpr": "share of the last drills that passed: {value}, less than {limit}",
    "gbr_per_week": "bypasses of irreversible landings in seven days: {value}, more than {limit}",
    "gbr_unauthorised": "bypasses that nobody entitled answers for: {value}, more than {limit}",
    "gbr_ratio": "share of irreversible landings past a gate: {value}, more than {limit}",
    "tempo_ratio": "governance latency was more than {limit} intervals of updates for {days} days",
    "open_unvalidated": "irreversible landings without validation: {value}, more than {limit}",
    "io_approval_latency_hours": "the median wait for a yes is {value} h, more than {limit}",
    "io_count": "irreversible landings: {value}, more than {limit}",
    "declared": "failures told under its name: {value}, more than {limit}",
}
_UNAUTHORISED = "bypasses that nobody entitled answers for in seven days: {unauthorised}"
_IN_A_ROW = "failures told under its name: {value} in a row, {limit} are too many"


def because(watched: Watched, level: Level) -> str:
    """Say why a breaker trips: its figure and its limit."""
    n, alone = watched.consecutive, level.beside.get("unauthorised", 0)
    limit, words = watched.limit, _WHY[watched.metric]
    if (
        watched.metric == "gbr_per_week"
        and alone
        and not (limit is not None and _over(level, limit))
    ):
        words = _UNAUTHORISED
    elif watched.metric == "declared" and watched.breaker.when.consecutive is not None:
        words, limit = _IN_A_ROW, n
    return words.format(
        value=number(level.value, 4),
        limit=number(limit),
        days=SUSTAINED_DAYS,
        row=f"the newest {n} irreversible landings were"
        if n > 1
        else "an irreversible landing was",
        unauthorised=number(alone),
    )


def _over(level: Level, limit: float) -> bool:
    return level.value is not None and level.value > limit


def number(value: float | None, digits: int = 6) -> str:
    """Return a number as it is written down; an unknown one is called so."""
    return "unknown" if value is None else f"{value:.{digits}g}"
