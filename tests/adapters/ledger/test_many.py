"""Several processes write to one branch, and some are killed: nothing is lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fitgate.core.canonical import sha256
from fitgate.core.entries import Draft
from tests.adapters.git.making import Made, run
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.telling import BRANCH, keys, told
from tests.builders import NOW
from tests.house.tree import ROOT

WRITERS, EACH = 4, 4
WRITER = [sys.executable, "-m", "tests.adapters.ledger.writer"]


def all_at_once(paths: list[Path]) -> None:
    """Let a process write in each of these clones, all at the same time."""
    processes = [
        subprocess.Popen([*WRITER, "write", str(path), f"w{number}", str(EACH)], cwd=ROOT)
        for number, path in enumerate(paths)
    ]
    assert [process.wait(timeout=120) for process in processes] == [0] * len(paths)


def cloned(hub: Made, path: Path) -> Path:
    run(path.parent, "clone", "-q", str(hub.path), str(path))
    return path


@pytest.mark.parametrize("kind", ["one clone, no remote", "one clone", "a clone each"])
def test_writers_at_the_same_time_lose_nothing_and_double_nothing(
    hub: Made, clone: Made, kind: str, tmp_path: Path, open_branch: Open
) -> None:
    if kind == "one clone, no remote":
        paths, home = [clone.path] * WRITERS, clone.path
    elif kind == "one clone":
        paths, home = [cloned(hub, tmp_path / "here")] * WRITERS, hub.path
    else:
        paths = [cloned(hub, tmp_path / f"here-{number}") for number in range(WRITERS)]
        home = hub.path
    all_at_once(paths)
    ledger = open_branch(home)
    written = keys(ledger)
    own = {f"closed/#w{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)}
    assert len(written) == len({*written})
    assert {*written} == own | {f"closed/#all-{number}" for number in range(EACH)}
    assert all(ledger.blob(sha256(b"w%d" % writer)) for writer in range(WRITERS))


@pytest.mark.parametrize("kind", ["without a remote", "with a remote"])
@pytest.mark.parametrize("before", [[], [told("old")]], ids=["the first entry", "a later one"])
def test_whoever_is_killed_between_two_commands_has_written_all_or_nothing(
    hub: Made,
    kind: str,
    before: list[Draft],
    tmp_path: Path,
    open_branch: Open,
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    hub.path.rename(room / "hub.git")
    run(room, "clone", "-q", "hub.git", "clone")
    remote = kind == "with a remote"
    if remote:
        run(room / "clone", "remote", "set-url", "origin", "../hub.git")
    else:
        run(room / "clone", "remote", "remove", "origin")
    open_branch(room / "clone").append(before, NOW)
    done = subprocess.run(
        [*WRITER, "stop", str(room)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    reached, code = map(int, done.stdout.split())
    assert code == 0
    assert reached >= 16  # eight commands, before and after
    old = [draft.key for draft in before]
    new = ["closed/#new", "closed/#newer"]
    found = []
    for number in range(reached):
        path = tmp_path / f"stopped-{number}"
        home = path / "hub.git" if remote else path / "clone"
        found.append(keys(open_branch(home)))
        assert run(home, "fsck", "--connectivity-only", "--no-dangling") == ""
        again = open_branch(path / "clone").append([told("new"), told("newer")], NOW, [b"facts"])
        assert len(again) == (0 if found[-1] == old + new else 2)
        assert keys(open_branch(home)) == old + new
        assert open_branch(home).blob(sha256(b"facts")) == b"facts"
        assert BRANCH in run(path / "clone", "for-each-ref")
    assert sorted({*map(tuple, found)}, key=len) == [tuple(old), tuple(old + new)]
    assert found == sorted(found, key=len)
