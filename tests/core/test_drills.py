"""Rehearsals of the way back: what passes, what is due, what was missed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.chronicle import Chronicle
from fitgate.core.drills import (
    BY_POLICY,
    MOST_MISSED,
    Measured,
    Objectives,
    Shortfall,
    due,
    objectives,
    scheduled_key,
    seconds,
    shortfalls,
)
from fitgate.core.entries import Draft
from fitgate.core.policy import Policy
from fitgate.core.records import draft
from fitgate.core.records.controls import Drilled, DrillMissed, DrillScheduled
from tests.builders import DAY, HOUR, NOW, a_policy
from tests.fakes import MemoryLedger

MINUTE = timedelta(minutes=1)
WITHIN = Objectives(HOUR, 15 * MINUTE)
PURGE = a_policy(drills=[{"name": "purge", "every": "P30D", "rto": "PT2H"}])


def drilled(at: datetime, name: str | None = "purge", *, passed: bool = True) -> Draft:
    return draft(Drilled(f"{name}-{at}", passed, name=name), at, f"drilled/{name}-{at}")


def scheduled(
    at: datetime, every: int | None = None, source: str = "", name: str = "purge"
) -> Draft:
    return draft(DrillScheduled(name, every, source=source), at, scheduled_key(name, at))


def chronicle(*told: tuple[datetime, Draft]) -> Chronicle:
    """Write down each draft at its moment, and fold the ledger."""
    ledger = MemoryLedger()
    for at, each in told:
        ledger.append([each], at)
    return Chronicle(ledger.entries)


def missed_days(policy: Policy, told: Chronicle, as_of: datetime) -> list[int]:
    return [(each.due - NOW) // DAY for each in due(policy, told, as_of).missed]


def test_what_is_restored_within_both_objectives_passes() -> None:
    assert shortfalls(Measured(restored=True, recovery=HOUR, loss=15 * MINUTE), WITHIN) == ()
    assert shortfalls(Measured(restored=True), Objectives()) == ()


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Measured(restored=False, recovery=HOUR, loss=MINUTE), Shortfall.NOT_RESTORED),
        (Measured(restored=None, recovery=HOUR, loss=MINUTE), Shortfall.NOT_RESTORED),
        (Measured(restored=True, loss=MINUTE), Shortfall.RECOVERY_UNKNOWN),
        (Measured(restored=True, recovery=HOUR + MINUTE, loss=MINUTE), Shortfall.TOO_SLOW),
        (Measured(restored=True, recovery=HOUR), Shortfall.LOSS_UNKNOWN),
        (Measured(restored=True, recovery=HOUR, loss=HOUR), Shortfall.LOST_TOO_MUCH),
    ],
)
def test_what_is_missing_or_unknown_does_not_pass(found: Measured, why: Shortfall) -> None:
    assert shortfalls(found, WITHIN) == (why,)


def test_a_length_is_rounded_up_to_seconds() -> None:
    assert [seconds(timedelta(seconds=n)) for n in (0, 0.001, 1, 1.5)] == [0, 1, 1, 2]


def test_objectives_are_those_of_the_schedule_and_else_of_the_strictest_gate() -> None:
    gate = {"type": "rollback-window", "drill": {"within": "P30D", "rto": "PT30M"}}
    other = {"type": "rollback-window", "drill": {"within": "P30D", "rto": "PT1H", "rpo": "PT5M"}}
    policy = a_policy(
        gates=[gate, other], drills=[{"name": "purge", "every": "P1W", "rto": "PT2H"}]
    )
    assert objectives(policy, "purge") == Objectives(2 * HOUR, 5 * MINUTE)
    assert objectives(policy, None) == Objectives(HOUR / 2, 5 * MINUTE)
    assert objectives(a_policy(gates=[]), "purge") == Objectives()


def test_a_schedule_that_nobody_has_seen_yet_begins_and_misses_nothing() -> None:
    agenda = due(PURGE, Chronicle(), NOW)
    assert [d.due for d in agenda.begins] == [NOW + 30 * DAY]
    assert (agenda.ahead, agenda.missed) == (agenda.begins, ())
    (entry,) = agenda.drafts()
    assert (entry.kind, entry.at, entry.body["source"]) == (
        "DrillScheduled",
        NOW + 30 * DAY,
        "policy",
    )


def test_a_schedule_that_was_just_written_counts_from_the_last_drill_if_that_is_not_over() -> None:
    told = chronicle((NOW, drilled(NOW - 10 * DAY)))
    assert due(PURGE, told, NOW).ahead[0].due == NOW + 20 * DAY
    assert due(PURGE, told, NOW + 50 * DAY).ahead[0].due == NOW + 80 * DAY


def test_what_is_written_down_is_not_told_again() -> None:
    ledger = MemoryLedger()
    for day in (0, 31, 31, 95):
        agenda = due(PURGE, Chronicle(ledger.entries), NOW + day * DAY)
        ledger.append(agenda.drafts(), NOW + day * DAY)
    kinds = [(e.kind, (e.at - NOW) // DAY) for e in ledger.entries]
    assert kinds == [
        ("DrillScheduled", 30), ("DrillMissed", 30), ("DrillMissed", 60), ("DrillMissed", 90),
    ]  # fmt: skip
    assert due(PURGE, Chronicle(ledger.entries), NOW + 95 * DAY).ahead[0].due == NOW + 120 * DAY


def test_it_is_missed_once_its_time_is_over_and_not_before() -> None:
    told = chronicle((NOW, scheduled(NOW + 30 * DAY, source=BY_POLICY)))
    assert missed_days(PURGE, told, NOW + 30 * DAY) == []
    assert missed_days(PURGE, told, NOW + 30 * DAY + MINUTE) == [30]


@pytest.mark.parametrize("made", [drilled, partial(drilled, passed=False)])
def test_a_drill_that_was_done_is_not_missed_whatever_came_of_it(
    made: Callable[[datetime], Draft],
) -> None:
    begun = (NOW, scheduled(NOW + 30 * DAY, source=BY_POLICY))
    told = chronicle(begun, (NOW + 25 * DAY, made(NOW + 25 * DAY)))
    agenda = due(PURGE, told, NOW + 31 * DAY)
    assert agenda.missed == ()
    assert [(d.due, d.last) for d in agenda.ahead] == [(NOW + 55 * DAY, NOW + 25 * DAY)]


def test_a_late_drill_was_missed_and_the_next_counts_from_it() -> None:
    begun = (NOW, scheduled(NOW + 30 * DAY, source=BY_POLICY))
    told = chronicle(begun, (NOW + 33 * DAY, drilled(NOW + 33 * DAY)))
    agenda = due(PURGE, told, NOW + 34 * DAY)
    assert [d.due for d in agenda.missed] == [NOW + 30 * DAY]
    assert [d.due for d in agenda.ahead] == [NOW + 63 * DAY]


def test_a_drill_of_another_name_does_not_count() -> None:
    begun = (NOW, scheduled(NOW + 30 * DAY, source=BY_POLICY))
    told = chronicle(
        begun, (NOW + DAY, drilled(NOW + DAY, None)), (NOW + DAY, drilled(NOW, "other"))
    )
    assert missed_days(PURGE, told, NOW + 31 * DAY) == [30]


def test_a_single_rehearsal_is_due_once() -> None:
    told = chronicle((NOW, scheduled(NOW + 5 * DAY)))
    assert [d.due for d in due(a_policy(), told, NOW).ahead] == [NOW + 5 * DAY]
    assert missed_days(a_policy(), told, NOW + 99 * DAY) == [5]
    done = chronicle((NOW, scheduled(NOW + 5 * DAY)), (NOW + DAY, drilled(NOW + DAY)))
    assert due(a_policy(), done, NOW + 99 * DAY) == due(a_policy(), Chronicle(), NOW)


def test_the_drill_of_a_change_counts_for_what_was_planned_of_it() -> None:
    planned = draft(DrillScheduled("before-launch", change="c1"), NOW + 5 * DAY, "k")
    done = draft(Drilled("d1", passed=True, change="c1"), NOW + DAY, "drilled/d1")
    assert (
        missed_days(a_policy(), chronicle((NOW, planned), (NOW + DAY, done)), NOW + 9 * DAY) == []
    )
    assert missed_days(a_policy(), chronicle((NOW, planned)), NOW + 9 * DAY) == [5]


def test_the_last_word_on_a_schedule_counts() -> None:
    told = chronicle((NOW, scheduled(NOW + 10 * DAY, 86_400)), (NOW, scheduled(NOW + 20 * DAY)))
    assert missed_days(a_policy(), told, NOW + 40 * DAY) == [20]


def test_what_the_policy_no_longer_asks_for_is_no_longer_due() -> None:
    by_policy = chronicle((NOW, scheduled(NOW + 30 * DAY, 86_400, BY_POLICY)))
    by_hand = chronicle((NOW, scheduled(NOW + 30 * DAY, 30 * 86_400)))
    assert missed_days(a_policy(), by_policy, NOW + 70 * DAY) == []
    assert missed_days(a_policy(), by_hand, NOW + 70 * DAY) == [30, 60]


def test_an_endless_schedule_ends() -> None:
    every_second = a_policy(drills=[{"name": "purge", "every": "PT1S"}])
    never = a_policy(drills=[{"name": "purge", "every": "PT0S"}])
    told = chronicle((NOW, scheduled(NOW, source=BY_POLICY)))
    agenda = due(every_second, told, NOW + 999 * DAY)
    assert (len(agenda.missed), agenda.ahead) == (MOST_MISSED, ())
    assert len(due(never, told, NOW + 999 * DAY).missed) == 1
    far = a_policy(drills=[{"name": "purge", "every": "P99999999D"}])
    assert due(far, Chronicle(), NOW).begins == ()


moments = st.integers(1, 400).map(lambda hours: NOW + hours * HOUR)


@given(st.lists(moments, max_size=12), moments, moments)
def test_what_was_missed_stays_missed_while_nothing_new_is_told(
    done: list[datetime], one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    begun = (NOW, scheduled(NOW + 2 * DAY, source=BY_POLICY))
    told = chronicle(begun, *((at, drilled(at)) for at in sorted(done)))
    policy = a_policy(drills=[{"name": "purge", "every": "P2D"}])
    before, after = (due(policy, told, at) for at in (earlier, later))
    assert [m.due for m in after.missed][: len(before.missed)] == [m.due for m in before.missed]
    assert all(m.due < later for m in after.missed)
    assert [d.due >= later for d in after.ahead] == [True]


@given(st.lists(moments, max_size=12), st.lists(moments, max_size=4))
def test_looking_often_finds_what_looking_once_finds(
    done: list[datetime], looks: list[datetime]
) -> None:
    policy = a_policy(drills=[{"name": "purge", "every": "P2D"}])
    ledger = MemoryLedger()
    ledger.append([scheduled(NOW + 2 * DAY, source=BY_POLICY)], NOW)
    end = NOW + 401 * HOUR
    for at in sorted({*done, *looks, end}):
        if at in done:
            ledger.append([drilled(at)], at)
        if at in looks or at == end:
            ledger.append(due(policy, Chronicle(ledger.entries), at).drafts(), at)
    once = chronicle(
        (NOW, scheduled(NOW + 2 * DAY, source=BY_POLICY)),
        *((at, drilled(at)) for at in sorted(set(done))),
    )
    told = [m.at for m in Chronicle(ledger.entries).told(DrillMissed)]
    assert told == [m.due for m in due(policy, once, end).missed]
