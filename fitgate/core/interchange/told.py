"""Landings, evaluations and incidents that are told from outside, one a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast, get_args

from fitgate.core.classes import derive, in_order
from fitgate.core.entries import Draft, Entry, moment
from fitgate.core.interchange.landings import Landings
from fitgate.core.interchange.moments import past, utc
from fitgate.core.interchange.named import REMEDY, Named
from fitgate.core.interchange.tables import Columns, Reader, Table, by_line, name_in
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import Evaluated, Incident, Landed, Stage
from fitgate.core.shapes import did_you_mean
from fitgate.core.standing import Standing
from fitgate.errors import ImportProblemsError, Problem

Kind = Literal["landed", "evaluated", "incident"]
COLUMNS: Mapping[Kind, Columns] = {
    "landed": Columns(
        ("change", "at"),
        ("stage", "environment", "io", "category", "required", "commit", "number", "note", "key"),
    ),
    "evaluated": Columns(("change", "name", "result", "at"), ("pre_landing", "source", "key")),
    "incident": Columns(("incident", "at"), ("change", "severity", "note", "key")),
}
SEVERAL = ";"
"""What stands between the values of a cell that may hold several."""
_PLACE = ("change", "stage", "environment")
_SAID_BY = {
    "nature": ("io", "category"), "required": ("required",), "commit": ("commit",),
    "number": ("number",), "note": ("note",),
}  # fmt: skip
"""What stands in the body of a landing beside its place, and the columns that say it."""
_YES = {"yes": True, "no": False, "1": True, "0": False, "true": True, "false": False}
_IO: Mapping[str, bool | None] = {**_YES, "unknown": None}


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of what is told: landings, entries by their key, its repository."""

    landings: Landings = field(default_factory=Landings)
    entries: Mapping[str, Entry] = field(default_factory=dict)
    named: Named = field(default_factory=Named)


def told_drafts(
    kind: Kind, table: Table, policy: Policy, as_of: datetime, known: Known
) -> tuple[Draft, ...]:
    """Return what is to be written down, a draft a row; what is known already is among it.

    Raises:
        ImportProblemsError: with every cell that cannot be, by line and column.
    """
    drafts, problems = _read(kind, table, policy, as_of, known)
    if problems:
        raise ImportProblemsError(table.source, by_line(problems))
    return tuple(drafts)


def keys_of(
    kind: Kind, table: Table, policy: Policy, as_of: datetime, landings: Landings
) -> tuple[str, ...]:
    """Return what the rows of a table are called, as far as that can be told."""
    return tuple(each.key for each in _read(kind, table, policy, as_of, Known(landings))[0])


def not_landed(drafts: Iterable[Draft], landings: Landings) -> tuple[str, ...]:
    """Return the changes that something is told of and that the ledger has no landing of yet."""
    told = (str(each.body["change"]) for each in drafts if "change" in each.body)
    return tuple(dict.fromkeys(change for change in told if change not in landings.first))


def _read(
    kind: Kind, table: Table, policy: Policy, as_of: datetime, known: Known
) -> tuple[list[Draft], list[Problem]]:
    read: Callable[[Reader, Policy, datetime, Known], Draft | None] = {
        "landed": _landed, "evaluated": _evaluated, "incident": _incident,
    }[kind]  # fmt: skip
    problems = [*table.wrong]
    drafts: list[Draft] = []
    first: dict[str, int] = {}
    for row in table.rows:
        cells = Reader(table, row)
        made = read(cells, policy, as_of, known)
        if made is not None:
            _once(cells, made, first, known)
            _own(cells, made, known)
            drafts.append(made)
        problems += cells.problems
    return drafts, problems


def _once(cells: Reader, made: Draft, first: dict[str, int], known: Known) -> None:
    """Make sure that one key says one thing, in the file and in the ledger."""
    column = "key" if cells.text("key") else cells.table.header[0]
    line = first.setdefault(made.key, cells.row.line)
    if line != cells.row.line:
        cells.wrong(column, f"is the same as line {line}: `{made.key}`", "keep one of them")
    entry = known.entries.get(made.key)
    if entry and not _agrees(cells, made, entry):
        message = f"entry {entry.seq} of the ledger is called `{made.key}` and says otherwise"
        cells.wrong(column, message, "an entry is never changed: choose another key")


def _own(cells: Reader, made: Draft, known: Known) -> None:
    """Make sure that the change is none of another repository on the same forge."""
    other = known.named.anothers(str(made.body.get("change", "")))
    if other is not None:
        message = f"is a change of {other}, and this is the ledger of {known.named.last}"
        cells.wrong("change", message, REMEDY)


