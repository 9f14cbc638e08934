"""`fitgate bypass`: who passed which gate by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption

app = typer.Typer(no_args_is_help=True, help="Say which gates were passed by, as derived.")


@app.callback()
def _root() -> None:
    """Keep `list` a word of its own: Typer drops the only command's name otherwise."""


@app.command("list")
def listed(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    since: Annotated[
        str, typer.Option(help="90d, 12w, a day, a moment, or all.", metavar="WHEN")
    ] = "all",
    unauthorised: Annotated[
        bool, typer.Option("--unauthorised", help="Only what nobody answers for.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """List the irreversible changes that landed past a gate, and what could not be judged."""
    from fitgate.bootstrap import print_table
    from fitgate.core.bypasses import event_json, events, force_unknown
    from fitgate.core.controls import hidden, hidden_json
    from fitgate.core.followups import open_follow_ups
    from fitgate.core.records.controls import GateChanged
    from fitgate.core.words.bypasses import TABLE, follow_ups, summary, table_row
    from fitgate.entrypoints.cli.ledgers import opened, told_by

    start = asked.since(since, asked.now())
    with opened(ledger, path, repo) as home:
        told = told_by(home)
    rows = [row for row in told.rows() if start is None or row.landed_at > start]
    found = [event for event in events(told) if start is None or event.at > start]
    shown = [event for event in found if not (unauthorised and event.passed.authorised)]
    every = hidden(told.told(GateChanged))
    unseen = [one for one in every if start is None or one.until is None or one.until > start]
    if as_json:
        standings = [row.standing for row in rows if row.nature.is_io]
        counted = {name: standings.count(name) for name in sorted({*standings})}
        said = {
            "bypasses": [*map(event_json, shown)],
            "standings": counted,
            "follow_ups": [row.change for row in open_follow_ups(told)],
            "not_observed": [*map(hidden_json, unseen)],
            "force_unknown": force_unknown(rows, told),
        }
        print(json.dumps(said, indent=2))
        return
    if shown:
        print_table(TABLE, lambda: map(table_row, shown), colour=asked.colourful())
        print()
    left = follow_ups([*open_follow_ups(told)])
    said_of = summary(found, rows, unseen, force_unknown(rows, told))
    print("\n".join((*said_of, *left)))
