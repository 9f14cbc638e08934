"""The pilot pack's change log and drill log, as CSV: read, and written (fit.md 3.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from fitgate.core.entries import moment
from fitgate.core.interchange.category_keys import CategoryKeys
from fitgate.core.interchange.moments import past, utc
from fitgate.core.interchange.tables import Columns, Log, Reader, Table, by_line, name_in
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature

R = TypeVar("R")

CHANGES = Columns(
    ("change_id", "effective_ts_utc", "closure_ts_utc", "is_io", "io_category", "bypass", "notes")
)
DRILLS = Columns(
    ("drill_id", "change_id", "date_utc", "rto_minutes", "rpo_minutes", "success", "notes")
)
_SEVERAL = ";"
_MINUTE = 60
_NEARLY = Decimal("0.01")
_LONGEST = 10**9
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FLAGS = {"0": False, "1": True}
_NOT_IO = Nature(is_io=False)


@dataclass(frozen=True, slots=True)
class PilotChange:
    """A row of the change log; a negative lag is kept as it is (fit.md A7)."""

    change: str
    effective: datetime
    closure: datetime | None
    nature: Nature
    bypass: bool
    note: str


@dataclass(frozen=True, slots=True)
class PilotDrill:
    """A row of the drill log: whether it succeeded is told, nothing of it was measured."""

    drill: str
    change: str | None
    at: datetime
    rto: int | None
    rpo: int | None
    success: bool
    note: str


def read_changes(table: Table, policy: Policy, as_of: datetime) -> Log[PilotChange]:
    """Read a change log; every cell that cannot be is in `wrong`, by line and column."""
    keys = CategoryKeys(policy)
    return _read(table, lambda cells: _change_in(cells, keys, as_of), lambda each: each.change)


def read_drills(table: Table, as_of: datetime) -> Log[PilotDrill]:
    """Read a drill log, as `read_changes` does."""
    return _read(table, lambda cells: _drill_in(cells, as_of), lambda each: each.drill)


def _read(table: Table, read: Callable[[Reader], R | None], called: Callable[[R], str]) -> Log[R]:
    problems = [*table.wrong]
    rows: dict[int, R] = {}
    first: dict[str, int] = {}
    for row in table.rows:
        cells = Reader(table, row)
        made = read(cells)
        if made is not None:
            line = first.setdefault(called(made), row.line)
            if line != row.line:
                message = f"`{called(made)}` stands on line {line} already"
                cells.wrong(table.header[0], message, "keep one of them")
            rows[row.line] = made
        problems += cells.problems
    return Log(table, rows, tuple(by_line(problems)))


def _change_in(cells: Reader, keys: CategoryKeys, as_of: datetime) -> PilotChange | None:
    change = cells.needed("change_id", name_in)
    effective = cells.needed("effective_ts_utc", lambda text: past(utc(text), as_of))
    closure = cells.read("closure_ts_utc", lambda text: past(utc(text), as_of))
    is_io, bypass = cells.needed("is_io", _flag), cells.read("bypass", _flag)
    nature = _NOT_IO
    if is_io:
        parts = (part.strip() for part in cells.text("io_category").split(_SEVERAL))
        try:
            nature = keys.nature(tuple(filter(None, parts)))
        except ValueError as exc:
            cells.wrong("io_category", *exc.args)
    if change is None or effective is None or is_io is None:
        return None
    return PilotChange(change, effective, closure, nature, bool(bypass), cells.text("notes"))


def _drill_in(cells: Reader, as_of: datetime) -> PilotDrill | None:
    drill = cells.needed("drill_id", name_in)
    at = cells.needed("date_utc", lambda text: past(_day(text), as_of))
    rto, rpo = cells.read("rto_minutes", _minutes), cells.read("rpo_minutes", _minutes)
    success = cells.needed("success", _flag)
    change = cells.read("change_id", name_in)
    if drill is None or at is None or success is None:
        return None
    return PilotDrill(drill, change, at, rto, rpo, success, cells.text("notes"))


def _flag(text: str) -> bool:
    if text.strip() not in _FLAGS:
        raise ValueError(f"cannot be {text!r}: say 0 or 1")
    return _FLAGS[text.strip()]


def _day(text: str) -> datetime:
    """Read a day, which is its beginning, or a moment in UTC."""
    if _DAY.fullmatch(text.strip()):
        try:
            return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
        except ValueError:
            raise ValueError(f"{text!r} is no day of the calendar") from None
    return utc(text)


def _minutes(text: str) -> int:
    """Read minutes as seconds; four decimals tell every second apart."""
    try:
        told = Decimal(text.strip()) * _MINUTE
        whole = int(told.to_integral_value())
        exact = abs(told - whole) <= _NEARLY
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(f"{text!r} is no number of minutes") from None
    if not 0 <= whole <= _LONGEST:
        raise ValueError(f"{text!r} cannot be: from 0 to {_LONGEST // _MINUTE} minutes")
    if not exact:
        raise ValueError(f"{text!r} is no whole number of seconds")
    return whole


def change_values(change: PilotChange, keys: CategoryKeys) -> tuple[str, ...]:
    """Return a change as the cells of CHANGES."""
    categories = map(keys.key, change.nature.categories if change.nature.is_io else ())
    return (
        change.change,
        moment(change.effective),
        moment(change.closure) if change.closure else "",
        str(int(bool(change.nature.is_io))),
        _SEVERAL.join(dict.fromkeys(categories)),
        str(int(change.bypass)),
        change.note,
    )


def drill_values(drill: PilotDrill) -> tuple[str, ...]:
    """Return a drill as the cells of DRILLS; a day stands for its beginning."""
    at = moment(drill.at)
    return (
        drill.drill,
        drill.change or "",
        at.removesuffix("T00:00:00Z"),
        _in_minutes(drill.rto),
        _in_minutes(drill.rpo),
        str(int(drill.success)),
        drill.note,
    )


def _in_minutes(told: int | None) -> str:
    if told is None:
        return ""
    return f"{Decimal(told) / _MINUTE:.4f}".rstrip("0").rstrip(".")
