"""Who had a hand in a change, and who is who, by whatever name people call somebody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fitgate.core.facts import Facts, Person
from fitgate.core.policy import Policy

_NUMBER = re.compile(r"^\d+\+(?=.*@users\.noreply\.)")


class Hands:
    """The people of one change, and of the policy's map.

    A name that somebody types is taken for whoever it may mean: `ada` for `ada@acme.io` too. A
    clone knows people by mail, so that of a login nothing better can be told than its words; the
    policy's `people` join what has none in common.
    """

    def __init__(self, facts: Facts, policy: Policy) -> None:
        """Note down what each person is called."""
        self._facts = facts
        mapped = (
            {key, entry.github, entry.gitlab, entry.slack, *entry.email}
            for key, entry in policy.people.items()
        )
        groups = (*map(_names, facts.people), *({*filter(None, names)} for names in mapped))
        self._groups = tuple(frozenset(map(_plain, names)) for names in groups)
        self._known: dict[str, frozenset[str]] = {}

    def same(self, one: str, other: str) -> bool:
        """Say whether two names are, or may be, one human."""
        return any(_alike(a, b) for a in self._all(one) for b in self._all(other))

    def is_bot(self, name: str) -> bool:
        """Say whether somebody is known to be a bot."""
        bots = (person.id for person in self._facts.people if person.kind == "bot")
        return "[bot]" in name or any(self.same(name, bot) for bot in bots)

    def objection(self, name: str) -> str:
        """Say what keeps somebody from seconding a lowering; empty: nothing does.

        A clone need not know which of several authors asked for a change: they are contributors.
        """
        author, others = self._facts.change.author, self._facts.change.contributors
        if self.is_bot(name):
            return "a bot"
        if author is not None and self.same(name, author):
            return "the author"
        if others is None:
            return "perhaps a contributor"
        return "a contributor" if any(self.same(name, other) for other in others) else ""

    def suffice(self, names: Sequence[str]) -> bool:
        """Say whether one of those who spoke, in their order, seconds a human before them."""
        return any(
            not self.objection(second)
            and any(not self.is_bot(name) and not self.same(name, second) for name in names[:place])
            for place, second in enumerate(names)
        )

    def _all(self, name: str) -> frozenset[str]:
        """Return every name of whoever this name may mean."""
        if name not in self._known:
            found, before = frozenset({_plain(name)}), 0
            while len(found) > before:
                before = len(found)
                near = (g for g in self._groups if any(_alike(a, b) for a in g for b in found))
                found = found.union(*near)
            self._known[name] = found
        return self._known[name]


def _names(person: Person) -> set[str]:
    return {person.id, *filter(None, (person.id.partition(":")[2], person.login))}


def _plain(name: str) -> str:
    return _NUMBER.sub("", name.strip().removeprefix("@").casefold())


def _alike(one: str, other: str) -> bool:
    """Say whether two plain names may mean the same: `ada` is in `Ada Lovelace <ada.l@acme.io>`.

    Two addresses are two people, unless something else joins them.
    """
    if one == other:
        return True
    if "@" in one and "@" in other:
        return False
    these, those = _words(one), _words(other)
    return bool(these and those) and (these <= those or those <= these)


def _words(name: str) -> set[str]:
    return {*filter(None, re.split(r"[\s._+-]+", name.partition("@")[0].rpartition(":")[2]))}
