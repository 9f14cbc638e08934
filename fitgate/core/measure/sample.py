"""What a figure is counted over: the landings of a boundary, a scope and a window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from fitgate.core.chronicle import Row
from fitgate.core.measure.bands import band_of, limits_of, threshold_words
from fitgate.core.measure.history import History
from fitgate.core.measure.landings import HOUR, Landings, age_hours
from fitgate.core.measure.reading import Band, Estimator, Reading, Scope, Window
from fitgate.core.policy import Policy


@dataclass(frozen=True, eq=False)
class Sample:
    """A history cut to one boundary, scope and window."""

    history: History
    policy: Policy
    scope: Scope
    window: Window

    @cached_property
    def landings(self) -> Landings:
        """Return all landings of the boundary and the scope, whenever they were."""
        return self.history.landings(self.policy.boundary, self.scope)

    @cached_property
    def inside(self) -> tuple[Row, ...]:
        """Return what landed in the window, of whatever nature."""
        return self.landings.every.inside(self.window)

    @cached_property
    def effective(self) -> tuple[Row, ...]:
        """Return the changes that took effect in the window and are governed: the IOs."""
        return self.landings.governed.inside(self.window)

    @cached_property
    def untold(self) -> int:
        """Return of how many landings in the window it could not be told whether they are IOs."""
        return sum(row.nature.is_io is None for row in self.inside) if self.scope.io_only else 0

    @property
    def limit_hours(self) -> float:
        """Return the lag beyond which a validation is late (S-RIOCS: 72 h)."""
        within = self.policy.boundary.closure.within
        return 72.0 if within is None else within / HOUR

    @property
    def hours(self) -> float | None:
        """Return how long the window is; from the beginning: since the first landing."""
        if self.window.length is not None:
            return self.window.length / HOUR
        first = self.landings.every.rows[:1]
        hours = age_hours(first[0], self.window.end) if first else 0
        return hours if hours > 0 else None

    def moved(self, window: Window) -> Sample:
        """Return the same over another window."""
        return Sample(self.history, self.policy, self.scope, window)

    def changes(self) -> str:
        """Return what is counted, in words, as in `IO merges`."""
        boundary = self.policy.boundary
        what = f"{boundary.effective}s"
        if boundary.effective == "deployment" and boundary.environments:
            what += f" to {', '.join(boundary.environments)}"
        if self.scope.environment is not None:
            what += f", environment {self.scope.environment}"
        if self.scope.category is not None:
            what += f", category {self.scope.category}"
        return what

    def governed_words(self) -> str:
        """Return what the figures about governed changes count."""
        return f"IO {self.changes()}" if self.scope.io_only else f"all {self.changes()}"

    def closing_words(self) -> str:
        """Return what closes a change, in words."""
        checks = ", ".join(self.policy.boundary.closure.checks)
        what = f"{checks} passed" if checks else "all that was required at landing passed"
        return f"closed when {what}"

    def reading(  # noqa: PLR0913 - a reading has as many parts
        self,
        estimator: Estimator,
        value: float | None,
        n: int,
        rows: Iterable[Row] = (),
        *,
        unjudged: int = 0,
        interval: tuple[float, float] | None = None,
        beside: dict[str, float | None] | None = None,
        why: str = "",
        entries: Iterable[int] = (),
        banded_by: float | None = None,
    ) -> Reading:
        """Return what a figure came to; `rows` and `entries` are what it was made of.

        `banded_by` is the value that its band goes by, where that is another one.
        """
        limits = limits_of(estimator.figure, self.policy)
        full = replace(estimator, thresholds=threshold_words(estimator.figure, limits))
        banded = value if banded_by is None else banded_by
        made_of = {seq for row in rows for seq in row.entries}.union(entries)
        return Reading(
            full,
            self.scope,
            self.window,
            value,
            n,
            Band.UNKNOWN
            if value is None or banded is None
            else band_of(estimator.figure, banded, limits),
            unjudged,
            interval if value is not None else None,
            beside or {},
            why if value is None else "",
            tuple(sorted(made_of)),
        )

    def nothing(self) -> str:
        """Say why there is nothing to count, and what there is instead."""
        other = sum(self.window.holds(row.landed_at) for row in self.history.rows)
        return self.nothing_of(len(self.inside), self.untold, other)

    def nothing_of(self, inside: int, untold: int, every: int) -> str:
        """Say so from how many landed inside the boundary, could not be told, and landed at all."""
        landings = "landing" if inside == 1 else "landings"
        if untold:
            told = f"; of {untold} of {inside} {landings} it could not be told"
        elif inside:
            told = f"; {inside} other landed"
        else:
            outside = "1 landing is" if every == 1 else f"{every} landings are"
            told = f"; {outside} outside this boundary" if every else ""
        return f"no {self.governed_words()} in the window{told}"
