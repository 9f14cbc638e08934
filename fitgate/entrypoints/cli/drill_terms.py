"""What is asked of a drill on a command line, and how one is written down."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.core.chain import read
from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.ledgers import entries_of
from fitgate.errors import UserError

if TYPE_CHECKING:
    from pydantic.types import JsonValue

    from fitgate.core.chronicle import Told
    from fitgate.core.drills import Objectives
    from fitgate.core.reading import PolicyFile
    from fitgate.core.records.controls import Drilled
    from fitgate.ports import Ledger

NONE = "none"
MOST_OF_A_NAME = 1_000


class What(StrEnum):
    """What is rehearsed."""

    ROLLBACK = "rollback"
    PURGE = "purge"
    DISABLE = "disable"
    STAGED_ROLLBACK = "staged-rollback"


NameOption = Annotated[
    str | None, typer.Option(help="The schedule that it is of, as the policy calls it.")
]
ChangeOption = Annotated[
    str | None,
    typer.Option(help="The change whose way back it is: its id, commit or #12.", metavar="ID"),
]
WhatOption = Annotated[What, typer.Option(help="What was rehearsed.")]
RtoOption = Annotated[
    str | None,
    typer.Option(
        help="How long recovery may take, or none; else as the policy says.", metavar="PT1H"
    ),
]
RpoOption = Annotated[
    str | None,
    typer.Option(help="How much may be lost, or none; else as the policy says.", metavar="PT15M"),
]
LossOption = Annotated[
    str | None,
    typer.Option(help="How much was lost, where nothing measures it.", metavar="PT5M"),
]
KeyOption = Annotated[
    str | None,
    typer.Option(help="What it is called, so that the same told twice is one.", metavar="K"),
]


def objectives_asked(
    file: PolicyFile, name: str | None, rto: str | None, rpo: str | None
) -> tuple[Objectives, str]:
    """Return what a drill must meet, and in words who says so."""
    from fitgate.core.drills import objectives

    asks = objectives(file.policy, name)
    if rto is not None:
        asks = replace(asks, rto=_limit(rto, "--rto"))
    if rpo is not None:
        asks = replace(asks, rpo=_limit(rpo, "--rpo"))
    said = file.source if file.commit is None else f"{file.source} at {file.commit[:10]}"
    by_hand = None not in {rto, rpo}
    return asks, "as said" if by_hand else f"as {said} says"


def _limit(said: str, option: str) -> timedelta | None:
    return None if said.casefold() == NONE else asked.length(said, option)


def ended_at(said: str | None, now: datetime) -> datetime:
    """Return when something ended that was told from outside.

    Raises:
        UserError: when that is yet to come.
    """
    at = asked.moment_in_utc(said, "--at") if said else now
    if at > now:
        raise UserError(f"--at {said} is yet to come.")
    return at


def change_meant(ledger: Ledger, said: str | None) -> str | None:
    """Return the id of the change that is meant; one that has not landed yet is told on stderr.

    Raises:
        UserError: when no landing is called so, or several may be.
    """
    from fitgate.core.interchange.landings import Landings
    from fitgate.core.words.interchange import not_landed_yet

    if said is None:
        return None
    landings = Landings(entries_of(ledger))
    try:
        change = landings.meant(said)
    except ValueError as exc:
        raise UserError(f"--change: {exc}") from exc
    if change not in landings.first:
        print(f"fitgate: {not_landed_yet([change])}", file=sys.stderr)
    return change


def write(
    ledger: Ledger, drills: Iterable[tuple[datetime, str, Drilled]], log: bytes
) -> frozenset[str]:
    """Write drills down by their keys, with their log; returns the keys that were not known."""
    from fitgate.core.records import draft

    drafts = [draft(drill, at, key) for at, key, drill in drills]
    written = ledger.append(drafts, asked.now(), [log] if log else [])
    return frozenset(entry.key for entry in read(written))


def write_apart(
    ledger: Ledger, at: datetime, drill: Drilled, log: bytes, same: Callable[[Told[Drilled]], bool]
) -> tuple[Drilled, bool]:
    """Write a drill down under a name of its own, which gets a number if others took it.

    `same` says whether what has the name already is this very drill. Returns what is on record, and
    whether it was before.

    Raises:
        UserError: when there are too many of one name.
    """
    for number in range(1, MOST_OF_A_NAME + 1):
        named = drill if number == 1 else replace(drill, drill=f"{drill.drill}-{number}")
        key = drill_key(named)
        if write(ledger, [(at, key, named)], log):
            return named, False
        held = on_record(ledger, [key]).get(key)
        if held is not None and same(held):
            return held.record, True
    raise UserError(f"{drill.drill}: {MOST_OF_A_NAME} drills are called so. Say another --name.")


def drill_key(drill: Drilled) -> str:
    """Return what the entry of a drill is called."""
    return f"drilled/{drill.drill}"


def on_record(ledger: Ledger, keys: Collection[str]) -> dict[str, Told[Drilled]]:
    """Return the drills that the ledger holds under these keys."""
    from fitgate.core.chronicle import Told
    from fitgate.core.records import record_of
    from fitgate.core.records.controls import Drilled

    return {
        entry.key: Told(entry.seq, entry.at, entry.recorded_at, record)
        for entry in entries_of(ledger)
        if entry.key in keys and isinstance(record := record_of(entry), Drilled)
    }


def drill_json(drill: Drilled) -> dict[str, JsonValue]:
    """Return a drill as JSON values; lengths in seconds."""
    from fitgate.core.records import record_adapter

    document: dict[str, JsonValue] = record_adapter("Drilled").dump_python(drill, mode="json")
    return document


def show(drill: Drilled, *, as_json: bool, known: bool = False) -> None:
    """Print how a drill ended."""
    from fitgate.core.words.drills import ended

    if as_json:
        print(json.dumps(drill_json(drill) | {"known": known}))
    else:
        print(f"{ended(drill)}{'; it is written down already' if known else ''}")
