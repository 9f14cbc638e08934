"""`fitgate drill record` and `import`: drills done by hand, and those that ran elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.drill_terms import (
    ChangeOption,
    KeyOption,
    LossOption,
    NameOption,
    RpoOption,
    RtoOption,
    What,
    WhatOption,
    change_meant,
    drill_json,
    drill_key,
    ended_at,
    objectives_asked,
    on_record,
    show,
    write,
    write_apart,
)
from fitgate.entrypoints.cli.governing import PathOption, PolicyOption, governing
from fitgate.entrypoints.cli.ledgers import LedgerOption, RepoOption, opened
from fitgate.errors import UserError

if TYPE_CHECKING:
    from fitgate.core.chronicle import Told
    from fitgate.core.drills import Measured, Objectives
    from fitgate.core.interchange.rehearsals import Elsewhere
    from fitgate.core.records.controls import Drilled
    from fitgate.ports import Ledger


class Form(StrEnum):
    """What a file is of."""

    JUNIT = "junit"
    CHAOSTOOLKIT = "chaostoolkit"
    WORKFLOW_RUN = "workflow-run"


def record(
    *,
    name: NameOption = None,
    passed: Annotated[bool, typer.Option("--passed", help="All was restored in time.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="It was not.")] = False,
    at: Annotated[
        str | None, typer.Option(help="When it ended, in UTC; else now.", metavar="TIME")
    ] = None,
    recovery: Annotated[str | None, typer.Option(help="How long it took.", metavar="PT40M")] = None,
    loss: LossOption = None,
    change: ChangeOption = None,
    what: WhatOption = What.ROLLBACK,
    rto: RtoOption = None,
    rpo: RpoOption = None,
    note: Annotated[str, typer.Option(help="What broke, what would have prevented it.")] = "",
    log: Annotated[
        Path | None, typer.Option(help="What was said; it is kept in the ledger.", metavar="FILE")
    ] = None,
    key: KeyOption = None,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Write down a drill that was done by hand; it is marked as self-reported.

    --passed is believed where nothing was measured, and refused where what is said to have been
    measured is over the RTO or the RPO.
    """
    from fitgate.core import drills
    from fitgate.core.canonical import sha256
    from fitgate.core.records.controls import Drilled

    if passed == failed:
        raise typer.BadParameter("say one of --passed and --failed")
    now = asked.now()
    over = ended_at(at, now)
    found = drills.Measured(
        passed or None,
        asked.length(recovery, "--recovery") if recovery else None,
        asked.length(loss, "--loss") if loss else None,
    )
    asks, source = objectives_asked(governing(clone, policy), name, rto, rpo)
    if passed:
        _believable(found, asks, source)
    said = asked.bytes_of(log) if log else b""
    drill = Drilled(
        drill=key or f"{name or what}-{over:%Y%m%dT%H%M%SZ}",
        passed=passed,
        what=what.value,
        name=name,
        restored=found.restored,
        recovery=drills.seconds(found.recovery),
        loss=drills.seconds(found.loss),
        rto=drills.seconds(asks.rto),
        rpo=drills.seconds(asks.rpo),
        self_reported=True,
        source="fitgate drill record",
        log=sha256(said) if log else None,
        note=note,
    )

    def same(held: Told[Drilled]) -> bool:
        """Say whether it is told again; what a policy asks since then is no other drill."""
        told = replace(held.record, drill=drill.drill, rto=drill.rto, rpo=drill.rpo)
        return told == drill and (held.at == over or at is None)

    with opened(ledger, clone, repo, create=True) as book:
        drill = replace(drill, change=change_meant(book, change))
        if key is None:
            drill, known = write_apart(book, over, drill, said, same)
        else:
            drill, known = _named(book, key, (over, drill), said, same)
    show(drill, as_json=as_json, known=known)


