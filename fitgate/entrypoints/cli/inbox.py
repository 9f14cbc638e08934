"""`fitgate inbox`: what the service has still to do, and what it failed at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.ports import Queue

app = typer.Typer(invoke_without_command=True)
LedgerOption = Annotated[
    str | None,
    typer.Option("--ledger", help="sqlite:///FILE or postgresql://…", metavar="WHERE"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def inbox(
    context: typer.Context, *, ledger: LedgerOption = None, as_json: JsonOption = False
) -> None:
    """Show what the service has still to do, and what it failed at.

    What keeps failing is parked: it stays until it is retried, or until its sender sends it again.
    The inbox is in the database of the ledgers.
    """
    context.obj = (ledger, as_json)
    if context.invoked_subcommand is not None:
        return
    from fitgate.bootstrap import print_table
    from fitgate.core.words.inbox import (
        TABLE,
        backlog_json,
        backlog_words,
        parked_words,
        table_row,
    )

    with _opened(ledger) as queue:
        backlog, parked = queue.backlog(), queue.parked()
    if as_json:
        print(json.dumps(backlog_json(backlog, parked), indent=2))
        return
    print("\n".join([*backlog_words(backlog), parked_words(parked)]))
    if parked:
        print()
        print_table(TABLE, lambda: map(table_row, parked), colour=asked.colourful())


@app.command()
def retry(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(help="What `fitgate inbox` calls it.", metavar="[ID]...")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that is parked.")] = False,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try again what is parked: these, or all."""
    from fitgate.core.words.inbox import retried_words

    if bool(ids) is every:
        raise UserError(
            "Say what is to be tried again: its ID, as `fitgate inbox` prints it, or --all."
        )
    before: tuple[str | None, bool] = context.obj  # what was said before `retry`
    with _opened(ledger or before[0]) as queue:
        parked = [each.id for each in queue.parked()]
        missing = [each for each in ids or () if each not in parked]
        if missing:
            raise UserError(
                f"{', '.join(missing)}: not parked, so nothing was tried again. `fitgate inbox` "
                "prints what is."
            )
        count = queue.retry(ids or parked)
    print(json.dumps({"retried": count}) if as_json or before[1] else retried_words(count))


@contextmanager
def _opened(where: str | None) -> Iterator[Queue]:
    from fitgate.bootstrap import open_queue
    from fitgate.settings import settings

    queue = open_queue(where or settings().database_url, asked.now, create=False)
    try:
        yield queue
    finally:
        queue.close()
