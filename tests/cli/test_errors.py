"""Errors become exit codes in one place, and each says what to do."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer

from fitgate import __version__
from fitgate.entrypoints import cli
from fitgate.errors import ForgeError, UserError
from tests.cli.conftest import Fitgate


def test_the_version_is_printed(fitgate: Fitgate) -> None:
    assert fitgate("--version").stdout == f"fitgate {__version__}\n"


def test_without_words_help_is_shown(fitgate: Fitgate) -> None:
    done = fitgate()
    assert "scan" in done.stdout + done.stderr


def test_a_wrong_option_is_the_users_to_change(fitgate: Fitgate) -> None:
    done = fitgate("scan", "--sice", "90d")
    assert done.returncode == 2
    assert "--since" in done.stderr
    told = json.loads(fitgate("scan", "--sice", "90d", "--json").stdout)
    assert told["error"]["kind"] == "usage"


@pytest.mark.parametrize("said", ["yesterday", "90", "2026-13-01"])
def test_a_time_that_is_none_says_what_times_are(fitgate: Fitgate, story: Path, said: str) -> None:
    done = fitgate("scan", story, "--since", said)
    assert done.returncode == 2
    assert "90d, 12w, 36h" in " ".join(done.stderr.split())


def test_resume_needs_a_folder(fitgate: Fitgate) -> None:
    assert "say --out DIR" in fitgate("scan", "--resume").stderr


def test_a_range_that_is_none_says_so(fitgate: Fitgate, story: Path) -> None:
    assert "is not a range" in fitgate("scan", story, "--range", "main").stderr


def test_a_file_that_is_no_text_is_named(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(b"\xff\xfe")
    assert "p.yaml: is not text in UTF-8" in fitgate("policy", "lint", "p.yaml").stderr


def raising(exc: BaseException) -> typer.Typer:
    """Make a command line that only raises."""
    app = typer.Typer()

    @app.command()
    def _only(_: Annotated[bool, typer.Option("--json")] = False) -> None:  # noqa: FBT002 - Typer's way
        raise exc

    return app


@pytest.mark.parametrize(
    ("exc", "code"),
    [
        (UserError("name the file"), 2),
        (ForgeError("git failed"), 4),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("oops"), 3),
        (BrokenPipeError(32, "Broken pipe"), 141),
    ],
)
def test_each_kind_of_error_has_its_code(
    exc: BaseException,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("fitgate.entrypoints.cli.app.app", raising(exc))
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert cli.run([]) == code
    told = capsys.readouterr().err
    assert told == "" if code in {130, 141} else told


@pytest.mark.parametrize(
    ("exc", "code"), [(UserError("name it"), 2), (ZeroDivisionError("oops"), 3)]
)
def test_an_error_is_json_where_json_is_asked_for(
    exc: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fitgate.entrypoints.cli.app.app", raising(exc))
    assert cli.run(["--json"]) == code
    assert json.loads(capsys.readouterr().out)["error"]["exit_code"] == code


def test_a_bug_asks_to_be_reported_with_all_that_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "fitgate.entrypoints.cli.app.app", raising(ZeroDivisionError("\x1b[31moops"))
    )
    cli.run([])
    told = capsys.readouterr().err
    assert "please report it" in told.lower()
    assert f"FITGate {__version__}, Python 3" in told
    assert "ZeroDivisionError: \\x1b[31moops" in told


def test_a_stranger_cannot_steer_the_terminal_by_an_error(fitgate: Fitgate) -> None:
    done = fitgate("policy", "lint", "\x1b[31mno\u202esuch.yaml")
    assert "\x1b" not in done.stderr
    assert "\\x1b[31mno\\u202esuch.yaml" in done.stderr


def test_a_closed_pipe_is_left_quietly(story: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "fitgate",
        "scan",
        str(story),
        "--since",
        "all",
        "--format",
        "html",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 141


def test_what_a_terminal_cannot_write_is_shown_by_its_number(story: Path) -> None:
    command = [sys.executable, "-m", "fitgate", "check", str(story), "--base", "main~1"]
    env = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, check=False, capture_output=True, env=env)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert io.BytesIO(done.stdout).readline().startswith((b"\\u2713", b"?"))
