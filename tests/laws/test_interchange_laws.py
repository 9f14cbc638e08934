"""What is taken over comes out as it went in; of what is wrong, all is named and nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fitgate.core.chronicle import Chronicle
from fitgate.core.interchange import pilot, pilot_entries
from fitgate.core.interchange.tables import Columns, Log, read_table
from fitgate.core.interchange.told import COLUMNS, Known, told_drafts
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.errors import ImportProblemsError
from tests.builders import NOW
from tests.fakes import MemoryLedger
from tests.shipped import LIBRARY

DEFAULT = parse_policy(LIBRARY["default"], "default", LIBRARY).policy

KEYS = [
    "self_eval_gating", "tool_loop_autonomy", "memory_write_back", "policy_or_authority_transfer",
    "optionality_or_single_point_dependency", "supply-chain", "data", "IO-SR-3",
]  # fmt: skip
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)

ids = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
notes = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain_notes = notes.filter(lambda note: not note.lstrip("'").startswith(tuple("=+-@\t\r")))
moments = st.integers(0, 395 * 86_400).map(lambda s: BEGAN + timedelta(seconds=s))
times = moments.flatmap(
    lambda at: st.sampled_from([
        at.isoformat().replace("+00:00", "Z"), at.isoformat(), at.isoformat(" "),
    ])
)  # fmt: skip
categories = st.lists(st.sampled_from(KEYS), max_size=2).map(";".join)
minutes = st.sampled_from(["", "0", "60", "60.0", "7.5", "0.05", " 15 "])
dates = times | moments.map(lambda at: at.date().isoformat())
flags = st.sampled_from("01")
quotings = st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])


def changes(note: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    rows = st.tuples(ids, times, times | st.just(""), flags, categories, flags, note)
    return st.lists(rows, max_size=6, unique_by=lambda row: row[0])


def drills(note: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    rows = st.tuples(ids, ids | st.just(""), dates, minutes, minutes, flags, note)
    return st.lists(rows, max_size=6, unique_by=lambda row: row[0])


@st.composite
def files(draw: st.DrawFn, columns: Columns, rows: st.SearchStrategy[list[tuple[str, ...]]]) -> str:
    """Write rows as somebody may: in any order of columns, any quoting, with blank lines."""
    order = draw(st.permutations(range(len(columns.required))))
    said = [tuple(row[n] for n in order) for row in [columns.required, *draw(rows)]]
    out = io.StringIO(newline="")
    # Where lines end in \n alone, Python's writer leaves \r bare unless it quotes everything.
    end, quoting = draw(st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]))
    writer = csv.writer(out, lineterminator=end, quoting=quoting)  # type: ignore[arg-type] # one of csv's constants
    for row in said:
        writer.writerow(row)
        if draw(st.integers(0, 9)) == 0:
            out.write(end)
    text = draw(st.sampled_from(["", "\ufeff"])) + out.getvalue()
    return text.removesuffix(end) if draw(st.booleans()) else text


def change_log(text: str, policy: Policy = DEFAULT) -> Log[pilot.PilotChange]:
    return pilot.read_changes(read_table(text, "changes.csv", pilot.CHANGES), policy, NOW).sound()


def drill_log(text: str) -> Log[pilot.PilotDrill]:
    return pilot.read_drills(read_table(text, "drills.csv", pilot.DRILLS), NOW).sound()


def told(logs: Sequence[Log[pilot.PilotChange]]) -> Chronicle:
    ledger = MemoryLedger()
    for log in logs:
        known = Chronicle(ledger.entries)
        ledger.append(pilot_entries.change_drafts(log, DEFAULT, known), NOW)
    return Chronicle(ledger.entries)


def exported(logs: Sequence[Log[pilot.PilotChange]], *, spelt: bool = True) -> str:
    items, unknown = pilot_entries.changes_in(told(logs), DEFAULT)
    assert unknown == ()
    return pilot_entries.changes_csv(items, DEFAULT, [*reversed(logs)] if spelt else [])


def drilled(log: Log[pilot.PilotDrill]) -> Chronicle:
    ledger = MemoryLedger()
    ledger.append(pilot_entries.drill_drafts(log, Chronicle()), NOW)
    return Chronicle(ledger.entries)


@given(files(pilot.CHANGES, changes(plain_notes)))
def test_a_change_log_comes_out_as_it_went_in(text: str) -> None:
    assert exported([change_log(text)]) == text


@given(files(pilot.DRILLS, drills(plain_notes)))
def test_a_drill_log_comes_out_as_it_went_in(text: str) -> None:
    log = drill_log(text)
    assert pilot_entries.drills_csv(pilot_entries.drills_in(drilled(log)), [log]) == text


@given(files(pilot.CHANGES, changes(notes)))
@example(
    "change_id,effective_ts_utc,closure_ts_utc,is_io,io_category,bypass,notes\n"
    "0,2025-01-01T00:00:00Z,,1,IO-SR-3,0,=\n"
)
def test_whatever_is_in_it_means_the_same_when_it_is_read_again(text: str) -> None:
    log = change_log(text)
    again = change_log(exported([log]))
    assert [*again.rows.values()] == [*log.rows.values()]


@given(files(pilot.CHANGES, changes(notes)))
def test_without_the_file_it_came_from_only_the_numbers_of_s_riocs_are_lost(text: str) -> None:
    log = change_log(text)
    again = change_log(exported([log], spelt=False))
    expected = [
        replace(each, nature=replace(each.nature, io_sr=(), classes=()))
        for each in log.rows.values()
    ]
    kept = [replace(each, nature=replace(each.nature, classes=())) for each in again.rows.values()]
    assert kept == expected


@given(files(pilot.DRILLS, drills(notes)))
def test_a_drill_log_means_the_same_without_the_file_it_came_from(text: str) -> None:
    log = drill_log(text)
    again = drill_log(pilot_entries.drills_csv(pilot_entries.drills_in(drilled(log)), []))
    assert [*again.rows.values()] == [*log.rows.values()]


@given(files(pilot.CHANGES, changes(notes)), files(pilot.CHANGES, changes(notes)))
def test_two_logs_come_out_as_one_that_holds_both(one: str, other: str) -> None:
    logs = [change_log(one)]
    try:
        exported([*logs, change_log(other)])
    except ImportProblemsError:  # they contradict each other
        return
    logs.append(change_log(other))
    again = change_log(exported(logs))
    expected = {each.change: each for log in logs for each in log.rows.values()}
    assert {each.change for each in again.rows.values()} == {*expected}


@given(files(pilot.CHANGES, changes(notes)))
def test_taken_over_twice_it_is_there_once(text: str) -> None:
    log = change_log(text)
    once, twice = told([log]), told([log, log])
    assert pilot_entries.changes_in(once, DEFAULT) == pilot_entries.changes_in(twice, DEFAULT)
    assert once.seq == twice.seq


BAD_CHANGES = [
    ("", "2025-01-01T00:00:00Z", "", "0", "", "0", ""),
    ("x1", "2025-01-01", "", "0", "", "0", ""),
    ("x2", "2999-01-01T00:00:00Z", "", "0", "", "0", ""),
    ("x3", "2025-01-01T00:00:00+02:00", "", "0", "", "0", ""),
    ("x4", "2025-01-01T00:00:00Z", "soon", "0", "", "0", ""),
    ("x5", "2025-01-01T00:00:00Z", "", "yes", "", "0", ""),
    ("x6", "2025-01-01T00:00:00Z", "", "1", "no_such_key", "0", ""),
    ("x7", "2025-01-01T00:00:00Z", "", "1", "", "2", ""),
]
BAD_DRILLS = [
    ("", "", "2025-01-01", "60", "15", "1", ""),
    ("x1", "", "2025-02-30", "60", "15", "1", ""),
    ("x2", "", "2999-01-01", "60", "15", "1", ""),
    ("x3", "", "2025-01-01", "-60", "15", "1", ""),
    ("x4", "", "2025-01-01", "60", "7.123", "1", ""),
    ("x5", "", "2025-01-01", "60", "inf", "1", ""),
    ("x6", "", "2025-01-01", "60", "15", "", ""),
]
BAD_EVALUATED = [
    ("", "e", "passed", "2025-01-01T00:00:00Z"),
    ("r:c", "", "passed", "2025-01-01T00:00:00Z"),
    ("r:c", "e", "maybe", "2025-01-01T00:00:00Z"),
    ("r:c", "e", "passed", "2999-01-01T00:00:00Z"),
    ("r:c", "e", "passed", ""),
    ("#7", "e", "passed", "2025-01-01T00:00:00Z"),
]


def lines_told(caught: ImportProblemsError) -> list[int | None]:
    return sorted({problem.line for problem in caught.problems}, key=lambda line: line or 0)


def written(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


@given(
    changes(st.just("")),
    st.lists(st.sampled_from(BAD_CHANGES), min_size=1, unique=True),
    st.randoms(),
)
def test_of_a_change_log_exactly_the_bad_rows_are_named(
    good: list[tuple[str, ...]], bad: list[tuple[str, ...]], chance: Random
) -> None:
    rows = [*(r for r in good if not r[0].startswith("x")), *bad]
    chance.shuffle(rows)
    with pytest.raises(ImportProblemsError) as caught:
        change_log(written(pilot.CHANGES.required, rows))
    assert lines_told(caught.value) == [n for n, row in enumerate(rows, 2) if row in bad]


@given(
    drills(st.just("")),
    st.lists(st.sampled_from(BAD_DRILLS), min_size=1, unique=True),
    st.randoms(),
)
def test_of_a_drill_log_exactly_the_bad_rows_are_named(
    good: list[tuple[str, ...]], bad: list[tuple[str, ...]], chance: Random
) -> None:
    rows = [*(r for r in good if not r[0].startswith("x")), *bad]
    chance.shuffle(rows)
    with pytest.raises(ImportProblemsError) as caught:
        drill_log(written(pilot.DRILLS.required, rows))
    assert lines_told(caught.value) == [n for n, row in enumerate(rows, 2) if row in bad]


@given(
    st.lists(
        st.tuples(ids, ids, st.sampled_from(["passed", "failed"]), times), unique=True, max_size=5
    ),
    st.lists(st.sampled_from(BAD_EVALUATED), min_size=1, unique=True),
)
def test_of_what_is_told_exactly_the_bad_rows_are_named(
    good: list[tuple[str, ...]], bad: list[tuple[str, ...]]
) -> None:
    seen = {(c, n, r, datetime.fromisoformat(at)): (f"r:{c}", n, r, at) for c, n, r, at in good}
    rows = [*seen.values(), *bad]
    columns = COLUMNS["evaluated"]
    table = read_table(written(columns.required, rows), "evaluated.csv", columns)
    with pytest.raises(ImportProblemsError) as caught:
        told_drafts("evaluated", table, DEFAULT, NOW, Known())
    assert lines_told(caught.value) == [n for n, row in enumerate(rows, 2) if row in bad]
