"""A remote that refuses, is lost or was forced: nothing is written by half, nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fitgate.adapters.ledger.branch import BranchLedger
from fitgate.errors import BrokenChainError, LedgerError
from tests.adapters.git.making import Made, run
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.forge import Forge, forge
from tests.adapters.ledger.telling import BRANCH, keys, rewrite, told, whole
from tests.builders import NOW


def test_a_push_that_arrived_although_the_answer_did_not_counts(
    hub: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole(hub, tmp_path / "here")
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    real = shutil.which("git")
    git.write_text(f'#!/bin/sh\n{real} "$@" || exit\ncase " $* " in *" push "*) exit 1;; esac\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)
    assert [each.seq for each in open_branch(tmp_path / "here").append([told(1)], NOW)] == [1]
    assert keys(open_branch(tmp_path / "here")) == ["closed/#1"]


def test_a_remote_that_refuses_leaves_everything_as_it_was(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")
    hook = hub.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'rule violations found' >&2\nexit 1\n")
    hook.chmod(0o755)
    refs = run(tmp_path / "here", "for-each-ref")
    ledger = open_branch(tmp_path / "here")
    with pytest.raises(LedgerError, match=r"pre-receive hook declined.*contents: write"):
        ledger.append([told(1)], NOW)
    assert run(tmp_path / "here", "for-each-ref") == refs
    assert keys(ledger) == []
    hook.unlink()
    assert [each.seq for each in ledger.append([told(1), told(1)], NOW)] == [1]
    assert keys(open_branch(hub.path)) == ["closed/#1"]


@pytest.fixture
def forge_of(hub: Made) -> Iterator[Forge]:
    with forge(hub.path) as served:
        yield served


def test_a_token_that_may_only_read_is_told_what_it_lacks(
    forge_of: Forge, hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    url = forge_of.url.replace("://", "://x-access-token:s3cr3t@")
    run(tmp_path, "clone", "-q", str(hub.path), "here")
    run(tmp_path / "here", "remote", "set-url", "origin", url)
    ledger = open_branch(tmp_path / "here")
    with pytest.raises(LedgerError, match=r"403.*permissions: contents: write") as caught:
        ledger.append([told(1)], NOW)
    assert "s3cr3t" not in str(caught.value)
    forge_of.may_write = True
    assert [each.seq for each in ledger.append([told(1)], NOW)] == [1]
    forge_of.may_read = False
    with pytest.raises(LedgerError, match=r"could not be read: .*403") as caught:
        open_branch(tmp_path / "here").head()
    assert "s3cr3t" not in str(caught.value)


def test_without_the_remote_nothing_is_written_and_nothing_lost(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")
    open_branch(tmp_path / "here").append([told(1)], NOW)
    hub.path.rename(tmp_path / "away")
    refs = run(tmp_path / "here", "for-each-ref")
    with pytest.raises(LedgerError, match="what this clone has of it is as it was"):
        open_branch(tmp_path / "here").append([told(2)], NOW)
    with pytest.raises(LedgerError, match="could not be read"):
        open_branch(tmp_path / "here").head()
    assert run(tmp_path / "here", "for-each-ref") == refs
    (tmp_path / "away").rename(hub.path)
    assert [each.seq for each in open_branch(tmp_path / "here").append([told(2)], NOW)] == [2]


def test_a_remote_that_is_lost_in_between_leaves_it_open_what_became_of_it(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")

    def lose(command: str) -> None:
        if command == "push" and hub.path.exists():
            hub.path.rename(tmp_path / "away")

    with pytest.raises(LedgerError, match="doing it again adds only what is missing"):
        open_branch(tmp_path / "here", watch=lose).append([told(1)], NOW)
    (tmp_path / "away").rename(hub.path)
    assert [each.seq for each in open_branch(tmp_path / "here").append([told(1)], NOW)] == [1]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a git in front that does something else at some commands; nobody waits for it."""
    monkeypatch.setattr("fitgate.adapters.ledger.remote.NETWORK", 2)

    def _stand_in(clause: str) -> None:
        git = tmp_path / "bin" / "git"
        git.parent.mkdir()
        real = shutil.which("git")
        git.write_text(f'#!/bin/sh\ncase " $* " in {clause};; esac\nexec {real} "$@"\n')
        git.chmod(0o755)
        monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)

    return _stand_in


