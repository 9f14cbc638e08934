"""What nobody has looked at is not closed: it is unknown, and says since when."""

from __future__ import annotations

from typing import Any

import pytest

from fitgate.core.breaker.recorded import states
from fitgate.core.breaker.watching import watch
from fitgate.core.entries import Draft
from fitgate.core.policy import Policy
from fitgate.core.records.changes import Evaluated
from fitgate.core.records.controls import GateChanged
from tests.breakers import (
    BY_HAND,
    BYPASSED,
    DRILLS,
    LATE,
    ledger_with,
    planned,
    policy_with,
    reset,
    state,
    told,
    tripped,
    watched,
)
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import NO_IO, drilled, landed, noted
from tests.fakes import MemoryLedger

POLICY = policy_with(LATE)
NEW = NOW + HOUR


def why(ledger: MemoryLedger, policy: Policy = POLICY, as_of: Any = NOW) -> str:
    return states(policy, told(ledger, as_of), as_of, None)[0].why


def looks(ledger: MemoryLedger) -> int:
    return sum(b'"kind":"BreakersWatched"' in each.content for each in ledger.stored())


def test_a_breaker_that_nobody_has_looked_at_is_unknown() -> None:
    ledger = ledger_with(landed("c1", NOW - DAY))
    assert (state(ledger, POLICY), why(ledger)) == (
        "unknown",
        "nobody has looked at its figure yet",
    )
    watched(ledger, POLICY)
    assert (state(ledger, POLICY), why(ledger)) == ("closed", "")


def test_a_look_counts_for_a_day_and_two_hours() -> None:
    ledger = ledger_with()
    watched(ledger, POLICY)
    assert state(ledger, POLICY, NOW + 26 * HOUR) == "closed"
    late = NOW + 26 * HOUR + HOUR
    assert state(ledger, POLICY, late) == "unknown"
    assert why(ledger, as_of=late) == "nobody has looked at its figure since 2026-01-31T12:00:00Z"


def test_what_was_looked_at_later_is_known_of_the_time_before() -> None:
    ledger = ledger_with()
    watched(ledger, POLICY)
    assert state(ledger, POLICY, NOW - 9 * DAY) == "closed"


@pytest.mark.parametrize(
    ("trigger", "came", "moved"),
    [
        (LATE, landed("c", NEW), True),
        (LATE, landed("c", NOW - DAY), True),
        (LATE, landed("c", NEW, NO_IO), False),
        (LATE, drilled(1, NEW, passed=False), False),
        (BYPASSED, noted(GateChanged("review", "weakened"), NEW), True),
        (DRILLS, drilled(1, NEW, passed=False), True),
        (DRILLS, drilled(1, NEW, passed=True), False),
        (DRILLS, landed("c", NEW), False),
        (BY_HAND | {"limit": 0}, noted(Evaluated("c", "CB-0", "failed"), NEW), True),
        (BY_HAND | {"limit": 0}, noted(Evaluated("c", "eval", "failed"), NEW), False),
    ],
)
def test_what_may_have_moved_a_breaker_since_the_last_look_makes_it_unknown(
    trigger: dict[str, Any], came: Draft, *, moved: bool
) -> None:
    policy, ledger, later = policy_with(trigger), ledger_with(), NEW + HOUR
    watched(ledger, policy)
    ledger.append([came], NEW)
    assert state(ledger, policy, later) == ("unknown" if moved else "closed")
    assert why(ledger, policy, later) == (
        "what came after the last look at 2026-01-31T12:00:00Z may have moved it" if moved else ""
    )
    watched(ledger, policy, later)
    assert state(ledger, policy, later) != "unknown"


def test_what_is_to_come_when_somebody_looks_is_not_looked_at() -> None:
    ledger = ledger_with(landed("c", NEW))
    watched(ledger, POLICY)
    assert state(ledger, POLICY) == "closed"
    assert state(ledger, POLICY, NEW) == "unknown"


def test_what_is_open_stays_so_whoever_looks_and_probation_needs_looks() -> None:
    ledger = ledger_with(tripped(NOW - 2 * DAY, "rita"))
    assert state(ledger, POLICY) == "open"
    ledger.append([planned(NOW - DAY), reset(NOW - DAY + HOUR)], NOW)
    assert state(ledger, POLICY) == "unknown"
    watched(ledger, POLICY)
    assert state(ledger, POLICY) == "probation"


@pytest.mark.parametrize(
    "policy",
    [
        policy_with(LATE, mode="shadow"),
        policy_with({"metric": "io_count", "limit": 2}),
        policy_with(BY_HAND),
    ],
    ids=["in shadow mode", "advises", "by hand alone"],
)
def test_what_no_figure_can_make_stop_anything_needs_no_looks(policy: Policy) -> None:
    assert state(ledger_with(landed("c", NOW)), policy) == "closed"


@pytest.mark.parametrize(
    "other",
    [
        policy_with(LATE | {"limit": 24}),
        policy_with(LATE, environments=["production"]),
        policy_with(LATE, boundary={"effective": "release"}),
        policy_with({"metric": "rdpr", "limit": 0.8}),
    ],
)
def test_a_look_tells_of_no_other_trigger_of_the_same_name(other: Policy) -> None:
    ledger = ledger_with()
    watched(ledger, policy_with(LATE, mode="shadow"))
    assert state(ledger, POLICY) == "unknown"
    watched(ledger, POLICY)
    assert (state(ledger, POLICY), state(ledger, other)) == ("closed", "unknown")
    assert state(ledger, policy_with(LATE, then="degrade", owner="rita")) == "closed"


def test_a_calm_ledger_gets_one_record_a_day_and_one_when_something_came() -> None:
    ledger = ledger_with()
    for minutes in range(0, 11 * 60, 10):
        watched(ledger, POLICY, NOW + HOUR * minutes / 60)
    assert looks(ledger) == 1
    watched(ledger, POLICY, NOW + 13 * HOUR)
    assert looks(ledger) == 2
    ledger.append([landed("c", NOW + 14 * HOUR)], NOW + 14 * HOUR)
    for hours in (15, 16, 17):
        watched(ledger, POLICY, NOW + hours * HOUR)
    assert looks(ledger) == 3


def test_what_was_written_while_somebody_looked_was_not_looked_at() -> None:
    ledger = ledger_with()
    due = watch(POLICY, told(ledger), NOW)
    ledger.append([landed("c", NOW - HOUR)], NOW)
    ledger.append(due, NOW)
    assert state(ledger, POLICY) == "unknown"


def test_without_breakers_nobody_looks() -> None:
    assert watch(policy_with(), told(ledger_with()), NOW) == []
