"""What the corridor asks of the world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from fitgate.core.events import Event
from fitgate.core.facts import Contents, Facts
from fitgate.core.in_force import PolicyText


class Forge(Protocol):
    """Where changes come from: a hosted forge, or a local clone."""

    def gather(self, event: Event) -> Iterator[Facts]:
        """Read the changes that an event points at, oldest first, contents not yet looked into.

        Raises:
            ForgeError: when the forge cannot be read at all; what is merely missing is in `unknown`.
        """

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the contents of these blobs; what cannot be had says why."""

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Return the same facts with the content digest of each change, in the same order."""

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy as it stands at a commit, then its earlier versions, newest first."""
