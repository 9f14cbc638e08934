"""`fitgate ledger`, as its users start it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fitgate.bootstrap import chain_in, open_database
from fitgate.core.entries import Draft
from tests.builders import HOUR, NOW
from tests.cli.conftest import Fitgate

REPO = "github:1"


def closed(number: int) -> Draft:
    return Draft(NOW, "Closed", f"closed/#{number}", {"change": f"#{number}"})


def wrote(folder: Path, *numbers: int, repo: str = REPO, name: str = "fitgate.db") -> None:
    """Write closures into a ledger."""
    ledger = chain_in(open_database(f"sqlite:///{folder / name}", create=True), repo)
    ledger.append([closed(n) for n in numbers], NOW + HOUR, [b"facts"])
    ledger.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Make a ledger of three entries beside the test, where FITGate looks for it."""
    wrote(tmp_path, 1, 2, 3)
    return tmp_path


def tamper(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "fitgate.db", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER entries_kept_on_update")
        connection.execute("DROP TRIGGER entries_kept_on_delete")
        for statement in statements:
            connection.execute(statement)


@pytest.mark.usefixtures("kept")
def test_a_whole_ledger_is_said_to_be_whole(fitgate: Fitgate) -> None:
    done = fitgate("ledger", "verify")
    head = fitgate("ledger", "head").stdout
    assert head.startswith("3:sha256:")
    assert done.stdout == f"The ledger of github:1 is whole: {head}"
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(fitgate("ledger", "verify", "--json").stdout)
    seq, _, digest = head.strip().partition(":")
    assert told == {
        "repo": REPO,
        "whole": True,
        "seq": int(seq),
        "digest": digest,
        "recorded_at": "2026-01-31T13:00:00Z",
        "broken": None,
    }
    whole = {key: told[key] for key in ("repo", "seq", "digest", "recorded_at")}
    assert json.loads(fitgate("ledger", "head", "--json").stdout) == whole


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE entries SET content = x'7b7d' WHERE seq = 2", 2, "does not have the digest that"),
        ("DELETE FROM entries WHERE seq = 2", 2, "is missing: 3 comes after 1"),
        ("DELETE FROM entries WHERE seq = 3", 3, "is missing: the ledger went on to 3"),
        (
            "UPDATE chains SET seq = 2, digest = (SELECT digest FROM entries WHERE seq = 2)",
            3,
            "was written past the end of the ledger",
        ),
        ("UPDATE chains SET digest = 'sha256:0'", 3, "is not the one that the ledger ended with"),
    ],
)
def test_the_first_broken_entry_is_named(
    fitgate: Fitgate, kept: Path, statement: str, seq: int, why: str
) -> None:
    tamper(kept, statement)
    done = fitgate("ledger", "verify")
    assert done.returncode == 1
    assert f"The ledger of github:1 is broken: entry {seq} of the ledger {why}" in done.stdout
    told = json.loads(fitgate("ledger", "verify", "--json").stdout)
    assert (told["whole"], told["broken"]["seq"]) == (False, seq)
    assert told["broken"]["why"].startswith(why)


def test_a_chain_that_was_written_anew_is_found_by_the_head_noted_down(
    fitgate: Fitgate, kept: Path
) -> None:
    noted = fitgate("ledger", "head").stdout.strip()
    wrote(kept, 4)
    assert fitgate("ledger", "verify", "--expect", noted).returncode == 0
    wrote(kept, 1, 7, 8, 9, name="other.db")
    anew = fitgate("ledger", "verify", "--ledger", "sqlite:///other.db", "--expect", noted)
    assert anew.returncode == 1
    assert "entry 3 of the ledger is not the one noted down, sha256:" in anew.stdout
    wrote(kept, 1, name="short.db")
    cut = fitgate("ledger", "verify", "--ledger", "sqlite:///short.db", "--expect", noted)
    assert cut.returncode == 1
    assert "entry 2 of the ledger is missing: the ledger went on to 3" in cut.stdout
    wrong = fitgate("ledger", "verify", "--expect", "three")
    assert wrong.returncode == 2
    assert "is not like 12:sha256:" in wrong.stderr


@pytest.mark.usefixtures("kept")
def test_the_rows_are_made_again(fitgate: Fitgate) -> None:
    done = fitgate("ledger", "rebuild")
    assert done.stdout == "github:1: 0 rows, one a landing, from 3 entries.\n"
    told = json.loads(fitgate("ledger", "rebuild", "--json").stdout)
    assert told == {"repo": REPO, "entries": 3, "rows": 0}


def test_a_ledger_is_taken_elsewhere(fitgate: Fitgate, kept: Path) -> None:
    head = fitgate("ledger", "head").stdout.strip()
    done = fitgate("ledger", "export", "--out", "ledger.jsonl")
    assert done.stdout == f"ledger.jsonl: 3 entries of github:1, up to {head}\n"
    exported = (kept / "ledger.jsonl").read_text()
    assert fitgate("ledger", "export").stdout == exported
    there = ("--ledger", "sqlite:///there.db")
    done = fitgate("ledger", "import", "ledger.jsonl", *there)
    assert done.stdout == f"github:1: 3 entries added; the ledger ends at {head}\n"
    assert fitgate("ledger", "verify", *there).returncode == 0
    assert fitgate("ledger", "export", *there).stdout == exported
    wrote(kept, 4, 5)
    more = fitgate("ledger", "export").stdout
    done = fitgate("ledger", "import", "-", *there, "--json", given=more)
    assert json.loads(done.stdout)["added"] == 2
    assert fitgate("ledger", "export", *there).stdout == more
    again = fitgate("ledger", "import", "-", *there, given=more)
    assert again.stdout.startswith("github:1: 0 entries added")


