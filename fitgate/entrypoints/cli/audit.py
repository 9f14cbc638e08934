"""`fitgate audit`: a blind second label of what landed, and what it says of the rules."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.audit import Week

app = typer.Typer(no_args_is_help=True, help="Ask for a blind second label, and compare.")
WeekOption = Annotated[
    str | None, typer.Option(help="An ISO week; the last whole one by default.", metavar="YYYY-Wnn")
]
SeedOption = Annotated[
    str, typer.Option(help="What the lot is drawn by; the same gives the same sample.")
]
SizeOption = Annotated[
    int, typer.Option("--size", min=1, help="How many that were no IO a lot draws.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("sample")
def sample(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    week: WeekOption = None,
    size: SizeOption = 5,
    seed: SeedOption = "",
    as_json: JsonOption = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Draw the landings of a week that somebody is to label without knowing what the rules said."""
    from fitgate.bootstrap import print_table
    from fitgate.core import audit
    from fitgate.core.records.changes import Audited
    from fitgate.core.words.audit import SAMPLE, sample_hints, sample_row
    from fitgate.entrypoints.cli.ledgers import opened, told_by

    wanted = _week(week)
    with opened(ledger, path, repo) as home:
        told = told_by(home)
        rows = audit.sample(told.rows(), wanted, seed or home.repo, size)
    done = {each.record.change for each in told.told(Audited)}
    if as_json:
        drawn = [
            {"change": r.change, "commit": r.commit, "labelled": r.change in done} for r in rows
        ]
        print(json.dumps({"week": str(wanted), "sample": drawn}, indent=2))
        return
    if rows:
        lines = [sample_row(row, row.change in done) for row in rows]
        print_table(SAMPLE, lambda: iter(lines), colour=asked.colourful())
        print()
    print("\n".join(sample_hints(wanted, rows)))


@app.command("label")
def label(
    change: Annotated[str, typer.Argument(help="A change: its id, commit or number as in #12.")],
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    io: Annotated[
        bool | None, typer.Option("--io/--not-io", help="It is irreversible, or it is not.")
    ] = None,
    category: Annotated[list[str] | None, typer.Option(help="Of which categories.")] = None,
    why: Annotated[str, typer.Option(help="What in the change says so.")] = "",
    by: Annotated[str | None, typer.Option(help="Who says so; you by default.")] = None,
    seed: SeedOption = "",
    size: SizeOption = 5,
    as_json: JsonOption = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Give a landing a second label; the last one of a change counts."""
    from fitgate.core import audit
    from fitgate.core.records import draft
    from fitgate.core.records.changes import Audited
    from fitgate.entrypoints.cli.ledgers import landing_called, opened, told_by

    if io is None:
        raise UserError("Say what the change is: --io or --not-io.")
    now = asked.now()
    with opened(ledger, path, repo) as home:
        told = told_by(home)
        row = landing_called(told, change)
        if row.nature.is_io is None:
            raise UserError(
                f"The rules could not judge {change}, so there is nothing to compare a label with. "
                "`fitgate register review` says what it is."
            )
        lot = seed or home.repo
        drawn = row in audit.sample(told.rows(), audit.Week.of(row.landed_at), lot, size)
        record = Audited(
            row.change, by or asked.reviewer(), lot if drawn else "", io, tuple(category or ()), why
        )
        key = f"audited/{row.change}/{record.by}/{now:%Y%m%dT%H%M%SZ}"
        home.append([draft(record, now, key)], now)
    if as_json:
        said = {"change": row.change, "is_io": io, "by": record.by, "drawn": drawn}
        print(json.dumps(said))
        return
    print(f"Noted: {record.by} says that {change} is {'an IO' if io else 'no IO'}.")
    if not drawn:
        print("No lot drew it, so it counts in no rate: `fitgate audit sample` draws some.")


@app.command("report")
def report(
    path: Annotated[Path, typer.Argument(help="A folder of the clone.")] = Path(),
    *,
    as_json: JsonOption = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Say how second labels and the rules agree, and what was missed."""
    from fitgate.core.audit import score
    from fitgate.core.records.changes import Audited
    from fitgate.core.words.audit import score_lines
    from fitgate.entrypoints.cli.ledgers import opened, told_by

    with opened(ledger, path, repo) as home:
        told = told_by(home)
    found = score(told.rows(), told.told(Audited))
    if not as_json:
        print("\n".join(score_lines(found)))
        return
    missed = [each.row.change for each in found.labelled if each.is_missed]
    counted = {
        "labelled": len(found.labelled),
        "others": found.others,
        "missed": found.missed,
        "miss_rate": found.miss_rate,
        "miss_interval": found.miss_interval,
        "by_hand": found.by_hand,
        "disagreed": found.disagreed,
        "kappa": found.kappa,
        "changes_missed": missed,
    }
    print(json.dumps(counted, indent=2))


def _week(said: str | None) -> Week:
    from fitgate.core.audit import Week

    if said is None:
        return Week.of(asked.now() - timedelta(weeks=1))
    try:
        return Week.parse(said)
    except ValueError as exc:
        raise UserError(f"--week {exc}.") from exc
