"""What a ledger comes to: one row a landing, and what happened beside; folded entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from fitgate.core.closure import Ended, closure
from fitgate.core.entries import Entry
from fitgate.core.findings import Outcome
from fitgate.core.policy import Layer
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, record_of
from fitgate.core.records.changes import (
    Closed,
    Decided,
    Evaluated,
    Incident,
    Landed,
    Mode,
    PassedBy,
    Reclassified,
    Reverted,
    Seen,
    Stage,
)
from fitgate.core.standing import Standing
from fitgate.errors import BrokenChainError

R = TypeVar("R", bound=Record)
SHORTEST = 7
"""Characters of a commit id that name it."""


def is_called(name: str, change: str, commit: str | None, number: int | None) -> bool:
    """Say whether a person may mean a landing: by its id, its commit's first seven, or #12."""
    if name[:1] in "#!":
        return number is not None and name[1:] == str(number)
    by_commit = len(name) >= SHORTEST and bool(commit and commit.startswith(name))
    return name == change or by_commit


@dataclass(frozen=True, slots=True)
class Row:
    """One landing, and what became of it; a change that was merged and then deployed has two.

    `required` null: no evaluation was declared, so its lag is unknown. `entries` are the numbers
    of the ledger entries that the row is made of.
    """

    change: str
    stage: Stage
    landed_at: datetime
    nature: Nature
    standing: Standing
    mode: Mode
    layer: Layer | None = None
    environment: str | None = None
    commit: str | None = None
    number: int | None = None
    route: str | None = None
    required: tuple[str, ...] | None = None
    bypasses: tuple[PassedBy, ...] = ()
    note: str = ""
    seen_at: datetime | None = None
    allowed_at: datetime | None = None
    closed_at: datetime | None = None
    pre_landing: bool = False
    reverted_at: datetime | None = None
    incidents: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()

    @property
    def lag(self) -> timedelta | None:
        """Return the validation lag, signed; None while the change is not closed (fit.md 1.2)."""
        return None if self.closed_at is None else self.closed_at - self.landed_at

    def is_called(self, name: str) -> bool:
        """Say whether a person may mean it: by its id, seven characters of its commit, or #12."""
        return is_called(name, self.change, self.commit, self.number)


@dataclass(frozen=True, slots=True)
class Told(Generic[R]):
    """A record, when it came about, when it was written down, and the number of its entry."""

    seq: int
    at: datetime
    recorded_at: datetime
    record: R


@dataclass(slots=True)
class _Signals:
    """What was heard of one change, in whatever order."""

    landings: dict[tuple[Stage, str | None], Told[Landed]] = field(default_factory=dict)
    seen: list[datetime] = field(default_factory=list)
    allowed: list[datetime] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    closed: list[tuple[datetime, bool]] = field(default_factory=list)
    reverted: list[datetime] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    nature: Nature | None = None
    decided: Told[Decided] | None = None
    entries: list[int] = field(default_factory=list)

    def row(self, landed: Told[Landed]) -> Row:
        record = landed.record
        closed = min(self.closed, default=None) or closure(record.required, self.ended)
        return Row(
            change=record.change,
            stage=record.stage,
            landed_at=landed.at,
            nature=self.nature or record.nature,
            standing=record.standing,
            mode=record.mode,
            layer=record.layer,
            environment=record.environment,
            commit=record.commit,
            number=record.number,
            route=record.route,
            required=record.required,
            bypasses=record.bypasses,
            note=record.note,
            seen_at=min(self.seen, default=None),
            allowed_at=min(self.allowed, default=None),
            closed_at=closed[0] if closed else None,
            pre_landing=closed[1] if closed else False,
            reverted_at=min(self.reverted, default=None),
            incidents=tuple(self.incidents),
            entries=tuple(self.entries),
        )


class Chronicle:
    """All that the entries told so far come to; entries may come in any order of their `at`."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.seq = self.count = 0
        self._changes: dict[str, _Signals] = {}
        self._told: dict[str, list[Told[Any]]] = {}
        self._called: dict[str | int, dict[str, None]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take in one more entry.

        Raises:
            BrokenChainError: when its body has not the shape of its kind.
        """
        try:
            record = record_of(entry)
        except ValidationError as exc:
            why = exc.errors(include_url=False)[0]["msg"]
            raise BrokenChainError(entry.seq, f"is no {entry.kind}: {why}") from exc
        told = Told(entry.seq, entry.at, entry.recorded_at, record)
        self.seq = max(self.seq, entry.seq)
        self.count += 1
        self._told.setdefault(entry.kind, []).append(told)
        change = getattr(record, "change", None)
        if change is not None:
            signals = self._changes.setdefault(change, _Signals())
            signals.entries.append(entry.seq)
            _hear(signals, told)
        if isinstance(record, Landed):
            for name in (record.commit, record.number):
                if name is not None:
                    self._called.setdefault(name, {})[record.change] = None

    def landed_as(self, name: str | int) -> Sequence[str]:
        """Return the ids of the changes that landed as a commit, or by a number."""
        return [*self._called.get(name, ())]

    def landed(self, change: str) -> Told[Landed] | None:
        """Return what is told of a change being merged or pushed; None: nothing is."""
        signals = self._changes.get(change)
        return signals.landings.get(("merge", None)) if signals else None

    def rows_of(self, change: str) -> Sequence[Row]:
        """Return a row for each landing of one change."""
        signals = self._changes.get(change)
        return [signals.row(told) for told in signals.landings.values()] if signals else []

    def rows(self) -> Iterator[Row]:
        """Yield a row for each landing, changes in the order in which they were first heard of."""
        for signals in self._changes.values():
            for landed in signals.landings.values():
                yield signals.row(landed)

    def decided(self, change: str) -> Told[Decided] | None:
        """Return what was decided last on a proposal; None: nothing is told of it."""
        signals = self._changes.get(change)
        return None if signals is None else signals.decided

    def told(self, shape: type[R]) -> Sequence[Told[R]]:
        """Return all records of one kind, in the order of their entries."""
        return self._told.get(shape.__name__, ())


def _hear(signals: _Signals, told: Told[Record]) -> None:
    """Note what is said of a change; to lower what it counts as takes two people (fit.md 2.3)."""
    match told.record:
        case Landed() as landed:
            signals.landings.setdefault(
                (landed.stage, landed.environment),
                Told(told.seq, told.at, told.recorded_at, landed),
            )
        case Seen():
            signals.seen.append(told.at)
        case Decided(of="proposal") as decided:
            signals.decided = Told(told.seq, told.at, told.recorded_at, decided)
            if decided.outcome is Outcome.ALLOW:
                signals.allowed.append(told.at)
        case Evaluated(commit=None) as ended:
            passed = ended.result == "passed"
            signals.ended.append(Ended(ended.name, passed, told.at, ended.pre_landing))
        case Closed() as closed:
            signals.closed.append((told.at, closed.pre_landing))
        case Reverted():
            signals.reverted.append(told.at)
        case Incident() as incident:
            signals.incidents.append(incident.incident)
        case Reclassified() as said if not (said.lowered and said.seconded_by is None):
            signals.nature = said.nature
        case _:
            pass
