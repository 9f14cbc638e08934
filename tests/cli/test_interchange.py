"""`fitgate import pilot` and `export pilot`, as their users start them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Fitgate
from tests.house.tree import ROOT

PACK = ROOT / "tests/data/pilot-pack"
NO_TIME = "is not a time in UTC, as in 2026-01-31T12:00:00Z"
OTHERWISE = "and says otherwise (an entry is never changed)"
REPO = ("--repo", "github:1")


@pytest.fixture(autouse=True)
def pack(tmp_path: Path) -> None:
    shutil.copy(PACK / "changes.example.csv", tmp_path / "changes.csv")
    shutil.copy(PACK / "rollback_drills.example.csv", tmp_path / "drills.csv")


def test_the_pilot_pack_comes_out_byte_for_byte(fitgate: Fitgate, tmp_path: Path) -> None:
    taken = fitgate("import", "pilot", "changes.csv", "drills.csv", *REPO)
    assert (taken.stdout, taken.stderr) == ("7 rows: 13 entries written down\n", "")
    given = fitgate("export", "pilot", "--out", "out")
    assert (given.stdout, given.returncode) == ("out: 5 changes, 2 drills\n", 0)
    for name in ("changes.csv", "drills.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_a_log_that_grew_adds_what_is_new(fitgate: Fitgate, tmp_path: Path) -> None:
    fitgate("import", "pilot", "changes.csv", *REPO)
    again = fitgate("import", "pilot", "changes.csv", *REPO)
    assert again.stdout == "5 rows: known already; nothing was written\n"
    grown = (
        (tmp_path / "changes.csv")
        .read_text()
        .replace("2026-01-03T00:00:00Z,,", "2026-01-03T00:00:00Z,2026-01-09T00:00:00Z,")
    )
    (tmp_path / "changes.csv").write_text(grown.rstrip() + "\nEX-006,2026-02-01T00:00:00Z,,0,,0,\n")
    more = fitgate("import", "pilot", "changes.csv", *REPO, "--json")
    assert json.loads(more.stdout) == {"rows": 6, "written": 3}  # a closure, a landing, the file
    fitgate("export", "pilot", "--out", "out")
    assert (tmp_path / "out/changes.csv").read_bytes() == (tmp_path / "changes.csv").read_bytes()


def test_what_contradicts_the_ledger_or_itself_is_named_and_nothing_is_taken_over(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    fitgate("import", "pilot", "changes.csv", *REPO)
    text = (tmp_path / "changes.csv").read_text()
    moved = text.replace("EX-004,2026-01-04", "EX-004,2026-01-05")
    torn = moved.replace("EX-003,2026-01-03T00:00:00Z", "EX-003,soon") + "EX-009,too,short\n"
    (tmp_path / "changes.csv").write_text(torn)
    (tmp_path / "drills.csv").write_text(
        (tmp_path / "drills.csv").read_text().replace(",60,15,0", ",60,-15,no")
    )
    done = fitgate("import", "pilot", "changes.csv", "drills.csv", *REPO)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"changes.csv:4:2: effective_ts_utc: 'soon' {NO_TIME}",
        f"changes.csv:5:1: change_id: the ledger knows `EX-004` {OTHERWISE}",
        "changes.csv:8:1: has 3 cells, and the header 7",
        "drills.csv:3:5: rpo_minutes: '-15' cannot be: from 0 to 16666666 minutes",
        "drills.csv:3:6: success: cannot be 'no': say 0 or 1",
    ]
    assert json.loads(fitgate("drill", "list", *REPO, "--json").stdout)["drills"] == []


def test_a_row_that_is_too_long_hides_no_other(fitgate: Fitgate, tmp_path: Path) -> None:
    header = (tmp_path / "changes.csv").read_text().partition("\n")[0]
    rows = "EX-1,2026-01-01T00:00:00Z,,0,,0,,\nEX-2,2026-01-01T00:00:00Z,,maybe,,0,\n"
    (tmp_path / "changes.csv").write_text(f"{header}\n{rows}")
    done = fitgate("import", "pilot", "changes.csv", *REPO)
    assert done.stderr.splitlines() == [
        "changes.csv:2:1: has 8 cells, and the header 7",
        "changes.csv:3:4: is_io: cannot be 'maybe': say 0 or 1",
    ]
    assert done.returncode == 2


def test_a_formula_is_made_harmless_and_meant_again(fitgate: Fitgate, tmp_path: Path) -> None:
    row = "EX-1,2026-01-01T00:00:00Z,,0,,0,=HYPERLINK(1)\n"
    header = (tmp_path / "changes.csv").read_text().partition("\n")[0]
    (tmp_path / "changes.csv").write_text(f"{header}\n{row}")
    fitgate("import", "pilot", "changes.csv", *REPO)
    fitgate("export", "pilot", "--out", "out")
    assert (
        tmp_path / "out/changes.csv"
    ).read_text() == f"{header}\n{row.replace('=', chr(39) + '=')}"
    again = fitgate("import", "pilot", "out/changes.csv", *REPO)
    assert again.stdout == "1 row: 1 entry written down\n"  # the file; what it says is known


def test_what_the_pack_has_no_word_for_is_left_out_and_told(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    for words in (["c1", "--unknown"], ["c2", "--category", "supply-chain"], ["c3", "--not-io"]):
        fitgate("record", "landed", *REPO, "--at", "2026-01-02", "--change", *words)
    done = fitgate("export", "pilot", "--out", "out")
    assert done.stdout == (
        "out: 2 changes, 0 drills\n1 landing left out, of which it is not known whether they are"
        " irreversible, and the format has no word for that: c1\n"
    )
    assert (tmp_path / "out/changes.csv").read_text().splitlines()[1:] == [
        "c2,2026-01-02T00:00:00Z,,1,supply-chain,0,",
        "c3,2026-01-02T00:00:00Z,,0,,0,",
    ]
    there = fitgate("export", "pilot", "--out", "out")
    assert there.stderr.endswith("is there already. Choose another --out, or say --force.\n")
    assert fitgate("export", "pilot", "--out", "out", "--force").returncode == 0
