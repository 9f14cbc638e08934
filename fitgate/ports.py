"""What the corridor asks of the world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from fitgate.core.classify.lines import Difference
from fitgate.core.entries import Draft, Head, Stored
from fitgate.core.events import Event
from fitgate.core.facts import Contents, Facts, Unread
from fitgate.core.in_force import PolicyText
from fitgate.core.policy import Role


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

    def complete(self, facts: Facts, roles: Mapping[str, Role]) -> Facts:
        """Return the facts with what only an IO is asked for: who may sign as what, last pushed.

        `roles` are those of the policy that judges. What could not be read is in `unknown`.
        """

    def earlier(self, facts: Facts) -> Iterator[Facts]:
        """Yield the change as it stood before: where it was approved, then push by push.

        Newest first; a state that was pushed says when in `material_at`, none other has one.
        """

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Return the same facts with the content digest of each change, in the same order."""

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy as it stands at a commit, then its earlier versions, newest first."""


class Ledger(Protocol):
    """One repository's append-only memory: a chain of entries, and what they name by digest."""

    @property
    def repo(self) -> str:
        """Return the id of the repository whose chain this is."""

    def head(self) -> Head:
        """Return the end of the chain; number 0 of an empty one."""

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write down, in this order, those whose key is not there yet; return what was written.

        All or nothing, the blobs with it; it is durable when this returns. `now` becomes
        `recorded_at`, or the last one where the clock went back.

        Raises:
            LedgerError: when it could not be written; nothing was.
            BrokenChainError: when what is there does not hang together; it names the entry.
        """

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept."""

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which of these keys have been written down."""

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept."""

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""

    def close(self) -> None:
        """Let go of what the ledger holds open."""
