"""How long a landing would have been held, and whether its fault was known by then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fitgate.core.facts import Restoration, Unknown
from fitgate.core.findings import Classification, Outcome
from fitgate.core.replay.cases import NO_HOLD, NO_IO, Hold, Wait, judged, with_faults
from tests.builders import HOUR
from tests.core.replay.replaying import (
    IS_IO,
    SLOW,
    a_book,
    a_fault,
    a_landing_of_a_clone,
    a_replayed,
    a_ruling,
)

NOBODY = timedelta()
SIGNED = SLOW | {"signatures": ["release-owner", "safety-owner"]}


def test_what_is_no_io_is_never_held() -> None:
    assert judged(a_landing_of_a_clone(), Classification(is_io=False), a_book()) == (
        NO_IO,
        NO_HOLD,
    )


def test_a_push_is_held_for_the_whole_cooldown_at_least() -> None:
    ruling, hold = judged(a_landing_of_a_clone(), IS_IO, a_book())
    assert (ruling.held, hold) == ("held", Hold(48 * HOUR, 48 * HOUR))
    assert ruling.waits[0] == Wait("slow-authority", Outcome.HOLD, "cooldown-running")


def test_a_pull_request_of_which_the_last_push_is_unknown_is_held_for_none_to_all_of_it() -> None:
    facts = a_landing_of_a_clone(kind="pull", number=7, material_at=None)
    ruling, hold = judged(facts, IS_IO, a_book())
    assert (ruling.held, hold) == ("undecided", Hold(NOBODY, 48 * HOUR))


def test_the_mode_of_the_candidate_makes_no_difference() -> None:
    facts = a_landing_of_a_clone()
    shadow, enforce = (judged(facts, IS_IO, a_book(mode=mode)) for mode in ("shadow", "enforce"))
    assert shadow == enforce


def test_who_would_have_had_to_sign_is_named_and_their_time_is_not_guessed() -> None:
    ruling, hold = judged(a_landing_of_a_clone(), IS_IO, a_book(SIGNED))
    assert ruling.signatures == ("release-owner", "safety-owner")
    assert hold == Hold(48 * HOUR, 48 * HOUR)


def test_a_gate_that_knows_no_time_holds_and_adds_no_delay_that_can_be_told() -> None:
    facts = a_landing_of_a_clone(trailers=())
    ruling, hold = judged(facts, IS_IO, a_book({"type": "rollback-window"}))
    assert (ruling.held, hold) == ("held", NO_HOLD)


def test_a_change_that_may_bring_back_an_accepted_state_may_be_held_for_nothing() -> None:
    facts = a_landing_of_a_clone(restores=(Restoration("1" * 40),))
    _, hold = judged(facts, IS_IO, a_book())
    assert hold == Hold(NOBODY, 48 * HOUR)


def test_what_cannot_be_classified_is_not_replayable_and_not_held() -> None:
    unknown = Classification(None, (), (Unknown("contents of a.sql", "is not in this clone"),))
    ruling, hold = judged(a_landing_of_a_clone(), unknown, a_book())
    assert (ruling.held, ruling.is_held, hold) == ("not-replayable", False, NO_HOLD)


@pytest.mark.parametrize(
    ("hours", "before", "within"),
    [
        (1, True, None),
        (47.9, True, None),
        (48, None, 24 * HOUR),
        (71, None, HOUR),
        (72, False, None),
    ],
)
def test_a_fault_is_known_before_as_long_as_the_hold_surely_lasts(
    hours: float,
    before: bool | None,
    within: timedelta | None,
) -> None:
    (known,) = with_faults(a_replayed(48, 72), [a_fault(hours)]).faults
    assert (known.before, known.pushed_within) == (before, within)
    assert known.after == timedelta(hours=hours)


def test_a_fault_that_a_clock_puts_before_the_landing_proves_nothing() -> None:
    case = with_faults(a_replayed(), [a_fault(-1)])
    assert (case.faults[0].after, case.known_before) == (None, False)


def test_of_what_would_have_passed_no_fault_would_have_been_known_before() -> None:
    passes = replace(a_replayed(), candidate=a_ruling(held="passes"))
    assert with_faults(passes, [a_fault(1)]).known_before is False


def test_one_fault_that_was_surely_known_makes_a_case_whatever_the_others_are() -> None:
    case = with_faults(a_replayed(2, 48), [a_fault(90), a_fault(3, "incident"), a_fault(1)])
    assert [known.fault.how for known in case.faults] == ["reverted", "incident", "reverted"]
    assert case.known_before is True
