"""The overlay: the clone's objects, and nothing else of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fitgate.adapters.git.overlay import Overlay
from fitgate.core.facts import SHALLOW_ID
from fitgate.errors import ForgeError, UserError
from tests.adapters.git.making import Made, failing, run

Make = Callable[..., Made]


def log_of(path: Path) -> str:
    with Overlay(path) as overlay:
        return overlay.run("log", "--format=%s", overlay.resolve()).text


# Where a repository may be


def test_a_directory_inside_a_repository_is_enough(made: Made) -> None:
    made.commit("First", {"deep/down/a": b"1"})
    made.git("checkout", "-q", "-f", "main")
    assert log_of(made.path / "deep" / "down") == "First"
    assert log_of(made.path / ".git") == "First"


def test_a_bare_repository_is_read(make: Make) -> None:
    made = make("shop.git", bare=True)
    made.commit("First")
    with Overlay(made.done()) as overlay:
        assert overlay.run("log", "--format=%s", overlay.resolve("main")).text == "First"
        assert overlay.name == "shop"


def test_a_worktree_is_read_with_its_own_head(made: Made) -> None:
    first = made.commit("First", {"a": b"1"})
    made.commit("Second", {"a": b"2"})
    made.git("worktree", "add", "-q", "--detach", "../tree", first)
    assert log_of(made.path.parent / "tree") == "First"
    with Overlay(made.path.parent / "tree") as overlay:
        assert overlay.name == "shop"


def test_a_submodule_is_a_repository_of_its_own(make: Make) -> None:
    part = make("part")
    part.commit("Part", {"a": b"1"})
    whole = make("whole")
    whole.commit("Whole", {"b": b"1"})
    whole.git("checkout", "-q", "-f", "main")
    whole.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part.done()), "sub")
    assert log_of(whole.path / "sub") == "Part"
    assert log_of(whole.path) == "Whole"


def test_a_clone_that_borrows_objects_itself_is_read(made: Made) -> None:
    made.commit("First")
    borrower = made.done().parent / "borrower"
    run(made.path.parent, "clone", "-q", "--shared", str(made.path), str(borrower))
    second = borrower.parent / "second"
    run(made.path.parent, "clone", "-q", "--shared", str(borrower), str(second))
    assert log_of(second) == "First"


def test_a_repository_with_64_digit_ids_is_read(make: Make) -> None:
    made = make("sha256", "--object-format=sha256")
    sha = made.commit("First")
    with Overlay(made.done()) as overlay:
        assert overlay.resolve() == sha
        assert len(sha) == len(overlay.null_id) == 64


def test_a_path_may_hold_anything(make: Make) -> None:
    made = make('a "b" \\c :d ä')
    made.commit("First")
    assert log_of(made.done()) == "First"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
def test_a_repository_of_somebody_else_is_read(made: Made) -> None:
    made.commit("First")
    for path in (made.done(), *made.path.rglob("*")):
        os.chown(path, 12345, 12345)
    assert log_of(made.path) == "First"


def test_a_clone_without_settings_is_read(make: Make) -> None:
    made = make("bare", bare=True)
    made.commit("First")
    (made.done() / "config").unlink()
    assert log_of(made.path) == "First"


# What may be wrong


def test_no_repository_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not in a Git repository\. Give the path of a clone"):
        Overlay(tmp_path)


def test_no_directory_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a directory"):
        Overlay(tmp_path / "nowhere")


def test_a_path_with_a_line_break_is_refused(make: Make) -> None:
    made = make("two\nlines")
    with pytest.raises(ForgeError, match="line break"):
        Overlay(made.done())


def test_a_repository_that_git_refuses_is_refused_in_its_words(made: Made) -> None:
    (made.path / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 99\n")
    with pytest.raises(ForgeError, match=r"cannot be used: .*99.*Try `git -C"):
        Overlay(made.path)


def test_an_empty_repository_has_no_history(made: Made) -> None:
    with Overlay(made.path) as overlay, pytest.raises(UserError, match="has no commits yet"):
        overlay.resolve()


def test_a_head_that_points_nowhere_is_not_an_empty_repository(made: Made) -> None:
    sha = made.commit("First", branch="trunk")
    with Overlay(made.done()) as overlay:
        assert overlay.resolve("trunk") == sha
        with pytest.raises(UserError, match="'HEAD' names no commit"):
            overlay.resolve()


@pytest.mark.parametrize(
    "name", ["nope", "", "-h", "--all", "^HEAD", "HEAD~9", "0" * 40, "HEAD:a", "a b", "HEAD main"]
)
def test_an_unknown_name_is_a_users_error(made: Made, name: str) -> None:
    made.commit("First", {"a": b"1"})
    with Overlay(made.done()) as overlay, pytest.raises(UserError, match="names no commit"):
        overlay.resolve(name)


def test_a_name_with_a_nul_byte_is_a_users_error(made: Made) -> None:
    made.commit("First")
    with Overlay(made.done()) as overlay, pytest.raises(UserError, match="cannot be given to git"):
        overlay.resolve("a\0b")


def test_a_git_that_is_missing_is_said_to_be(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ForgeError, match=r"git was not found on PATH\. Install Git 2\.31"):
        Overlay(made.path)


@pytest.mark.parametrize("version", ["git version 2.30.9", "git version 1.9", "something else"])
def test_a_git_that_is_too_old_is_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text(f"#!/bin/sh\necho '{version}'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))
    with pytest.raises(ForgeError, match="too old"):
        Overlay(made.path)


def test_a_git_that_cannot_be_started_is_said_to_be(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bin" / "git"
    broken.parent.mkdir()
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent))
    with pytest.raises(ForgeError, match="could not be started"):
        Overlay(made.path)


def test_a_room_that_cannot_be_made_is_said_to_be(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing(tmp_path / "bin", "init")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(ForgeError, match="No working repository could be made"):
        Overlay(made.path)


# Names


def test_names_are_resolved_in_the_clone(made: Made) -> None:
    first = made.commit("First")
    second = made.commit("Second")
    made.git("tag", "-m", "Annotated", "v1", first)
    with Overlay(made.done()) as overlay:
        assert overlay.resolve("v1") == first
        assert overlay.resolve("main~1") == first
        assert overlay.resolve(second[:9]) == second
        assert overlay.resolve_range("v1..main") == (first, second)
        assert overlay.resolve_range("v1..") == (first, second)
        assert overlay.resolve_range("..v1") == (second, first)
        assert set(overlay.tags) == {"v1"}
        assert overlay.repo_id(second) == f"git:{first}"


@pytest.mark.parametrize("text", ["main", "a...b"])
def test_what_is_no_range_is_a_users_error(made: Made, text: str) -> None:
    made.commit("First")
    with Overlay(made.done()) as overlay, pytest.raises(UserError, match="is not a range"):
        overlay.resolve_range(text)


def test_a_shallow_clone_has_no_id_and_says_what_is_missing(made: Made, tmp_path: Path) -> None:
    made.commit("First")
    made.commit("Second")
    run(tmp_path, "clone", "-q", "--depth=1", f"file://{made.done()}", "shallow")
    with Overlay(tmp_path / "shallow") as overlay:
        assert overlay.repo_id(overlay.resolve()) == SHALLOW_ID
        with pytest.raises(UserError, match="git fetch --unshallow"):
            overlay.resolve("HEAD~1")


def test_a_process_may_be_stopped_twice_as_an_interrupt_does(made: Made) -> None:
    made.commit()
    with Overlay(made.done()) as overlay:
        running = overlay.start("cat-file", "--batch")
        running.stop()
        running.stop()
