"""`fitgate record`, as its users start it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fitgate.core.interchange.moments import SHAPE
from tests.cli.conftest import Fitgate
from tests.forked import Done

REPO = ("--repo", "github:1")
LANDED = """\
change,at,io,category,required,note
c1,2026-01-01T00:00:00Z,yes,data;evaluation,eval/safety; eval / regression,"a launch, by hand"
c2,2026-01-02T00:00:00Z,no,,,
c3,2026-01-03T00:00:00Z,,,,
"""


def said(done: Done) -> str:
    return " ".join(done.stderr.replace("│", " ").split())


def test_what_is_told_twice_is_one_entry(fitgate: Fitgate) -> None:
    words = ("record", "landed", *REPO, "--change", "c1", "--io", "--category", "data")
    first, again = fitgate(*words), fitgate(*words)
    assert first.stdout == "landed/c1/merge: written down\n"
    assert again.stdout == "landed/c1/merge: known already; nothing was written\n"
    other = fitgate(*words, "--at", "2026-01-01")
    assert (
        "--change: entry 1 of the ledger is called `landed/c1/merge` and says otherwise (an entry"
        in said(other)
    )
    assert other.returncode == 2


def test_an_evaluation_closes_a_change_and_an_incident_is_blamed_on_it(fitgate: Fitgate) -> None:
    at = ("--at", "2026-01-02T00:00:00Z")
    fitgate("record", "landed", *REPO, "--change", "c1", *at, "--io", "--required", "eval/safety")
    closed = fitgate(
        "record", "evaluated", *REPO, "--change", "c1", "--name", "eval/safety", "--passed",
        "--at", "2026-01-03",
    )  # fmt: skip
    assert closed.stdout == ("evaluated/c1/eval/safety/passed/2026-01-03T00:00:00Z: written down\n")
    done = fitgate(
        "record", "incident", *REPO, "--incident", "I-1", "--change", "c1", "--key", "k", "--json"
    )
    assert json.loads(done.stdout) == {"keys": ["k"], "written": 1, "known": 0}
    early = fitgate(
        "record", "incident", *REPO, "--incident", "I-2", "--change", "c1", "--at", "2026-01-01"
    )
    assert "--at: is before the change landed (2026-01-02T00:00:00Z)" in said(early)
    before = ("record", "evaluated", *REPO, "--change", "c1", "--name", "e", "--passed")
    late = fitgate(*before, "--pre-landing", "--at", "2026-01-03")
    assert "--at: is after the change landed (2026-01-02T00:00:00Z), not before it" in said(late)
    assert fitgate(*before, "--at", "2026-01-01").returncode == 0


FULL = "github:1@" + "ab12cd3" * 5 + "00000"
NOW_LANDED = ("--commit", "ab12cd3" * 5 + "00000", "--number", "12", "--required", "eval")


@pytest.mark.parametrize("name", [FULL, "ab12cd3", "#12", "!12"])
def test_what_a_person_calls_a_landing_closes_it(fitgate: Fitgate, name: str) -> None:
    at = ("--at", "2026-01-02T00:00:00Z")
    fitgate("record", "landed", *REPO, "--change", FULL, "--io", *at, *NOW_LANDED)
    again = fitgate("record", "landed", *REPO, "--change", name)
    assert again.stdout == f"landed/{FULL}/merge: known already; nothing was written\n"
    otherwise = fitgate("record", "landed", *REPO, "--change", name, "--not-io")
    assert f"`landed/{FULL}/merge` and says otherwise" in said(otherwise)
    words = ("record", "evaluated", *REPO, "--name", "eval", "--passed", "--at", "2026-01-03")
    done = fitgate(*words, "--change", name)
    assert done.stdout == f"evaluated/{FULL}/eval/passed/2026-01-03T00:00:00Z: written down\n"
    assert done.stderr == ""
    blamed = fitgate("record", "incident", *REPO, "--incident", "I", "--change", name, "--key", "k")
    assert (blamed.stdout, blamed.stderr) == ("k: written down\n", "")


def test_what_no_landing_is_called_is_refused_and_a_whole_id_may_land_later(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    words = ("record", "evaluated", *REPO, "--name", "eval", "--passed", "--change")
    lost = fitgate(*words, "ab12cd3")
    assert said(lost) == (
        "fitgate: --change: no landing of the ledger is called `ab12cd3`: `fitgate scan --record`"
        " and `fitgate record landed` write them"
    )
    early = fitgate(*words, FULL)
    assert early.returncode == 0
    assert f"the ledger has no landing yet of {FULL}" in early.stderr
    assert fitgate("record", "landed", *REPO, "--change", "#12").returncode == 2
    (tmp_path / "i.csv").write_text(
        "incident,at,change\nI-1,2026-01-01T00:00:00Z,#12\nI-2,2026-01-01T00:00:00Z,\n"
    )
    rows = fitgate("record", "incident", *REPO, "--csv", "i.csv")
    assert rows.stderr.startswith("i.csv:2:3: change: no landing of the ledger is called `#12`")


def test_the_way_back_of_what_may_land_later_is_told_of(fitgate: Fitgate) -> None:
    done = fitgate("drill", "record", *REPO, "--passed", "--change", FULL)
    assert f"the ledger has no landing yet of {FULL}" in done.stderr
    (drill,) = json.loads(fitgate("drill", "list", *REPO, "--json").stdout)["drills"]
    assert drill["change"] == FULL


def test_a_file_is_taken_over_whole_and_once(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "landed.csv").write_text(LANDED)
    first = fitgate("record", "landed", "--csv", "landed.csv", *REPO)
    (tmp_path / "landed.csv").write_text(LANDED + "c4,2026-01-04T00:00:00Z,no,,,\n")
    again = fitgate("record", "landed", "--csv", "landed.csv", *REPO)
    assert (first.stdout, first.stderr) == ("3 entries written down\n", "")
    assert again.stdout == "1 entry written down, 3 known already\n"


def test_all_that_is_wrong_is_named_and_nothing_is_written(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    rows = [
        "c3,2999-01-01T00:00:00Z,,,,",
        "c4,2026-01-01T00:00:00+01:00,maybe,,,",
        ",2026-01-01T00:00:00Z,no,datas,,",
        "c5,2026-01-01T00:00:00Z",
        "c1,2026-01-01T00:00:00Z,no,,,",
    ]
    (tmp_path / "landed.csv").write_text(LANDED.rpartition("c3")[0] + "\n".join(rows))
    done = fitgate("record", "landed", "--csv", "landed.csv", *REPO)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "landed.csv:4:2: at: 2999-01-01T00:00:00Z is yet to come",
        f"landed.csv:5:2: at: '2026-01-01T00:00:00+01:00' is not in UTC: write {SHAPE}",
        "landed.csv:5:3: io: cannot be 'maybe': say yes, no, 1, 0, true, false, unknown",
        "landed.csv:6:1: change: is empty",
        "landed.csv:6:4: category: there is no category `datas` (did you mean `data`?)",
        "landed.csv:6:4: category: is told of what is told to be no IO",
        "landed.csv:7:1: has 2 cells, and the header 6",
        "landed.csv:8:1: change: is the same as line 2: `landed/c1/merge` (keep one of them)",
    ]
    good = fitgate("record", "landed", "--change", "c9", *REPO, "--json")
    assert json.loads(good.stdout)["written"] == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["landed"], "say --change"),
        (
            ["landed", "--change", "c", "--io", "--not-io"],
            "say one of --io, --not-io and --unknown",
        ),
        (["landed", "--change", "c", "--category", "x"], "--category: there is no category `x`"),
        (["landed", "--change", "c", "--at", "2999-01-01"], "--at: 2999-01-01T00:00:00Z is yet to"),
        (
            ["landed", "--change", "c", "--stage", "launch"],
            "--stage: cannot be 'launch': say merge",
        ),
        (["landed", "--change", "c", "--csv", "x"], "--csv says it all: leave out --change"),
        (["landed", "--csv", "nowhere.csv"], "nowhere.csv: No such file or directory."),
        (["evaluated", "--change", "c", "--name", "e"], "say --passed or --failed"),
        (["evaluated", "--passed", "--failed"], "say one of --passed and --failed"),
        (["incident"], "say --incident"),
    ],
)
def test_what_cannot_be_is_refused(fitgate: Fitgate, words: list[str], why: str) -> None:
    done = fitgate("record", *words, *REPO)
    assert why in said(done)
    assert done.returncode == 2
