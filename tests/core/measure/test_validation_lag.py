"""VL: lags are signed, what is open is counted beside, the boundary says of what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fitgate.core.measure.reading import Band, Scope, Window
from fitgate.core.policy import Boundary, Closure, Policy, Threshold
from tests.builders import DAY, NOW
from tests.chronicles import (
    AN_IO,
    NO_IO,
    NOT_TOLD,
    START,
    a_row,
    closed_after,
    figure,
)

WEEK = 7 * DAY


def test_a_lag_is_signed_and_its_median_lies_between_order_statistics() -> None:
    rows = [closed_after(hours, str(hours)) for hours in (-5, 1, 2, 3, 80, 200)]
    vl = figure("vl_hours", rows)
    assert vl.value == 2.5
    assert vl.interval == (-5, 200)
    assert vl.beside["frac_negative"] == pytest.approx(1 / 6)
    assert vl.beside["frac_over_limit"] == pytest.approx(2 / 6)


@pytest.mark.parametrize(
    ("hours", "band"),
    [(72, Band.GREEN), (72.1, Band.YELLOW), (216, Band.YELLOW), (217, Band.RED)],
)
def test_comparisons_are_strict_as_written(hours: float, band: Band) -> None:
    assert figure("vl_hours", [closed_after(hours)]).band is band


def test_a_lag_is_not_green_while_most_changes_are_open_beyond_the_limit() -> None:
    rows = [closed_after(14, "closed")]
    rows += [a_row(f"open{n}", NOW - n * DAY) for n in range(1, 28)]
    vl = figure("vl_hours", rows)
    assert (vl.value, vl.band) == (14, Band.RED)
    assert vl.beside["kaplan_meier_median"] is None
    assert vl.beside["banded_by_hours"] == 27 * 24
    young = figure("vl_hours", [closed_after(14), a_row("2", NOW - DAY), a_row("3", NOW - DAY)])
    assert (young.band, young.beside["banded_by_hours"]) == (Band.GREEN, 24)


def test_the_band_of_a_lag_goes_by_the_median_of_all_where_that_is_longer() -> None:
    rows = [closed_after(hours, str(hours)) for hours in (1, 2, 100)]
    vl = figure("vl_hours", [*rows, a_row("open", NOW - 9 * DAY)])
    assert (vl.value, vl.beside["kaplan_meier_median"], vl.band) == (2, 2, Band.GREEN)
    more = [*rows, *(a_row(f"open{n}", NOW - 9 * DAY) for n in range(2))]
    vl = figure("vl_hours", more)
    assert (vl.value, vl.beside["kaplan_meier_median"], vl.band) == (2, 100, Band.YELLOW)


def test_a_boundary_says_when_a_validation_is_late() -> None:
    strict = Policy(version=1, boundary=Boundary(closure=Closure(within=timedelta(hours=24))))
    reading = figure("vl_hours", [closed_after(30)], strict)
    assert reading.band is Band.YELLOW
    assert reading.estimator.thresholds == ("yellow > 24", "red > 72")
    assert "late after 24 h" in reading.estimator.boundary
    own = Policy(version=1, thresholds={"vl_hours": Threshold(red=20)})
    assert figure("vl_hours", [closed_after(30)], own).band is Band.RED


@pytest.mark.parametrize("required", [None, ()])
def test_without_a_declared_evaluation_the_lag_is_unknown(required: Any) -> None:
    vl = figure("vl_hours", [a_row(required=required), a_row("2", required=required)])
    assert (vl.value, vl.band, vl.why) == (None, Band.UNKNOWN, "no evaluation was declared")
    assert vl.beside["n_undeclared"] == 2
    assert vl.beside["n_open"] == 0
    assert figure("open_unvalidated", [a_row(required=required)]).value is None


def test_what_none_has_closed_is_unknown_and_says_how_long_it_waits() -> None:
    vl = figure("vl_hours", [a_row(), a_row("2", NOW - DAY)])
    assert vl.value is None
    assert vl.why == "none of 2 is closed; the oldest is open for 240 h"
    assert vl.beside["frac_over_limit"] == 1  # of the one that is late by now; the other may not be


def test_what_happens_after_a_window_is_not_seen_from_its_end() -> None:
    row = closed_after(50, landed_at=NOW - DAY)
    assert figure("vl_hours", [row]).value is None
    later = Window(START, NOW, NOW + WEEK)
    assert figure("vl_hours", [row], window=later).value == 50
    assert figure("vl_hours", [row], window=Window(START, NOW - WEEK)).n == 0


def test_changes_that_are_no_ios_count_only_beside() -> None:
    natures = ((9, AN_IO), (1, NO_IO), (3, NOT_TOLD))
    rows = [closed_after(hours, nature=nature) for hours, nature in natures]
    vl = figure("vl_hours", rows)
    assert (vl.value, vl.n, vl.unjudged) == (9, 1, 1)
    assert vl.beside["median_all_changes"] == 3
    every = figure("vl_hours", rows, scope=Scope("github:1", io_only=False))
    assert (every.value, every.n, every.unjudged) == (3, 3, 0)


def test_the_boundary_chooses_the_stage_and_the_environment() -> None:
    to_prod = Policy(
        version=1, boundary=Boundary(effective="deployment", environments=("production",))
    )
    rows = [
        closed_after(1),
        closed_after(2, stage="deployment", environment="production"),
        closed_after(3, stage="deployment", environment="staging"),
    ]
    assert figure("vl_hours", rows).value == 1
    deployed = figure("vl_hours", rows, to_prod)
    assert deployed.value == 2
    assert deployed.estimator.boundary.startswith("IO deployments to production; closed when")
    nothing = figure("vl_hours", rows[::2], to_prod)
    assert nothing.why.endswith("in the window; 2 landings are outside this boundary")
    alone = figure("vl_hours", rows[:1], to_prod)
    assert alone.why.endswith("in the window; 1 landing is outside this boundary")
    staged = Scope("github:1", environment="staging")
    assert figure("vl_hours", rows, scope=staged).n == 1  # a merge is in every environment


def test_a_category_may_hide_what_could_not_be_told() -> None:
    natures = ((1, AN_IO), (2, NOT_TOLD), (3, NO_IO))
    rows = [closed_after(hours, nature=nature) for hours, nature in natures]
    data = figure("vl_hours", rows, scope=Scope("github:1", category="data"))
    assert (data.value, data.unjudged) == (None, 1)
    assert figure("vl_hours", rows, scope=Scope("github:1", category="evaluation")).n == 1