def _agrees(cells: Reader, made: Draft, entry: Entry) -> bool:
    """Say whether an entry says what is told; of a landing, what is left out says nothing."""
    if (entry.kind, entry.at) != (made.kind, made.at):
        return False
    if made.kind != "Landed":
        return entry.body == made.body
    said = {name for name, columns in _SAID_BY.items() if any(map(cells.said, columns))}
    return all(entry.body.get(name) == made.body.get(name) for name in (*_PLACE, *said))


def _key(cells: Reader, otherwise: str) -> str:
    return cells.read("key", name_in) or otherwise


def _at(cells: Reader, as_of: datetime) -> datetime | None:
    return cells.needed("at", lambda text: past(utc(text), as_of))


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name_in(part) for part in text.split(SEVERAL) if part.strip()))


def _one_of(choices: Mapping[str, bool | None]) -> Callable[[str], bool | None]:
    def parse(text: str) -> bool | None:
        if text.strip().casefold() not in choices:
            raise ValueError(f"cannot be {text!r}: say {', '.join(choices)}")
        return choices[text.strip().casefold()]

    return parse


def _stage(text: str) -> Stage:
    if text.strip() not in get_args(Stage):
        raise ValueError(f"cannot be {text!r}: say {', '.join(get_args(Stage))}")
    return cast("Stage", text.strip())


def _number(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _landed(cells: Reader, policy: Policy, as_of: datetime, known: Known) -> Draft | None:
    change = cells.needed("change", lambda text: known.landings.new(name_in(text)))
    at = _at(cells, as_of)
    stage = cells.read("stage", _stage) or policy.boundary.effective
    environment = cells.read("environment", name_in)
    nature = _nature(cells, policy)
    required = cells.read("required", _several) or policy.boundary.closure.checks or None
    number = cells.read("number", _number)
    commit = cells.read("commit", name_in)
    place = "/".join(filter(None, (change, stage, environment)))
    key = _key(cells, f"landed/{place}")
    if change is None or at is None:
        return None
    if held := known.landings.at.get((change, stage, environment)):
        key = held.key  # one change lands once at one place, whatever that was called
    record = Landed(
        change=change,
        stage=stage,
        nature=nature,
        standing=Standing.NOT_IO if nature.is_io is False else Standing.UNJUDGED,
        mode=policy.mode,
        environment=environment,
        commit=commit,
        number=number,
        required=required,
        note=cells.text("note"),
    )
    return draft(record, at, key)


def _nature(cells: Reader, policy: Policy) -> Nature:
    """Return what a change is told to be; of a category, it is one, and else it is not known."""
    categories = cells.read("category", _several) or ()
    for name in categories:
        if name not in policy.taxonomy:
            remedy = did_you_mean(name, policy.taxonomy)
            cells.wrong("category", f"there is no category `{name}`", remedy)
    told = cells.text("io").strip()
    is_io = cells.read("io", _one_of(_IO)) if told else True if categories else None
    if is_io is False and categories:
        cells.wrong("category", "is told of what is told to be no IO")
    ordered = in_order(policy, categories)
    return Nature(is_io, ordered, derive(policy, (), ordered).classes if is_io else ())


def _evaluated(cells: Reader, _: Policy, as_of: datetime, known: Known) -> Draft | None:
    change = cells.needed("change", lambda text: known.landings.meant(name_in(text)))
    name = cells.needed("name", name_in)
    result, at = cells.needed("result", _result), _at(cells, as_of)
    early = bool(cells.read("pre_landing", _one_of(_YES)))
    if change is None or name is None or result is None or at is None:
        return None
    landed = known.landings.first.get(change)
    if early and landed is not None and at > landed:
        cells.wrong("at", f"is after the change landed ({moment(landed)}), not before it")
    record = Evaluated(change, name, result, early, cells.text("source"))
    return draft(record, at, _key(cells, f"evaluated/{change}/{name}/{result}/{moment(at)}"))


def _result(text: str) -> Literal["passed", "failed"]:
    match text.strip().casefold():
        case "passed":
            return "passed"
        case "failed":
            return "failed"
        case _:
            raise ValueError(f"cannot be {text!r}: say passed or failed")


def _incident(cells: Reader, _: Policy, as_of: datetime, known: Known) -> Draft | None:
    incident, at = cells.needed("incident", name_in), _at(cells, as_of)
    change = cells.read("change", lambda text: known.landings.meant(name_in(text)))
    if incident is None or at is None:
        return None
    landed = known.landings.first.get(change or "")
    if landed is not None and at < landed:
        cells.wrong("at", f"is before the change landed ({moment(landed)}): it cannot be its cause")
    record = Incident(incident, change, cells.text("severity"), cells.text("note"))
    return draft(record, at, _key(cells, f"incident/{incident}"))