@pytest.fixture
def pair(hub: Made, tmp_path: Path) -> list[Path]:
    """Two clones of one repository."""
    paths = [tmp_path / "first", tmp_path / "second"]
    for path in paths:
        whole(hub, path)
    return paths


@pytest.mark.parametrize(
    ("command", "words"),
    [("ls-remote", "could not be read: it took longer"), ("push", "longer.* may be there or not")],
)
def test_a_remote_that_does_not_answer_is_not_waited_for_forever(
    pair: list[Path],
    command: str,
    words: str,
    open_branch: Open,
    stand_in: Callable[[str], None],
) -> None:
    stand_in(f'*" {command} "*) exec sleep 60')
    with pytest.raises(LedgerError, match=words):
        open_branch(pair[0]).append([told(1)], NOW)


@pytest.mark.parametrize(
    ("fetch", "words"),
    [
        ("echo 'fatal: no space left' >&2; exit 128", "could not be read: no space left"),
        ("echo 'fatal: shallow.lock: File exists' >&2; exit 128", "moved each of 8 times"),
        ("exit 0", "moved each of 8 times"),
    ],
)
def test_a_branch_that_cannot_be_brought_here_is_not_added_to(
    pair: list[Path],
    fetch: str,
    words: str,
    open_branch: Open,
    stand_in: Callable[[str], None],
) -> None:
    open_branch(pair[0]).append([told(1)], NOW)
    stand_in(f'*" fetch "*) {fetch}')
    waited: list[int] = []
    with pytest.raises(LedgerError, match=words):
        open_branch(pair[1], wait=waited.append).append([told(2)], NOW)
    assert waited in ([], [*range(1, 9)])
    assert keys(open_branch(pair[0])) == ["closed/#1"]


def cut(made: Made) -> None:
    made.git("update-ref", BRANCH, f"{BRANCH}~1")


def deleted(made: Made) -> None:
    made.git("update-ref", "-d", BRANCH)


def replaced(made: Made) -> None:
    made.git("update-ref", "-d", BRANCH)
    path = made.path.parent / "stranger"
    whole(made, path)
    ledger = BranchLedger(path, "github:1")
    ledger.append([told(1), told("other"), told(3)], NOW)
    ledger.close()


def edited(made: Made) -> None:
    lines = made.git("cat-file", "blob", f"{BRANCH}:entries/2026-01.jsonl")
    forged = lines.replace('"change":"#1"', '"change":"#7"').encode() + b"\n"
    rewrite(made, {"entries/2026-01.jsonl": forged})


@pytest.mark.parametrize(("forced", "seq"), [(cut, 2), (deleted, 1), (replaced, 2), (edited, 1)])
def test_a_branch_of_the_remote_that_was_forced_is_not_added_to(
    hub: Made, forced: Callable[[Made], None], seq: int, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")
    ledger = open_branch(tmp_path / "here")
    ledger.append([told(1)], NOW)
    ledger.append([told(2)], NOW)
    seen = run(tmp_path / "here", "rev-parse", BRANCH)
    forced(hub)
    forged = hub.git("for-each-ref")
    refs = run(tmp_path / "here", "for-each-ref")
    for attempt in (ledger, open_branch(tmp_path / "here")):
        with pytest.raises(BrokenChainError, match="of origin was cut, forked or edited") as caught:
            attempt.append([told(3)], NOW)
        assert caught.value.seq == seq
    with pytest.raises(BrokenChainError):
        open_branch(tmp_path / "here").head()
    assert (hub.git("for-each-ref"), run(tmp_path / "here", "for-each-ref")) == (forged, refs)
    run(tmp_path / "here", "push", "-q", "--force", "origin", f"refs/fitgate/ledger-seen:{BRANCH}")
    assert hub.git("rev-parse", BRANCH) == seen
    assert [each.seq for each in ledger.append([told(3)], NOW)] == [3]
