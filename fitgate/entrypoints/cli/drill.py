"""`fitgate drill`: rehearse the way back; see which rehearsals are due, and what came of them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked, drill_run, drill_terms, drill_told
from fitgate.entrypoints.cli.governing import PolicyOption, governing
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption, opened, told_by
from fitgate.errors import UserError

app = typer.Typer(help="Rehearse the way back, and keep what came of it.", no_args_is_help=True)
app.command("run")(drill_run.run)
app.command("record")(drill_told.record)
app.command("import")(drill_told.import_)
_END_OF_DAY = timedelta(days=1) - timedelta(seconds=1)


@app.command()
def schedule(
    name: Annotated[str, typer.Argument(help="What the rehearsal is called.")],
    clone: Annotated[
        Path, typer.Argument(help="A folder of the clone.", metavar="[PATH]")
    ] = Path(),
    *,
    due: Annotated[str, typer.Option(help="When it is to be done by, in UTC.", metavar="DATE")],
    every: Annotated[
        str | None, typer.Option(help="And again so long after it was done.", metavar="P30D")
    ] = None,
    change: Annotated[
        str | None,
        typer.Option(
            help="The change whose way back is rehearsed: its id, commit or #12.", metavar="ID"
        ),
    ] = None,
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Plan a rehearsal. What is said last of a name counts; the policy's `drills` need no plan."""
    from fitgate.core import drills
    from fitgate.core.records import draft
    from fitgate.core.records.controls import DrillScheduled
    from fitgate.core.remedies import plain

    now = asked.now()
    at = asked.moment(due, "--due")
    at += _END_OF_DAY if len(due) == len("2026-01-31") else timedelta()  # a day is over at its end
    if at <= now:
        raise UserError(f"--due {due} is over. Plan a rehearsal for a time to come.")
    length = asked.length(every, "--every") if every else None
    if length is not None and not length:
        raise UserError("--every must be longer than nothing.")
    if not name.strip():
        raise typer.BadParameter("a rehearsal needs a name")
    with opened(ledger, clone, repo, create=True) as book:
        rules = governing(clone, policy).policy
        change = drill_terms.change_meant(book, change)
        planned = DrillScheduled(name, drills.seconds(length), change)
        # What the last word left undone is missed, whatever this one says.
        before = drills.due(rules, told_by(book), now).drafts()
        book.append([*before, draft(planned, at, drills.scheduled_key(name, at))], now)
    told = drills.Due(name, at, length, change)
    if as_json:
        from fitgate.core.words.drills import due_json

        print(json.dumps(due_json(told)))
        return
    again = f", and every {plain(length)} after it was done" if length else ""
    print(f"{plain(name)}: to be done by {plain(at)}{again}")


@app.command("due")
def due_(
    clone: Annotated[
        Path, typer.Argument(help="A folder of the clone.", metavar="[PATH]")
    ] = Path(),
    *,
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing down.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if any was missed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> int:
    """Tell which rehearsals are due, and write down those that were missed: run it daily.

    The policy's `drills` begin when this first sees them. A missed one counts as due and not
    passed. To look twice writes nothing twice.
    """
    from fitgate.bootstrap import print_table
    from fitgate.core.drills import due
    from fitgate.core.words import drills as words

    now = asked.now()
    rules = governing(clone, policy).policy
    with opened(ledger, clone, repo, create=not dry_run) as book:
        agenda = due(rules, told_by(book), now)
        written = () if dry_run else book.append(agenda.drafts(), now)
    if as_json:
        print(json.dumps(words.agenda_json(agenda), indent=2))
    else:
        if agenda.missed or agenda.ahead:
            rows = words.due_rows(agenda)
            print_table(words.DUE, lambda: rows, colour=asked.colourful())
        print(words.agenda_summary(agenda, written))
    return 1 if exit_code and agenda.missed else 0


@app.command("list")
def list_(
    clone: Annotated[
        Path, typer.Argument(help="A folder of the clone.", metavar="[PATH]")
    ] = Path(),
    *,
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the drills: those due, then those done and missed, the newest first."""
    from fitgate.bootstrap import print_table
    from fitgate.core.drills import due
    from fitgate.core.words import drills as words

    now = asked.now()
    rules = governing(clone, policy).policy
    with opened(ledger, clone, repo) as book:
        told = told_by(book)
    agenda = due(rules, told, now)
    if as_json:
        print(json.dumps(words.drills_json(told, agenda), indent=2))
        return
    rows = words.rows(told, agenda)
    if rows:
        print_table(words.TABLE, lambda: rows, colour=asked.colourful())
    print(words.drills_summary(told, agenda, now))
