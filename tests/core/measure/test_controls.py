"""Approvals, layers and breakers."""

from __future__ import annotations

from typing import Any

import pytest

from fitgate.core.measure.reading import Scope, Window
from fitgate.core.measure.statistics import wilson
from fitgate.core.policy import Breaker, Policy, Trigger
from fitgate.core.records.controls import BreakersWatched, Reset, Tripped
from tests.builders import DAY, DIGEST, HOUR, NOW
from tests.chronicles import (
    NO_IO,
    a_row,
    chronicle_of,
    figure,
    landed,
    noted,
)


def test_an_approval_takes_from_first_seen_to_first_allowed() -> None:
    at = NOW - DAY
    rows = [
        a_row("1", at, seen_at=at - 50 * HOUR, allowed_at=at - 2 * HOUR),
        a_row("2", at, seen_at=at, allowed_at=at),
        a_row("3", at, seen_at=at),
    ]
    waits = figure("io_approval_latency_hours", rows)
    assert (waits.value, waits.n, waits.unjudged) == (24, 2, 1)
    assert (waits.beside["frac_zero"], waits.beside["n_without"]) == (0.5, 1)
    assert (
        figure("io_approval_latency_hours", rows[2:]).why == "of none of 1 both moments are known"
    )


def test_layers_are_compared_over_all_landings() -> None:
    layers = ["fast"] * 6 + ["medium"] * 2 + ["slow"] * 2 + [None]
    rows = [a_row(str(n), nature=NO_IO, layer=layer) for n, layer in enumerate(layers)]
    ratio = figure("layer_ratio", rows)
    assert (ratio.value, ratio.n, ratio.unjudged) == (3, 8, 1)
    low, high = wilson(6, 8) or (0, 0)
    assert ratio.interval == pytest.approx((low / (1 - low), high / (1 - high)))
    assert figure("layer_ratio", rows[:3]).why == "no landing of the slow layer among 3"


def test_trips_are_counted_without_drills_and_end_when_the_breaker_is_reset() -> None:
    def trip(days: int, environment: str | None = None, **over: Any) -> Any:
        record = Tripped("CB-VL", "freeze", "late", "vl_hours", "80", "72", environment, **over)
        return noted(record, NOW - days * DAY)

    told = chronicle_of(
        landed("7", NOW - 9 * DAY),
        trip(8),
        noted(Reset("CB-VL", "probation"), NOW - 7 * DAY),
        noted(Reset("CB-VL", "closed"), NOW - 6 * DAY),
        trip(5, drill=True),
        trip(4, dry=True),
        trip(3, environment="staging"),
    )
    trips = figure("breaker_trips", told)
    assert (trips.value, trips.n) == (3, 1)
    assert (trips.beside["drills"], trips.beside["dry"], trips.beside["still_open"]) == (1, 1, 2)
    assert trips.beside["median_resolution_hours"] == 24
    assert trips.entries == (2, 3, 6, 7)
    in_production = figure("breaker_trips", told, scope=Scope("github:1", environment="production"))
    assert in_production.value == 2


WATCHED = Policy(
    version=1,
    breakers=(Breaker(name="CB", when=Trigger(metric="vl_hours", limit=72), then="freeze"),),
)


def tripped(days: int, **over: Any) -> Any:
    return noted(Tripped("CB", "freeze", "", "vl_hours", "80", "72", **over), NOW - days * DAY)


def test_the_reset_of_a_drill_resolves_no_real_trip() -> None:
    told = [
        landed("7", NOW - 9 * DAY),
        tripped(8),
        tripped(7, drill=True, dry=True),
        noted(Reset("CB", "closed", drill=True, dry=True), NOW - 6 * DAY),
    ]
    trips = figure("breaker_trips", chronicle_of(*told), WATCHED)
    assert (trips.beside["resolved"], trips.beside["still_open"]) == (0, 1)
    assert trips.entries == (2,)
    told.append(noted(Reset("CB", "probation", "ann"), NOW - 5 * DAY))
    trips = figure("breaker_trips", chronicle_of(*told), WATCHED)
    assert trips.beside["median_resolution_hours"] == 72
    assert trips.entries == (2, 5)


def test_what_tripped_dry_is_open_until_its_figure_is_back_or_the_breaker_is_enforced() -> None:
    enforced = WATCHED.model_copy(update={"mode": "enforce"})
    told = [landed("7", NOW - 9 * DAY), tripped(8, dry=True)]
    names = ("resolved", "superseded", "still_open")

    def counts(policy: Policy) -> list[float | None]:
        beside = figure("breaker_trips", chronicle_of(*told), policy).beside
        return [beside[name] for name in names]

    assert (counts(WATCHED), counts(enforced)) == ([0, 0, 1], [0, 1, 0])
    told.append(tripped(3))
    assert counts(WATCHED) == [0, 1, 1]  # the later one is real, and open
    told.append(noted(Reset("CB", "closed", dry=True), NOW - 6 * DAY))
    assert counts(enforced) == [1, 0, 1]


def test_no_trip_is_known_only_where_somebody_looked_at_a_breaker_and_something_landed() -> None:
    told = [landed("7", NOW)]
    nobody = figure("breaker_trips", chronicle_of(*told), WATCHED)
    assert (nobody.value, nobody.n, nobody.interval) == (None, 0, None)
    assert nobody.why == "nobody looked at the breakers: `fitgate breaker watch`"
    assert figure("breaker_trips", chronicle_of(*told)).why == "no breaker is declared"
    assert figure("breaker_trips", chronicle_of(), WATCHED).why == "nothing landed in the window"
    told.append(tripped(50))
    looked = figure("breaker_trips", chronicle_of(*told), WATCHED)
    assert (looked.value, looked.n) == (0, 1)


def test_a_look_at_the_breakers_of_a_calm_ledger_makes_none_of_unknown() -> None:
    told = [landed("7", NOW - DAY), noted(BreakersWatched({"CB": DIGEST}, 1), NOW)]
    calm = figure("breaker_trips", chronicle_of(*told), WATCHED)
    assert (calm.value, calm.n, calm.entries) == (0, 1, (2,))
    before = Window(NOW - 9 * DAY, NOW - HOUR)
    assert figure("breaker_trips", chronicle_of(*told), WATCHED, window=before).value is None
