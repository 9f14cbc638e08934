"""What people do to a breaker: trip it, plan its recovery, reset it, drill it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.breaker_home import (
    ByOption,
    EnvironmentOption,
    JsonOption,
    NameArgument,
    home,
)
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.entries import Draft


def trip(
    name: NameArgument,
    *,
    because: Annotated[str, typer.Option(help="Why, in a sentence.", metavar="WHY")] = "",
    environment: EnvironmentOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Trip a breaker by hand: what it does, it does until somebody else resets it."""
    from fitgate.core.breaker.because import number
    from fitgate.core.breaker.moves import State
    from fitgate.core.breaker.told import move_draft
    from fitgate.core.records.controls import Tripped
    from fitgate.core.words.breaker import effect_words, name_words

    _reason(because, "--because: a breaker is not tripped without a reason")
    with home(ledger, clone, repo, policy, create=True) as at_home:
        watched, known = at_home.one(name, environment), at_home.known
        breaker, where = watched.breaker, watched.environment
        already = known.recorded(breaker, where).state is State.OPEN
        level = known.level(watched)
        record = Tripped(
            breaker=name,
            then=breaker.then,
            because=because,
            metric=watched.metric,
            value=number(level.value),
            limit=number(watched.limit),
            environment=where,
            owner=breaker.owner or None,
            by=by or asked.reviewer(),
            dry=watched.dry,
        )
        made = move_draft(record, known.as_of)
        written = at_home.write([made])
    if as_json:
        _print_draft(made, written)
        return
    print(f"{name_words(name, where)} {'was open already' if already else 'is open'}.")
    print(f"It does: {effect_words(breaker, dry=watched.dry)}.")
    print(f'Next: fitgate breaker plan {name} --plan "what puts its cause right"')


def plan(
    name: NameArgument,
    *,
    said: Annotated[
        str, typer.Option("--plan", help="What puts its cause right, or where that is.")
    ] = "",
    environment: EnvironmentOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """File the recovery plan of a breaker that has tripped: a reset needs one."""
    from fitgate.core.breaker.moves import State
    from fitgate.core.breaker.told import move_draft
    from fitgate.core.records.controls import RecoveryPlanned
    from fitgate.core.words.breaker import name_words

    _reason(said, "--plan: what puts its cause right")
    with home(ledger, clone, repo, policy) as at_home:
        watched, known = at_home.one(name, environment), at_home.known
        where = watched.environment
        state = known.recorded(watched.breaker, where).state
        if state is not State.OPEN:
            raise UserError(
                f"{name_words(name, where)} is {state.value}: a recovery plan is for one that has "
                "tripped. `fitgate breaker list` shows them all."
            )
        record = RecoveryPlanned(name, by or asked.reviewer(), said, where)
        made = move_draft(record, known.as_of)
        written = at_home.write([made])
    if as_json:
        _print_draft(made, written)
        return
    print(f"{name_words(name, where)}: the plan is filed.")
    print(f"Next: somebody who did not trip it: fitgate breaker reset {name}")


def reset(
    name: NameArgument,
    *,
    because: Annotated[str, typer.Option(help="What was put right.", metavar="WHAT")] = "",
    waiver: Annotated[
        str | None, typer.Option(help="Why its figure may still be bad.", metavar="WHY")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="When the waiver expires: a day, a moment.", metavar="WHEN")
    ] = None,
    environment: EnvironmentOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> None:
    """Reset a breaker: it goes on probation, holds nothing, and opens at once if it is bad again.

    This needs a recovery plan, somebody who did not trip it, and its figure back under yellow or a
    waiver that expires.
    """
    from fitgate.core.breaker.resetting import Asked, lacking
    from fitgate.core.breaker.told import move_draft
    from fitgate.core.records.controls import Reset
    from fitgate.core.words.breaker import name_words

    who = by or asked.reviewer()
    end = None if until is None else asked.moment(until, "--until")
    with home(ledger, clone, repo, policy) as at_home:
        watched, known = at_home.one(name, environment), at_home.known
        where = watched.environment
        walk = known.recorded(watched.breaker, where)
        wanted = Asked(who, waiver, end)
        missing = lacking(walk, known.level(watched), known.entitled, wanted, known.as_of)
        if missing:
            listed = "\n".join(f"  {each.what}: {each.remedy}" for each in missing)
            raise UserError(f"{name_words(name, where)} cannot be reset:\n{listed}")
        record = Reset(name, "probation", who, because, where, waiver, end, dry=watched.dry)
        made = move_draft(record, known.as_of)
        written = at_home.write([made])
    if as_json:
        _print_draft(made, written)
        return
    print(f"{name_words(name, where)} is on probation: it holds nothing.")
    print(
        "It opens at once when its figure is over the limit again, and closes once it has stayed "
        "green for a week."
    )


def drill(
    name: NameArgument,
    *,
    environment: EnvironmentOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    policy: PolicyOption = None,
    clone: PathOption = Path(),
    ledger: LedgerOption = None,
    repo: RepoOption = None,
) -> int:
    """Trip and reset a breaker on purpose, on a copy, and write down whether it worked.

    A made-up operation is judged while it is open: it must be held as the policy says. No real
    change is held meanwhile. Exit code 1 if anything was not as it should be.
    """
    from fitgate.core.acting import ACTING
    from fitgate.core.breaker import drilling
    from fitgate.core.breaker.moves import State
    from fitgate.core.words.breaker import name_words

    who = by or asked.reviewer()
    with home(ledger, clone, repo, policy, create=True) as at_home:
        watched, known = at_home.one(name, environment), at_home.known
        where, breaker = watched.environment, watched.breaker
        if watched.metric not in ACTING:
            raise UserError(
                f"{name_words(name, where)} only advises ({watched.metric} stops nothing): there "
                "is nothing to drill."
            )
        if known.recorded(breaker, where, dry=False).state is State.OPEN:
            raise UserError(f"{name_words(name, where)} is open: that is no drill. Reset it first.")
        done = drilling.drill(at_home.file, known, breaker, where, who)
        drafts = drilling.drafts(done, watched, who, known.as_of)
        at_home.write(drafts)
    if as_json:
        steps = [{"did": s.did, "saw": s.saw, "ok": s.ok} for s in done.steps]
        print(
            json.dumps(
                {"breaker": name, "environment": where, "worked": done.worked, "steps": steps},
                indent=2,
            )
        )
    else:
        for step in done.steps:
            print(f"{'✓' if step.ok else '✗'} {step.did}: {step.saw}")
        worked = "worked" if done.worked else "DID NOT WORK: it would not hold what it should"
        print(f"{name_words(name, where)} {worked}. This is on record; nothing real was held.")
    return 0 if done.worked else 1


def _reason(said: str, missing: str) -> None:
    if not said.strip():
        raise typer.BadParameter(f"say {missing}")


def _print_draft(made: Draft, written: int) -> None:
    from fitgate.core.entries import moment

    told = {"kind": made.kind, "key": made.key, "at": moment(made.at), **made.body}
    print(json.dumps({"entry": told, "written": bool(written)}, indent=2))
