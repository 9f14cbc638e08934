"""When each breaker would have tripped, had it been there: a dry run over the whole history."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic.types import JsonValue

from fitgate.core.acting import ACTING
from fitgate.core.breaker.entitled import Entitled
from fitgate.core.breaker.moves import Sign
from fitgate.core.breaker.timelines import timeline
from fitgate.core.breaker.walking import Walk
from fitgate.core.breaker.watched import Watched, all_watched
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import moment
from fitgate.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that a breaker would have been open, until its figure was back under yellow.

    `until` null: it still would be. `landings` are the irreversible ones that fell into it, `value`
    the figure when it tripped, null where that is not told on the way.
    """

    breaker: str
    environment: str | None
    at: datetime
    until: datetime | None
    landings: int
    value: float | None

    def length(self, as_of: datetime) -> timedelta:
        """Return how long it would have been open, so far."""
        return (self.until or as_of) - self.at


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a breaker would have done in one environment. `landings` are all irreversible ones.

    `known`: there was a moment at which its figure was.
    """

    watched: Watched
    episodes: tuple[Episode, ...]
    landings: int
    known: bool

    @property
    def acts(self) -> bool:
        """Say whether it could have held anything, in enforce mode."""
        return self.watched.metric in ACTING


def replay(
    policy: Policy,
    chronicle: Chronicle,
    as_of: datetime,
    since: datetime | None = None,
    done: Callable[[int], object] = lambda _: None,
) -> tuple[Replayed, ...]:
    """Return, for each breaker of a policy, when it would have been open since a moment.

    Every moment counts at which something landed, closed, was drilled or bypassed, or grew too
    old; nobody's reset or waiver does. Late news is told at its moment: hindsight.
    """
    found = []
    for number, watched in enumerate(all_watched(policy, chronicle), 1):
        found.append(_replayed(watched, as_of, since))
        done(number)
    return tuple(found)


def _replayed(watched: Watched, as_of: datetime, since: datetime | None) -> Replayed:
    landed = [row.landed_at for row in watched.ios if row.landed_at <= as_of]
    marks = [*timeline(watched, as_of)]
    walk = Walk(Entitled(watched.policy, Chronicle()), dry=True).through(marks, (), as_of)
    known = any(mark.over is not None for mark in marks)
    episodes = []
    for number, move in enumerate(walk.moves):
        if move.sign is not Sign.EXCEEDED:
            continue
        after = walk.moves[number + 1 : number + 2]
        until = after[0].at if after else None
        if since is not None and until is not None and until <= since:
            continue
        inside = bisect_right(landed, until or as_of) - bisect_right(landed, move.at)
        episodes.append(
            Episode(watched.breaker.name, watched.environment, move.at, until, inside, move.value)
        )
    within = len(landed) - (0 if since is None else bisect_right(landed, since))
    return Replayed(watched, tuple(episodes), within, known)


def episode_json(found: Replayed, as_of: datetime) -> dict[str, JsonValue]:
    """Return what a breaker would have done as JSON values; lengths in hours."""
    breaker, hour = found.watched.breaker, timedelta(hours=1)
    return {
        "name": breaker.name,
        "environment": found.watched.environment,
        "then": breaker.then,
        "acts": found.acts,
        "known": found.known,
        "io_landings": found.landings,
        "io_landings_in_it": sum(each.landings for each in found.episodes),
        "open_hours": sum(each.length(as_of) / hour for each in found.episodes),
        "episodes": [
            {
                "tripped_at": moment(each.at),
                "until": None if each.until is None else moment(each.until),
                "hours": each.length(as_of) / hour,
                "io_landings": each.landings,
                "value": each.value,
            }
            for each in found.episodes
        ],
    }
