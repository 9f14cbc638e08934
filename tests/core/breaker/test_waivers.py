"""A waiver lets a figure be bad for a while, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fitgate.core.records.changes import PassedBy
from tests.breakers import (
    LATE,
    ledger_with,
    planned,
    policy_with,
    reset,
    state,
    watched,
)
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import closed, landed

SECOND = timedelta(seconds=1)
THREE = [landed(f"c{n}", NOW - (10 - n) * DAY) for n in range(3)]
DONE = [closed(f"c{n}", NOW - 3 * DAY) for n in range(3)]
TRIPPED = NOW - 5 * DAY + SECOND
POLICY = policy_with(LATE)
PUSH = PassedBy("direct-push")


def test_a_waiver_lets_the_figure_be_bad_until_it_runs_out() -> None:
    ledger = ledger_with(*THREE)
    watched(ledger, POLICY)
    waived: dict[str, Any] = {"waiver": "the evaluator is down", "waiver_until": NOW + 2 * DAY}
    ledger.append([planned(NOW - 2 * DAY), reset(NOW - DAY, **waived)], NOW)
    assert watched(ledger, POLICY, NOW + 2 * DAY - SECOND) == []
    assert state(ledger, POLICY) == "probation"
    (trip,) = watched(ledger, POLICY, NOW + 3 * DAY)
    assert trip.at == NOW + 2 * DAY
    assert state(ledger, POLICY, NOW + 3 * DAY) == "open"


def test_a_waiver_that_runs_out_on_a_figure_between_yellow_and_limit_opens_it_too() -> None:
    policy = policy_with(LATE, thresholds={"vl_hours": {"yellow": 24}})
    ledger = ledger_with(*THREE, *DONE, landed("c9", NOW - 30 * HOUR))
    watched(ledger, policy)
    waived: dict[str, Any] = {"waiver": "nearly there", "waiver_until": NOW}
    ledger.append([planned(NOW - 2 * DAY), reset(NOW - DAY, **waived)], NOW)
    (trip,) = watched(ledger, policy, NOW + HOUR)
    assert trip.at == NOW
    assert str(trip.body["because"]).startswith("its waiver ran out; ")


def test_a_waiver_that_runs_out_on_a_good_figure_changes_nothing() -> None:
    ledger = ledger_with(*THREE, *DONE)
    watched(ledger, POLICY)
    waived: dict[str, Any] = {"waiver": "in case", "waiver_until": NOW + DAY}
    ledger.append([planned(NOW - 2 * DAY), reset(NOW - DAY, **waived)], NOW)
    assert watched(ledger, POLICY, NOW + 2 * DAY) == []
