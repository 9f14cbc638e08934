"""Tempo and open debt."""

from __future__ import annotations

import pytest

from fitgate.core.measure.reading import Band
from fitgate.core.policy import Policy, Threshold
from tests.builders import DAY, NOW
from tests.chronicles import (
    a_row,
    closed_after,
    figure,
)


def test_tempo_is_governance_over_the_interval_of_updates() -> None:
    rows = [closed_after(48, str(n), landed_at=NOW - n * DAY) for n in range(3, 8)]
    gap, lag, ratio = (figure(n, rows) for n in ("tau_u_hours", "tau_g_hours", "tempo_ratio"))
    assert (gap.value, lag.value, ratio.value) == (24, 48, 2)
    chi_squared = (17.535, 2.180)  # of 8 degrees of freedom
    assert gap.interval == pytest.approx([2 * 96 / each for each in chi_squared], rel=1e-3)
    assert lag.interval == (48, 48)
    assert ratio.band is Band.YELLOW
    assert ratio.interval is not None
    assert ratio.interval[0] < 2 < ratio.interval[1]
    assert gap.beside["span_over_n"] == pytest.approx(28 * 24 / 5)
    assert ratio.beside["closure_ratio"] == 1
    assert ratio.beside["vl_over_window"] == pytest.approx(48 / (28 * 24))
    assert ratio.beside["mean_open_unvalidated"] == pytest.approx(5 * 48 / (28 * 24))
    assert (ratio.beside["sustained"], ratio.beside["lower_bound"]) == (0, 0)


def test_what_is_open_ages_into_the_time_of_governance() -> None:
    rows = [closed_after(10, str(n), landed_at=NOW - n * DAY) for n in range(1, 5)]
    rows.append(a_row("9", NOW - 10 * DAY))
    lag = figure("tau_g_hours", rows)
    assert lag.value == (4 * 10 + 240) / 5
    assert (lag.beside["mean_closed_only"], lag.beside["median_closed_only"]) == (10, 10)
    assert (lag.beside["n_open"], lag.beside["lower_bound"]) == (1, 1)


def test_four_changes_have_no_tempo_and_five_at_one_moment_none_either() -> None:
    rows = [closed_after(9, str(n)) for n in range(5)]
    assert figure("tau_u_hours", rows[:4]).why == "4 in the window, at least 5 are needed"
    assert figure("tau_u_hours", rows).value == 0
    assert figure("tempo_ratio", rows).why == "all landed at the same moment"
    undeclared = [a_row(str(n), required=None) for n in range(5)]
    assert figure("tempo_ratio", undeclared).why == "no evaluation was declared"
    assert figure("tau_g_hours", undeclared).why == "no evaluation was declared"


@pytest.mark.parametrize(("first", "sustained"), [(25, 1), (15, 0)])
def test_sustained_is_on_each_of_fourteen_days(first: int, sustained: int) -> None:
    """A day on which fewer than five had landed is undefined, and breaks it."""
    rows = [closed_after(48, str(n), landed_at=NOW - n * DAY) for n in range(first)]
    assert figure("tempo_ratio", rows).beside["sustained"] == sustained
    lax = Policy(version=1, thresholds={"tempo_ratio": Threshold(red=3)})
    assert figure("tempo_ratio", rows, lax).beside["sustained"] == 0


@pytest.mark.parametrize(("ratio", "band"), [(1, Band.GREEN), (3, Band.YELLOW), (4, Band.RED)])
def test_a_ratio_of_one_is_green(ratio: int, band: Band) -> None:
    rows = [closed_after(24 * ratio, str(n), landed_at=NOW - n * DAY) for n in range(5, 10)]
    assert (figure("tempo_ratio", rows).value, figure("tempo_ratio", rows).band) == (ratio, band)


def test_open_debt_is_what_is_in_effect_and_not_validated_however_old() -> None:
    rows = [
        a_row("1", NOW - 100 * DAY),
        a_row("2", NOW - DAY),
        closed_after(-3, "3"),
        closed_after(24, "4"),
    ]
    debt = figure("open_unvalidated", rows)
    assert (debt.value, debt.n) == (2, 4)
    assert debt.beside["oldest_open_hours"] == 2400
    assert debt.beside["n_over_limit"] == 1
    assert debt.beside["mean"] == pytest.approx((28 + 1 + 1) / 28)  # days open, over days
    assert debt.interval is None