def test_a_file_that_does_not_go_on_from_the_ledger_is_refused(
    fitgate: Fitgate, kept: Path
) -> None:
    exported = fitgate("ledger", "export").stdout
    there = ("--ledger", "sqlite:///there.db")
    wrote(kept, 1, 9, name="there.db")
    done = fitgate("ledger", "import", "-", *there, given=exported)
    assert done.returncode == 2
    assert "they part at entry 2 or before. Nothing was imported" in done.stderr
    wrote(kept, 10, 11, 12, name="there.db")
    done = fitgate("ledger", "import", "-", *there, given=exported)
    assert "holds 5 entries of github:1, the file only 3. Nothing was imported" in done.stderr
    assert fitgate("ledger", "head", *there).stdout.startswith("5:")


def test_a_file_that_is_not_sound_is_not_imported_at_all(fitgate: Fitgate, kept: Path) -> None:
    lines = fitgate("ledger", "export").stdout.splitlines(keepends=True)
    (kept / "cut.jsonl").write_text("".join(lines[:-1]))
    done = fitgate("ledger", "import", "cut.jsonl", "--ledger", "sqlite:///there.db")
    assert done.returncode == 2
    assert done.stderr == (
        "fitgate: cut.jsonl:5: ends before it is whole. Nothing was imported: "
        "export the ledger again.\n"
    )
    assert sorted(each.name for each in kept.iterdir()) == ["cut.jsonl", "fitgate.db"]
    wrote(kept, 1, repo="github:2", name="there.db")
    fitgate("ledger", "import", "cut.jsonl", "--ledger", "sqlite:///there.db")
    head = fitgate("ledger", "head", "--ledger", "sqlite:///there.db", "--repo", REPO)
    assert "has no entries of --repo github:1. It holds: github:2" in head.stderr
    done = fitgate("ledger", "import", "nowhere.jsonl")
    assert done.stderr.startswith("fitgate: nowhere.jsonl: No such file or directory. Give a file")


def test_what_is_broken_is_not_exported(fitgate: Fitgate, kept: Path) -> None:
    tamper(kept, "DELETE FROM entries WHERE seq = 2")
    done = fitgate("ledger", "export", "--out", "ledger.jsonl")
    assert done.returncode == 4
    assert "entry 2 of the ledger is missing" in done.stderr
    assert not (kept / "ledger.jsonl").exists()


def test_an_edited_entry_is_named_by_whoever_reads_the_ledger(fitgate: Fitgate, kept: Path) -> None:
    tamper(kept, "UPDATE entries SET content = replace(content, '#2', '#9') WHERE seq = 2")
    for words in (
        ("metrics",),
        ("metrics", "--explain", "vl_hours"),
        ("ledger", "rebuild"),
        ("pilot", "status"),
        ("pilot", "start"),
        ("breaker", "list"),
        ("breaker", "watch"),
        ("bypass", "list"),
    ):
        done = fitgate(*words, "--repo", REPO)
        assert done.returncode == 4, (words, done)
        assert "entry 2 of the ledger does not have the digest that" in done.stderr
        assert "Traceback" not in done.stderr


def test_an_entry_that_has_not_the_shape_of_its_kind_is_named(fitgate: Fitgate, kept: Path) -> None:
    ledger = chain_in(open_database(f"sqlite:///{kept / 'fitgate.db'}"), REPO)
    ledger.append([Draft(NOW, "Closed", "closed/x", {"change": 7})], NOW)
    ledger.close()
    done = fitgate("metrics")
    assert done.returncode == 4
    assert "entry 4 of the ledger is no Closed: Input should be a valid string" in done.stderr


def test_an_older_database_is_brought_up(fitgate: Fitgate, tmp_path: Path) -> None:
    missing = fitgate("ledger", "upgrade")
    assert missing.returncode == 2
    assert "there is no ledger here" in missing.stderr
    wrote(tmp_path, 1)
    assert fitgate("ledger", "upgrade").stdout == "fitgate.db is up to date.\n"
    assert fitgate("ledger", "upgrade", "--ledger", "branch").stdout.startswith("A ledger on a")


def test_which_repository_is_meant_must_be_clear(fitgate: Fitgate, kept: Path) -> None:
    wrote(kept, 1, repo="github:2")
    done = fitgate("ledger", "head")
    assert done.returncode == 2
    assert done.stderr == (
        "fitgate: It cannot be told which repository of fitgate.db is meant. It holds: github:1, "
        "github:2. Name it with --repo ID, or run this inside its clone.\n"
    )
    assert fitgate("ledger", "head", "--repo", "github:2").stdout.startswith("1:sha256:")
    other = fitgate("ledger", "head", "--repo", "github:3")
    assert "fitgate.db has no entries of --repo github:3. It holds: github:1, git" in other.stderr
