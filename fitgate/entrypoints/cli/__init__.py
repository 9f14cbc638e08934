"""The command line: one module a command, and one place where errors become exit codes."""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from dataclasses import asdict
from itertools import pairwise
from typing import Annotated, Any

import typer

from fitgate import __version__
from fitgate.core.inert import inert
from fitgate.entrypoints.cli import check, facts, policy, register, scan, schema
from fitgate.errors import FitgateError, Problem, UpstreamError, UserError

# What Typer raises at a wrong command line; it has no public name for it.
_UsageError: type[BaseException] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="fitgate",
    help="Slows down only the changes that cannot be undone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("scan")(scan.scan)
app.command("check")(check.check)
app.command("facts")(facts.facts)
app.add_typer(register.app, name="register")
app.add_typer(policy.app, name="policy")
app.command("schema")(schema.schema)
app.command("schemas", hidden=True)(schema.schema)


def _version(asked: bool) -> None:
    if asked:
        print(f"fitgate {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run a command and leave with its exit code: 0, 1, 2 user, 3 bug, 4 upstream, 130 ^C."""
    gc.set_threshold(50_000)  # start-up makes much and drops nothing
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # 10 ms to find that there is none
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run a command and translate what it raises."""
    try:
        code = app(words, prog_name="fitgate", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as exc:
        if isinstance(exc.__context__, BrokenPipeError):  # Typer's own translation
            return _pipe_closed()
        raise
    except BaseException as exc:  # noqa: BLE001 - the last resort is for whatever it is
        return _translated(exc, words)
    return code if isinstance(code, int) else 0


def _translated(exc: BaseException, words: list[str]) -> int:
    match exc:
        case UserError():
            return _report(exc, 2, words)
        case UpstreamError():
            return _report(exc, 4, words)
        case KeyboardInterrupt() | typer.Abort():
            return 130
        case BrokenPipeError():
            return _pipe_closed()
        case _UsageError():
            return _usage(exc, words)
        case _:
            return _bug(exc, words)


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
