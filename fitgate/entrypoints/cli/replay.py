"""`fitgate replay`: what another policy would have done with what has landed."""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.governing import CacheOption, NoCacheOption
from fitgate.entrypoints.cli.ledgers import RepoOption
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.replay.faults import Fault
    from fitgate.core.replay.report import Report

IN_FORCE = "in-force"
ROWS = 40
"""Held changes that the table shows; all are in the files and in JSON."""
NAMED = 10
"""Changes that are named of each kind of difference."""
_FILES = {"replay.json": '{"replay"', "replay.csv": "change_id,"}
"""What is written into --out, and how each begins; no other file is written over."""


class Format(StrEnum):
    """What stdout gets."""

    TABLE = "table"
    JSON = "json"


def replay(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    policy: Annotated[
        str, typer.Option(help="The candidate: a policy to try on history.", metavar="FILE")
    ],
    since: Annotated[
        str | None,
        typer.Option(
            help="180d (the default), 12w, counted from the newest landing; a day, or all.",
            metavar="WHEN",
        ),
    ] = None,
    span: Annotated[
        str | None, typer.Option("--range", help="What landed on B since A.", metavar="A..B")
    ] = None,
    against: Annotated[
        str,
        typer.Option(
            help="The policy to compare with: a file, or that of each base.", metavar="FILE"
        ),
    ] = IN_FORCE,
    form: Annotated[
        Format, typer.Option("--format", help="What to print.", case_sensitive=False)
    ] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write replay.json and replay.csv.", metavar="DIR")
    ] = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that decide; by default as many as pay.", metavar="N"),
    ] = None,
    ledger: Annotated[
        str | None, typer.Option(help="Where incidents are on record.", metavar="WHERE")
    ] = None,
    repo: RepoOption = None,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="Exit 1 if the candidate lets pass what was held before."),
    ] = False,
) -> int:
    """Decide again what has landed, under a candidate policy: what a slow gate would have done.

    Which changes it would have held, how long at least, which of these turned out faulty while they
    would still have been held, what that costs, and what is otherwise than now. Exit code: 0
    whatever is found; with --exit-code 1 if something is no longer held, or no longer an IO.
    """
    from fitgate.bootstrap import open_clone
    from fitgate.core.events import Event, Happening
    from fitgate.core.replay.report import DecidedBy, Scope, report
    from fitgate.entrypoints.cli.replaying import Cache, Replay, Work, ends

    candidate = asked.policy_file(policy)
    if candidate is None:
        raise UserError("--policy names no file")
    other = None if against == IN_FORCE else asked.policy_file(against)
    if out is not None:
        _refuse_foreign(out)
    failed = _failed(ledger, path, repo)
    with open_clone(path) as clone:
        base, head = ends(clone, span)
        newest = clone.committed_at(head)
        start = asked.since(since or ("all" if span else "180d"), newest)
        event = Event(Happening.LANDED, base, head, newest, start)
        work = Work(path, candidate, other, event, Cache(cache, no_cache).file(clone))
        cases = Replay(work, clone).cases(failed, jobs=jobs, shown=sys.stderr.isatty())
        told = report(
            cases,
            clone.repo(head),
            Scope(head, base, start),
            DecidedBy(candidate.source, candidate.digest),
            DecidedBy(other.source, other.digest) if other else DecidedBy("the policy in force"),
        )
    files = _write(out, told) if out is not None else []
    if as_json or form is Format.JSON:
        print(_json(told))
    else:
        _show(told, files)
    return 1 if exit_code and told.difference.loosens else 0


def _failed(ledger: str | None, path: Path, repo: str | None) -> Mapping[str, Sequence[Fault]]:
    """Return the incidents that a ledger knows, if one was named."""
    from fitgate.entrypoints.cli.ledgers import opened, told_by
    from fitgate.entrypoints.cli.replaying import failures

    if ledger is None:
        return {}
    with opened(ledger, path, repo) as home:
        return failures(told_by(home))


def _json(told: Report) -> str:
    from fitgate.core.replay.report import report_json

    return json.dumps({"replay": told.replay} | report_json(told))


def _refuse_foreign(folder: Path) -> None:
    for name, start in _FILES.items():
        file = folder / name
        if file.exists() and not asked.text_of(str(file)).startswith(start):
            raise UserError(f"{file}: was not written by a replay. Choose another --out.")


def _write(folder: Path, told: Report) -> list[Path]:
    from fitgate.bootstrap import harmless, written
    from fitgate.core.words.replay import CSV, csv_row

    with written(folder / "replay.json") as file:
        file.write(_json(told) + "\n")
    with written(folder / "replay.csv") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(CSV)
        rows.writerows(map(harmless, csv_row(case)) for case in (*told.held, *told.passed))
    return [folder / name for name in _FILES]


def _show(told: Report, files: list[Path]) -> None:
    """Print the worst cases, what it all comes to, and what is otherwise."""
    from fitgate.bootstrap import print_table
    from fitgate.core.words.replay import TABLE, listed, summary, table_row

    shown = told.held[:ROWS]
    if shown:
        print_table(TABLE, lambda: map(table_row, shown), colour=asked.colourful())
        more = len(told.held) - len(shown)
        print(f"… and {more} more: --out DIR or --json tells all\n" if more else "")
    for line in summary(told):
        print(textwrap.fill(line, asked.width()) if sys.stdout.isatty() else line)
    for line in listed(told, NAMED):
        print(line)
    if files:
        print("\nWritten:\n" + "\n".join(f"  {file}" for file in files))
