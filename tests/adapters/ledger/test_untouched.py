"""A ledger on a branch touches nothing else of a clone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fitgate.errors import LedgerError
from tests.adapters.git.making import Made, run
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.telling import keys, show, state, told
from tests.builders import NOW

NEXT_MONTH = NOW + timedelta(days=20)


def bare(clone: Made) -> Path:
    run(clone.path.parent, "clone", "-q", "--bare", str(clone.path), "bare.git")
    run(clone.path.parent / "bare.git", "remote", "remove", "origin")
    return clone.path.parent / "bare.git"


def worktree(clone: Made) -> Path:
    clone.git("worktree", "add", "-q", "../beside", "-b", "beside")
    return clone.path.parent / "beside"


def detached(clone: Made) -> Path:
    clone.git("checkout", "-q", "--detach")
    return clone.path


def dirty(clone: Made) -> Path:
    (clone.path / "a.txt").write_text("stashed\n")
    clone.git("stash", "-q")
    (clone.path / "a.txt").write_text("staged\n")
    clone.git("add", "a.txt")
    (clone.path / "a.txt").write_text("changed\n")
    (clone.path / "new.txt").write_text("new\n")
    return clone.path


def inside(clone: Made) -> Path:
    (clone.path / "deep" / "down").mkdir(parents=True)
    return clone.path / "deep" / "down"


def unborn(clone: Made) -> Path:
    return Made(clone.path.parent / "unborn").path


def sha256_objects(clone: Made) -> Path:
    return Made(clone.path.parent / "long", "--object-format=sha256").path


@pytest.mark.parametrize(
    "kind",
    [bare, worktree, detached, dirty, inside, unborn, sha256_objects],
    ids=lambda k: k.__name__,
)
def test_nothing_but_the_branch_is_touched(
    clone: Made, kind: Callable[[Made], Path], open_branch: Open
) -> None:
    path = kind(clone)
    hooks = Path(run(path, "rev-parse", "--path-format=absolute", "--git-path", "hooks"))
    hooks.mkdir(exist_ok=True)
    for hook in ("reference-transaction", "pre-push", "post-commit", "pre-commit"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {path}/{hook}-ran\nexit 1\n")
        (hooks / hook).chmod(0o755)
    before = state(path)
    ledger = open_branch(path)
    ledger.append([told(1)], NOW, [b"facts"])
    ledger.append([told(2)], NEXT_MONTH)
    assert keys(open_branch(path)) == ["closed/#1", "closed/#2"]
    assert state(path) == before


def test_variables_that_a_hook_sets_do_not_lead_elsewhere(
    clone: Made, tmp_path: Path, open_branch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Made(tmp_path / "other")
    for name, value in {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_INDEX_FILE": str(other.path / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / "objects"),
        "GIT_NAMESPACE": "elsewhere",
    }.items():
        monkeypatch.setenv(name, value)
    open_branch(clone.path).append([told(1)], NOW)
    assert json.loads(show(clone.path, "HEAD.json"))["seq"] == 1
    assert other.git("for-each-ref") == ""


def test_a_branch_that_is_checked_out_is_left_alone(clone: Made, open_branch: Open) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    clone.git("worktree", "add", "-q", "../ledger", "fitgate-ledger")
    before = state(clone.path.parent / "ledger")
    with pytest.raises(LedgerError, match=r"checked out in .*/ledger.*switch --detach"):
        open_branch(clone.path).append([told(2)], NOW)
    assert keys(open_branch(clone.path)) == ["closed/#1"]
    assert state(clone.path.parent / "ledger") == before
