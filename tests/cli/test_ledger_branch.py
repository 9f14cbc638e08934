"""A ledger on a Git branch, from the command line."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Fitgate, run_fitgate

RECORD = ("--since", "all", "--record", "--ledger", "branch")


@pytest.fixture
def clone(story: Path, tmp_path: Path) -> Path:
    """Clone the story, so that it has a remote."""
    subprocess.run(["git", "clone", "-q", "--bare", story, tmp_path / "hub.git"], check=True)
    subprocess.run(["git", "clone", "-q", tmp_path / "hub.git", tmp_path / "clone"], check=True)
    return tmp_path / "clone"


def test_what_a_clone_records_another_clone_measures(clone: Path, tmp_path: Path) -> None:
    done = run_fitgate(clone, "scan", *RECORD)
    assert (done.returncode, "entries written into the ledger" in done.stderr) == (0, True)
    assert "fitgate: 0 entries" in run_fitgate(clone, "scan", *RECORD).stderr
    subprocess.run(["git", "clone", "-q", tmp_path / "hub.git", tmp_path / "other"], check=True)
    told = [
        run_fitgate(each, "metrics", "--ledger", "branch", "--as-of", "2026-12-01T00:00:00Z")
        for each in (clone, tmp_path / "other")
    ]
    assert [each.returncode for each in told] == [0, 0]
    assert "ledger entries" in told[0].stdout
    assert told[0].stdout == told[1].stdout


def test_a_branch_is_taken_into_a_database(clone: Path) -> None:
    run_fitgate(clone, "scan", *RECORD)
    there = ("--ledger", "sqlite:///there.db")
    done = run_fitgate(clone, "ledger", "export", "--ledger", "branch", "--out", "ledger.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    done = run_fitgate(clone, "ledger", "import", "ledger.jsonl", *there)
    assert done.returncode == 0, done.stderr
    heads = [
        run_fitgate(clone, "ledger", "head", "--ledger", w).stdout for w in ("branch", there[1])
    ]
    assert heads[0] == heads[1]
    again = run_fitgate(clone, "ledger", "verify", "--decisions", "--json", *there)
    counts = json.loads(again.stdout)["decisions"]["counts"]
    assert counts.pop("same") > 60
    assert set(counts.values()) == {0}


def test_a_branch_has_no_rows_and_takes_no_file(clone: Path) -> None:
    run_fitgate(clone, "scan", *RECORD)
    done = run_fitgate(clone, "ledger", "rebuild", "--ledger", "branch")
    assert (done.returncode, done.stdout) == (
        0, "A ledger on a branch has no rows: figures are folded from its entries each time.\n"
    )  # fmt: skip
    exported = run_fitgate(clone, "ledger", "export", "--ledger", "branch").stdout
    done = run_fitgate(clone, "ledger", "import", "-", "--ledger", "branch", given=exported)
    assert done.returncode == 2
    assert "a file is imported into a database: --ledger sqlite:///FILE" in done.stderr


def test_without_a_branch_there_is_nothing_to_measure(clone: Path) -> None:
    done = run_fitgate(clone, "metrics", "--ledger", "branch")
    assert done.returncode == 2
    assert "there is no ledger on the branch fitgate-ledger" in done.stderr


def test_outside_a_repository_there_is_no_branch(fitgate: Fitgate) -> None:
    done = fitgate("metrics", "--ledger", "branch")
    assert done.returncode == 2
    assert "not in a Git repository" in done.stderr


def test_a_forced_branch_ends_with_exit_4_and_the_entry(clone: Path, tmp_path: Path) -> None:
    run_fitgate(clone, "scan", *RECORD)
    hub = str(tmp_path / "hub.git")
    forced = ["git", "-C", hub, "update-ref", "refs/heads/fitgate-ledger"]
    subprocess.run([*forced, "fitgate-ledger~1"], check=True)
    done = run_fitgate(clone, "metrics", "--ledger", "branch")
    assert done.returncode == 4
    assert "of the ledger is not what this clone has seen" in done.stderr
