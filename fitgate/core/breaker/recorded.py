"""What state the breakers are in by what is written down: a fact that verdicts rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from fitgate.core.acting import environments_of, is_dry
from fitgate.core.breaker.attended import Attended
from fitgate.core.breaker.entitled import Entitled
from fitgate.core.breaker.moves import State
from fitgate.core.breaker.told import MovesTold
from fitgate.core.breaker.walking import Walk
from fitgate.core.chronicle import Chronicle
from fitgate.core.facts import BreakerState
from fitgate.core.policy import Breaker, Policy

_WORSE = (State.CLOSED, State.PROBATION, State.OPEN)


def states(
    policy: Policy, chronicle: Chronicle, as_of: datetime, environment: str | None
) -> tuple[BreakerState, ...]:
    """Return the state of each breaker that concerns a change.

    Read from what is written down alone, no figure is looked at: what is not open, and nobody has
    looked at since it may have moved, is unknown. A change that names no environment is in each, so
    the worst state counts. What tripped dry, or as a drill, is not open.
    """
    known = Recorded(policy, chronicle, as_of)
    return tuple(known.state(breaker, environment) for breaker in _concerned(policy, environment))


def _concerned(policy: Policy, environment: str | None) -> Iterator[Breaker]:
    for breaker in policy.breakers:
        if environment is None or {None, environment} & {*environments_of(breaker)}:
            yield breaker


@dataclass(frozen=True)
class Recorded:
    """What is written down of the breakers of a policy, up to a moment."""

    policy: Policy
    chronicle: Chronicle
    as_of: datetime

    @cached_property
    def told(self) -> MovesTold:
        """Return what is written down of breakers."""
        return MovesTold(self.chronicle)

    @cached_property
    def attended(self) -> Attended:
        """Return who has looked at them."""
        return Attended(self.policy, self.chronicle, self.as_of)

    @cached_property
    def entitled(self) -> Entitled:
        """Return who may reset."""
        return Entitled(self.policy, self.chronicle)

    def state(self, breaker: Breaker, environment: str | None) -> BreakerState:
        """Return the state of a breaker for a change in an environment; it is where it is worst."""
        mine = [e for e in environments_of(breaker) if e is None or environment in {None, e}]
        found = (self.recorded(breaker, each, dry=False).state for each in mine)
        worst = max(found, key=_WORSE.index, default=State.CLOSED)
        known = BreakerState(breaker.name, worst.value, breaker.then, breaker.owner)
        why = "" if worst is State.OPEN else self.attended.unattended(breaker)
        return replace(known, state="unknown", why=why) if why else known

    def recorded(
        self, breaker: Breaker, environment: str | None, *, dry: bool | None = None
    ) -> Walk:
        """Return where a breaker is by what is written down; dry or not as the policy has it."""
        dry = is_dry(breaker, self.policy) if dry is None else dry
        moves = self.told.moving(breaker.name, environment, dry=dry)
        return Walk(self.entitled, dry=dry).through((), moves, self.as_of)
