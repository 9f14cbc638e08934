"""The landings that a ledger holds, and which of them a person means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fitgate.core.chronicle import SHORTEST, is_called
from fitgate.core.entries import Entry

WRITES = "`fitgate scan --record` and `fitgate record landed` write them"
_MARKS = "#!"
_OF_AN_ID = ":"
"""What stands in the id of a change that a scan or a forge gave, and in nothing shorter."""
Place = tuple[str, str, str | None]
"""A change, its stage, its environment."""


@dataclass(frozen=True, slots=True)
class _Called:
    change: str
    commit: str | None
    number: int | None


class Landings:
    """Which changes landed, when first, and what people call them."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.first: dict[str, datetime] = {}
        """When each change landed first."""
        self.at: dict[Place, Entry] = {}
        """The first landing of a change at each place: the one that counts."""
        self._by_name: dict[str, list[_Called]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take in one more entry; only landings say anything here."""
        if entry.kind != "Landed":
            return
        body = entry.body
        change, commit, number = str(body["change"]), body.get("commit"), body.get("number")
        called = _Called(
            change,
            commit if isinstance(commit, str) else None,
            number if isinstance(number, int) else None,
        )
        self.first[change] = min(entry.at, self.first.get(change, entry.at))
        self.at.setdefault((change, str(body["stage"]), _text(body.get("environment"))), entry)
        if called.commit:
            self._by_name.setdefault(called.commit[:SHORTEST], []).append(called)
        if called.number is not None:
            self._by_name.setdefault(str(called.number), []).append(called)

    def called(self, name: str) -> str | None:
        """Return the id of the change that is called so; None: none is.

        Raises:
            ValueError: when it may be several.
        """
        if name in self.first:
            return name
        short = name[1:] if name[:1] in _MARKS else name[:SHORTEST]
        found = {
            each.change
            for each in self._by_name.get(short, ())
            if is_called(name, each.change, each.commit, each.number)
        }
        if len(found) > 1:
            raise ValueError(f"`{name}` may be {' or '.join(sorted(found))}: say more of it")
        return next(iter(found), None)

    def meant(self, name: str) -> str:
        """Return the id of the change that is meant; one that is whole may land later.

        Raises:
            ValueError: when no landing is called so, or several may be.
        """
        found = self.called(name)
        if found is None and _OF_AN_ID not in name:
            raise ValueError(f"no landing of the ledger is called `{name}`: {WRITES}")
        return found or name

    def new(self, name: str) -> str:
        """Return the id of a change that is told to have landed: the ledger's, or a new one.

        Raises:
            ValueError: when it is a number that no landing has, or several may be meant.
        """
        found = self.called(name)
        if found is None and name[:1] in _MARKS:
            raise ValueError(f"no landing of the ledger is called `{name}`: say the change's id")
        return found or name


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
