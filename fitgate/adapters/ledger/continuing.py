"""A chain on a branch: verified as far as it was read, and what is added to it sealed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fitgate.adapters.ledger.snapshot import HEAD, Snapshot
from fitgate.core.chain import linked, read
from fitgate.core.entries import Draft, Head, Stored, seal
from fitgate.errors import BrokenChainError

ATTEMPTS = 30
"""How often entries are put behind those of a faster writer before we give up."""
_LONGEST = 5.0  # seconds between two attempts


def wait(attempt: int) -> None:
    """Wait twice as long after each attempt, and never as long as another writer does."""
    longest = min(0.05 * 2**attempt, _LONGEST)
    time.sleep(random.SystemRandom().uniform(longest / 4, longest))


@dataclass(frozen=True, slots=True)
class Verified:
    """A snapshot whose chain hangs together, the end of it, and all its keys."""

    files: Snapshot
    head: Head
    keys: set[str]

    def onward(self, files: Snapshot, repo: str) -> Verified:
        """Return a snapshot that goes on from this one, once all its entries hang together.

        Raises:
            BrokenChainError: at the first that does not.
        """
        if files.tip == self.files.tip:
            return self
        keys, last = set(self.keys), self.head
        for entry in read(linked(files.stored(self.head.seq), repo, self.head)):
            keys.add(entry.key)
            last = Head(entry.seq, None, entry.recorded_at)
        if (last.seq, last.recorded_at) != (files.head.seq, files.head.recorded_at):
            raise BrokenChainError(last.seq, f"is not the one that {HEAD} names")
        return Verified(files, files.head, keys)

    def sealed(
        self, drafts: Iterable[Draft], repo: str, now: datetime
    ) -> tuple[list[Stored], Head, set[str]]:
        """Return what is new of these, the end of the chain with it, and its keys."""
        head, keys = self.head, set[str]()
        written = []
        for draft in drafts:
            if draft.key not in self.keys and draft.key not in keys:
                keys.add(draft.key)
                stored, head = seal(draft, repo, head, now)
                written.append(stored)
        return written, head, keys
