"""What a reset needs: each thing that it lacks is named."""

from __future__ import annotations

import pytest

from fitgate.core.breaker.entitled import Entitled
from fitgate.core.breaker.levels import Level
from fitgate.core.breaker.resetting import Asked, lacking
from fitgate.core.entries import Draft
from fitgate.core.records.changes import Seen
from fitgate.core.records.controls import Tripped
from tests.breakers import BY_HAND, breakers, ledger_with, planned, policy_with, told, tripped
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import noted

GREEN = Level(1, over=False, green=True)
YELLOW = Level(1, over=False, green=False)
UNKNOWN = Level(None, None, None)
TRIP, PLAN = tripped(NOW - DAY, "rita"), planned(NOW - HOUR)


def lacks(asked: Asked, *drafts: Draft, level: Level = GREEN) -> list[str]:
    policy = policy_with(BY_HAND)
    known = breakers(ledger_with(*drafts), policy)
    walk = known.recorded(policy.breakers[0], None)
    return [each.what for each in lacking(walk, level, known.entitled, asked, NOW)]


def test_with_a_plan_another_person_and_a_good_figure_nothing_is_lacking() -> None:
    assert lacks(Asked("sam"), TRIP, PLAN) == []


def test_what_is_not_open_needs_no_reset() -> None:
    assert lacks(Asked("sam")) == ["it is not open, it is closed"]


def test_all_that_is_lacking_is_named_at_once() -> None:
    assert lacks(Asked("rita"), TRIP, level=YELLOW) == [
        "no recovery plan was filed after it tripped",
        "it cannot be reset by this person: rita tripped it",
        "its figure is not back under yellow",
    ]


def test_an_unknown_figure_is_not_a_good_one() -> None:
    assert lacks(Asked("sam"), TRIP, PLAN, level=UNKNOWN) == ["its figure is not known"]


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        (Asked("sam", "why", NOW + DAY), []),
        (Asked("sam", "why"), ["the waiver does not expire"]),
        (Asked("sam", None, NOW + DAY), ["until when is said, but not why"]),
        (Asked("sam", "why", NOW), ["the waiver has expired already"]),
        (Asked("sam", " ", NOW + DAY), ["the waiver gives no reason"]),
    ],
)
def test_a_waiver_says_why_and_expires(asked: Asked, missing: list[str]) -> None:
    assert lacks(asked, TRIP, PLAN, level=YELLOW) == missing


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("zoe", ""),
        (None, "nobody is named"),
        (" ", "nobody is named"),
        ("ci[bot]", "ci[bot] is a bot"),
        ("rita", "rita tripped it"),
        ("rita@acme.io", "rita@acme.io tripped it"),
        ("sam", "sam is its owner"),
        ("alice", "alice proposed c1, over which it tripped"),
        ("a.liddell@home.example", "a.liddell@home.example proposed c1, over which it tripped"),
    ],
)
def test_whoever_had_a_hand_in_the_trip_cannot_reset_it(by: str | None, why: str) -> None:
    policy = policy_with(
        BY_HAND,
        roles={"safety": {"users": ["sam"]}},
        people={"alice": {"github": "alice", "email": ["a.liddell@home.example"]}},
    )
    trip = Tripped(
        "CB-0", "freeze", "why", "declared", "", "", None, "safety", "rita", changes=("c1", "c2")
    )
    seen = noted(Seen("c1", "pull", author="github:alice"), NOW - DAY)
    assert Entitled(policy, told(ledger_with(seen))).objection(by, [trip]) == why
