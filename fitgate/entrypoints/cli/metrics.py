"""`fitgate metrics`: the figures of a ledger, each with what it is of and how sure it is."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.measure.overview import Overview, Source
    from fitgate.core.measure.reading import Figure, Scope, Window
    from fitgate.core.policy import Policy
    from fitgate.ports import Ledger

SOME = 2_000
"""Entries beyond which figures are read from the rows kept beside them; fewer are checked anew."""
MANY = 20_000
"""Entries beyond which figures are computed in columns, where DuckDB is installed."""
_EXAMPLES = "P28D, 12w, 90d or all"


class Breakdown(StrEnum):
    """What the figures are broken down by."""

    WEEK = "week"
    CATEGORY = "category"
    ENVIRONMENT = "environment"


def metrics(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    scope: Annotated[
        str | None, typer.Option("--scope", help="One environment only.", metavar="ENV")
    ] = None,
    window: Annotated[
        str, typer.Option(help=f"How far back: {_EXAMPLES}.", metavar="LENGTH")
    ] = "P28D",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="As things stood then.", metavar="TIME")
    ] = None,
    by: Annotated[Breakdown | None, typer.Option(help="Broken down; by week: a trend.")] = None,
    explain: Annotated[
        str | None,
        typer.Option(help="How a figure is defined, and its ledger entries.", metavar="FIGURE"),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="Boundary and thresholds by this one.", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write metrics.json and metrics.html.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the readings as JSON.")] = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Print the three numbers and the rest, with n, interval, band, and what each is of.

    What cannot be known is unknown, and says why. Boundary and thresholds are those of --policy,
    else of the policy that judged last by the ledger, else of FITGate's default.
    """
    from fitgate.core.measure.reading import Scope
    from fitgate.entrypoints.cli.figures import overview_of, write_page
    from fitgate.entrypoints.cli.ledgers import opened
    from fitgate.settings import settings

    at = asked.moment(as_of, "--as-of") if as_of else asked.now()
    wanted = _window(window, at)
    figure = _figure(explain) if explain else None
    with opened(ledger, path, repo) as home:
        of = Scope(home.repo, environment=scope)
        if figure is not None:
            _explain(figure, home, policy, (of, wanted), as_json=as_json)
            return
        place = ledger or settings().database_url
        with _source(home, place, policy, at, many=as_of is None) as (figures, told):
            overview = overview_of(figures, told, of, wanted, None if by is None else by.value)
            files = write_page(out, overview, figures) if out is not None else []
    _show(overview, files, as_json=as_json)


@contextmanager
def _source(
    ledger: Ledger, where: str, given: str | None, at: datetime, *, many: bool
) -> Iterator[tuple[Source, tuple[str, int]]]:
    """Open the figures of a ledger; tell where their policy is from, and how many entries it has.

    Of many entries they are of rows or in columns: these are told as things stand now.
    """
    from fitgate.bootstrap import figures_in_columns, figures_of_rows
    from fitgate.core.measure.history import History
    from fitgate.core.measure.overview import Plain
    from fitgate.entrypoints.cli.figures import that_judged

    said: list[str] = []

    def policy(told: Chronicle) -> Policy:
        found, source = that_judged(given, told, ledger)
        said.append(source)
        return found

    if many:
        with figures_in_columns(ledger, where, policy, MANY) as columns:
            if columns is not None:
                yield columns, (said[-1], ledger.head().seq)
                return
        if (rows := figures_of_rows(ledger, policy, SOME)) is not None:
            yield rows, (said[-1], ledger.head().seq)
            return
    told = _chronicle(ledger, at)
    yield Plain(History.of(told), policy(told)), (said[-1], told.count)


