"""A ledger in columns as a source of figures, brought up to date by what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fitgate.adapters.columns.questions import Cell, Questions
from fitgate.adapters.columns.readings import measure_columns
from fitgate.adapters.columns.table import Columns
from fitgate.core.bypasses import completed
from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle
from fitgate.core.measure.bypasses import beside_hidden
from fitgate.core.measure.figures import measure
from fitgate.core.measure.history import CONTROLS, History
from fitgate.core.measure.overview import Wanted
from fitgate.core.measure.reading import FIGURES, Figure, Reading, Scope, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.trips import breaker_trips
from fitgate.core.micros import from_micros
from fitgate.core.policy import Policy
from fitgate.core.records.changes import Reclassified
from fitgate.core.records.controls import GateChanged
from fitgate.ports import Ledger, ProjectingLedger


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Landings in columns; `controls` are the drills, trips and resets, which are few.

    Its rows are those of the changes that drills were of.
    """

    columns: Columns
    controls: History
    policy: Policy

    def measure(self, wanted: Sequence[Wanted]) -> list[tuple[Reading, ...]]:
        """Measure at once what is of the same scope but for the category, and the same figures."""
        together: dict[tuple[Scope, frozenset[Figure]], list[int]] = {}
        for number, (scope, _, figures) in enumerate(wanted):
            together.setdefault((replace(scope, category=None), figures), []).append(number)
        found: dict[int, tuple[Reading, ...]] = {}
        for (scope, figures), numbers in together.items():
            cells = [Cell(wanted[n][1], wanted[n][0].category) for n in numbers]
            readings = measure_columns(self.columns, self.policy, scope, cells, figures)
            hidden = self.controls.hidden
            told = (tuple(beside_hidden(one, hidden) for one in each) for each in readings)
            found |= dict(zip(numbers, told, strict=True))
        return [
            tuple(sorted((*found[n], *self._controls(*each)), key=_order))
            for n, each in enumerate(wanted)
        ]

    def _controls(self, scope: Scope, window: Window, figures: frozenset[Figure]) -> list[Reading]:
        readings = [*measure(self.controls, self.policy, scope, window, figures & {"rdpr"})]
        if "breaker_trips" in figures:
            sample = Sample(self.controls, self.policy, scope, window)
            landed = self._questions(scope, window).counts[0]["inside"] > 0
            readings.append(breaker_trips(sample, landed=landed))
        return readings

    def _questions(self, scope: Scope, window: Window) -> Questions:
        cells = [Cell(window, scope.category)]
        return Questions(self.columns, self.policy.boundary, scope, cells, 0)

    def first(self, scope: Scope) -> datetime | None:
        """Return when the first landing of a scope was."""
        always = Window(None, from_micros(0))
        found = self._questions(scope, always).first(scope.category)
        return from_micros(found)

    def categories(self) -> AbstractSet[str]:
        """Return the categories of all landings."""
        return {name for (name,) in self.columns.rows_of("SELECT name FROM categories")}

    def environments(self) -> AbstractSet[str]:
        """Return the environments of all landings."""
        asked = "SELECT DISTINCT environment FROM landings WHERE environment IS NOT NULL"
        return {name for (name,) in self.columns.rows_of(asked)}


@contextmanager
def opened(
    ledger: Ledger, file: Path | None, policy: Callable[[Chronicle], Policy]
) -> Iterator[ColumnSource | None]:
    """Open the columns of a ledger, in a file or in memory, brought up to its end.

    None where the ledger keeps no rows. `policy` chooses one from what is told of policies.

    Raises:
        LedgerError: when the columns cannot be opened or written.
    """
    if not isinstance(ledger, ProjectingLedger):
        yield None
        return
    columns = Columns(file)
    try:
        controls = Chronicle(read(ledger.of_kinds(CONTROLS)))
        bring_up(columns, ledger, controls)
        told = History.of(controls)
        drilled = [each.record.change for each in told.drilled if each.record.change is not None]
        beside = replace(told, rows=tuple(ledger.rows_of(drilled)))
        yield ColumnSource(columns, beside, policy(controls))
    finally:
        columns.close()


def bring_up(columns: Columns, ledger: ProjectingLedger, controls: Chronicle) -> None:
    """Bring the columns up to the end of a chain; costs what is new.

    All is taken in anew where the chain is another one than was told, or where a gate or a label
    was moved since: that may say otherwise of landings long before.

    Raises:
        LedgerError: when it could not be written.
    """
    head = ledger.head()
    seq, digest = columns.kept(ledger.repo)
    moved = [told.seq for told in controls.told(GateChanged)]
    moved += [told.seq for told in controls.told(Reclassified)]
    if digest is None or any(each > seq for each in moved) or not _is_at(ledger, seq, digest):
        columns.clear()
        seq = 0
    if seq < head.seq:
        rows = ledger.rows() if seq == 0 else ledger.rows_since(seq)
        columns.take(completed(rows, controls), ledger.repo, head.seq, head.digest)


def _is_at(ledger: ProjectingLedger, seq: int, digest: str) -> bool:
    """Say whether the entry of this number has this digest."""
    entry = next(iter(ledger.stored(seq - 1)), None)
    return entry is not None and (entry.seq, entry.digest) == (seq, digest)


def _order(reading: Reading) -> int:
    return FIGURES.index(reading.figure)
