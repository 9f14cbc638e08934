"""What the corridor asks of the world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from fitgate.core.classify.lines import Difference
from fitgate.core.events import Event
from fitgate.core.facts import Contents, Facts, Unread
from fitgate.core.in_force import PolicyText


class Forge(Protocol):
    """Where changes come from: a hosted forge, or a local clone."""

    def gather(self, event: Event) -> Iterator[Facts]:
        """Read the changes that an event points at, oldest first, contents not yet looked into.

        Raises:
            ForgeError: when the forge cannot be read at all; what is missing is in `unknown`.
        """

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the contents of these blobs; what cannot be had says why."""

    def changes(
        self, asked: Iterable[tuple[Facts, AbstractSet[str]]]
    ) -> Iterator[Mapping[str, Difference | Unread]]:
        """Yield for each change what changed in the lines of the files with these paths."""

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Return the same facts with the content digest of each change, in the same order."""

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy as it stands at a commit, then its earlier versions, newest first."""
