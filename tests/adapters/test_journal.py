"""The journal: whole lines stay, a torn one goes, and another scan's is refused."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fitgate.adapters.journal import Journal
from fitgate.errors import RegisterError, UserError

ASKED = {"repository": "git:abc", "--since": "90d"}
FIXED = {"at": "2026-01-31T12:00:00+00:00"}
LINES = [b'{"n":%d}' % n for n in range(5)]


def begun(path: Path, lines: int = 5) -> Path:
    """Write a journal with some lines and leave it, as an interrupted scan does."""
    with Journal.begin(path, ASKED, FIXED) as journal:
        for line in LINES[:lines]:
            journal.append(line)
    return path


def taken_up(path: Path) -> Journal:
    journal = Journal.take_up(path, ASKED)
    assert journal is not None
    return journal


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    with taken_up(begun(tmp_path / "scan.jsonl")) as journal:
        assert [line.strip() for line in journal.lines()] == LINES
        assert (journal.done, journal.fixed) == (5, FIXED)


def test_it_is_taken_up_after_the_last_whole_line(tmp_path: Path) -> None:
    path = begun(tmp_path / "scan.jsonl", 3)
    with path.open("ab") as file:
        file.write(b'{"n":3, "torn')
    with taken_up(path) as journal:
        assert journal.done == 3
        journal.append(LINES[3])
    with taken_up(path) as journal:
        assert [json.loads(line)["n"] for line in journal.lines()] == [0, 1, 2, 3]


@pytest.mark.parametrize("rubbish", [b"\0\0\0\0\n", b"[]\n", b"not json\n" + LINES[0] + b"\n"])
def test_what_is_no_line_of_ours_ends_it(tmp_path: Path, rubbish: bytes) -> None:
    path = begun(tmp_path / "scan.jsonl", 2)
    with path.open("ab") as file:
        file.write(rubbish)
    with taken_up(path) as journal:
        assert journal.done == 2


@pytest.mark.parametrize("start", [b"", b'{"asked": {"repo', b"{}\n"])
def test_a_journal_without_its_header_was_never_begun(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "scan.jsonl").write_bytes(start)
    assert Journal.take_up(tmp_path / "scan.jsonl", ASKED) is None


def test_no_journal_is_nothing_to_take_up(tmp_path: Path) -> None:
    assert Journal.take_up(tmp_path / "scan.jsonl", ASKED) is None


def test_another_scans_journal_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    path = begun(tmp_path / "scan.jsonl")
    with pytest.raises(RegisterError) as caught:
        Journal.take_up(path, {**ASKED, "--since": "all"})
    assert "--since was '90d' and is now 'all'" in str(caught.value)
    assert "leave out --resume" in str(caught.value)


def test_two_scans_do_not_write_into_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "scan.jsonl"
    with Journal.begin(path, ASKED, FIXED), pytest.raises(UserError, match="another scan"):
        Journal.begin(path, ASKED, FIXED)


def test_a_place_that_cannot_be_written_is_the_users_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="Choose another --out"):
        Journal.begin(tmp_path / "file" / "scan.jsonl", ASKED, FIXED)


def test_without_a_path_nothing_is_left_behind(tmp_path: Path) -> None:
    with Journal.begin(None, ASKED, FIXED) as journal:
        journal.append(LINES[0])
        ((place, line),) = journal.placed()
        assert journal.at(place) == line == LINES[0] + b"\n"
        journal.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_line_outlives_the_process_that_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "scan.jsonl"
    program = (
        "import os, pathlib\n"
        "from fitgate.adapters.journal import Journal\n"
        f"journal = Journal.begin(pathlib.Path({str(path)!r}), {ASKED!r}, {FIXED!r})\n"
        "journal.append(b'{\"n\":0}')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    with taken_up(path) as journal:
        assert journal.done == 1
