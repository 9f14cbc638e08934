"""Breakdowns: weeks cover a window without a gap, and every group is measured like the whole."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.measure.history import History
from fitgate.core.measure.overview import Plain, at_least, break_down, trend, weeks
from fitgate.core.measure.reading import Scope, Window
from fitgate.core.policy import Boundary, Category, Policy
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import POLICY, SCOPE, WINDOW, a_row, closed_after

SATURDAY = datetime(2026, 1, 31, 12, tzinfo=UTC)


@given(st.integers(1, 60 * 24), st.none() | st.integers(1, 90 * 24))
def test_weeks_cover_a_window_once(first: int, length: int | None) -> None:
    start = None if length is None else NOW - length * HOUR
    landed = NOW - first * HOUR
    cut = [window for _, window in weeks(Window(start, NOW), landed)]
    assert cut[-1].end == NOW
    assert all(window.as_of == NOW for window in cut)
    assert all(one.end == other.start for one, other in pairwise(cut))
    if start is None or landed > start:
        assert cut[0].holds(landed)
    else:
        assert cut[0].start == start


def test_a_week_begins_on_monday() -> None:
    cut = dict(weeks(Window(SATURDAY - 14 * DAY, SATURDAY), SATURDAY - 100 * DAY))
    assert [*cut] == ["2026-01-12", "2026-01-19", "2026-01-26"]
    assert cut["2026-01-26"].start == datetime(2026, 1, 26, tzinfo=UTC)
    assert [*weeks(WINDOW, None)] == []


def test_a_week_is_looked_at_from_now_and_its_tempo_is_that_of_four() -> None:
    rows = [closed_after(70, str(n), landed_at=NOW - n * 3 * DAY) for n in range(1, 9)]
    groups = trend(Plain(History.of(rows), POLICY), SCOPE, WINDOW)
    lags = [group.reading("vl_hours") for group in groups]
    assert sum(lag.n for lag in lags) == 8
    last = groups[-1].reading("tempo_ratio")
    assert last.window == Window(NOW - 28 * DAY, NOW, NOW)
    assert (last.n, lags[-1].window.start) == (8, datetime(2026, 1, 26, tzinfo=UTC))
    only = trend(Plain(History.of(rows), POLICY), SCOPE, WINDOW, frozenset({"rdpr", "tau_u_hours"}))
    assert [r.figure for r in only[0].readings] == ["rdpr", "tau_u_hours"]


def test_categories_come_in_the_order_of_the_policy_then_those_it_does_not_name() -> None:
    policy = Policy(version=1, taxonomy={"data": Category(name="Data")})
    groups = break_down(Plain(History.of([closed_after(9)]), policy), SCOPE, WINDOW, "category")
    assert [group.name for group in groups] == ["data", "evaluation"]
    assert [group.reading("vl_hours").value for group in groups] == [None, 9]
    assert groups[1].readings[0].scope == Scope("github:1", category="evaluation")


def test_environments_are_those_that_are_counted_or_were_seen() -> None:
    policy = Policy(
        version=1, boundary=Boundary(effective="deployment", environments=("production",))
    )
    rows = [a_row(stage="deployment", environment="staging")]
    groups = break_down(Plain(History.of(rows), policy), SCOPE, WINDOW, "environment")
    assert [group.name for group in groups] == ["production", "staging"]


def test_merges_that_name_no_environment_are_in_none_that_the_boundary_names() -> None:
    merges = Policy(version=1, boundary=Boundary(environments=("production",)))
    source = Plain(History.of([closed_after(9)]), merges)
    assert break_down(source, SCOPE, WINDOW, "environment") == []
    asked = Scope("github:1", environment="staging")
    (group,) = break_down(source, asked, WINDOW, "environment")
    assert (group.name, group.reading("vl_hours").value) == ("staging", 9)


def test_a_trend_shows_half_a_year_at_least() -> None:
    assert at_least(WINDOW).start == NOW - 26 * 7 * DAY
    assert at_least(Window(None, NOW)).start is None
    long = Window(NOW - 400 * DAY, NOW)
    assert at_least(long) is long