def _named(
    book: Ledger,
    key: str,
    ended: tuple[datetime, Drilled],
    log: bytes,
    same: Callable[[Told[Drilled]], bool],
) -> tuple[Drilled, bool]:
    """Write a drill down under the key that was given; returns as `write_apart`.

    Raises:
        UserError: when the ledger says otherwise under that key.
    """
    if write(book, [(ended[0], key, ended[1])], log):
        return ended[1], False
    held = on_record(book, [key]).get(key)
    if held is None or not same(held):
        number = "an entry" if held is None else f"entry {held.seq}"
        raise UserError(
            f"--key {key}: {number} of the ledger is called so and says otherwise. An entry is "
            "never changed: choose another key."
        )
    return held.record, True


def _believable(found: Measured, asks: Objectives, source: str) -> None:
    """Make sure that what is said to have passed did not by its own figures fail.

    Raises:
        UserError: when it did.
    """
    from fitgate.core.drills import Objectives
    from fitgate.core.words.drills import why_not

    known = Objectives(
        None if found.recovery is None else asks.rto, None if found.loss is None else asks.rpo
    )
    if why := "; ".join(why_not(found, known)):
        raise UserError(f"That is no pass: {why} ({source}). Say --failed.")


def import_(
    file: Annotated[str, typer.Argument(help="A file, or - for stdin.", metavar="FILE")],
    *,
    form: Annotated[
        Form | None, typer.Option("--format", help="What it is; else as it looks.")
    ] = None,
    name: NameOption = None,
    change: ChangeOption = None,
    what: WhatOption = What.ROLLBACK,
    rto: RtoOption = None,
    rpo: RpoOption = None,
    loss: LossOption = None,
    at: Annotated[
        str | None, typer.Option(help="When it ended, where the file tells no time.", metavar="T")
    ] = None,
    clone: PathOption = Path(),
    policy: PolicyOption = None,
    ledger: LedgerOption = None,
    repo: RepoOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Take over a drill that ran elsewhere: a workflow run, a JUnit file, a Chaos Toolkit journal.

    The file is kept in the ledger. What was cancelled, skipped or only tried out is no drill, and
    refused. The same file twice is one drill.
    """
    from fitgate.core.canonical import sha256
    from fitgate.core.interchange.rehearsals import read_elsewhere
    from fitgate.core.words.drills import no_loss_known

    now = asked.now()
    over = ended_at(at, now) if at else None
    content = asked.bytes_of(file)
    text = asked.decoded(content, file)
    found = read_elsewhere(text, file, form.value if form else None, now, over)
    asks, _ = objectives_asked(governing(clone, policy), name, rto, rpo)
    told = asked.length(loss, "--loss") if loss is not None else None
    if asks.rpo is not None and told is None and any(each.restored for each in found):
        raise UserError(no_loss_known(asks.rpo))
    drills = [
        replace(
            _taken_over(each, asks, told),
            name=name,
            what=what.value,
            log=sha256(content),
        )
        for each in found
    ]
    with opened(ledger, clone, repo, create=True) as book:
        meant = change_meant(book, change)
        entries = {
            drill_key(drill): (each.at, replace(drill, change=meant))
            for each, drill in zip(found, drills, strict=True)
        }
        new = write(book, [(when, key, drill) for key, (when, drill) in entries.items()], content)
        # What is known stays as it was told first: that is shown, not what is said of it now.
        held = on_record(book, entries.keys() - new) if entries.keys() - new else {}
    shown = {key: held[key].record if key in held else drill for key, (_, drill) in entries.items()}
    if as_json:
        print(json.dumps([drill_json(drill) for drill in shown.values()]))
        return
    for key, drill in shown.items():
        show(drill, as_json=False, known=key not in new)


def _taken_over(each: Elsewhere, asks: Objectives, told: timedelta | None) -> Drilled:
    from fitgate.core.drills import Measured, seconds, shortfalls
    from fitgate.core.records.controls import Drilled

    loss = told if each.restored else None
    found = Measured(each.restored, each.recovery if each.restored else None, loss)
    return Drilled(
        drill=each.drill,
        passed=not shortfalls(found, asks),
        restored=each.restored,
        recovery=seconds(found.recovery),
        loss=seconds(loss),
        rto=seconds(asks.rto),
        rpo=seconds(asks.rpo),
        source=each.source,
        note=each.note,
        told=() if loss is None else ("loss",),
    )
