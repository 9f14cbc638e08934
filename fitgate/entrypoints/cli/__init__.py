"""The command line: one module a command, and one place where errors become exit codes."""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from fitgate import __version__
from fitgate.core.inert import inert
from fitgate.entrypoints.cli import check
from fitgate.errors import FitgateError, Problem, UpstreamError, UserError


def main() -> None:
    """Run a command and leave with its exit code: 0, 1, 2 user, 3 bug, 4 upstream, 130 ^C."""
    gc.set_threshold(100_000)  # start-up makes much and drops nothing
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # 10 ms to find that there is none
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(run(sys.argv[1:]))
    finally:
        if "duckdb" not in sys.modules:  # it complains of all that it finds still there
            gc.freeze()  # else Python searches all that there is for cycles before it goes


def run(words: list[str]) -> int:
    """Run a command and translate what it raises."""
    try:
        code = _run(words)
        sys.stdout.flush()
    except SystemExit as exc:
        if isinstance(exc.__context__, BrokenPipeError):  # Typer's own translation
            return _pipe_closed()
        raise
    except BaseException as exc:  # noqa: BLE001 - the last resort is for whatever it is
        return _translated(exc, words)
    return code if isinstance(code, int) else 0


def _run(words: list[str]) -> object:
    if words[:1] == ["check"]:  # it runs on every push: Typer takes longer to load than it to judge
        return check.run(words[1:])
    if words[:1] == ["action"]:  # and so does a job
        from fitgate.entrypoints.cli import action

        return action.run(words[1:])
    from fitgate.entrypoints.cli.app import app

    return app(words, prog_name="fitgate", standalone_mode=False)


def _translated(exc: BaseException, words: list[str]) -> int:
    match exc:
        case UserError():
            return _report(exc, 2, words)
        case UpstreamError():
            return _report(exc, 4, words)
        case KeyboardInterrupt():
            return 130
        case BrokenPipeError():
            return _pipe_closed()
        case _:
            return _typers(exc, words) or _bug(exc, words)


def _typers(exc: BaseException, words: list[str]) -> int | None:
    """Translate what Typer raises, if it was loaded at all."""
    typer = sys.modules.get("typer")
    if typer is not None and isinstance(exc, typer.Abort):
        return 130
    # It has no public name for what it raises at a wrong command line.
    if typer is not None and isinstance(exc, typer.BadParameter.__mro__[1]):
        return _usage(exc, words)
    return None


def _wants_json(words: list[str]) -> bool:
    return not {"--json", "--format=json"}.isdisjoint(words) or ("--format", "json") in pairwise(
        words
    )


def _print_json(kind: str, message: str, **more: Any) -> None:  # noqa: ANN401 - JSON values
    print(json.dumps({"error": {"kind": kind, "message": message, **more}}))


def _usage(exc: BaseException, words: list[str]) -> int:
    if _wants_json(words):
        _print_json("usage", str(exc))
    else:
        exc.show()  # type: ignore[attr-defined] # Typer's own words, with the usage line
    return 2


def _report(exc: FitgateError, code: int, words: list[str]) -> int:
    problems: tuple[Problem, ...] = getattr(exc, "problems", ())
    if _wants_json(words):
        told = [asdict(problem) for problem in problems]
        more = {"source": getattr(exc, "source", ""), "problems": told} if problems else {}
        _print_json(type(exc).__name__, str(exc), exit_code=code, **more)
        return code
    for line in str(exc).splitlines() or [type(exc).__name__]:
        # A problem begins with its place, so that editors find it; all else with our name.
        print(inert(line) if problems else f"fitgate: {inert(line)}", file=sys.stderr)
    return code


def _pipe_closed() -> int:
    """Leave quietly, as a program does that nobody listens to any more."""
    sys.stdout = None  # so that nothing is flushed into it at the end
    return 141


def _bug(exc: BaseException, words: list[str]) -> int:
    trace = "".join(traceback.format_exception(exc))
    told = (
        "fitgate: this is a bug in FITGate. Please report it, with the lines that follow.\n"
        f"FITGate {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n"
        f"fitgate {' '.join(map(inert, words))}\n"
    )
    print(told + "\n".join(map(inert, trace.splitlines())), file=sys.stderr)
    if _wants_json(words):
        _print_json("bug", f"{type(exc).__name__}: {exc}", exit_code=3)
    return 3
