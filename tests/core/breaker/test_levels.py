"""When a trigger is met, and when its figure is back: figures by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fitgate.core.breaker.because import because
from fitgate.core.breaker.levels import Level, level
from fitgate.core.entries import Draft
from fitgate.core.policy import Policy
from fitgate.core.records import draft
from fitgate.core.records.changes import Evaluated, PassedBy
from fitgate.core.standing import Standing
from tests.breakers import BY_HAND, BYPASSED, DRILLS, LATE, ledger_with, policy_with, the_one
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import NO_IO, NOT_TOLD, closed, drilled, landed, missed

SECOND = timedelta(seconds=1)
OVERRIDE = PassedBy("override", authorised=True, visibility="escalation")
PUSH = PassedBy("direct-push")


def level_of(when: dict[str, Any], *drafts: Draft, ago: timedelta = 0 * DAY, **over: Any) -> Level:
    return level(the_one(ledger_with(*drafts), policy_with(when, **over)), NOW - ago)


def stands(found: Level) -> tuple[bool | None, bool | None]:
    return found.over, found.green


def three(*hours_ago: float) -> list[Draft]:
    return [landed(f"c{n}", NOW - ago * HOUR) for n, ago in enumerate(hours_ago)]


def bypass(change: str, ago: timedelta, *passed: PassedBy) -> Draft:
    return landed(change, NOW - ago, standing=Standing.BYPASS, bypasses=passed)


def evaluated(result: str, ago: timedelta, name: str = "CB-0") -> Draft:
    record = Evaluated("c", name, "failed" if result == "failed" else "passed")
    return draft(record, NOW - ago, f"evaluated/c/{name}/{ago}")


def test_a_lag_trips_when_the_newest_landings_are_all_open_for_longer_than_the_limit() -> None:
    found = level_of(LATE, *three(90, 80, 73))
    assert (found.over, found.value, found.changes) == (True, 73.0, ("c0", "c1", "c2"))


def test_at_the_limit_itself_nothing_is_late_yet() -> None:
    assert stands(level_of(LATE, *three(90, 80, 72))) == (False, False)
    assert stands(level_of(LATE, *three(90, 80, 72), landed("c9", NOW - 72 * HOUR - SECOND))) == (
        True,
        False,
    )


def test_a_landing_that_is_young_and_open_is_neither_late_nor_in_time() -> None:
    assert level_of(LATE, *three(90, 80, 73, 5, 1)).over is True


def test_one_that_was_validated_in_time_ends_the_row() -> None:
    in_time = closed("c2", NOW - 60 * HOUR)
    found = level_of(LATE, *three(90, 80, 73), in_time)
    assert (stands(found), found.beside["late_in_a_row"]) == ((False, False), 0)


def test_landings_without_a_declared_validation_and_changes_that_are_no_io_do_not_count() -> None:
    drafts = [*three(90, 80, 73), landed("u", NOW - HOUR, required=None), landed("n", NOW, NO_IO)]
    assert level_of(LATE, *drafts).over is True
    assert stands(level_of(LATE, landed("u", NOW - 99 * HOUR, required=None))) == (None, None)


def test_what_was_validated_late_no_longer_holds_up_and_the_figure_is_back() -> None:
    late = [closed(f"c{n}", NOW - HOUR) for n in range(3)]
    assert stands(level_of(LATE, *three(99, 98, 97), *late)) == (False, True)
    assert level_of(LATE, *three(99, 98, 97), *late, ago=2 * HOUR).over is True


def test_a_validation_before_the_landing_is_in_time() -> None:
    early = [closed(f"c{n}", NOW - 200 * HOUR) for n in range(3)]
    assert stands(level_of(LATE, *three(99, 98, 97), *early)) == (False, True)


def test_yellow_is_never_laxer_than_the_limit() -> None:
    bands = {"vl_hours": {"yellow": 24}}
    assert stands(level_of(LATE, *three(30, 20, 10))) == (None, None)
    assert stands(level_of(LATE, *three(30, 20, 10), thresholds=bands)) == (None, False)
    lax = {"vl_hours": {"yellow": 500}}
    assert level_of(LATE, *three(90, 80, 70), thresholds=lax).green is False


@pytest.mark.parametrize(
    ("passed", "expected"),
    [([True] * 4 + [False], (False, True)), ([True] * 3 + [False] * 2, (True, False))],
)
def test_drills_trip_below_the_limit_and_not_at_it(
    passed: list[bool], expected: tuple[bool, bool]
) -> None:
    drills = [drilled(n, NOW - (9 - n) * DAY, passed=each) for n, each in enumerate(passed)]
    assert stands(level_of(DRILLS, *drills)) == expected


def test_fewer_drills_than_asked_for_are_used_and_none_is_unknown() -> None:
    assert stands(level_of(DRILLS, drilled(1, NOW - DAY, passed=False))) == (True, False)
    assert stands(level_of(DRILLS)) == (None, None)


def test_a_missed_drill_is_due_and_only_the_last_count() -> None:
    drills = [drilled(n, NOW - (20 - n) * DAY, passed=True) for n in range(6)]
    assert level_of(DRILLS, *drills, missed("weekly", NOW - DAY)).value == 0.8
    assert level_of(DRILLS | {"last": 1}, *drills, missed("weekly", NOW - DAY)).over is True


def test_bypasses_are_counted_over_seven_days_to_the_second() -> None:
    two = [bypass("c1", 7 * DAY, OVERRIDE), bypass("c2", 6 * DAY, OVERRIDE)]
    assert stands(level_of(BYPASSED, *two)) == (False, True)
    assert stands(level_of(BYPASSED, *two, ago=SECOND)) == (True, False)


def test_one_bypass_that_nobody_answers_for_is_enough() -> None:
    found = level_of(BYPASSED, bypass("c1", DAY, PUSH))
    assert (found.value, stands(found), found.changes) == (1, (True, False), ("c1",))
    assert level_of({"metric": "gbr_per_week", "limit": 1}, bypass("c1", DAY, PUSH)).over is False


def test_in_shadow_mode_only_the_team_s_own_gates_are_bypassed() -> None:
    against = PassedBy("against-verdict")
    assert stands(
        level_of(BYPASSED, landed("c", NOW - DAY, mode="shadow", bypasses=(against,)))
    ) == (False, True)
    assert level_of(BYPASSED, landed("c", NOW - DAY, mode="shadow", bypasses=(PUSH,))).over is True


def test_a_week_in_which_nothing_landed_is_unknown_and_not_good() -> None:
    assert stands(level_of(BYPASSED, bypass("c1", 8 * DAY, PUSH))) == (None, None)


def test_ratios_and_unauthorised_counts_have_their_own_window() -> None:
    drafts = [bypass("c1", 2 * DAY, PUSH), landed("c2", NOW - DAY), landed("c3", NOW - HOUR)]
    assert level_of({"metric": "gbr_ratio", "limit": 0.3}, *drafts).over is True
    assert level_of({"metric": "gbr_unauthorised", "limit": 0}, *drafts).over is True
    day = {"metric": "gbr_unauthorised", "limit": 0, "window": "P1D"}
    assert level_of(day, *drafts).over is False


def test_a_tempo_trips_only_after_fourteen_days_of_it() -> None:
    drafts = [landed(f"c{n}", NOW - (50 - n) * DAY) for n in range(50)]
    when = {"metric": "tempo_ratio", "limit": 3}
    assert level_of(when, *drafts).over is True
    assert level_of(when, *drafts, ago=36 * DAY).over is False
    assert level_of(when, *drafts[:3]).over is None


def test_operations_in_a_week_are_counted_and_what_cannot_be_told_may_be_one() -> None:
    when = {"metric": "io_count", "limit": 2}
    two = [landed("c1", NOW - DAY), landed("c2", NOW - DAY)]
    perhaps = landed("c3", NOW - DAY, NOT_TOLD)
    assert stands(level_of(when, *two)) == (False, True)
    assert stands(level_of(when, *two, perhaps)) == (None, None)
    assert stands(level_of(when, *two, perhaps, landed("c4", NOW))) == (True, False)
    assert stands(level_of(when)) == (None, None)


def test_open_operations_are_counted_however_old() -> None:
    when = {"metric": "open_unvalidated", "limit": 2}
    assert level_of(when, *three(9000, 80, 1)).over is True
    assert level_of(when, *three(9000, 80, 1), closed("c0", NOW)).over is False


def test_failures_told_under_its_name_trip_a_declared_breaker() -> None:
    told = [evaluated("failed", 3 * DAY), evaluated("failed", 2 * DAY), evaluated("passed", DAY)]
    other = evaluated("failed", HOUR, name="eval/regression")
    assert level_of({"metric": "declared", "limit": 1}, *told, other).value == 2
    assert level_of({"metric": "declared", "limit": 1}, *told).over is True
    row = {"metric": "declared", "consecutive": 2}
    assert stands(level_of(row, *told, ago=2 * DAY)) == (True, False)
    assert stands(level_of(row, *told)) == (False, True)
    assert stands(level_of(row)) == (None, None)


def test_a_breaker_that_is_tripped_by_hand_alone_never_trips_by_itself() -> None:
    assert stands(level_of(BY_HAND, *three(999, 998, 997))) == (False, True)


@pytest.mark.parametrize("limit", [None, float("nan"), float("inf")])
def test_without_a_limit_that_can_be_passed_nothing_trips(limit: float | None) -> None:
    for metric in ("vl_hours", "rdpr", "gbr_per_week", "io_count", "tempo_ratio"):
        found = level_of({"metric": metric, "limit": limit}, *three(99, 98, 97))
        assert found.over is not True


def test_each_figure_says_why_it_tripped() -> None:
    policy: Policy = policy_with(LATE, DRILLS, BYPASSED, {"metric": "declared", "consecutive": 2})
    ledger = ledger_with(*three(90, 80, 73))
    said = {
        when.metric: because(
            the_one(ledger, policy.model_copy(update={"breakers": (breaker,)})),
            Level(1, over=True, green=False, beside={"unauthorised": 1}),
        )
        for breaker in policy.breakers
        for when in (breaker.when,)
    }
    assert said == {
        "vl_hours": "the newest 3 irreversible landings were not validated within 72 h",
        "rdpr": "share of the last drills that passed: 1, less than 0.8",
        "gbr_per_week": "bypasses that nobody entitled answers for in seven days: 1",
        "declared": "failures told under its name: 1 in a row, 2 are too many",
    }
