"""Columns: every figure equals the pure estimators', whatever the landings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fitgate.adapters.columns.questions import Cell
from fitgate.adapters.columns.readings import ESTIMATES, measure_columns
from fitgate.adapters.columns.source import ColumnSource
from fitgate.adapters.columns.table import MOST_CATEGORIES, Columns
from fitgate.bootstrap import figures_in_columns, figures_of_rows, open_ledger
from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.measure.figures import measure
from fitgate.core.measure.history import History
from fitgate.core.measure.overview import ALL, By, Plain, Source, break_down
from fitgate.core.measure.reading import Reading, Scope, Window
from fitgate.core.policy import Boundary, Policy
from fitgate.core.reclassified import Nature
from fitgate.core.records.changes import Stage
from fitgate.core.records.controls import GateChanged
from fitgate.errors import LedgerError
from fitgate.ports import Ledger
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import (
    POLICY,
    SCOPE,
    START,
    a_row,
    a_season,
    chronicle_of,
    closed,
    drilled,
    landed,
    ledger_of,
    noted,
)
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
        assert mine.entries in {(), theirs.entries}
        told = replace(theirs, value=mine.value, interval=mine.interval, beside=mine.beside)
        assert mine == replace(told, entries=mine.entries)


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


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a ledger in SQLite that tells of a season."""
    where = f"sqlite:///{tmp_path / 'fitgate.db'}"
    opened = open_ledger(where, "github:1", tmp_path, create=True)
    opened.append(a_season(), NOW)
    yield opened
    opened.close()


def equal(ledger: Ledger, tmp_path: Path) -> int:
    """Compare what columns and rows say of a ledger with what its entries come to; count rows."""
    where, window = f"sqlite:///{tmp_path / 'fitgate.db'}", Window(None, NOW)
    plain = Plain(History.of(Chronicle(read(ledger.stored()))), POLICY)
    rows = figures_of_rows(ledger, lambda _: POLICY, 0)
    asked = [(SCOPE, window, ALL), (Scope("github:1", environment="staging"), window, ALL)]
    assert rows is not None
    assert rows.measure(asked) == plain.measure(asked)
    with figures_in_columns(ledger, where, lambda _: POLICY, 0) as columns:
        assert isinstance(columns, ColumnSource)
        sources: tuple[Source, ...] = (columns, plain)
        ours, pure = ([*s.measure([(SCOPE, window, ALL)])] for s in sources)
        same(ours[0], pure[0])
        ways: tuple[By, ...] = ("week", "category", "environment")
        for by in ways:
            mine, theirs = (break_down(s, SCOPE, window, by) for s in sources)
            assert [group.name for group in mine] == [group.name for group in theirs]
            for one, other in zip(mine, theirs, strict=True):
                same(one.readings, other.readings)
        found: int = columns.columns.row_of("SELECT count(*) FROM landings")[0]
        return found


def test_columns_keep_up_with_a_ledger_by_what_is_new(ledger: Ledger, tmp_path: Path) -> None:
    rows = equal(ledger, tmp_path)
    assert (tmp_path / "fitgate.db.columns").exists()
    assert equal(ledger, tmp_path) == rows
    ledger.append([landed("new", NOW - DAY, mode="shadow"), closed("87", NOW)], NOW)
    assert equal(ledger, tmp_path) == rows + 1
    ledger.append([drilled(99, NOW, change="0"), landed("0", NOW, stage="deployment")], NOW)
    equal(ledger, tmp_path)


def test_a_gate_that_was_opened_changes_what_is_said_of_landings_before(
    ledger: Ledger, tmp_path: Path
) -> None:
    equal(ledger, tmp_path)
    ledger.append(
        [
            noted(GateChanged("review", "weakened"), NOW - 20 * DAY),
            noted(GateChanged("review", "strengthened"), NOW - 16 * DAY),
        ],
        NOW,
    )
    equal(ledger, tmp_path)


def test_what_may_not_be_looked_at_is_said_beside_the_same_figures(
    ledger: Ledger, tmp_path: Path
) -> None:
    hidden = GateChanged("rule suites", "unobserved", detail="may not be read")
    ledger.append([noted(hidden, NOW - 20 * DAY)], NOW)
    equal(ledger, tmp_path)


def test_columns_of_another_chain_are_made_anew(ledger: Ledger, tmp_path: Path) -> None:
    rows = equal(ledger, tmp_path)
    columns = Columns(tmp_path / "fitgate.db.columns")
    columns.take([a_row("stranger")], "github:1", 3, "sha256:" + "0" * 64)
    columns.close()
    assert equal(ledger, tmp_path) == rows


def test_columns_are_not_made_of_few_entries_nor_of_a_ledger_without_rows(
    ledger: Ledger, tmp_path: Path
) -> None:
    where = f"sqlite:///{tmp_path / 'fitgate.db'}"
    all_of_them = ledger.head().seq
    for some, least in ((ledger, all_of_them), (ledger_of(a_season()), 0)):
        with figures_in_columns(some, where, lambda _: POLICY, least) as columns:
            assert columns is None
        assert figures_of_rows(some, lambda _: POLICY, least) is None
    assert figures_of_rows(ledger, lambda _: POLICY, all_of_them - 1) is not None


def test_more_categories_than_bits_are_refused_and_nothing_is_kept() -> None:
    columns = Columns()
    names = [f"c{n}" for n in range(MOST_CATEGORIES + 1)]
    rows = [a_row(name, nature=Nature(is_io=True, categories=(name,))) for name in names]
    with pytest.raises(LedgerError, match="more than 62 categories"):
        columns.take(rows, "github:1", 1, None)
    assert columns.row_of("SELECT count(*) FROM landings") == (0,)
    columns.close()


def test_a_command_that_used_columns_leaves_without_a_word() -> None:
    used = "from fitgate.adapters.columns.table import Columns; Columns().close()"
    leave = "from fitgate.entrypoints.cli import main; sys.argv = ['fitgate', '--version']; main()"
    words = [sys.executable, "-c", f"import sys; {used}; {leave}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "columns").write_text("a text")
    with pytest.raises(LedgerError, match="cannot be opened"):
        Columns(tmp_path / "columns")
