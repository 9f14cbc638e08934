"""Whether somebody has looked at a breaker since its figure could last have moved it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from fitgate.core.acting import is_dry
from fitgate.core.canonical import sha256
from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft, moment
from fitgate.core.measure.drills import succeeded
from fitgate.core.policy import Breaker, Policy
from fitgate.core.records import draft
from fitgate.core.records.changes import Evaluated, Landed, Reclassified
from fitgate.core.records.controls import BreakersWatched, Drilled, DrillMissed, GateChanged

LASTS = timedelta(hours=26)
"""So long a look counts: ages pass a limit by themselves. A daily look may be two hours late."""


def trigger_digest(breaker: Breaker, policy: Policy) -> str:
    """Return the digest of all in a policy that says when a breaker trips, and for real."""
    said = breaker.model_dump(mode="json", include={"when", "environments"})
    boundary = policy.boundary.model_dump(mode="json")
    said |= {"boundary": boundary, "dry": is_dry(breaker, policy)}
    return _digest(said)


def _digest(said: Mapping[str, Any]) -> str:
    return sha256(json.dumps(said, sort_keys=True).encode())  # a limit may be no finite number


def needs_looks(breaker: Breaker, policy: Policy) -> bool:
    """Say whether a breaker stops anything by its figure: not in shadow, nor by hand alone."""
    when = breaker.when
    by_hand = when.metric == "declared" and when.limit is None and when.consecutive is None
    return not by_hand and not is_dry(breaker, policy)


@dataclass(frozen=True)
class Attended:
    """The looks that are on record, as of a moment.

    A look tells of all that came about before it, so one after that moment tells of it as well.
    """

    policy: Policy
    chronicle: Chronicle
    as_of: datetime

    def unattended(self, breaker: Breaker) -> str:
        """Say why it is not known whether a breaker has tripped; empty: somebody has looked."""
        if not needs_looks(breaker, self.policy):
            return ""
        found = self._looks(breaker)
        if any(self._tells(look, breaker) for look in found):
            return ""
        last = max((look.at for look in found if look.at <= self.as_of), default=None)
        if last is None:
            return "nobody has looked at its figure yet"
        if self.as_of - last > LASTS:
            return f"nobody has looked at its figure since {moment(last)}"
        return f"what came after the last look at {moment(last)} may have moved it"

    def due(self) -> Draft | None:
        """Return that all breakers were looked at now; None: that is on record, and it is early.

        At most one a day, and one each time that something came which may have moved a breaker.
        """
        policy, now = self.policy, self.as_of
        if all(map(self._is_told_today, policy.breakers)):
            return None
        watched = {each.name: trigger_digest(each, policy) for each in policy.breakers}
        record = BreakersWatched(watched, self.chronicle.seq)
        which = _digest(watched).removeprefix("sha256:")[:12]
        return draft(record, now, f"breakers-watched/{moment(now)}/{record.through}/{which}")

    def _is_told_today(self, breaker: Breaker) -> bool:
        looks, today = self._looks(breaker), self.as_of.date()
        return any(look.at.date() == today and self._tells(look, breaker) for look in looks)

    def _looks(self, breaker: Breaker) -> Sequence[Told[BreakersWatched]]:
        """Return the looks at a breaker with the trigger that it has now."""
        digest = trigger_digest(breaker, self.policy)
        return [each for each in self._all if each.record.breakers.get(breaker.name) == digest]

    @cached_property
    def _all(self) -> Sequence[Told[BreakersWatched]]:
        return self.chronicle.told(BreakersWatched)

    def _tells(self, look: Told[BreakersWatched], breaker: Breaker) -> bool:
        """Say whether a look tells how a breaker stands: not too old, and nothing came since."""
        if self.as_of - look.at > LASTS:
            return False
        return not any(
            told.at <= self.as_of and (told.seq > look.record.through or told.at > look.at)
            for told in self._moving(breaker)
        )

    def _moving(self, breaker: Breaker) -> Iterator[Told[Any]]:
        """Yield what may have made the figure of a breaker worse, beside the time that passes."""
        told, metric = self.chronicle.told, breaker.when.metric
        if metric == "rdpr":
            yield from (each for each in told(Drilled) if not succeeded(each.record)[0])
            yield from told(DrillMissed)
        elif metric == "declared":
            yield from (each for each in told(Evaluated) if each.record.name == breaker.name)
        else:
            yield from (each for each in told(Landed) if each.record.nature.is_io is not False)
            yield from told(Reclassified)
            yield from told(GateChanged)
