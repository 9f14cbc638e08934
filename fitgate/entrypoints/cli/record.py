"""`fitgate record`: write down what happened outside the forge."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption, governing
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption, opened
from fitgate.errors import ImportProblemsError, Problem, UserError

if TYPE_CHECKING:
    from fitgate.core.interchange.tables import Table
    from fitgate.core.interchange.told import Kind

app = typer.Typer(
    help="Write down what happened outside the forge: once, however often it is told.",
    no_args_is_help=True,
)
AtOption = Annotated[
    str | None, typer.Option("--at", help="When, in UTC; else now.", metavar="TIME")
]
KeyOption = Annotated[
    str | None, typer.Option("--key", help="What the entry is called.", metavar="K")
]
CsvOption = Annotated[
    str | None,
    typer.Option("--csv", help="One a row, instead; the header names the columns.", metavar="FILE"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_OPTIONS = {"result": "--passed or --failed", "io": "--io"}


@app.command()
def landed(
    *,
    change: Annotated[
        str | None, typer.Option(help="The change: its id, commit or #12.", metavar="ID")
    ] = None,
    at: AtOption = None,
    stage: Annotated[
        str | None,
        typer.Option(help="merge, deployment or release; else the boundary's.", metavar="S"),
    ] = None,
    environment: Annotated[str | None, typer.Option(help="Where to.")] = None,
    io: Annotated[bool, typer.Option("--io", help="It cannot be undone.")] = False,
    not_io: Annotated[bool, typer.Option("--not-io", help="It can.")] = False,
    unknown: Annotated[bool, typer.Option("--unknown", help="Nobody knows.")] = False,
    category: Annotated[
        list[str] | None, typer.Option(help="Of what kind; may be repeated.", metavar="C")
    ] = None,
    required: Annotated[
        list[str] | None,
        typer.Option(
            help="The evaluation that closes it; may be repeated. Else the boundary's checks.",
            metavar="NAME",
        ),
    ] = None,
    commit: Annotated[str | None, typer.Option(help="Its commit.", metavar="SHA")] = None,
    number: Annotated[int | None, typer.Option(help="Its number on the forge.")] = None,
    note: Annotated[str, typer.Option(help="What else there is to say.")] = "",
    key: KeyOption = None,
    csv: CsvOption = None,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down that a change took effect: a launch, a training run, a deployment by hand."""
    if [io, not_io, unknown].count(True) > 1:
        raise typer.BadParameter("say one of --io, --not-io and --unknown")
    values = {
        "change": change,
        "at": at,
        "stage": stage,
        "environment": environment,
        "io": "yes" if io else "no" if not_io else "unknown" if unknown else None,
        "category": ";".join(category or ()),
        "required": ";".join(required or ()),
        "commit": commit,
        "number": None if number is None else str(number),
        "note": note,
        "key": key,
    }
    _record(
        "landed", values, csv, clone=clone, policy=policy, ledger=ledger, repo=repo, as_json=as_json
    )


@app.command()
def evaluated(
    *,
    change: Annotated[
        str | None, typer.Option(help="The change: its id, commit or #12.", metavar="ID")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the evaluation is called.")] = None,
    passed: Annotated[bool, typer.Option("--passed", help="It passed.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="It failed.")] = False,
    at: AtOption = None,
    pre_landing: Annotated[
        bool, typer.Option("--pre-landing", help="On the head, whose tree is what landed.")
    ] = False,
    source: Annotated[str, typer.Option(help="Who or what says so.")] = "",
    key: KeyOption = None,
    csv: CsvOption = None,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down that an evaluation of a change ended; what was required of a change closes it."""
    if passed and failed:
        raise typer.BadParameter("say one of --passed and --failed")
    values = {
        "change": change,
        "name": name,
        "result": "passed" if passed else "failed" if failed else None,
        "at": at,
        "pre_landing": "yes" if pre_landing else None,
        "source": source,
        "key": key,
    }
    _record(
        "evaluated",
        values,
        csv,
        clone=clone,
        policy=policy,
        ledger=ledger,
        repo=repo,
        as_json=as_json,
    )


@app.command()
def incident(
    *,
    incident: Annotated[
        str | None, typer.Option("--incident", help="The id of the incident.", metavar="ID")
    ] = None,
    change: Annotated[
        str | None, typer.Option(help="What is thought to have caused it.", metavar="ID")
    ] = None,
    at: AtOption = None,
    severity: Annotated[str, typer.Option(help="In your own words.")] = "",
    note: Annotated[str, typer.Option(help="What else there is to say.")] = "",
    key: KeyOption = None,
    csv: CsvOption = None,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down that something failed."""
    values = {
        "incident": incident,
        "change": change,
        "at": at,
        "severity": severity,
        "note": note,
        "key": key,
    }
    _record(
        "incident",
        values,
        csv,
        clone=clone,
        policy=policy,
        ledger=ledger,
        repo=repo,
        as_json=as_json,
    )


def _record(
    kind: Kind,
    said: Mapping[str, str | None],
    csv: str | None,
    *,
    clone: Path,
    policy: str | None,
    ledger: str | None,
    repo: str | None,
    as_json: bool,
) -> None:
    from fitgate.bootstrap import shipped_policies
    from fitgate.core.entries import moment
    from fitgate.core.words.interchange import not_landed_yet, taken
    from fitgate.serving.telling import Book, Telling

    now = asked.now()
    values = {column: value for column, value in said.items() if value}
    if csv is not None and values:
        raise typer.BadParameter(f"--csv says it all: leave out {', '.join(map(_option, values))}")
    rules = governing(clone, policy).policy
    table = _file(kind, csv) if csv is not None else _typed(kind, values, now)
    untimed = csv is None and "at" not in values
    again = (lambda at: _typed(kind, {**values, "at": moment(at)}, now)) if untimed else None
    with opened(ledger, clone, repo, create=True) as book:
        try:
            done = Book(book, shipped_policies()).take(Telling(kind, table, again), now, rules)
        except ImportProblemsError as exc:
            if csv is not None:
                raise
            raise UserError("\n".join(map(_typed_wrong, exc.problems))) from exc
    if done.early:
        print(f"fitgate: {not_landed_yet(done.early)}", file=sys.stderr)
    if as_json:
        known = len(done.keys) - done.new
        print(json.dumps({"keys": done.keys, "written": done.new, "known": known}))
    else:
        print(taken(done.keys, done.new))


def _option(column: str) -> str:
    return _OPTIONS.get(column, f"--{column.replace('_', '-')}")


def _typed_wrong(problem: Problem) -> str:
    from fitgate.core.interchange.tables import EMPTY

    option = _option(problem.where)
    if problem.message == EMPTY:
        return f"say {option}"
    remedy = f" ({problem.remedy})" if problem.remedy else ""
    return f"{option}: {problem.message}{remedy}"


def _file(kind: Kind, name: str) -> Table:
    from fitgate.core.interchange.tables import read_table
    from fitgate.core.interchange.told import COLUMNS

    return read_table(asked.decoded(asked.bytes_of(name), name), name, COLUMNS[kind])


def _typed(kind: Kind, values: Mapping[str, str], now: datetime) -> Table:
    """Return what was typed as a table of one row; a day is its beginning, no time is now."""
    from fitgate.core.entries import moment
    from fitgate.core.interchange.tables import Table, TableRow
    from fitgate.core.interchange.told import COLUMNS

    at = asked.moment_in_utc(values["at"], "--at") if "at" in values else now
    row = TableRow(1, {**values, "at": moment(at)})
    return Table("the command line", COLUMNS[kind].known, (row,))
