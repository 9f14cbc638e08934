"""What a ledger's repository is called on its forge, and which changes are another one's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fitgate.core.entries import Entry

REMEDY = "`repo` says whose ledger is meant; one that is called so anew has it from a decision on"
_NAMED = re.compile(r"(\w+):([^/#@!]+/[^/#@!]+)[#@!]")
"""What the id of a change begins with: its forge, and what its repository is called."""


@dataclass(frozen=True, slots=True)
class _Name:
    forge: str
    repo: str

    @property
    def key(self) -> tuple[str, str]:
        return self.forge, self.repo.casefold()


class Named:
    """Under which names a repository was judged on its forge: that alone is its forge's word.

    All else may be told by anybody, and would have the forge asked for another repository.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.last: str | None = None
        """What it was called when it was judged last, `acme/app`; None: it never was, there."""
        self._held: set[tuple[str, str]] = set()
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take in one more entry; only decisions say anything here."""
        name = _name_in(str(entry.body["change"])) if entry.kind == "Decided" else None
        if name is not None:
            self.last = name.repo
            self._held.add(name.key)

    def anothers(self, change: str) -> str | None:
        """Return whose change it is, if it is one of this forge and not of this repository.

        None also where nothing was judged yet: then it cannot be told.
        """
        name = _name_in(change)
        forges = {forge for forge, _ in self._held}
        if name is None or name.forge not in forges or name.key in self._held:
            return None
        return name.repo


def _name_in(change: str) -> _Name | None:
    found = _NAMED.match(change)
    return _Name(found[1], found[2]) if found else None
