"""What a replay comes to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.replay.cases import NO_HOLD, NO_IO, Case, Hold, Ruling, with_faults
from fitgate.core.replay.figures import difference, figures, worst_first
from tests.core.replay.replaying import a_fault, a_replayed, a_ruling

UNTOLD = a_ruling(is_io=None, held="not-replayable")
OTHER = replace(a_replayed(), candidate=NO_IO, against=NO_IO, hold=NO_HOLD)
HOLDS = st.integers(min_value=0, max_value=10**7).map(lambda s: timedelta(seconds=s))


def named(name: str, case: Case) -> Case:
    return replace(case, landing=replace(case.landing, change=name))


@given(st.lists(HOLDS), st.integers(min_value=0, max_value=50))
def test_the_mean_delay_of_a_change_is_the_share_of_ios_times_their_mean_hold(
    holds: list[timedelta], others: int
) -> None:
    cases = [with_faults(replace(a_replayed(), hold=Hold(hold, hold)), ()) for hold in holds]
    told = figures([*cases, *[with_faults(OTHER, ())] * others])
    assert told.delay_at_least == told.delay_at_most
    assert told.delay_at_least.hours_per_change == told.delay_at_least.product_hours
    assert told.delay_at_least.others_hours == 0
    assert (told.changes, told.io) == (len(holds) + others, len(holds))


def test_of_no_change_nothing_is_known() -> None:
    delay = figures([]).delay_at_least
    assert (delay.hours_per_change, delay.io_share, delay.hours_per_io, delay.product_hours) == (
        None,
    ) * 4


def test_what_is_not_replayable_is_counted_and_in_no_other_figure() -> None:
    unknown = with_faults(replace(a_replayed(), candidate=UNTOLD, hold=NO_HOLD), [a_fault(1)])
    told = figures([unknown, with_faults(a_replayed(), ())])
    assert (told.changes, told.replayable, told.not_replayable) == (2, 1, 1)
    assert (told.io, told.held, told.faults.landings) == (1, 1, 0)
    assert told.delay_at_least.hours_per_change == pytest.approx(48)


def test_cases_are_counted_by_how_surely_the_fault_was_known() -> None:
    cases = [
        with_faults(a_replayed(2, 48), [a_fault(hours)] if hours else []) for hours in (1, 3, 50, 0)
    ]
    faults = figures(cases).faults
    assert (faults.landings, faults.held) == (3, 3)
    assert (faults.known_before, faults.maybe_before) == (1, 1)


def test_the_worst_cases_come_first() -> None:
    cases = [
        named("none", with_faults(a_replayed(48), ())),
        named("late", with_faults(a_replayed(48), [a_fault(50)])),
        named("perhaps", with_faults(a_replayed(0, 48), [a_fault(1)])),
        named("surely", with_faults(a_replayed(48), [a_fault(1)])),
        named("short", with_faults(a_replayed(1), ())),
        named("other", with_faults(OTHER, [a_fault(1)])),
    ]
    order = [case.landing.change for case in worst_first(cases)]
    assert order == ["surely", "perhaps", "late", "none", "short"]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (NO_IO, a_ruling(), {"newly_held", "newly_io"}),
        (a_ruling(), NO_IO, {"no_longer_held", "no_longer_io"}),
        (a_ruling(held="passes"), a_ruling(held="undecided"), {"newly_held"}),
        (a_ruling(), a_ruling(held="passes"), {"no_longer_held"}),
        (a_ruling(), a_ruling(categories=("alignment",)), {"other_categories"}),
        (a_ruling(), a_ruling(held="undecided"), set()),
        (UNTOLD, a_ruling(), {"not_comparable"}),
        (NO_IO, UNTOLD, {"not_comparable"}),
        (UNTOLD, UNTOLD, set()),
    ],
)
def test_every_way_in_which_two_policies_differ_is_named(
    before: Ruling, after: Ruling, kinds: set[str]
) -> None:
    case = with_faults(replace(a_replayed(), against=before, candidate=after), ())
    differ = difference([case])
    found = {name for name in differ.__dataclass_fields__ if getattr(differ, name)}
    assert found == kinds
    assert differ.loosens == bool(kinds & {"no_longer_held", "no_longer_io"})
