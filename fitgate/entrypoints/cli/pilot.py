"""`fitgate pilot`: two weeks of watching, then the report."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.governing import CacheOption, NoCacheOption
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.chronicle import Told
    from fitgate.core.measure.history import History
    from fitgate.core.measure.overview import Overview
    from fitgate.core.pilots.report import Report
    from fitgate.core.policy import Policy
    from fitgate.core.records.controls import PilotStarted
    from fitgate.entrypoints.cli.replaying import Cache
    from fitgate.ports import Ledger

app = typer.Typer(no_args_is_help=True, help="Watch for two weeks, then report what was seen.")
PathArgument = Annotated[Path, typer.Argument(help="A folder of the clone.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy", help="Report under this policy, not the one that judged last.", metavar="FILE"
    ),
]
SinceOption = Annotated[
    str, typer.Option(help="How far back from the start changes count.", metavar="WHEN")
]


@app.command("start")
def start(
    path: PathArgument = Path(),
    *,
    system: Annotated[str, typer.Option(help="What the system is called in the report.")] = "",
    reviewer: Annotated[str | None, typer.Option(help="Who will review the report.")] = None,
    by: Annotated[str | None, typer.Option(help="Who starts it; you by default.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days it lasts.")] = 14,
    policy: PolicyOption = None,
    as_json: JsonOption = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Begin a pilot: nothing is held, everything is watched."""
    from datetime import timedelta

    from fitgate.core.pilots.filling import started
    from fitgate.core.records import draft
    from fitgate.core.records.controls import PilotStarted
    from fitgate.core.words.pilot_progress import start_lines
    from fitgate.entrypoints.cli.figures import that_judged
    from fitgate.entrypoints.cli.ledgers import opened, told_by

    now = asked.now()
    with opened(ledger, path, repo, create=True) as home:
        told = told_by(home)
        said, _ = that_judged(policy, told, home)
        running = started(told)
        if running is not None and now < running.record.until:
            raise UserError(
                f"A pilot is running until {running.record.until:%Y-%m-%d}. "
                "`fitgate pilot status` says how far it is."
            )
        until = now + timedelta(days=days)
        record = PilotStarted(
            until, said.mode, system or said.system, by or asked.reviewer(), reviewer
        )
        home.append([draft(record, now, f"pilot-started/{now:%Y%m%dT%H%M%SZ}")], now)
    if as_json:
        print(json.dumps({"from": now.isoformat(), "until": until.isoformat(), "mode": said.mode}))
        return
    print("\n".join(start_lines(record)))


@app.command("status")
def status(
    path: PathArgument = Path(),
    *,
    since: SinceOption = "90d",
    policy: PolicyOption = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    as_json: JsonOption = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Say how far the pilot is, and what is still to be done for the report."""
    from fitgate.core.pilots.report import report_json
    from fitgate.core.words.pilot_progress import status_lines
    from fitgate.entrypoints.cli.ledgers import opened
    from fitgate.entrypoints.cli.replaying import Cache

    now = asked.now()
    with opened(ledger, path, repo) as home:
        told, *_ = _report(home, (path, Cache(cache, no_cache)), policy, since, now)
    if as_json:
        print(json.dumps(report_json(told)["deliverables"], indent=2))
        return
    print("\n".join(status_lines(told, now)))


@app.command("report")
def report(
    path: PathArgument = Path(),
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write the report and its dashboard here.", metavar="DIR")
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="No names, ids or paths: to be shared outside.")
    ] = False,
    since: SinceOption = "90d",
    as_of: Annotated[
        str | None,
        typer.Option(help="As of then; by default the pilot's end, or the last entry before it."),
    ] = None,
    policy: PolicyOption = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    as_json: JsonOption = False,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Report on the pilot: the nine sections of the pilot pack, filled from the ledger."""
    from fitgate.bootstrap import written
    from fitgate.core.measure.overview import Plain
    from fitgate.core.pilots.report import report_json
    from fitgate.core.words.pilot import markdown
    from fitgate.entrypoints.cli.figures import write_page
    from fitgate.entrypoints.cli.ledgers import opened
    from fitgate.entrypoints.cli.replaying import Cache

    at, where = asked.moment(as_of, "--as-of") if as_of else None, (path, Cache(cache, no_cache))
    with opened(ledger, path, repo) as home:
        told, overview, history, judging = _report(home, where, policy, since, at)
    text = markdown(told, anonymous=anonymous)
    document = json.dumps(report_json(told, anonymous=anonymous), indent=2, ensure_ascii=False)
    if out is None:
        print(document if as_json else text, end="\n" if as_json else "")
        return
    # The dashboard is D1; it names the repository, so it is no part of what is shared outside.
    files = [] if anonymous else write_page(out, overview, Plain(history, judging))
    out.mkdir(parents=True, exist_ok=True)
    for name, content in {"report.md": text, "report.json": document + "\n"}.items():
        with written(out / name) as file:
            file.write(content)
        files.append(out / name)
    print("\n".join(map(str, files)))


def _report(
    home: Ledger,
    clone: tuple[Path, Cache],
    policy: str | None,
    since: str,
    as_of: datetime | None,
) -> tuple[Report, Overview, History, Policy]:
    """Fill the report; beside it what the page of its figures is made from."""
    from fitgate.core.measure.history import History
    from fitgate.core.measure.overview import Plain
    from fitgate.core.measure.reading import Scope, Window
    from fitgate.core.pilots import filling
    from fitgate.entrypoints.cli.figures import file_that_judged, overview_of
    from fitgate.entrypoints.cli.ledgers import told_by
    from fitgate.entrypoints.cli.replaying import counterfactuals, failures

    path, cache = clone
    whole = told_by(home)
    begun = filling.started(whole)
    if begun is None:
        raise UserError("No pilot was started. `fitgate pilot start` begins one.")
    if as_of is not None and as_of < begun.at:
        raise UserError(f"--as-of lies before the pilot, which began on {begun.at:%Y-%m-%d %H:%M}.")
    end = min(begun.record.until, as_of or _last(home, begun))
    told = told_by(home, as_of=end)
    window = Window(asked.since(since, begun.at), end)
    file, source = file_that_judged(policy, told, home)
    history = History.of(told)
    of = (source, told.count)
    overview = overview_of(Plain(history, file.policy), of, Scope(home.repo), window)
    cases = counterfactuals(path, file, window, failures(told), cache)
    observed = filling.Observed(told, begun, file.policy, window, source)
    return filling.report(observed, overview.readings, cases), overview, history, file.policy


def _last(home: Ledger, begun: Told[PilotStarted]) -> datetime:
    """Return when the ledger was last written: the same on every machine that has it."""
    return home.head().recorded_at or begun.at