def _window(said: str, at: datetime) -> Window:
    from pydantic import TypeAdapter, ValidationError

    from fitgate.core.measure.reading import Window
    from fitgate.core.policy import Duration

    try:
        length: timedelta = TypeAdapter(Duration).validate_python(said)
    except ValidationError:
        try:
            start = asked.since(said, at)
        except UserError:
            raise UserError(f"--window {said!r} is none of {_EXAMPLES}.") from None
        if start is None:
            return Window(None, at)
        length = at - start
    if length <= timedelta():
        raise UserError(f"--window {said!r} is no time at all. Say {_EXAMPLES}.")
    try:
        return Window(at - length, at)
    except OverflowError:
        return Window(None, at)


def _figure(said: str) -> Figure:
    from fitgate.core.measure.reading import FIGURES

    known: dict[str, Figure] = {figure: figure for figure in FIGURES}
    if said in known:
        return known[said]
    near = [figure for figure in FIGURES if figure.startswith(said)] or FIGURES
    raise UserError(f"--explain {said!r} is no figure. Say one of: {', '.join(near)}.")


def _chronicle(ledger: Ledger, at: datetime) -> Chronicle:
    from fitgate.bootstrap import progress
    from fitgate.core.chronicle import Chronicle
    from fitgate.entrypoints.cli.ledgers import entries_of

    told, head = Chronicle(), ledger.head().seq
    with progress("reading the ledger", head, shown=sys.stderr.isatty()) as show:
        for number, entry in enumerate(entries_of(ledger, at)):
            told.add(entry)
            if number % 1000 == 0:
                show(number)
    return told


def _show(overview: Overview, files: list[Path], *, as_json: bool) -> None:
    from fitgate.bootstrap import print_table
    from fitgate.core.measure.overview import overview_json
    from fitgate.core.words import metrics as words

    if as_json:
        print(json.dumps(overview_json(overview), indent=2, ensure_ascii=False))
        return
    colour = asked.colourful()
    print("\n".join(words.head_lines(overview)) + "\n")
    print_table(words.TABLE, lambda: map(words.table_row, overview.readings), colour=colour)
    print()
    for line in words.detail_lines(overview):
        print(textwrap.fill(line, asked.width(), subsequent_indent="  "))
    if overview.by is not None and not overview.groups:
        print(f"\n{words.no_groups(overview)}")
    elif overview.by is not None:
        print()
        header = words.group_table(overview)
        print_table(header, lambda: map(words.group_row, overview.groups), colour=colour)
    if overview.by == "week" and overview.groups:
        print(f"\n{words.TEMPO_NOTE}\n")
        print_table(words.TREND, lambda: words.trend_rows(overview.groups), colour=colour)
    if files:
        print("\nWritten:\n" + "\n".join(f"  {file}" for file in files))
    print("\n`fitgate metrics --explain vl_hours` lists the entries that a figure is made of.")


def _explain(
    figure: Figure,
    ledger: Ledger,
    given: str | None,
    of: tuple[Scope, Window],
    *,
    as_json: bool,
) -> None:
    from fitgate.bootstrap import print_table
    from fitgate.core.entries import entry_adapter
    from fitgate.core.measure.figures import measure
    from fitgate.core.measure.reading import reading_json
    from fitgate.core.words import metrics as words
    from fitgate.entrypoints.cli.figures import that_judged
    from fitgate.entrypoints.cli.ledgers import entries_of

    _, window = of
    chronicle = _chronicle(ledger, window.end)
    policy, _ = that_judged(given, chronicle, ledger)
    (reading,) = measure(chronicle, policy, *of, only=(figure,))
    wanted = frozenset(reading.entries)
    entries = [entry for entry in entries_of(ledger) if entry.seq in wanted]
    if as_json:
        told = [entry_adapter().dump_python(entry, mode="json") for entry in entries]
        document = {**reading_json(reading), "made_of": told}
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    print("\n".join(words.definition_lines(reading)) + "\n")
    if entries:
        rows = [words.entry_row(entry) for entry in entries]
        print_table(words.ENTRIES, lambda: rows, colour=asked.colourful())
    else:
        print("It is made of no entries.")
