"""How often breakers trip, and how long it takes until they are reset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from fitgate.core.acting import is_dry
from fitgate.core.chronicle import Told
from fitgate.core.measure.landings import HOUR
from fitgate.core.measure.reading import Estimator, Reading
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import poisson, quantile
from fitgate.core.records.controls import BreakersWatched, Reset, Tripped

ESTIMATOR = Estimator(
    figure="breaker_trips",
    formula=(
        "times that a breaker tripped, drills left out; resolution: from a trip until it is reset "
        "(to probation), of a dry one until its figure is back"
    ),
    unit="trips",
    state="breakers of the policy",
    boundary="",
    window="as asked",
    statistics=(
        "dry", "drills", "resolved", "superseded", "still_open", "median_resolution_hours",
        "longest_resolution_hours",
    ),
)  # fmt: skip
NOT_LOOKED_AT = "nobody looked at the breakers: `fitgate breaker watch`"


def breaker_trips(sample: Sample, *, landed: bool | None = None) -> Reading:
    """Count the trips in the window, and how long each took to be reset (fit.md 1.8).

    What tripped dry before its breaker was enforced is superseded: nothing is open there any more.
    `n` are the breakers that could have tripped. Without a landing or a trip nothing was watched;
    `landed` says whether there was one where the sample does not hold the landings themselves. That
    somebody looks is told by any record of a look, a trip or a reset.
    """
    in_scope = [told for told in sample.history.tripped if _concerns(sample, told)]
    trips = [told for told in in_scope if not told.record.drill]
    closings = {told.seq: _closing(sample, told) for told in trips}
    hours = sorted((c.at - t.at) / HOUR for t in trips if (c := closings[t.seq]) is not None)
    superseded = sum(closings[t.seq] is None and _is_superseded(sample, t) for t in trips)
    breakers = {b.name for b in sample.policy.breakers} | {t.record.breaker for t in trips}
    active = bool(sample.inside if landed is None else landed) or bool(trips)
    watched = active and _is_looked_at(sample)
    return sample.reading(
        replace(ESTIMATOR, boundary=_boundary(sample)),
        len(trips) if breakers and watched else None,
        len(breakers) if watched else 0,
        interval=poisson(len(trips)),
        beside={
            "dry": sum(told.record.dry for told in trips),
            "drills": len(in_scope) - len(trips),
            "resolved": len(hours),
            "superseded": superseded,
            "still_open": len(trips) - len(hours) - superseded,
            "median_resolution_hours": quantile(hours, 0.5) if hours else None,
            "longest_resolution_hours": max(hours, default=None),
        },
        why=_why(declared=bool(breakers), active=active),
        entries=_numbers((*_looks(sample)[-1:], *trips, *closings.values())),
    )


def _is_looked_at(sample: Sample) -> bool:
    return bool(_looks(sample)) or any(True for _ in _told(sample))


def _looks(sample: Sample) -> list[Told[BreakersWatched]]:
    return [look for look in sample.history.looks if look.at <= sample.window.seen_at]


def _told(sample: Sample) -> Iterator[Told[Tripped] | Told[Reset]]:
    """Yield what is known of trips and resets."""
    at = sample.window.seen_at
    yield from (told for told in sample.history.tripped if told.at <= at)
    yield from (told for told in sample.history.resets if told.at <= at)


def _why(*, declared: bool, active: bool) -> str:
    if not declared:
        return "no breaker is declared"
    return NOT_LOOKED_AT if active else "nothing landed in the window"


def _boundary(sample: Sample) -> str:
    environment = sample.scope.environment
    return f"breakers of environment {environment} or of all" if environment else "all breakers"


def _concerns(sample: Sample, told: Told[Tripped]) -> bool:
    environment = sample.scope.environment
    own = environment is None or told.record.environment in {None, environment}
    return own and sample.window.holds(told.at)


def _closing(sample: Sample, trip: Told[Tripped]) -> Told[Reset] | None:
    """Return what first ended a trip, if anything did: a drill's reset ends that drill alone."""
    return min(
        (
            told
            for told in sample.history.resets
            if told.record.to != "open"
            and not told.record.drill
            and told.record.dry is trip.record.dry
            and _is_of(told, trip)
            and (told.at, told.seq) > (trip.at, trip.seq)
            and told.at <= sample.window.seen_at
        ),
        key=lambda told: (told.at, told.seq),
        default=None,
    )


def _is_superseded(sample: Sample, trip: Told[Tripped]) -> bool:
    """Say whether what tripped dry came to be enforced, by the policy or by a later real record."""
    if not trip.record.dry:
        return False
    mine = (b for b in sample.policy.breakers if b.name == trip.record.breaker)
    if any(not is_dry(breaker, sample.policy) for breaker in mine):
        return True
    return any(
        not (told.record.dry or told.record.drill) and _is_of(told, trip) and told.at > trip.at
        for told in _told(sample)
    )


def _is_of(told: Told[Tripped] | Told[Reset], trip: Told[Tripped]) -> bool:
    """Say whether two records are of one breaker in one environment."""
    one, other = told.record, trip.record
    return (one.breaker, one.environment) == (other.breaker, other.environment)


def _numbers(made_of: Iterable[Told[Any] | None]) -> list[int]:
    return [told.seq for told in made_of if told is not None]
