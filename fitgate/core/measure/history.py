"""All that figures are made of, taken from a chronicle once and asked often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fitgate.core.bypasses import completed
from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.controls import Hidden, hidden
from fitgate.core.measure.landings import Landings, belongs
from fitgate.core.measure.reading import Scope
from fitgate.core.policy import Boundary
from fitgate.core.records.controls import (
    BreakersWatched,
    Drilled,
    DrillMissed,
    GateChanged,
    Reset,
    Tripped,
)

CONTROLS = (
    "Drilled", "DrillMissed", "Tripped", "Reset", "BreakersWatched", "PolicyChanged", "GateChanged",
    "Reclassified",
)  # fmt: skip
"""The kinds of entries that figures are made of beside landings; they are few."""


@dataclass(frozen=True, eq=False)
class History:
    """All that figures are made of, landings in the order of their time; made once, asked often.

    `hidden` is what of a forge could not be looked at, and when.
    """

    rows: tuple[Row, ...]
    drilled: Sequence[Told[Drilled]] = ()
    missed: Sequence[Told[DrillMissed]] = ()
    tripped: Sequence[Told[Tripped]] = ()
    resets: Sequence[Told[Reset]] = ()
    hidden: Sequence[Hidden] = ()
    looks: Sequence[Told[BreakersWatched]] = ()
    _scopes: dict[tuple[Boundary, Scope], Landings] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, told: Chronicle | Iterable[Row] | History) -> History:
        """Take it from a chronicle; from rows alone, drills and breakers are not known of."""
        if isinstance(told, History):
            return told
        if isinstance(told, Chronicle):
            return cls.of_rows(told.rows(), told)
        return cls(_in_order(told))

    @classmethod
    def of_rows(cls, rows: Iterable[Row], told: Chronicle) -> History:
        """Take it from rows that are kept beside a ledger, and what it tells of `CONTROLS`."""
        return cls(
            _in_order(completed(rows, told)),
            told.told(Drilled),
            told.told(DrillMissed),
            told.told(Tripped),
            told.told(Reset),
            hidden(told.told(GateChanged)),
            told.told(BreakersWatched),
        )

    def landings(self, boundary: Boundary, scope: Scope) -> Landings:
        """Return the landings that a boundary and a scope let in; kept for the next question."""
        key = boundary, scope
        if key not in self._scopes:
            within = tuple(row for row in self.rows if belongs(row, boundary, scope))
            self._scopes[key] = Landings(within, io_only=scope.io_only)
        return self._scopes[key]


def _in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda r: (r.landed_at, r.change, r.stage, r.environment or "")))
