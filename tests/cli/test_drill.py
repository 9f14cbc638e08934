"""`fitgate drill`, as its users start it."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fitgate.bootstrap import open_ledger
from fitgate.core.records import draft
from fitgate.core.records.controls import DrillScheduled
from tests.cli.conftest import Fitgate
from tests.forked import Done

POLICY = """\
version: 1
gates:
  - {type: rollback-window, drill: {within: P30D, rto: PT1H, rpo: PT15M}}
drills: [{name: purge, every: P30D, rto: PT10S},
  {name: restore, every: P30D, rpo: PT1M, command: "echo 'it is back'"}]
"""
WITH = ("--repo", "github:1", "--policy", "policy.yaml")
RUN = {
    "id": 5,
    "conclusion": "success",
    "run_started_at": "2026-01-22T19:33:08Z",
    "updated_at": "2026-01-22T19:50:08Z",
    "html_url": "https://forge.example/runs/5",
}


@pytest.fixture(autouse=True)
def policy(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)


def listed(fitgate: Fitgate) -> dict[str, Any]:
    done = fitgate("drill", "list", *WITH, "--json")
    assert (done.stderr, done.returncode) == ("", 0)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def no_ledger(done: Done, tmp_path: Path) -> bool:
    return done.returncode == 2 and not (tmp_path / "fitgate.db").exists()


def test_a_drill_that_is_restored_in_time_passes(fitgate: Fitgate, tmp_path: Path) -> None:
    fitgate("record", "landed", *WITH, "--change", "c1", "--number", "12")
    done = fitgate(
        "drill", "run", *WITH, "--name", "purge", "--change", "#12", "--what", "purge",
        "--verify", "test -e back", "--loss-command", "echo 30",
        "--", "sh", "-c", "echo secretless; touch back",
    )  # fmt: skip
    assert done.returncode == 0
    assert re.fullmatch(r"purge-\d+T\d+Z: passed \(recovered in 1 s, lost 30 s\)\n", done.stdout)
    assert done.stderr == "to meet: RTO 10 s and RPO 15 min, as policy.yaml says\n"
    (drill,) = listed(fitgate)["drills"]
    assert (drill["passed"], drill["change"], drill["what"]) == (True, "c1", "purge")
    assert (drill["recovery"], drill["loss"], drill["rto"], drill["rpo"]) == (1, 30, 10, 900)
    assert (drill["self_reported"], drill["told"]) == (False, [])
    with sqlite3.connect(tmp_path / "fitgate.db") as base:
        kept = base.execute("SELECT count(*) FROM blobs WHERE digest = ?", [drill["log"]])
        assert kept.fetchone() == (1,)


def test_a_drill_that_is_not_restored_fails_and_shows_its_last_words(fitgate: Fitgate) -> None:
    done = fitgate(
        "drill", "run", *WITH, "--loss", "PT0S", "--timeout", "PT1S", "--verify", "false",
        "--", "echo", "it is\x1b[31m broken",
    )  # fmt: skip
    assert done.returncode == 1
    assert "failed (not restored: `false` did not pass: given up after 1 s)" in done.stdout
    assert "  it is\\x1b[31m broken\n" in done.stdout
    (drill,) = listed(fitgate)["drills"]
    assert (drill["passed"], drill["recovery"], drill["loss"]) == (False, None, None)


def test_a_drill_that_takes_too_long_or_loses_too_much_fails(fitgate: Fitgate) -> None:
    late = fitgate("drill", "run", *WITH, "--rto", "PT1S", "--rpo", "none", "--", "sleep", "1.2")
    lost = fitgate("drill", "run", *WITH, "--loss", "PT16M", "--json", "--", "true")
    unsure = fitgate("drill", "run", *WITH, "--loss-command", "echo a lot", "--", "true")
    assert (late.returncode, lost.returncode, unsure.returncode) == (1, 1, 1)
    assert "failed (recovered in 2 s; the RTO is 1 s: restored by `sleep 1.2`)" in late.stdout
    assert json.loads(lost.stdout)["told"] == ["loss"]
    assert "how much was lost is not known; the RPO is 15 min" in unsure.stdout


def test_drills_of_the_same_second_are_all_on_record(fitgate: Fitgate) -> None:
    def run(_: int) -> Done:
        return fitgate("drill", "run", *WITH, "--rpo", "none", "--json", "--", "true")

    with ThreadPoolExecutor(3) as several:
        ended = [*several.map(run, range(6))]
    assert [done.returncode for done in ended] == [0] * 6
    said = {json.loads(done.stdout)["drill"] for done in ended}
    assert len(said) == 6
    assert {drill["drill"] for drill in listed(fitgate)["drills"]} == said


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--rpo", "none", "--change", "#12", "--", "touch", "ran"),
        ("record", "--passed", "--change", "#12"),
        ("schedule", "game-day", "--due", "2999-01-01", "--change", "#12"),
    ],
)
def test_the_way_back_of_what_no_landing_is_called_is_refused(
    fitgate: Fitgate, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = fitgate("drill", words[0], *WITH, *words[1:])
    assert done.stderr.startswith("fitgate: --change: no landing of the ledger is called `#12`")
    assert (done.returncode, (tmp_path / "ran").exists()) == (2, False)


def test_a_loss_that_is_told_is_marked_as_told(fitgate: Fitgate) -> None:
    done = fitgate("drill", "run", *WITH, "--loss", "PT5M", "--", "true")
    assert done.stdout.endswith("lost 5 min); told and not measured: loss\n")
    assert "measuring, loss told" in fitgate("drill", "list", *WITH).stdout


def test_a_schedule_may_name_its_way_back(fitgate: Fitgate) -> None:
    done = fitgate("drill", "run", *WITH, "--name", "restore", "--loss", "PT0S")
    assert done.returncode == 0
    assert "runs `echo 'it is back'`, as it says" in done.stderr
    assert listed(fitgate)["drills"][0]["rpo"] == 60
    other = fitgate("drill", "run", *WITH, "--name", "purge", "--loss", "PT0S")
    assert "Which way back? The schedule 'purge' of policy.yaml names none" in other.stderr
    none = fitgate("drill", "run", *WITH, "--loss", "PT0S")
    assert "Which way back? There is none: write it after `--`." in none.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--", "true"], "nothing tells how much is lost: such a drill cannot pass"),
        (["--loss", "5", "--", "true"], "--loss '5' is no length of time, as in PT15M"),
        (["--rpo", "none", "--", "no-such-program"], "`no-such-program` is not a program that is"),
        (["--rpo", "none", "--", "a | b"], "To have a shell read a line, write sh -c"),
        (["--rpo", "none", "--verify", "nothing-here", "--", "true"], "`nothing-here` is not a"),
        (["--rpo", "none", "--verify", "'", "--", "true"], '--verify "\'" cannot be taken apart'),
        (["--rpo", "none", "--verify", "", "--", "true"], "--verify is empty"),
        (["--loss", "PT1S", "--loss-command", "x", "--", "true"], "say one of --loss and"),
    ],
)
def test_what_cannot_be_a_drill_is_told_before_anything_runs(
    fitgate: Fitgate, tmp_path: Path, words: list[str], why: str
) -> None:
    done = fitgate("drill", "run", *WITH, *words)
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert no_ledger(done, tmp_path)


def test_who_stops_a_drill_leaves_nothing_behind(fitgate: Fitgate, tmp_path: Path) -> None:
    words = ["drill", "run", *WITH, "--rpo", "none", "--", "sh", "-c", "touch on; sleep 60"]
    with subprocess.Popen(
        [sys.executable, "-m", "fitgate", *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as program:
        for _ in range(200):
            if (tmp_path / "on").exists():
                break
            time.sleep(0.1)
        program.send_signal(signal.SIGINT)
        said = program.communicate(timeout=30)[1]
    assert program.returncode == 130
    assert said.endswith("fitgate: stopped; nothing was written down\n")
    assert "there is no ledger here" in fitgate("drill", "list", *WITH).stderr


def test_a_drill_by_hand_is_marked_so(fitgate: Fitgate) -> None:
    words = ("drill", "record", *WITH, "--at", "2026-01-05", "--key", "dr-1")
    done = fitgate(*words, "--passed", "--note", "on staging")
    again = fitgate(*words, "--passed", "--note", "on staging")
    other = fitgate(*words, "--failed")
    assert (done.stdout, done.returncode) == ("dr-1: passed; self-reported\n", 0)
    assert again.stdout == "dr-1: passed; self-reported; it is written down already\n"
    assert "--key dr-1: entry 1 of the ledger is called so and says otherwise" in other.stderr
    assert (other.stdout, other.returncode) == ("", 2)
    (drill,) = listed(fitgate)["drills"]
    assert (drill["self_reported"], drill["passed"], drill["at"]) == (
        True,
        True,
        "2026-01-05T00:00:00Z",
    )


def test_two_drills_by_hand_of_one_day_are_two_and_one_told_twice_is_one(fitgate: Fitgate) -> None:
    words = ("drill", "record", *WITH, "--at", "2026-01-05", "--rto", "none", "--rpo", "none")
    told = [fitgate(*words, how).stdout for how in ("--passed", "--failed", "--failed")]
    second = "rollback-20260105T000000Z-2: failed (it is not known to be restored); self-reported"
    assert told == [
        "rollback-20260105T000000Z: passed; self-reported\n",
        f"{second}\n",
        f"{second}; it is written down already\n",
    ]
    assert [drill["passed"] for drill in listed(fitgate)["drills"]].count(False) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "say one of --passed and --failed"),
        (["--passed", "--failed"], "say one of --passed and --failed"),
        (["--passed", "--at", "2999-01-01"], "--at 2999-01-01 is yet to come."),
        (["--passed", "--at", "2026-01-01T00:00:00+02:00"], "with Z: 2025-12-31T22:00:00Z."),
        (["--passed", "--recovery", "PT2H"], "recovered in 2 h; the RTO is 1 h (as policy.yaml"),
        (["--passed", "--loss", "PT2H"], "lost 2 h; the RPO is 15 min"),
        (["--passed", "--log", "nowhere"], "nowhere: No such file or directory."),
    ],
)
def test_what_cannot_be_is_not_recorded(
    fitgate: Fitgate, tmp_path: Path, words: list[str], why: str
) -> None:
    done = fitgate("drill", "record", *WITH, *words)
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert no_ledger(done, tmp_path)


def test_a_run_elsewhere_is_taken_over_once(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(RUN))
    words = ("drill", "import", "run.json", *WITH)
    refused = fitgate(*words)
    assert "nothing tells how much is lost" in refused.stderr
    assert no_ledger(refused, tmp_path)
    first = fitgate(*words, "--loss", "PT1M", "--name", "purge", "--rto", "PT20M")
    again = fitgate(*words, "--loss", "PT30M")
    assert first.stdout == (
        "workflow-run/5/1: passed (recovered in 17 min, lost 1 min); told and not measured: loss\n"
    )
    assert again.stdout == f"{first.stdout.rstrip()}; it is written down already\n"
    assert len(listed(fitgate)["drills"]) == 1


def test_a_bad_file_is_refused_with_its_place(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"jobs": [RUN, {"id": 1, "conclusion": "x"}]}))
    done = fitgate("drill", "import", "run.json", *WITH, "--rpo", "none")
    assert done.stderr == (
        "run.json:jobs.1.conclusion: ended as 'x': no drill was carried through\n"
    )
    assert no_ledger(done, tmp_path)


def test_a_schedule_of_the_policy_begins_when_it_is_first_seen(fitgate: Fitgate) -> None:
    first = fitgate("drill", "due", *WITH)
    fitgate("drill", "schedule", "game-day", ".", "--due", "2999-12-31", *WITH)
    again = fitgate("drill", "due", *WITH, "--exit-code", "--json")
    assert "begins  purge" in first.stdout
    assert first.stdout.endswith("; 2 written down\n")
    told = json.loads(again.stdout)
    assert (again.returncode, told["missed"], told["begins"]) == (0, [], [])
    assert [each["name"] for each in told["due"]] == ["purge", "restore", "game-day"]


def test_what_was_missed_is_written_down_once(fitgate: Fitgate, tmp_path: Path) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=40)  # noqa: TID251 - it is due by the clock
    due = at + timedelta(days=30)
    record = DrillScheduled("purge", 30 * 86_400, source="policy")
    where = f"sqlite:///{tmp_path}/fitgate.db"
    with closing(open_ledger(where, "github:1", tmp_path, create=True)) as book:
        book.append([draft(record, due, "drill-scheduled/purge/1")], at)
    dry = fitgate("drill", "due", *WITH, "--dry-run", "--exit-code")
    first = fitgate("drill", "due", *WITH)
    again = fitgate("drill", "due", *WITH, "--exit-code")
    assert (dry.returncode, again.returncode) == (1, 0)
    assert "  missed  purge    30 days  never" in first.stdout
    assert first.stdout.splitlines()[-1].startswith("1 missed now, 2 to come; next: purge by ")
    assert [each["name"] for each in listed(fitgate)["missed"]] == ["purge"]
    assert "0 passed, 0 failed, 1 missed; none passed" in fitgate("drill", "list", *WITH).stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--due", "2020-01-01"], "--due 2020-01-01 is over."),
        (["--due", "soon"], "--due 'soon' is none of"),
        (["--due", "2999-01-01", "--every", "PT0S"], "--every must be longer than nothing."),
        (["--due", "2999-01-01", "--every", "monthly"], "--every 'monthly' is no length of time"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    fitgate: Fitgate, tmp_path: Path, words: list[str], why: str
) -> None:
    assert why in (done := fitgate("drill", "schedule", "game-day", *WITH, *words)).stderr
    assert no_ledger(done, tmp_path)
