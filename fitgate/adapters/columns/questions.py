"""What is asked of the columns: many windows and categories at once, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fitgate.adapters.columns import sql
from fitgate.adapters.columns.table import MOST_CATEGORIES, Columns
from fitgate.core.measure.reading import Scope, Window
from fitgate.core.measure.tempo import SUSTAINED_DAYS
from fitgate.core.micros import micros
from fitgate.core.policy import Boundary

_DAY = 24 * 3600 * 1_000_000
_WEEK = 7 * _DAY
_MONDAY = -2_208_988_800 * 1_000_000  # 1 January 1900
HOUR = 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A window and a category: what one reading is about."""

    window: Window
    category: str | None = None


Counts = dict[str, Any]
"""What was counted in a cell, by the names of `sql.COUNTS`; lengths in microseconds."""


class Questions:
    """Questions about the landings of one boundary and scope, in one set of cells."""

    def __init__(
        self,
        columns: Columns,
        boundary: Boundary,
        scope: Scope,
        cells: Sequence[Cell],
        limit_hours: float,
    ) -> None:
        self._columns, self.cells = columns, cells
        self._chosen: dict[str, Any] = {
            "io_only": scope.io_only,
            "stage": boundary.effective,
            "environments": list(boundary.environments),
            "environment": scope.environment,
        }
        self._slots: dict[str, Any] = {"monday": _MONDAY, "week": _WEEK}
        self._day = {"day": _DAY}
        self._limit = {"limit": round(limit_hours * HOUR)}
        self._bits = dict(columns.rows_of("SELECT name, bit FROM categories"))
        self._every: dict[tuple[int, int], int] = {}
        least = columns.row_of("SELECT least(min(landed), min(closed)) FROM landings")[0]
        self._beginning: int = 0 if least is None else least - 1

    def _ask(self, question: str, **named: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - parameters
        """Put a question about the cells; only parameters that it names may be given."""
        self._lay_out()
        known = {**self._chosen, **self._slots, **self._limit, **self._day}
        needed = {name: value for name, value in known.items() if f"${name}" in question}
        return self._columns.rows_of(question, **needed, **named)

    def _lay_out(self) -> None:
        """Write down which weeks each cell lies in, so that a landing finds its cells by hash.

        Others may have laid out theirs since.
        """
        if self._columns.laid_out is self:
            return
        self._columns.laid_out = self
        lines = [(n, *self._limits(cell)) for n, cell in enumerate(self.cells)]
        columns = zip(*lines, strict=True)
        laid = dict(zip(("cell", "start", "until", "seen", "category"), columns, strict=True))
        steps = [0 if cell.window.start is None else _DAY for cell in self.cells]
        named = {name: list(values) for name, values in laid.items()}
        self._columns.connection.execute(sql.LAY_OUT, {**named, "step": steps, **self._slots})

    def _limits(self, cell: Cell) -> tuple[int, int, int, int]:
        window = cell.window
        start = self._beginning if window.start is None else micros(window.start)
        return start, micros(window.end), micros(window.seen_at), self.mask(cell.category)

    def mask(self, category: str | None) -> int:
        """Return the bit of a category; of one that never was, a bit that only the untold have."""
        if category is None:
            return 0
        return 1 << int(self._bits.get(category, MOST_CATEGORIES))

    @cached_property
    def counts(self) -> list[Counts]:
        """Return what was counted in each cell."""
        rows = self._ask(sql.COUNTS)
        names = [column[0] for column in self._columns.connection.description or ()]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
        nothing = {name: None if name in _UNKNOWN else 0 for name in names}
        return [
            {name: 0 if value is None and name not in _UNKNOWN else value
             for name, value in found.get(n, nothing).items()}
            for n in range(len(self.cells))
        ]  # fmt: skip

    def picked(
        self, population: str, ranks: Iterable[tuple[int, Sequence[int]]]
    ) -> dict[int, dict[int, int]]:
        """Return the values at these ranks (from 0), in ascending order, of each cell."""
        wanted = [(cell, [rank + 1 for rank in some]) for cell, some in ranks if some]
        if not wanted:
            return {}
        named = {"cell": [cell for cell, _ in wanted], "ranks": [some for _, some in wanted]}
        self._columns.connection.execute(sql.PICKS, named)
        question = sql.FOUND + sql.PICKED.format(population=sql.POPULATIONS[population])
        found = self._ask(question)
        return {
            cell: {rank - 1: value for rank, value in zip(some, values, strict=True)}
            for cell, some, values in found
        }

    def survival_medians(self, cells: Sequence[int]) -> dict[int, int | None]:
        """Return the Kaplan-Meier median of these cells, by the product itself."""
        if not cells:
            return {}
        return dict(self._ask(sql.SURVIVAL, cells=list(cells)))

    @cached_property
    def days(self) -> list[list[tuple[Any, ...]]]:
        """Return of each cell what its ratio was made of at the end of each of the last days.

        That is: governed, awaited, the first and the last landing, and the sum of their ages.
        """
        found = {(cell, back): made for cell, back, *made in self._ask(sql.DAYS)}
        none = (0, 0, None, None, None)
        return [
            [tuple(found.get((n, back), none)) for back in range(SUSTAINED_DAYS)]
            for n in range(len(self.cells))
        ]

    @cached_property
    def closings(self) -> dict[int, int]:
        """Return how many governed changes were closed in each cell's window."""
        return dict(self._ask(sql.CLOSINGS))

    @cached_property
    def passed(self) -> dict[int, list[int]]:
        """Return the times of the landings that passed a gate by, once for each event."""
        times: dict[int, list[int]] = {}
        for cell, landed, count in self._ask(sql.PASSED):
            times.setdefault(cell, []).extend([landed] * count)
        return times

    def open_at_the_end(self, cell: Cell) -> tuple[Any, ...]:
        """Return what is open at the end of a window, of all that landed before."""
        start = micros(cell.window.start)
        end, category = micros(cell.window.end), self.mask(cell.category)
        return self._ask(sql.OPEN, until=end, start=start, category=category)[0]

    def first(self, category: str | None) -> int | None:
        """Return when the first landing was."""
        found: int | None = self._ask(sql.FIRST, category=self.mask(category))[0][0]
        return found

    def every(self, cell: Cell) -> int:
        """Return how many landed in a window, within the boundary or not."""
        start, until, _, _ = self._limits(cell)
        if (start, until) not in self._every:
            found = self._columns.row_of(sql.EVERY, start=start, until=until)[0]
            self._every[start, until] = found
        return self._every[start, until]


_UNKNOWN = {"oldest", "youngest", "first", "last", "spread"}
