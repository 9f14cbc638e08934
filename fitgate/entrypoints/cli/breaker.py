"""`fitgate breaker`: what stops irreversible changes when governance falls behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fitgate.entrypoints.cli import asked, breaker_acts
from fitgate.entrypoints.cli.breaker_home import (
    AsOfOption,
    ByOption,
    EnvironmentOption,
    Home,
    JsonOption,
    NameArgument,
    home,
)
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption

if TYPE_CHECKING:
    from fitgate.core.breaker.watched import Watched

app = typer.Typer(
    no_args_is_help=True,
    help="See, trip and reset what stops irreversible changes when governance falls behind.",
)


@app.command("list")
def listed(
    *,
    environment: EnvironmentOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """List the breakers: their state since when, what would trip them and how far that is."""
    from fitgate.bootstrap import print_table
    from fitgate.core.words.breaker import TABLE, due_words, table_row, unattended_lines

    with home(ledger, clone, repo, policy, as_of=as_of) as at_home:
        mine = [w for w in at_home.known.all if environment in {None, w.environment}]
        known = at_home.known
        due = [draft for watched in mine for draft in known.due(watched)]
    if as_json:
        _print_json(at_home, breakers=[_as_json(at_home, watched) for watched in mine])
        return
    if not mine:
        print(f"The policy ({at_home.file.source}) declares no breakers here.")
        return
    rows = [table_row(w, known.recorded(w.breaker, w.environment), known.level(w)) for w in mine]
    print_table(TABLE, lambda: iter(rows), colour=asked.colourful())
    print("".join(f"\n{line}\n" for line in unattended_lines(known, mine)), end="")
    if due:
        print()
        print("Not written down yet (`fitgate breaker watch` does that):")
        print("\n".join(f"  {due_words(draft)}" for draft in due))


@app.command("show")
def show(
    name: NameArgument,
    *,
    environment: EnvironmentOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Show one breaker: how it came to be so, what a reset by you needs, and all its moves."""
    from fitgate.core.breaker.resetting import Asked, lacking
    from fitgate.core.words.breaker import (
        move_words,
        name_words,
        next_words,
        stands_words,
        state_words,
        unattended_lines,
    )

    with home(ledger, clone, repo, policy) as at_home:
        known = at_home.known
        mine = [w for w in at_home.called(name) if environment in {None, w.environment}]
        mine = mine or [at_home.one(name, environment)]
    if as_json:
        _print_json(at_home, breakers=[_as_json(at_home, w, by or asked.reviewer()) for w in mine])
        return
    for number, watched in enumerate(mine):
        walk, level = known.recorded(watched.breaker, watched.environment), known.level(watched)
        missing = lacking(walk, level, known.entitled, Asked(by or asked.reviewer()), known.as_of)
        if number:
            print()
        print(f"{name_words(name, watched.environment)}: {state_words(walk, dry=watched.dry)}")
        print(f"  now: {stands_words(watched, level)}")
        print("\n".join(f"  {line}" for line in next_words(watched, walk, missing)))
        print("".join(f"  {line}\n" for line in unattended_lines(known, [watched])), end="")
        told = known.told.of(watched.breaker.name, watched.environment)
        print("  moves:" if told else "  It has never moved.")
        print("".join(f"    {move_words(each)}\n" for each in told), end="")


@app.command("watch")
def watch(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what has come about, write nothing.")
    ] = False,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Look at all figures now, and write down which breakers have tripped or closed.

    Each move gets the moment at which it came about. That somebody looked is written down too, once
    a day and when something came; else no verdict takes a breaker for closed. Run it when something
    has landed, closed or been drilled, and once a day: ages pass a limit by themselves.
    """
    from fitgate.core.words.breaker import due_words

    with home(ledger, clone, repo, policy) as at_home:
        known = at_home.known
        due = known.all_due()
        if not dry_run:
            at_home.write([*due, *known.looked()])
    if as_json:
        moves = [{"kind": d.kind, "key": d.key, "at": _moment(d.at), **d.body} for d in due]
        _print_json(at_home, moves=moves, written=not dry_run)
        return
    if not due:
        print(f"{len(known.all)} breakers were looked at; none has moved.")
    for draft in due:
        print(due_words(draft))
    if due and dry_run:
        print("Nothing was written down.")


@app.command("replay")
def replay(
    *,
    since: Annotated[
        str, typer.Option(help="90d, 12w, a day, a moment, or all.", metavar="WHEN")
    ] = "all",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Say when each breaker would have tripped in the history of the ledger: a dry run.

    It would have been open until its figure was back under yellow; what landed meanwhile is
    counted. Nothing is written down.
    """
    from fitgate.bootstrap import print_table, progress
    from fitgate.core.breaker.replaying import episode_json
    from fitgate.core.breaker.replaying import replay as replayed
    from fitgate.core.words.breaker import REPLAY, replay_lines, replay_rows

    with home(ledger, clone, repo, policy, as_of=as_of) as at_home:
        known = at_home.known
    start = asked.since(since, known.as_of)
    total = len(known.policy.breakers)
    shown = asked.colourful() and not as_json
    with progress("replaying", total, shown=shown) as done:
        found = replayed(known.policy, known.chronicle, known.as_of, start, done)
    if as_json:
        told = [episode_json(each, known.as_of) for each in found]
        _print_json(at_home, since=None if start is None else _moment(start), breakers=told)
        return
    if not found:
        print(f"The policy ({at_home.file.source}) declares no breakers.")
        return
    rows = [*replay_rows(found, known.as_of)]
    if rows:
        print_table(REPLAY, lambda: iter(rows), colour=asked.colourful())
        print()
    print("\n".join(replay_lines(found, known.as_of)))


app.command("trip")(breaker_acts.trip)
app.command("plan")(breaker_acts.plan)
app.command("reset")(breaker_acts.reset)
app.command("drill")(breaker_acts.drill)


def _moment(at: Any) -> str:  # noqa: ANN401 - a datetime
    from fitgate.core.entries import moment

    return moment(at)


def _print_json(at_home: Home, **more: Any) -> None:  # noqa: ANN401 - JSON values
    file, as_of = at_home.file, _moment(at_home.known.as_of)
    policy = {"source": file.source, "mode": file.policy.mode, "digest": file.digest}
    print(json.dumps({"as_of": as_of, "policy": policy, **more}, indent=2))


def _as_json(at_home: Home, watched: Watched, by: str | None = None) -> dict[str, Any]:
    from fitgate.core.breaker.as_json import breaker_json

    return breaker_json(at_home.known, watched, by)
