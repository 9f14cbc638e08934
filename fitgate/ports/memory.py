"""What is remembered: ledgers, and marks beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:  # a check of facts loads this, and nothing of ledgers or queues
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from fitgate.core.chronicle import Row
    from fitgate.core.entries import Draft, Head, Stored


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


@runtime_checkable
class ProjectingLedger(Ledger, Protocol):
    """A ledger that keeps a row a landing beside its entries."""

    def rows(self) -> Iterator[Row]:
        """Yield all of them, brought up to the end of the chain; costs what is new to fold.

        Raises:
            BrokenChainError: when what is new does not hang on what was brought up before.
        """

    def rows_since(self, after: int) -> Iterator[Row]:
        """Yield those of changes that an entry behind a number speaks of."""

    def rows_of(self, changes: Sequence[str]) -> Iterator[Row]:
        """Yield those of these changes."""

    def of_kinds(self, kinds: Sequence[str]) -> Iterator[Stored]:
        """Yield the entries of these kinds."""


class Marks(Protocol):
    """How far things have been looked at: one moment a name, which only moves forward."""

    def reached(self, name: str) -> datetime | None:
        """Return how far it got; None: nobody has looked yet."""

    def reach(self, name: str, at: datetime) -> None:
        """Note that it got so far, if that is further than before; durable when this returns.

        Raises:
            LedgerError: when it could not be written.
        """
