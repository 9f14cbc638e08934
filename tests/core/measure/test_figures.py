"""Figures: the pilot pack's example by hand, and what each does at its edges."""

from __future__ import annotations

import pytest

from fitgate.core.measure.figures import ESTIMATES, measure
from fitgate.core.measure.reading import FIGURES, Band, Figure, Window, reading_json
from fitgate.core.measure.statistics import wilson
from fitgate.core.policy import Boundary, Policy
from tests.builders import DAY, NOW
from tests.chronicles import (
    AN_IO,
    NO_IO,
    PILOT,
    POLICY,
    SCOPE,
    chronicle_of,
    closed,
    closed_after,
    figure,
    landed,
)

ALL = Window(None, NOW)


def test_the_pilot_packs_example_comes_to_what_it_does_by_hand() -> None:
    told = chronicle_of(*PILOT)
    vl = figure("vl_hours", told, window=ALL)
    assert (vl.value, vl.n, vl.band) == (42, 2, Band.GREEN)  # of 36 and 48
    assert vl.beside["p90"] == pytest.approx(36 + 0.9 * 12)
    assert vl.beside["median_all_changes"] == 27  # of 6, 18, 36 and 48
    assert (vl.beside["n_open"], vl.beside["oldest_open_hours"]) == (1, 28 * 24)
    assert vl.beside["kaplan_meier_median"] == 48  # the third is still open: 2/3, 1/3
    assert vl.beside["frac_over_limit"] == pytest.approx(1 / 3)
    assert vl.interval is None
    drills = figure("rdpr", told, window=ALL)
    assert (drills.value, drills.n, drills.band) == (0.5, 2, Band.YELLOW)
    assert drills.interval == wilson(1, 2)
    assert drills.beside["self_reported"] == 2
    gbr = figure("gbr_ratio", told, window=ALL)
    assert (gbr.value, gbr.n) == (1 / 3, 3)
    assert gbr.beside["event_ratio"] == pytest.approx(1 / 3)
    assert figure("open_unvalidated", told, window=ALL).value == 1
    assert figure("tau_u_hours", told, window=ALL).value is None  # three are too few


def test_an_estimator_is_declared_for_each_figure_and_told_with_each_reading() -> None:
    assert tuple(ESTIMATES) == FIGURES
    for reading in measure(chronicle_of(*PILOT), POLICY, SCOPE, ALL):
        declared, _ = ESTIMATES[reading.figure]
        assert declared.figure == reading.figure
        assert reading.estimator.boundary
        assert set(reading.beside) == set(declared.statistics)
        assert (reading.value is None) == bool(reading.why)
    only: tuple[Figure, ...] = ("rdpr",)
    assert [r.figure for r in measure((), POLICY, SCOPE, ALL, only)] == ["rdpr"]


def test_an_estimator_with_another_boundary_is_another_one() -> None:
    one = figure("vl_hours", [closed_after(6)]).estimator
    same = figure("vl_hours", [closed_after(9)]).estimator
    other = figure("vl_hours", [], Policy(version=1, boundary=Boundary(effective="release")))
    assert one.digest == same.digest != other.estimator.digest


@pytest.mark.parametrize("name", FIGURES)
def test_of_nothing_nothing_is_known(name: Figure) -> None:
    reading = figure(name, chronicle_of())
    assert (reading.value, reading.n, reading.band) == (None, 0, Band.UNKNOWN)
    assert reading.interval is None
    assert reading.why


def test_what_is_known_and_held_against_nothing_is_not_called_unknown() -> None:
    reading = figure("gbr_ratio", chronicle_of(*PILOT), window=ALL)
    assert (reading.band, reading_json(reading)["band"]) == (Band.NONE, "no threshold")


def test_a_reading_names_the_entries_that_it_is_made_of() -> None:
    told = chronicle_of(
        landed("1", NOW - 2 * DAY),
        landed("2", NOW - 2 * DAY, NO_IO),
        closed("1", NOW - DAY),
        landed("3", NOW - DAY, AN_IO, required=None),
    )
    assert figure("vl_hours", told).entries == (1, 3)
