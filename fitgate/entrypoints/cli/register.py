"""`fitgate register`: say whether a proposed entry is right, and look at what stands there."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked, register_exchange
from fitgate.entrypoints.cli.asking import Status, ask

if TYPE_CHECKING:
    from fitgate.core.review import Review

app = typer.Typer(help="Review the IO register.", no_args_is_help=True)
app.command("import")(register_exchange.import_)
app.command("export")(register_exchange.export)
File = Annotated[
    Path | None,
    typer.Option(help=f"The reviews, if not in {asked.REVIEWS}.", metavar="FILE"),
]


class ListFormat(StrEnum):
    """What stdout gets."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.command()
def review(
    change: Annotated[str, typer.Argument(help="A commit, an id of the register, or #12.")],
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    confirm: Annotated[bool, typer.Option("--confirm", help="It is one, as proposed.")] = False,
    amend: Annotated[bool, typer.Option("--amend", help="It is one, of these --category.")] = False,
    dispute: Annotated[bool, typer.Option("--dispute", help="It is none; say --why.")] = False,
    category: Annotated[
        list[str] | None, typer.Option(help="With --amend; may be repeated.")
    ] = None,
    why: Annotated[str | None, typer.Option(help="The reason, in a sentence.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for the change.")] = None,
    closure: Annotated[str | None, typer.Option(help="When it counts as validated.")] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(help="Where evidence is; may be repeated.", metavar="KEY=URI"),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who says so; else you.")] = None,
    file: File = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the review as JSON.")] = False,
) -> None:
    """Confirm, amend or dispute an entry; without a flag, on a terminal, be asked."""
    from fitgate.bootstrap import written
    from fitgate.core.review import Review, append, reviews_adapter

    chosen: dict[Status, bool] = {"confirmed": confirm, "amended": amend, "disputed": dispute}
    said: list[Status] = [status for status, flag in chosen.items() if flag]
    known = _known(change, path)
    if not said and sys.stdin.isatty() and sys.stdout.isatty():
        answers = ask(known, path)
        said, category, why, owner = (
            [answers.status],
            answers.categories,
            answers.why,
            answers.owner,
        )
    if len(said) != 1:
        raise typer.BadParameter("say one of --confirm, --amend, --dispute")
    if (said == ["amended"]) != bool(category):
        raise typer.BadParameter("--amend says which categories it is of, by --category")
    if said == ["disputed"] and not why:
        raise typer.BadParameter("--dispute says --why")
    made = Review(
        change=known,
        status=said[0],
        by=by or asked.reviewer(),
        at=asked.now(),
        why=why,
        owner=owner,
        closure=closure,
        categories=tuple(category) if category else None,
        evidence=dict(map(_pair, evidence or ())),
    )
    place = asked.reviews_file(path, file)
    text = asked.text_of(str(place)) if place.exists() else ""
    longer = append(text, made, str(place))
    with written(place) as out:
        out.write(longer)
    if as_json:
        print(json.dumps(reviews_adapter().dump_python((made,), mode="json")[0]))
        return
    print(f"{place}: {made.status} {made.change}, by {made.by}. Commit it, to be read in Git.")


def _known(change: str, path: Path) -> str:
    """Return the id of a change: an id or a number as it is, a commit looked up in the clone."""
    if ":" in change or change.startswith(("#", "!")):
        return change
    from fitgate.bootstrap import open_clone
    from fitgate.entrypoints.cli.landed import landing

    with open_clone(path) as clone:
        (facts,) = clone.gather(landing(clone, change, asked.now()))
    return facts.change.id


def _pair(said: str) -> tuple[str, str]:
    key, sign, uri = said.partition("=")
    if not sign or not uri:
        raise typer.BadParameter(f"--evidence {said!r} is not KEY=URI")
    return key, uri


@app.command()
def show(
    where: Annotated[
        Path | None, typer.Argument(help="A folder that a scan wrote into; else the reviews.")
    ] = None,
    form: Annotated[ListFormat, typer.Option("--format", help="What to print.")] = ListFormat.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    file: File = None,
) -> None:
    """Print the register that a scan wrote, or what people said of it."""
    form = ListFormat.JSON if as_json else form
    if where is None:
        place = asked.reviews_file(Path(), file)
        _show_reviews(asked.reviews(place, must_exist=True), form)
        return
    from fitgate.bootstrap import read_register
    from fitgate.core.register import entry_json
    from fitgate.core.words.register import CSV, TABLE, csv_row, table_row

    entries = read_register(where / "register.yaml" if where.is_dir() else where)
    match form:
        case ListFormat.JSON:
            print(json.dumps([entry_json(entry) for entry in entries], indent=2))
        case ListFormat.CSV:
            _print_rows(CSV, [csv_row(entry) for entry in entries], form)
        case ListFormat.TABLE:
            _print_rows(TABLE, [table_row(entry) for entry in entries], form)


def _show_reviews(reviews: tuple[Review, ...], form: ListFormat) -> None:
    from fitgate.core.review import reviews_adapter
    from fitgate.core.words.register import REVIEWS, review_row

    if form is ListFormat.JSON:
        print(json.dumps(reviews_adapter().dump_python(reviews, mode="json"), indent=2))
    else:
        _print_rows(REVIEWS, [review_row(review) for review in reviews], form)


def _print_rows(header: tuple[str, ...], rows: list[tuple[str, ...]], form: ListFormat) -> None:
    from fitgate.bootstrap import harmless, print_table

    if form is ListFormat.CSV:
        out = csv.writer(sys.stdout, lineterminator="\r\n")
        out.writerows([header, *(tuple(map(harmless, row)) for row in rows)])
    else:
        print_table(header, lambda: rows, colour=asked.colourful())
