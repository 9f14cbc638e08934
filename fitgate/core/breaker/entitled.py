"""Who may reset a breaker: a named person who did not trip it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property

from fitgate.core.chronicle import Chronicle
from fitgate.core.facts import Change, Facts, Repo
from fitgate.core.hands import Hands
from fitgate.core.policy import Policy
from fitgate.core.records.changes import Seen
from fitgate.core.records.controls import Tripped


class Entitled:
    """Says of a person what keeps them from resetting; people are known by any of their names."""

    def __init__(self, policy: Policy, chronicle: Chronicle) -> None:
        """Note where to look; a verdict asks for states a thousand times, and seldom for people."""
        self._policy, self._chronicle = policy, chronicle

    @cached_property
    def _hands(self) -> Hands:
        long_ago = datetime.min.replace(tzinfo=UTC)
        return Hands(Facts(long_ago, "git", Repo("", ""), Change("", "push")), self._policy)

    @cached_property
    def _authors(self) -> Mapping[str, str]:
        """Return who proposed which change, where the ledger tells."""
        seen = ((told.record.change, told.record.author) for told in self._chronicle.told(Seen))
        return {change: author for change, author in seen if author}

    def objection(self, by: str | None, trips: Sequence[Tripped]) -> str:
        """Say why somebody may not reset what tripped so; empty: they may.

        Neither who tripped it, nor its owner, nor who proposed a change that it tripped over
        (fit.md 2.6). Of a role only those are known whom the policy names.
        """
        if by is None or not by.strip():
            return "nobody is named"
        if self._hands.is_bot(by):
            return f"{by} is a bot"
        for trip in trips:
            if self._is(by, (trip.by,)):
                return f"{by} tripped it"
            if trip.owner is not None and self._is(by, self._owners(trip.owner)):
                return f"{by} is its owner"
            for change in trip.changes:
                if self._is(by, (self._authors.get(change),)):
                    return f"{by} proposed {change}, over which it tripped"
        return ""

    def _owners(self, owner: str) -> tuple[str, ...]:
        role = self._policy.roles.get(owner)
        return (owner,) if role is None else role.users

    def _is(self, by: str, names: Iterable[str | None]) -> bool:
        return any(name is not None and self._hands.same(by, name) for name in names)
