"""Who may reset a breaker: a named person who did not trip it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from fitgate.core.chronicle import Chronicle
from fitgate.core.facts import Change, Facts, Repo
from fitgate.core.hands import Hands
from fitgate.core.policy import Policy
from fitgate.core.records.changes import Seen
from fitgate.core.records.controls import Tripped


class Entitled:
    """Says of a person what keeps them from resetting; people are known by any of their names."""

    def __init__(self, policy: Policy, authors: Mapping[str, str]) -> None:
        nothing = Facts(
            datetime.min.replace(tzinfo=UTC), "git", Repo("", ""), Change("", "push"), people=()
        )
        self._hands = Hands(nothing, policy)
        self._policy, self._authors = policy, authors

    @classmethod
    def of(cls, policy: Policy, chronicle: Chronicle) -> Entitled:
        """Take from a ledger who proposed which change."""
        seen = ((told.record.change, told.record.author) for told in chronicle.told(Seen))
        return cls(policy, {change: author for change, author in seen if author})

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
