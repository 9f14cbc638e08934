"""Nothing of the clone or of the caller acts, and nothing is left behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from fitgate.adapters.git.overlay import Overlay
from fitgate.errors import ForgeError, UserError
from tests.adapters.git.making import Made

Make = Callable[..., Made]


def log_of(path: Path) -> str:
    with Overlay(path) as overlay:
        return overlay.run("log", "--format=%s", overlay.resolve()).text


def test_nothing_of_the_clone_acts(made: Made, tmp_path: Path) -> None:
    first = made.commit("First", {"a.txt": b"1\n"})
    second = made.commit("Second", {"a.txt": b"2\n", ".gitattributes": b"*.txt diff=evil\n"})
    other = made.commit("Replaced", {"a.txt": b"3\n"}, parents=[], branch="other")
    made.git("update-ref", f"refs/replace/{second}", other)
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\ntouch {tmp_path}/acted\ncat "$1"\n')
    spy.chmod(0o755)
    for setting in (
        "diff.evil.textconv", "diff.external", "diff.evil.command", "core.fsmonitor", "core.pager",
        "core.sshCommand", "credential.helper", "log.showSignature", "gpg.program", "core.editor",
    ):  # fmt: skip
        made.git("config", setting, "true" if setting == "log.showSignature" else str(spy))
    made.git("config", "core.hooksPath", str(tmp_path))
    (made.path / ".git" / "info" / "attributes").write_text("*.txt diff=evil\n")
    made.git("checkout", "-q", "-f", "main")
    (tmp_path / "acted").unlink(missing_ok=True)
    with Overlay(made.path) as overlay:
        assert overlay.resolve() == second
        assert overlay.resolve("HEAD~1") == first
        assert overlay.run("log", "--format=%s", second).text == "Second\nFirst"
        assert "+2" in overlay.run("diff-tree", "-p", second).text
    assert not (tmp_path / "acted").exists()


def test_a_promisor_remote_is_never_asked(make: Make, tmp_path: Path) -> None:
    made = make("bare", bare=True)
    sha = made.commit("First", {"a": b"1"})
    spy = f"ext::touch {tmp_path}/acted"
    made.git("config", "core.repositoryFormatVersion", "1")
    made.git("config", "extensions.partialClone", "origin")
    made.git("config", "remote.origin.promisor", "true")
    made.git("config", "remote.origin.url", spy)
    made.git("config", "protocol.ext.allow", "always")
    (made.path / "refs" / "heads" / "gone").write_text("1" * 40 + "\n")
    with Overlay(made.done()) as overlay:
        assert overlay.resolve("main") == sha
        for name in ("gone", "gone~1", "gone^{tree}", "1111111"):
            with pytest.raises(UserError):
                overlay.resolve(name)
    assert not (tmp_path / "acted").exists()


def test_the_callers_environment_does_not_act(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = make("other")
    other.commit("Other")
    made = make("shop")
    made.commit("First")
    monkeypatch.setenv("GIT_DIR", str(other.done() / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "nonsense")
    assert log_of(made.done()) == "First"


def test_the_clone_is_left_as_it_was(made: Made) -> None:
    made.commit("First", {"a": b"1"})
    made.git("checkout", "-q", "-f", "main")

    def state() -> dict[str, tuple[int, int]]:
        stats = {str(path): path.stat() for path in made.path.rglob("*")}
        return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}

    before = state()
    assert log_of(made.path) == "First"
    assert state() == before


def test_nothing_is_left_behind(made: Made) -> None:
    made.commit("First")
    with Overlay(made.done()) as overlay:
        room = overlay.path.parent
        running = overlay.start("cat-file", "--batch")
        assert room.is_dir()
    assert not room.exists()
    with pytest.raises(ValueError, match="closed"):
        running.out.read()


def test_a_failing_command_names_the_clone_and_what_to_do(made: Made) -> None:
    made.commit("First")
    with Overlay(made.done()) as overlay:
        with pytest.raises(ForgeError, match=r"git log failed on .*shop: .*fsck"):
            overlay.run("log", "--no-such-option")
        with (
            pytest.raises(ForgeError, match="git rev-list failed"),
            overlay.reading("rev-list", "1" * 40) as stream,
        ):
            assert stream.read() == b""


def test_a_reader_that_gives_up_stops_git(made: Made) -> None:
    made.commit("First", {"a": b"x" * 3_000_000})
    with Overlay(made.done()) as overlay:
        reading = overlay.reading("log", "-p", "--text", overlay.resolve())
        with contextlib.suppress(KeyError), reading as stream:
            raise KeyError(stream.read(1))
        assert stream.closed


def test_no_settings_but_ours_are_in_force(made: Made) -> None:
    made.commit("First")
    with Overlay(made.done()) as overlay:
        origins = overlay.run("config", "--list", "--show-origin").text.splitlines()
        assert all(
            line.startswith((f"file:{overlay.path.parent}", "file:config", "command line:"))
            for line in origins
        ), origins
