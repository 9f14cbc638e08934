"""What a breaker watches: its figure, in one environment, over what a ledger tells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from fitgate.core.acting import environments_of, is_dry
from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.measure.bands import limits_of
from fitgate.core.measure.history import History
from fitgate.core.measure.reading import FIGURES, Scope, Window
from fitgate.core.measure.sample import Sample
from fitgate.core.policy import Breaker, Policy
from fitgate.core.records.changes import Evaluated

WEEK = timedelta(days=7)
MONTH = timedelta(days=28)
"""How far a tempo or a latency looks back, unless the trigger says otherwise (fit.md 5.4)."""
TICK = timedelta(seconds=1)
"""Moments are told in whole seconds: the first at which an age is over a limit, not at it."""
LESS_IS_WORSE = frozenset({"rdpr"})


@dataclass(frozen=True, eq=False)
class Watched:
    """One breaker of a policy in one environment, over one history."""

    breaker: Breaker
    environment: str | None
    policy: Policy
    history: History
    evaluated: Sequence[Told[Evaluated]] = ()

    @property
    def metric(self) -> str:
        """Return the figure that it trips by."""
        return self.breaker.when.metric

    @property
    def dry(self) -> bool:
        """Say whether a trip stops nothing."""
        return is_dry(self.breaker, self.policy)

    @cached_property
    def limit(self) -> float | None:
        """Return what the figure must pass to trip it; None: no number that can be passed."""
        limit = self.breaker.when.limit
        return None if limit is None or not math.isfinite(limit) else limit

    @cached_property
    def yellow(self) -> float | None:
        """Return what the figure must not pass to be green: yellow, never laxer than the limit."""
        yellow = None
        if self.metric in self.policy.thresholds:
            yellow = self.policy.thresholds[self.metric].yellow
        elif self.metric in FIGURES:
            yellow = limits_of(self.metric, self.policy).yellow
        known = [each for each in (yellow, self.limit) if each is not None]
        if not known:
            return None
        return max(known) if self.metric in LESS_IS_WORSE else min(known)

    @property
    def consecutive(self) -> int:
        """Return how many in a row must be late; one, unless the trigger says otherwise."""
        return self.breaker.when.consecutive or 1

    @property
    def window(self) -> timedelta:
        """Return over which time it counts."""
        long = self.metric in {"tempo_ratio", "io_approval_latency_hours"}
        if self.metric == "gbr_per_week":
            return WEEK
        return self.breaker.when.window or (MONTH if long else WEEK)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return the landings of its boundary and environment, of whatever nature, in order."""
        return self.history.landings(self.policy.boundary, self.scope).rows

    @cached_property
    def ios(self) -> tuple[Row, ...]:
        """Return those that are known to be irreversible."""
        return tuple(row for row in self.rows if row.nature.is_io)

    @property
    def scope(self) -> Scope:
        """Return which changes its figure is about."""
        return Scope("", self.environment)

    @cached_property
    def told(self) -> tuple[Told[Evaluated], ...]:
        """Return the evaluations that are called as it is: what is declared from outside."""
        mine = (each for each in self.evaluated if each.record.name == self.breaker.name)
        return tuple(sorted(mine, key=lambda each: (each.at, each.seq)))

    def sample(self, end: datetime, length: timedelta | None = None) -> Sample:
        """Return what an estimator measures: all up to a moment, or the length of time before."""
        policy = self.policy.model_copy(update={"breakers": (self.breaker,)})
        start = None if length is None else end - length
        return Sample(self.history, policy, self.scope, Window(start, end))


def all_watched(
    policy: Policy, chronicle: Chronicle, history: History | None = None
) -> Iterator[Watched]:
    """Yield every breaker of a policy, once for each of its environments."""
    known = History.of(chronicle) if history is None else history
    evaluated = chronicle.told(Evaluated)
    for breaker in policy.breakers:
        for environment in environments_of(breaker):
            yield Watched(breaker, environment, policy, known, evaluated)
