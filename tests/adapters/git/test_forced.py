"""Forced pushes, as far as a clone noted them down when it fetched or pushed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fitgate.adapters.git.forced import forced
from fitgate.adapters.git.overlay import Overlay
from tests.adapters.git.making import run


class Shared:
    """A bare repository, somebody who pushes to it, and our clone of it."""

    def __init__(self, folder: Path) -> None:
        self.theirs, self.ours, self._count = folder / "theirs", folder / "ours", 0
        run(folder, "init", "-q", "--bare", "-b", "main", "origin.git")
        run(folder, "clone", "-q", "origin.git", "theirs")
        run(self.theirs, "checkout", "-q", "-b", "main")
        self.first = self.push()
        run(folder, "clone", "-q", "origin.git", "ours")

    def commit(self, where: Path) -> str:
        self._count += 1
        run(where, "commit", "-q", "--allow-empty", "-m", f"Change {self._count}")
        return run(where, "rev-parse", "HEAD").strip()

    def push(self, *options: str) -> str:
        made = self.commit(self.theirs)
        run(self.theirs, "push", "-q", *options, "origin", "main")
        return made

    def rewrite(self, *, back: int = 1) -> str:
        run(self.theirs, "reset", "-q", "--hard", f"HEAD~{back}")
        return self.push("--force")

    def fetch(self) -> Mapping[str, bool]:
        run(self.ours, "fetch", "-q")
        return told(self.ours)


def told(clone: Path) -> Mapping[str, bool]:
    with Overlay(clone) as overlay:
        return forced(overlay)


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return Shared(tmp_path)


def test_of_what_was_there_when_the_clone_was_made_nothing_is_known(shared: Shared) -> None:
    assert told(shared.ours) == {}
    second = shared.push()
    assert shared.fetch() == {second: False}


def test_what_came_by_force_is_told_from_what_came_before_and_after(shared: Shared) -> None:
    second, third = shared.push(), shared.push()
    shared.fetch()
    by_force = shared.rewrite()
    shared.fetch()
    last = shared.push()
    assert shared.fetch() == {second: False, by_force: True, last: False}
    assert third not in told(shared.ours)


def test_all_that_one_forced_push_brought_came_by_force(shared: Shared) -> None:
    shared.push()
    shared.fetch()
    run(shared.theirs, "reset", "-q", "--hard", "HEAD~1")
    one, two = shared.commit(shared.theirs), shared.push("--force")
    assert shared.fetch() == {one: True, two: True}


def test_a_push_of_ones_own_is_known_by_its_ancestry(shared: Shared) -> None:
    plain, by_force = shared.commit(shared.ours), ""
    run(shared.ours, "push", "-q", "origin", "main")
    assert told(shared.ours) == {plain: False}
    run(shared.ours, "reset", "-q", "--hard", "HEAD~1")
    by_force = shared.commit(shared.ours)
    run(shared.ours, "push", "-q", "--force", "origin", "main")
    assert told(shared.ours) == {by_force: True}


def test_what_was_not_pushed_yet_is_not_told_of(shared: Shared) -> None:
    mine = shared.commit(shared.ours)
    assert mine not in told(shared.ours)


def test_where_what_was_thrown_away_is_gone_only_the_new_end_is_known(shared: Shared) -> None:
    shared.push()
    shared.fetch()
    by_force = shared.rewrite()
    shared.fetch()
    log = shared.ours / ".git/logs/refs/remotes/origin/main"
    gone = log.read_text().splitlines(keepends=True)[-1]
    log.write_text("f" * 40 + gone[40:])
    assert told(shared.ours) == {by_force: True}


@pytest.mark.parametrize("kept", ["", "no reflog\n", "\x00\x01"])
def test_a_reflog_that_is_lost_or_damaged_tells_nothing(shared: Shared, kept: str) -> None:
    shared.push()
    shared.fetch()
    (shared.ours / ".git/logs/refs/remotes/origin/main").write_text(kept)
    assert told(shared.ours) == {}


def test_without_a_remote_nothing_is_known(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main", "alone")
    run(tmp_path / "alone", "commit", "-q", "--allow-empty", "-m", "One")
    assert told(tmp_path / "alone") == {}
