"""`fitgate drill run`: run the way back on this machine, measure it, and write down what came."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.core.inert import inert
from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.drill_terms import (
    ChangeOption,
    LossOption,
    NameOption,
    RpoOption,
    RtoOption,
    What,
    WhatOption,
    change_meant,
    drill_json,
    objectives_asked,
    show,
    write_apart,
)
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption, governing
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption, opened
from fitgate.errors import LedgerError, UserError

if TYPE_CHECKING:
    from fitgate.core.drills import Objectives, Rehearsed
    from fitgate.core.reading import PolicyFile
    from fitgate.core.records.controls import Drilled

_LONGEST = timedelta(hours=4)
_TIMES = 4
_LINES = 10


def run(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            help="The way back, after `--`. No shell reads it. Without one, that of the schedule.",
            metavar="-- COMMAND...",
        ),
    ] = None,
    *,
    name: NameOption = None,
    change: ChangeOption = None,
    what: WhatOption = What.ROLLBACK,
    rto: RtoOption = None,
    rpo: RpoOption = None,
    verify: Annotated[
        str | None,
        typer.Option(
            help="What exits with 0 once all is restored; asked every second. Without it the way"
            " back itself tells.",
            metavar="COMMAND",
        ),
    ] = None,
    loss: LossOption = None,
    loss_command: Annotated[
        str | None,
        typer.Option(
            help="What prints, last, how much was lost: PT5M, or seconds.", metavar="COMMAND"
        ),
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(help="When to give up; else four times the RTO, or PT4H.", metavar="PT2H"),
    ] = None,
    note: Annotated[str, typer.Option(help="What else there is to say.")] = "",
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> int:
    """Run the way back, measure how long it takes to be restored, and write down what came of it.

    Exits with 0 if it passed, with 1 if it failed. What the commands print is kept in the ledger:
    let them print no secrets. ^C ends all that was started, and nothing is written down.
    """
    from fitgate.bootstrap import rehearse, stopwatch
    from fitgate.core import drills
    from fitgate.core.words.drills import asked_words, no_loss_known

    if loss is not None and loss_command is not None:
        raise typer.BadParameter("say one of --loss and --loss-command")
    file = governing(clone, policy)
    asks, source = objectives_asked(file, name, rto, rpo)
    if asks.rpo is not None and loss is None and loss_command is None:
        raise UserError(no_loss_known(asks.rpo, "--loss-command, which measures it, or "))
    told = asked.length(loss, "--loss") if loss is not None else None
    limit = asked.length(timeout, "--timeout") if timeout else _limit(asks)
    way_back = tuple(command or ()) or _scheduled(file, name)
    plan = drills.Rehearsal(
        way_back, limit, _words(verify, "--verify"), _words(loss_command, "--loss-command")
    )
    for each in (plan.command, plan.verify, plan.loss):
        _runnable(each)
    with opened(ledger, clone, repo, create=True) as book:
        change = change_meant(book, change)  # nothing is held open while hours may go by
    if not as_json:
        said = "" if command else f"; runs `{shlex.join(way_back)}`, as it says"
        print(f"to meet: {asked_words(asks, source)}{said}", file=sys.stderr)
    began = asked.now()
    try:
        with stopwatch(shown=sys.stderr.isatty()) as tell:
            came = rehearse(plan, tell)
    except KeyboardInterrupt:
        print("fitgate: stopped; nothing was written down", file=sys.stderr)
        raise
    ended = asked.now()
    drill = _drilled(came, asks, told, f"{name or what}-{began:%Y%m%dT%H%M%SZ}")
    said = "; ".join(filter(None, (note, came.went)))
    drill = replace(drill, name=name, change=change, what=what.value, note=said)
    try:
        with opened(ledger, clone, repo, create=True) as book:
            # Another run may have begun in the same second: this one is none of what is there.
            drill, _ = write_apart(book, ended, drill, came.log, lambda _: False)
    except LedgerError:
        print(f"fitgate: not written down: {json.dumps(drill_json(drill))}", file=sys.stderr)
        raise
    show(drill, as_json=as_json)
    if not as_json and not drill.passed:
        for line in came.log.decode(errors="replace").splitlines()[-_LINES:]:
            print(f"  {inert(line, 200)}")
    return 0 if drill.passed else 1


def _scheduled(file: PolicyFile, name: str | None) -> tuple[str, ...]:
    """Return the way back that the policy's schedule of that name names.

    Raises:
        UserError: when it names none.
    """
    known = next((each for each in file.policy.drills if each.name == name), None)
    if known is None or known.command is None:
        whose = f"The schedule {name!r} of {file.source} names none" if known else "There is none"
        raise UserError(f"Which way back? {whose}: write it after `--`.")
    return _words(known.command, f"`drills` of {file.source}: command")


def _limit(asks: Objectives) -> timedelta:
    return _LONGEST if not asks.rto else asks.rto * _TIMES


def _words(said: str | None, option: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(said or ""))
    except ValueError as exc:
        raise UserError(f"{option} {said!r} cannot be taken apart: {exc}.") from exc
    if said is not None and not words:
        raise UserError(f"{option} is empty.")
    return words


def _runnable(command: Sequence[str]) -> None:
    """Make sure that a program is there before anything is begun.

    Raises:
        UserError: when it is not found.
    """
    if command and "/" not in command[0] and shutil.which(command[0]) is None:
        hint = " To have a shell read a line, write sh -c '…'." if " " in command[0] else ""
        raise UserError(f"`{command[0]}` is not a program that is found on PATH.{hint}")


def _drilled(came: Rehearsed, asks: Objectives, told: timedelta | None, name: str) -> Drilled:
    from fitgate.core.canonical import sha256
    from fitgate.core.drills import seconds, shortfalls
    from fitgate.core.records.controls import Drilled

    restored = came.found.restored
    found = came.found if told is None or not restored else replace(came.found, loss=told)
    return Drilled(
        drill=name,
        passed=not shortfalls(found, asks),
        restored=found.restored,
        recovery=seconds(found.recovery),
        loss=seconds(found.loss),
        rto=seconds(asks.rto),
        rpo=seconds(asks.rpo),
        source="fitgate drill run",
        log=sha256(came.log),
        told=("loss",) if found is not came.found else (),
    )
