"""A command that is run in a fork says and does what it says and does in a new process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forked import run_anew, run_forked

CASES = {
    "help": (["--help"], ""),
    "a version": (["--version"], ""),
    "no such command": (["scna"], ""),
    "what the user got wrong": (["metrics", "--window", "soon"], ""),
    "what the user got wrong, as data": (["metrics", "--window", "soon", "--json"], ""),
    "something read": (["policy", "lint", "-"], "version: 1\nmode: sometimes\n"),
    "nothing read": (["policy", "lint", "-"], ""),
    "a file": (["policy", "lint", "policy.yaml"], ""),
    "no clone": (["scan", "."], ""),
    "check": (["check", "--facts", "-"], "{}"),
    "a long text": (["schema", "facts"], ""),
    "what is no text": (["policy", "lint", "\udcff.yaml"], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fork_and_a_new_process_say_the_same(case: str, tmp_path: Path) -> None:
    words, given = CASES[case]
    told = []
    for run in (run_forked, run_anew):
        (tmp_path / "policy.yaml").write_text("version: 1\n")
        done = run(tmp_path, words, given=given)
        told.append((done.returncode, done.stdout, done.stderr))
    assert told[0] == told[1]


def test_what_a_fork_writes_stays_and_what_it_was_told_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ["drill", "record", "--passed", "--recovery", "PT20M", "--repo", "github:1"]
    monkeypatch.setenv("FITGATE_DATABASE_URL", "sqlite:///mine.db")
    assert run_forked(tmp_path, record).returncode == 0
    monkeypatch.delenv("FITGATE_DATABASE_URL")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.db"]
    missing = run_forked(tmp_path, ["drill", "list"], together=True)
    said = missing.stderr
    assert missing.returncode == 2
    assert not said
    assert "there is no ledger here" in missing.stdout
