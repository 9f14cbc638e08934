"""Columns: every figure equals the pure estimators', whatever the landings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fitgate.adapters.columns.questions import Cell
from fitgate.adapters.columns.readings import ESTIMATES, measure_columns
from fitgate.adapters.columns.table import Columns
from fitgate.core.chronicle import Row
from fitgate.core.measure.figures import measure
from fitgate.core.measure.history import History
from fitgate.core.measure.reading import Reading, Scope, Window
from fitgate.core.policy import Boundary, Policy
from fitgate.core.reclassified import Nature
from fitgate.core.records.changes import Stage
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import POLICY, SCOPE, START, a_season, chronicle_of
from tests.laws.test_measure_laws import histories

POLICIES = (
    POLICY,
    Policy(version=1, boundary=Boundary(effective="deployment", environments=("production",))),
)
SCOPES = (SCOPE, Scope("github:1", io_only=False), Scope("github:1", environment="staging"))
CELLS = (
    Cell(Window(START, NOW)),
    Cell(Window(None, NOW - 3 * DAY, NOW)),
    Cell(Window(None, NOW)),
    Cell(Window(NOW - 12 * DAY, NOW - 5 * DAY, NOW), "data"),
    Cell(Window(START, NOW), "evaluation"),
    Cell(Window(START, NOW), "never-seen"),
    Cell(Window(NOW - 400 * DAY, NOW - 300 * DAY)),
)


@st.composite
def varied(draw: st.DrawFn) -> list[Row]:
    """Make landings of several stages, environments and categories, at odd microseconds."""
    rows = []
    for row in draw(histories()):
        categories = draw(st.sets(st.sampled_from(["data", "evaluation"]), max_size=2))
        stage: Stage = draw(st.sampled_from(["merge", "merge", "deployment"]))
        environment = draw(st.sampled_from([None, "production", "staging"]))
        nature = row.nature
        if nature.is_io:
            nature = Nature(is_io=True, categories=tuple(sorted(categories)))
        jitter = draw(st.integers(0, 10**6)) * (HOUR / 10**7)
        rows.append(
            replace(
                row,
                nature=nature,
                stage=stage,
                environment=None if stage == "merge" else environment,
                landed_at=row.landed_at - jitter,
                route=draw(st.sampled_from([None, "merge"])),
            )
        )
    return rows


def same(ours: Sequence[Reading], pure: Sequence[Reading]) -> None:
    """Compare readings, but for entries and the last digits of numbers."""
    for mine, theirs in zip(ours, pure, strict=True):
        assert [*mine.beside] == [*theirs.beside]
        for one, other in zip(numbers(mine), numbers(theirs), strict=True):
            assert one == other or one == pytest.approx(other, rel=1e-7, abs=1e-9)
        told = replace(mine, beside={}, value=theirs.value, interval=theirs.interval)
        assert told == replace(theirs, beside={}, entries=())


def numbers(reading: Reading) -> list[float | None]:
    """Return all numbers of a reading."""
    return [reading.value, *(reading.interval or ()), *reading.beside.values()]


def check(rows: Sequence[Row], policy: Policy, scope: Scope) -> None:
    """Measure the same both ways."""
    history = History.of(rows)
    columns = Columns()
    columns.take(history.rows, "github:1", 1, None)
    found = measure_columns(columns, policy, scope, CELLS)
    columns.close()
    for cell, readings in zip(CELLS, found, strict=True):
        one = replace(scope, category=cell.category)
        same(readings, measure(history, policy, one, cell.window, [*ESTIMATES]))


@settings(deadline=None, max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(varied(), st.sampled_from(POLICIES), st.sampled_from(SCOPES))
def test_columns_say_what_the_estimators_say(rows: list[Row], policy: Policy, scope: Scope) -> None:
    check(rows, policy, scope)


def test_a_season_is_the_same_both_ways() -> None:
    check([*History.of(chronicle_of(*a_season())).rows], POLICY, SCOPE)


def test_of_nothing_nothing_is_known() -> None:
    check([], POLICY, SCOPE)
    assert measure_columns(Columns(), POLICY, SCOPE, ()) == []
