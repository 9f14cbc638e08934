"""What a ledger tells of breakers: their trips, plans and resets, and what is written down next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from fitgate.core.breaker.walking import Move
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft, moment
from fitgate.core.records import draft
from fitgate.core.records.controls import RecoveryPlanned, Reset, Tripped

_WORDS = {Tripped: "tripped", Reset: "reset", RecoveryPlanned: "recovery-planned"}


class MovesTold:
    """All that was told of breakers, by name and environment."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._told: dict[tuple[str, str | None], list[Move]] = {}
        for told in _all(chronicle):
            self._told.setdefault((told.record.breaker, told.record.environment), []).append(told)
        for each in self._told.values():
            each.sort(key=attrgetter("at", "seq"))

    def of(self, breaker: str, environment: str | None) -> list[Move]:
        """Return everything told of one, drills too, in the order in which it came about."""
        return self._told.get((breaker, environment), [])

    def moving(self, breaker: str, environment: str | None, *, dry: bool) -> list[Move]:
        """Return what moves the real breaker, or the dry one; a drill moves neither."""
        return [told for told in self.of(breaker, environment) if _moves(told, dry=dry)]


def _all(chronicle: Chronicle) -> Iterator[Move]:
    yield from chronicle.told(Tripped)
    yield from chronicle.told(Reset)
    yield from chronicle.told(RecoveryPlanned)


def _moves(told: Move, *, dry: bool) -> bool:
    record = told.record
    if isinstance(record, RecoveryPlanned):
        return True
    return record.dry is dry and not record.drill


def move_draft(record: Tripped | Reset | RecoveryPlanned, at: datetime, more: str = "") -> Draft:
    """Return what is written down of a move; the same one told again is the same entry."""
    where = record.environment or "*"
    key = f"{_WORDS[type(record)]}/{record.breaker}/{where}/{moment(at)}{more}"
    return draft(record, at, key)
