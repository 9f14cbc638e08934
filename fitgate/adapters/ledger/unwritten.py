"""A ledger that is read and never written, for who may be made to act by strangers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from fitgate.core.entries import Draft, Head, Stored
from fitgate.ports import Ledger


class Unwritten:
    """Another ledger as it is; what is appended is dropped. It satisfies `ports.Ledger`."""

    def __init__(self, kept: Ledger) -> None:
        self._kept = kept
        self.repo = kept.repo

    def head(self) -> Head:
        """Return the end of the chain; number 0 of an empty one."""
        return self._kept.head()

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write nothing down."""
        del drafts, now, blobs
        return ()

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept."""
        return self._kept.stored(after)

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which of these keys have been written down."""
        return self._kept.holds(keys)

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept."""
        return self._kept.blob(digest)

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""
        return self._kept.digests()

    def close(self) -> None:
        """Let go of what the ledger holds open."""
        self._kept.close()
