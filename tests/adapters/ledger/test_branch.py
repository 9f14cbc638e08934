"""A ledger on a branch of a clone that has no remote."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from fitgate.adapters.ledger.branch import SEEN
from fitgate.core.canonical import sha256
from fitgate.core.entries import Head
from fitgate.errors import BrokenChainError, LedgerError, UserError
from tests.adapters.git.making import Made, failing
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.telling import BRANCH, keys, rewrite, show, told
from tests.builders import HOUR, NOW

NEXT_MONTH = NOW + timedelta(days=20)


def test_entries_lie_by_month_as_they_are_hashed_and_contents_by_digest(
    clone: Made, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    first = ledger.append([told(1), told(2)], NOW, [b"facts"])
    second = ledger.append([told(3)], NEXT_MONTH)
    name = sha256(b"facts").removeprefix("sha256:")
    assert clone.git("ls-tree", "-r", "--name-only", BRANCH).split("\n") == [
        "HEAD.json",
        "README.md",
        f"blobs/{name[:2]}/{name}",
        "entries/2026-01.jsonl",
        "entries/2026-02.jsonl",
    ]
    lines = "\n".join(each.content.decode() for each in first)
    assert show(clone.path, "entries/2026-01.jsonl") == lines
    assert show(clone.path, "entries/2026-02.jsonl") == second[0].content.decode()
    assert show(clone.path, f"blobs/{name[:2]}/{name}") == "facts"
    assert json.loads(show(clone.path, "HEAD.json")) == {
        "seq": 3, "digest": second[0].digest, "recorded_at": "2026-02-20T12:00:00Z"
    }  # fmt: skip
    assert "ledger" in show(clone.path, "README.md")


def test_the_branch_stands_apart_and_each_commit_on_the_last(
    clone: Made, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1)], NOW)
    ledger.append([told(2), told(3)], NOW + HOUR)
    ledger.append([], NOW, [b"alone"])
    form = "--format=%an <%ae> %aI | %cn <%ce> %cI | %s"
    by = "FITGate <ledger@fitgate.invalid> 2026-01-31T"
    assert clone.git("log", form, BRANCH).split("\n") == [
        f"{by}13:00:00+00:00 | {by}13:00:00+00:00 | Contents that entries name",
        f"{by}13:00:00+00:00 | {by}13:00:00+00:00 | Entries 2 to 3",
        f"{by}12:00:00+00:00 | {by}12:00:00+00:00 | Entry 1",
    ]
    assert clone.git("fsck", "--strict") == ""


def test_the_same_entries_make_the_same_commit_whoever_writes_them(
    clone: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Made(tmp_path / "other")
    for name, value in {
        "i18n.commitEncoding": "latin1", "user.name": "Eve", "core.autocrlf": "true",
        "commit.gpgSign": "true", "core.abbrev": "5", "core.quotePath": "false",
    }.items():  # fmt: skip
        other.git("config", name, value)
    open_branch(clone.path).append([told("é"), told(2)], NOW, [b"a\r\nb\n"])
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@1 +0200")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    open_branch(other.path).append([told("é"), told(2)], NOW, [b"a\r\nb\n"])
    assert other.git("rev-parse", BRANCH) == clone.git("rev-parse", BRANCH)


def test_the_files_of_other_months_stay_the_objects_that_they_are(
    clone: Made, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1)], NOW)
    january = clone.git("rev-parse", f"{BRANCH}:entries/2026-01.jsonl")
    (clone.path / ".git" / "objects" / january[:2] / january[2:]).unlink()
    ledger.append([told(2)], NEXT_MONTH)
    assert clone.git("rev-parse", f"{BRANCH}:entries/2026-01.jsonl") == january
    assert [each.seq for each in open_branch(clone.path).stored(1)] == [2]  # reads no older file
    ledger.append([told(3), told(4)], NEXT_MONTH + timedelta(days=20))
    assert [each.seq for each in open_branch(clone.path).stored(1)] == [2, 3, 4]
    assert [each.seq for each in open_branch(clone.path).stored(3)] == [4]
    with pytest.raises(LedgerError, match=r"entries/2026-01.jsonl .* is not there"):
        list(ledger.stored())


def test_a_content_alone_may_be_the_first_thing(clone: Made, open_branch: Open) -> None:
    open_branch(clone.path).append([], NOW, [b"facts"])
    ledger = open_branch(clone.path)
    assert (ledger.head(), ledger.blob(sha256(b"facts"))) == (Head(), b"facts")
    assert [each.seq for each in ledger.append([told(1)], NOW)] == [1]


def test_nothing_new_makes_no_commit(clone: Made, open_branch: Open) -> None:
    ledger = open_branch(clone.path)
    assert ledger.append([], NOW) == []
    assert BRANCH not in clone.git("for-each-ref")
    ledger.append([told(1)], NOW, [b"facts"])
    tip = clone.git("rev-parse", BRANCH)
    assert ledger.append([told(1)], NOW + HOUR, [b"facts"]) == []
    assert clone.git("rev-parse", BRANCH) == tip


@pytest.mark.parametrize("command", ["hash-object", "mktree", "commit-tree", "update-ref"])
def test_a_git_that_fails_writes_nothing(
    clone: Made, command: str, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    failing(tmp_path / "bin", command)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
        with pytest.raises(LedgerError, match="Nothing was written down"):
            open_branch(clone.path).append([told(2)], NOW, [b"facts"])
    assert keys(open_branch(clone.path)) == ["closed/#1"]
    assert open_branch(clone.path).blob(sha256(b"facts")) is None


def test_a_lock_that_stays_is_waited_for_and_then_named(
    clone: Made, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    lock = clone.path / ".git" / f"{BRANCH}.lock"
    lock.touch()
    waited: list[int] = []
    monkeypatch.setattr("fitgate.adapters.ledger.branch.ATTEMPTS", 3)
    ledger = open_branch(clone.path, wait=waited.append)
    with pytest.raises(LedgerError, match="a lock stays"):
        ledger.append([told(2)], NOW)
    assert waited == [1, 2, 3]
    lock.unlink()
    assert [each.seq for each in ledger.append([told(2)], NOW)] == [2]


def test_a_disk_that_takes_nothing_is_told_of(
    clone: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1)], NOW)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(LedgerError, match=r"hash-object failed.*Nothing was written down"):
        ledger.append([told(2)], NOW)


def test_a_reader_that_ends_and_a_git_that_is_gone_are_told_of(
    clone: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    failing(tmp_path / "bin", "cat-file")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    ledger = open_branch(clone.path)
    with pytest.raises(LedgerError, match="cat-file failed"):
        ledger.head()
    shutil.rmtree(tmp_path / "bin")
    with pytest.raises(LedgerError, match="git could not be started"):
        ledger.head()


def test_what_is_no_repository_holds_no_branch(tmp_path: Path, open_branch: Open) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="not in a Git repository"):
        open_branch(tmp_path / "empty")
    with pytest.raises(UserError, match="not a directory"):
        open_branch(tmp_path / "nowhere")


def test_without_git_or_with_an_old_one_it_says_so(
    clone: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(LedgerError, match="git was not found"):
        open_branch(clone.path)
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "git"
    old.write_text("#!/bin/sh\necho git version 2.17.1\n")
    old.chmod(0o755)
    with pytest.raises(LedgerError, match=r"2\.17\.1.*too old"):
        open_branch(clone.path)


def test_a_repository_that_git_refuses_is_told_in_its_words(clone: Made, open_branch: Open) -> None:
    (clone.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(LedgerError, match=r"cannot be used: bad config .*git -C .* status"):
        open_branch(clone.path)


def test_a_branch_that_is_no_ledger_is_not_written_to(clone: Made, open_branch: Open) -> None:
    clone.git("branch", "fitgate-ledger")
    with pytest.raises(LedgerError, match=r"is no ledger at .*HEAD\.json is not there"):
        open_branch(clone.path).append([told(1)], NOW)
    assert clone.git("rev-parse", BRANCH) == clone.git("rev-parse", "HEAD")


def test_a_content_that_was_altered_is_told_from_one_that_is_gone(
    clone: Made, open_branch: Open
) -> None:
    digests = [sha256(b"facts\n"), sha256(b"policy\n")]
    paths = [f"blobs/{d[7:9]}/{d[7:]}" for d in digests]
    open_branch(clone.path).append([told(1)], NOW, [b"facts\n", b"policy\n"])
    rewrite(clone, {paths[0]: b"other\n", paths[1]: None})
    ledger = open_branch(clone.path)
    with pytest.raises(LedgerError, match="was altered"):
        ledger.blob(digests[0])
    assert ledger.blob(digests[1]) is None
    assert ledger.blob("sha256:../../HEAD.json") is None


def test_what_else_lies_on_the_branch_stays(clone: Made, open_branch: Open) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    rewrite(clone, {"LICENSE": b"MIT\n", "entries/notes ä.txt": b"mine\n", "README.md": b"ours\n"})
    open_branch(clone.path).append([told(2)], NOW)
    listed = clone.git("ls-tree", "-r", "-z", "--name-only", BRANCH).split("\0")
    assert {"LICENSE", "entries/notes ä.txt"} <= {*listed}
    assert show(clone.path, "README.md") == "ours"
    assert keys(open_branch(clone.path)) == ["closed/#1", "closed/#2"]


def test_a_clone_that_is_copied_goes_on_by_itself(
    clone: Made, tmp_path: Path, open_branch: Open
) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    copy = shutil.copytree(clone.path, tmp_path / "copy")
    open_branch(copy).append([told(2)], NOW)
    assert keys(open_branch(copy)) == ["closed/#1", "closed/#2"]
    assert keys(open_branch(clone.path)) == ["closed/#1"]


def test_what_was_seen_is_never_more_than_what_is_there(clone: Made, open_branch: Open) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1)], NOW)
    ledger.append([told(2)], NOW)
    assert clone.git("rev-parse", SEEN) == clone.git("rev-parse", BRANCH)
    clone.git("update-ref", SEEN, f"{BRANCH}~1")
    assert keys(open_branch(clone.path)) == ["closed/#1", "closed/#2"]


def test_a_chain_that_breaks_is_found_by_whoever_reads_all(clone: Made, open_branch: Open) -> None:
    open_branch(clone.path, "github:2").append([told(1)], NOW)
    with pytest.raises(BrokenChainError, match="entry 1 of the ledger is github:2's"):
        open_branch(clone.path).append([told(2)], NOW)
