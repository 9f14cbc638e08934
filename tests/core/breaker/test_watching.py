"""How breakers move: what is written down of them, at which moment, and what a verdict sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fitgate.core.breaker.recorded import states
from fitgate.core.records.changes import PassedBy, Seen
from fitgate.core.records.controls import PolicyChanged
from tests.breakers import (
    BY_HAND,
    BYPASSED,
    DRILLS,
    LATE,
    breakers,
    ledger_with,
    planned,
    policy_with,
    reset,
    state,
    told,
    tripped,
    watched,
)
from tests.builders import DAY, DIGEST, HOUR, NOW
from tests.chronicles import NO_IO, closed, drilled, landed, noted

SECOND = timedelta(seconds=1)
THREE = [landed(f"c{n}", NOW - (10 - n) * DAY) for n in range(3)]
DONE = [closed(f"c{n}", NOW - 3 * DAY) for n in range(3)]
TRIPPED = NOW - 5 * DAY + SECOND
POLICY = policy_with(LATE)
PUSH = PassedBy("direct-push")


def test_a_trip_is_written_down_at_the_moment_at_which_the_last_landing_was_late() -> None:
    (trip,) = watched(ledger_with(*THREE), POLICY)
    assert (trip.kind, trip.at) == ("Tripped", TRIPPED)
    assert trip.key == "tripped/CB-0/*/2026-01-26T12:00:01Z"
    assert trip.body == {
        "breaker": "CB-0",
        "then": "freeze",
        "because": "the newest 3 irreversible landings were not validated within 72 h",
        "metric": "vl_hours",
        "value": "72.0003",
        "limit": "72",
        "changes": ["c0", "c1", "c2"],
    }


def test_to_watch_again_adds_nothing() -> None:
    ledger = ledger_with(*THREE)
    assert len(watched(ledger, POLICY)) == 1
    assert watched(ledger, POLICY) == watched(ledger, POLICY, NOW + DAY) == []


def test_what_tripped_stays_open_when_its_figure_is_good_again() -> None:
    ledger = ledger_with(*THREE, *DONE)
    assert [draft.at for draft in watched(ledger, POLICY)] == [TRIPPED]
    assert state(ledger, POLICY) == "open"
    assert state(ledger, POLICY, TRIPPED - SECOND) == "closed"


def test_a_reset_puts_it_on_probation_and_a_green_week_closes_it() -> None:
    ledger = ledger_with(*THREE, *DONE)
    watched(ledger, POLICY)
    ledger.append([planned(NOW - 2 * DAY), reset(NOW - DAY)], NOW)
    assert state(ledger, POLICY) == "probation"
    assert watched(ledger, POLICY, NOW + 6 * DAY - SECOND) == []
    (closing,) = watched(ledger, POLICY, NOW + 9 * DAY)
    assert (closing.kind, closing.at, closing.body["to"]) == ("Reset", NOW + 6 * DAY, "closed")
    assert state(ledger, POLICY, NOW + 9 * DAY) == "closed"


def test_on_probation_one_more_late_landing_opens_it_at_once() -> None:
    ledger = ledger_with(*THREE, *DONE)
    watched(ledger, POLICY)
    ledger.append([planned(NOW - 2 * DAY), reset(NOW - DAY), landed("c9", NOW - HOUR)], NOW)
    (trip,) = watched(ledger, POLICY, NOW + 4 * DAY)
    assert trip.at == NOW - HOUR + 72 * HOUR + SECOND
    assert state(ledger, POLICY, NOW + 4 * DAY) == "open"


def test_it_does_not_close_while_its_figure_is_not_known() -> None:
    policy = policy_with(BYPASSED)
    ledger = ledger_with(landed("c1", NOW - 20 * DAY, bypasses=(PUSH,)))
    watched(ledger, policy)
    waived: dict[str, Any] = {"waiver": "nothing lands", "waiver_until": NOW - 10 * DAY}
    ledger.append([planned(NOW - 12 * DAY), reset(NOW - 12 * DAY + HOUR, **waived)], NOW)
    assert watched(ledger, policy) == []
    assert state(ledger, policy) == "probation"


@pytest.mark.parametrize("missing", ["plan", "person", "time"])
def test_a_reset_that_lacks_something_moves_nothing(missing: str) -> None:
    plans = [] if missing == "plan" else [planned(NOW - 2 * DAY)]
    by = "rita" if missing == "person" else "sam"
    over: dict[str, Any] = {"waiver": "why", "waiver_until": NOW - DAY} if missing == "time" else {}
    ledger = ledger_with(tripped(NOW - 3 * DAY, "rita"), *plans, reset(NOW - DAY, by, **over))
    assert state(ledger, policy_with(BY_HAND)) == "open"


def test_a_plan_from_before_the_trip_is_none() -> None:
    drafts = [tripped(NOW - 5 * DAY), planned(NOW - 4 * DAY), reset(NOW - 3 * DAY)]
    ledger = ledger_with(*drafts, tripped(NOW - 2 * DAY), reset(NOW - DAY))
    assert state(ledger, policy_with(BY_HAND)) == "open"


@pytest.mark.parametrize("to", ["closed", "probation"])
def test_nobody_closes_an_open_breaker_by_writing_that_it_is_closed(to: str) -> None:
    ledger = ledger_with(tripped(NOW - 3 * DAY, "rita"), reset(NOW - DAY, None, to=to))
    assert state(ledger, policy_with(BY_HAND)) == "open"


def test_the_owner_and_the_author_of_what_it_tripped_over_cannot_reset_it() -> None:
    policy = policy_with(LATE, owner="safety", roles={"safety": {"users": ["sam"]}})
    for by, expected in (("sam", "open"), ("alice", "open"), ("zoe", "probation")):
        seen = [noted(Seen("c1", "pull", author="github:alice"), NOW - 11 * DAY)]
        ledger = ledger_with(*THREE, *DONE, *seen)
        watched(ledger, policy)
        ledger.append([planned(NOW - 2 * DAY, "sam"), reset(NOW - DAY, by)], NOW)
        assert (by, state(ledger, policy)) == (by, expected)


def test_in_shadow_mode_a_trip_is_dry_and_ends_with_the_excess() -> None:
    policy = policy_with(LATE, mode="shadow")
    ledger = ledger_with(*THREE, *DONE)
    trip, calm = watched(ledger, policy)
    assert (trip.body["dry"], trip.at) == (True, TRIPPED)
    assert (calm.body["dry"], calm.body["to"], calm.at) == (True, "closed", NOW - 3 * DAY)
    assert watched(ledger, policy) == []
    assert state(ledger, policy) == "closed"


def test_a_breaker_on_another_figure_only_advises() -> None:
    policy = policy_with({"metric": "io_count", "limit": 2})
    ledger = ledger_with(*[landed(f"c{n}", NOW - HOUR) for n in range(3)])
    (trip,) = watched(ledger, policy)
    assert trip.body["dry"] is True
    assert state(ledger, policy) == "closed"


def test_what_nobody_saw_for_four_weeks_trips_nothing_but_what_is_still_bad_does() -> None:
    long_ago = [landed(f"c{n}", NOW - (90 - n) * DAY) for n in range(3)]
    validated = [closed(f"c{n}", NOW - 60 * DAY) for n in range(3)]
    assert watched(ledger_with(*long_ago, *validated), POLICY) == []
    (trip,) = watched(ledger_with(*long_ago), POLICY)
    assert trip.at == NOW - 85 * DAY + SECOND


def test_unknown_neither_trips_nor_resets() -> None:
    ledger = ledger_with(landed("n", NOW, NO_IO))
    assert watched(ledger, policy_with(DRILLS)) == []
    ledger.append([drilled(1, NOW - DAY, passed=False)], NOW)
    assert [draft.kind for draft in watched(ledger, policy_with(DRILLS))] == ["Tripped"]


def test_what_is_told_late_trips_at_its_moment() -> None:
    policy = policy_with(DRILLS)
    enforced = noted(PolicyChanged("here", None, None, DIGEST, "enforce"), NOW - 9 * DAY)
    ledger = ledger_with(enforced, drilled(1, NOW - 3 * DAY, passed=True))
    assert watched(ledger, policy) == []
    ledger.append([drilled(0, NOW - 5 * DAY, passed=False)], NOW)
    assert [draft.at for draft in watched(ledger, policy)] == [NOW - 5 * DAY]


def test_a_drill_moves_nothing() -> None:
    ledger = ledger_with(tripped(NOW - DAY, drill=True))
    assert state(ledger, policy_with(BY_HAND)) == "closed"


PLACES = policy_with(
    BYPASSED,
    environments=("production", "staging"),
    boundary={"effective": "deployment", "environments": ["production", "staging"]},
)


def test_a_trip_in_one_environment_leaves_the_others_alone() -> None:
    deployed: dict[str, Any] = {
        "stage": "deployment",
        "environment": "production",
        "bypasses": (PUSH,),
    }
    elsewhere: dict[str, Any] = {"stage": "deployment", "environment": "staging"}
    ledger = ledger_with(landed("c1", NOW - DAY, **deployed), landed("c2", NOW - DAY, **elsewhere))
    (trip,) = watched(ledger, PLACES)
    assert trip.key.startswith("tripped/CB-0/production/")
    assert state(ledger, PLACES, where="production") == "open"
    assert state(ledger, PLACES, where="staging") == "closed"


def test_a_change_that_names_no_environment_is_in_each_and_one_elsewhere_in_none() -> None:
    ledger = ledger_with(tripped(NOW - DAY, environment="production"))
    assert state(ledger, PLACES) == "open"
    assert states(PLACES, told(ledger), NOW, "laboratory") == ()


def test_the_states_are_those_of_the_policy_with_their_owner() -> None:
    ledger = ledger_with(tripped(NOW - DAY, breaker="CB-GONE"))
    watched(ledger, policy_with(LATE, owner="rita"))
    (found,) = states(policy_with(LATE, owner="rita"), told(ledger), NOW, None)
    assert (found.name, found.state, found.then, found.owner) == (
        "CB-0",
        "closed",
        "freeze",
        "rita",
    )


def test_a_record_that_it_is_open_opens_it_and_one_of_the_future_is_not_heard_yet() -> None:
    ledger = ledger_with(reset(NOW - DAY, "rita", to="open"), reset(NOW + DAY, to="probation"))
    policy = policy_with(BY_HAND)
    assert state(ledger, policy, NOW - 2 * DAY) == "closed"
    assert state(ledger, policy) == "open"


def test_nobody_writes_that_a_breaker_proved_itself_before_its_week_is_over() -> None:
    drafts = [tripped(NOW - 9 * DAY, "rita"), planned(NOW - 8 * DAY), reset(NOW - 7 * DAY)]
    policy = policy_with(BY_HAND)
    early = ledger_with(*drafts, reset(NOW - HOUR, None, to="closed"))
    assert state(early, policy) == "probation"
    assert state(ledger_with(*drafts, reset(NOW, None, to="closed")), policy) == "closed"
    assert state(ledger_with(*drafts, reset(NOW, "sam", to="closed")), policy) == "probation"


def test_what_is_validated_at_the_very_moment_at_which_it_is_late_was_late() -> None:
    policy = policy_with({"metric": "vl_hours", "limit": 72}, mode="shadow")
    late = landed("c", NOW - 9 * DAY)
    ledger = ledger_with(late, closed("c", NOW - 6 * DAY + SECOND))
    trip, calm = watched(ledger, policy)
    assert trip.at == calm.at == NOW - 6 * DAY + SECOND
    assert watched(ledger, policy) == []


def test_limits_and_windows_beyond_any_calendar_trip_nothing() -> None:
    policy = policy_with(
        {"metric": "vl_hours", "limit": 1e12},
        {"metric": "io_count", "limit": 9, "window": "P500000W"},
        {"metric": "vl_hours"},
        {"metric": "tempo_ratio", "limit": 1},
    )
    same_moment = [landed(f"s{n}", NOW - 20 * DAY) for n in range(6)]
    assert watched(ledger_with(*THREE, *same_moment), policy) == []


def test_a_dry_trip_by_hand_stays_until_somebody_resets_it() -> None:
    policy = policy_with(LATE, mode="shadow")
    ledger = ledger_with(
        landed("c", NOW - 3 * DAY),
        closed("c", NOW - 3 * DAY + HOUR),
        tripped(NOW - DAY, "rita", dry=True),
    )
    assert watched(ledger, policy) == []
    known = breakers(ledger, policy)
    assert known.recorded(policy.breakers[0], None).state.value == "open"
