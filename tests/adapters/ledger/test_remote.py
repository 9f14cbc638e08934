"""A ledger on the branch of a remote: read before each append, and moved forward only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fitgate.core.canonical import sha256
from fitgate.errors import BrokenChainError, LedgerError
from tests.adapters.git.making import Made, run
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.telling import BRANCH, keys, state, told, whole
from tests.builders import NOW


def as_the_action_does(hub: Made, path: Path) -> None:
    """One commit of one branch, and no branch checked out (actions/checkout)."""
    run(path.parent, "init", "-q", str(path))
    run(path, "remote", "add", "origin", f"file://{hub.path}")
    run(path, "fetch", "-q", "--no-tags", "--depth=1", "origin", "+HEAD:refs/remotes/pull/7/merge")
    run(path, "checkout", "-q", "--detach", "refs/remotes/pull/7/merge")


def partial(hub: Made, path: Path) -> None:
    hub.git("config", "uploadpack.allowFilter", "true")
    hub.git("config", "uploadpack.allowAnySHA1InWant", "true")
    run(path.parent, "clone", "-q", "--filter=blob:none", f"file://{hub.path}", str(path))


def mirror(hub: Made, path: Path) -> None:
    run(path.parent, "clone", "-q", "--mirror", str(hub.path), str(path))


def dirty(hub: Made, path: Path) -> None:
    whole(hub, path)
    (path / "a.txt").write_text("staged\n")
    run(path, "add", "a.txt")
    (path / "a.txt").write_text("changed\n")


def with_odd_settings(hub: Made, path: Path) -> None:
    whole(hub, path)
    for name, value in {
        "push.default": "matching", "push.followTags": "true", "push.recurseSubmodules": "check",
        "push.gpgSign": "if-asked", "fetch.prune": "true", "remote.origin.tagOpt": "--tags",
        "fetch.writeCommitGraph": "true", "remote.origin.push": "refs/heads/main:refs/heads/main",
        "transfer.fsckObjects": "true", "color.ui": "always", "core.logAllRefUpdates": "always",
    }.items():  # fmt: skip
        run(path, "config", name, value)
    run(path, "tag", "-a", "v1", "-m", "v1")


CLONES = [whole, as_the_action_does, partial, mirror, dirty, with_odd_settings]
each_clone = pytest.mark.parametrize("cloned", CLONES, ids=lambda cloned: cloned.__name__)


@each_clone
def test_clones_of_every_kind_write_one_chain_and_touch_nothing_else(
    hub: Made, cloned: Callable[[Made, Path], None], tmp_path: Path, open_branch: Open
) -> None:
    hub.git("config", "receive.fsckObjects", "true")
    paths = [tmp_path / "first", tmp_path / "second"]
    for path in paths:
        cloned(hub, path)
        hooks = Path(run(path, "rev-parse", "--path-format=absolute", "--git-path", "hooks"))
        hooks.mkdir(exist_ok=True)
        for hook in ("pre-push", "reference-transaction"):
            (hooks / hook).write_text("#!/bin/sh\nexit 1\n")
            (hooks / hook).chmod(0o755)
    before = [state(path) for path in paths]
    elsewhere = hub.git("for-each-ref")
    for number in range(4):
        ledger = open_branch(paths[number % 2])
        assert [each.seq for each in ledger.append([told(number)], NOW, [b"%d" % number])]
    assert [keys(open_branch(path)) for path in paths] == [[f"closed/#{n}" for n in range(4)]] * 2
    assert open_branch(paths[0]).blob(sha256(b"3")) == b"3"
    assert [state(path) for path in paths] == before
    assert {*hub.git("for-each-ref").split("\n")} > {*elsewhere.split("\n")}
    assert hub.git("for-each-ref", "--format=%(refname)", "--no-merged=main") == BRANCH
    assert hub.git("fsck", "--strict") == ""


def test_a_shallow_clone_brings_only_the_last_commit_of_the_branch(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "whole")
    as_the_action_does(hub, tmp_path / "shallow")
    for number in range(5):
        open_branch(tmp_path / "whole").append([told(number)], NOW)
    open_branch(tmp_path / "shallow").append([told(5)], NOW)
    assert run(tmp_path / "shallow", "rev-list", "--count", BRANCH) == "2"
    assert hub.git("rev-list", "--count", BRANCH) == "6"
    open_branch(tmp_path / "whole").append([told(6)], NOW)
    assert run(tmp_path / "whole", "rev-parse", "--is-shallow-repository") == "false"
    open_branch(tmp_path / "shallow").append([told(7)], NOW)
    assert len(keys(open_branch(tmp_path / "whole"))) == 8


def test_a_partial_clone_that_fetched_the_branch_without_contents_reads_them(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "whole")
    open_branch(tmp_path / "whole").append([told(1)], NOW, [b"facts"])
    partial(hub, tmp_path / "partial")
    run(tmp_path / "partial", "branch", "-q", "fitgate-ledger", "origin/fitgate-ledger")
    ledger = open_branch(tmp_path / "partial")
    assert keys(ledger) == ["closed/#1"]
    assert ledger.blob(sha256(b"facts")) == b"facts"
    assert [each.seq for each in ledger.append([told(2)], NOW)] == [2]


def test_a_remote_that_the_clone_does_not_have_is_none(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")
    open_branch(tmp_path / "here", remote="upstream").append([told(1)], NOW)
    open_branch(tmp_path / "here", remote=None).append([told(2)], NOW)
    assert keys(open_branch(tmp_path / "here", remote=None)) == ["closed/#1", "closed/#2"]
    assert BRANCH not in hub.git("for-each-ref")


def test_what_was_written_before_there_was_a_remote_goes_with_the_next_append(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")
    open_branch(tmp_path / "here", remote=None).append([told(1), told(2)], NOW)
    ledger = open_branch(tmp_path / "here")
    assert keys(ledger) == ["closed/#1", "closed/#2"]
    assert BRANCH not in hub.git("for-each-ref")
    assert ledger.append([told(1)], NOW) == []
    assert keys(open_branch(hub.path)) == ["closed/#1", "closed/#2"]
    ledger.append([told(3)], NOW)
    assert keys(open_branch(hub.path)) == ["closed/#1", "closed/#2", "closed/#3"]


def test_two_ledgers_that_grew_apart_are_not_joined(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    for name in ("first", "second"):
        whole(hub, tmp_path / name)
    open_branch(tmp_path / "first").append([told(1), told(2)], NOW)
    open_branch(tmp_path / "second", remote=None).append([told(1), told("other")], NOW)
    with pytest.raises(BrokenChainError, match="and another on the remote's") as caught:
        open_branch(tmp_path / "second").append([told(3)], NOW)
    assert caught.value.seq == 2


def test_a_faster_writer_is_put_before_us_and_nothing_is_told_twice(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    for name in ("slow", "fast"):
        whole(hub, tmp_path / name)
    ahead = [told("fast"), told("both")]

    def overtake(command: str) -> None:
        if command == "push" and ahead:
            open_branch(tmp_path / "fast").append([ahead.pop(0)], NOW)

    waited: list[int] = []
    slow = open_branch(tmp_path / "slow", watch=overtake, wait=waited.append)
    written = slow.append([told("both"), told("slow")], NOW, [b"facts"])
    assert waited == [1]
    assert [each.seq for each in written] == [3]
    assert keys(open_branch(hub.path)) == ["closed/#fast", "closed/#both", "closed/#slow"]
    assert open_branch(hub.path).blob(sha256(b"facts")) == b"facts"


def test_writers_that_are_always_faster_are_told_of(
    hub: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fitgate.adapters.ledger.branch.ATTEMPTS", 2)
    for name in ("slow", "fast"):
        whole(hub, tmp_path / name)
    numbers = iter(range(10))

    def overtake(command: str) -> None:
        if command == "push":
            open_branch(tmp_path / "fast").append([told(next(numbers))], NOW)

    slow = open_branch(tmp_path / "slow", watch=overtake, wait=lambda _: None)
    with pytest.raises(LedgerError, match="Others wrote to the ledger each of 2 times"):
        slow.append([told("slow")], NOW)
    assert "closed/#slow" not in keys(open_branch(hub.path))


def test_a_branch_that_is_checked_out_beside_is_left_as_it_is(
    hub: Made, tmp_path: Path, open_branch: Open
) -> None:
    whole(hub, tmp_path / "here")
    open_branch(tmp_path / "here").append([told(1)], NOW)
    run(tmp_path / "here", "worktree", "add", "-q", "../ledger", "fitgate-ledger")
    before = state(tmp_path / "ledger")
    open_branch(tmp_path / "here").append([told(2)], NOW)
    assert keys(open_branch(tmp_path / "here")) == ["closed/#1", "closed/#2"]
    assert state(tmp_path / "ledger") == before
    assert run(tmp_path / "ledger", "status", "--porcelain") == ""
