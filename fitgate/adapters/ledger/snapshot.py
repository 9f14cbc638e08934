"""What the ledger branch holds at one commit."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from pydantic import TypeAdapter, ValidationError

from fitgate.adapters.ledger.storage import Storage
from fitgate.core.canonical import sha256
from fitgate.core.entries import Head, Stored, entry_digest
from fitgate.errors import BrokenChainError, LedgerError

BRANCH = "refs/heads/fitgate-ledger"
HEAD, ENTRIES, BLOBS, README = "HEAD.json", "entries", "blobs", "README.md"
_HEADS = TypeAdapter(Head)
_MONTH = re.compile(r"\d{4}-\d{2}\.jsonl")
_NUMBER = re.compile(rb'"seq":(\d{1,18}),"v":1\}$')  # keys are sorted, so that this is the end
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


class Snapshot:
    """The files at a tip of the branch; no tip, no entries."""

    def __init__(self, store: Storage, tip: str | None) -> None:
        self._store = store
        self.tip = tip

    @functools.cached_property
    def head(self) -> Head:
        """Return the end of the chain as `HEAD.json` has it.

        Raises:
            LedgerError: when there is none, or it cannot be read.
        """
        if self.tip is None:
            return Head()
        told = self._store.read(f"{self.tip}:{HEAD}")
        try:
            return _HEADS.validate_json(told or b"")
        except ValidationError as exc:
            why = "is not there" if told is None else "does not name an entry"
            raise LedgerError(
                f"The branch fitgate-ledger of {self._store.where} is no ledger at "
                f"{self.tip[:12]}: {HEAD} {why}. "
                "If the branch is somebody else's, rename it; if it was edited, put it back."
            ) from exc

    @functools.cached_property
    def months(self) -> dict[str, str]:
        """Return the files of entries, oldest first, and the object that each is."""
        listed = {} if self.tip is None else self._store.tree(f"{self.tip}:{ENTRIES}")
        return {name: listed[name].oid for name in sorted(listed) if _MONTH.fullmatch(name)}

    def content(self, month: str) -> bytes:
        """Return a file of entries; empty, if there is none.

        Raises:
            LedgerError: when the clone has lost it.
        """
        if month not in self.months:
            return b""
        content = self._store.read(self.months[month])
        if content is None:
            raise self._store.lost(f"{ENTRIES}/{month} of the branch fitgate-ledger")
        return content

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept.

        The digest that the last one is kept with is that of `HEAD.json`.

        Raises:
            BrokenChainError: at the end, when `HEAD.json` names another one as the last.
        """
        end, last = self.head, after
        for month in self._behind(after):
            for line in _lines(self.content(month)):
                seq = _number(line) or last + 1
                if seq > after:
                    named = (end.digest or "") if seq == end.seq else entry_digest(line)
                    yield Stored(seq, line, named)
                    last = seq
        if last < end.seq:
            raise BrokenChainError(last + 1, f"is missing: the ledger went on to {end.seq}")
        if last > max(end.seq, after):
            raise BrokenChainError(end.seq + 1, f"was written past the end that {HEAD} names")

    def _behind(self, after: int) -> Sequence[str]:
        """Return the files in which entries behind a number can be, reading no older ones."""
        months = [*self.months]
        first = len(months)
        while first and after:
            first -= 1
            number = _number(self.content(months[first]).partition(b"\n")[0])
            if number is not None and number <= after + 1:
                break
        return months[first if after else 0 :]

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept.

        Raises:
            LedgerError: when what is kept has another digest.
        """
        told = _DIGEST.fullmatch(digest)
        content = self._store.read(f"{self.tip}:{path_of(digest)}") if self.tip and told else None
        if content is not None and sha256(content) != digest:
            raise LedgerError(
                f"The content {digest} was altered on the branch fitgate-ledger: what is there has "
                "another digest. Put it back from a copy of the ledger."
            )
        return content

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""
        found = []
        if self.tip is not None:
            for folder, leaf in self._store.tree(f"{self.tip}:{BLOBS}").items():
                names = (f"sha256:{name}" for name in self._store.tree(leaf.oid))
                found += [digest for digest in names if path_of(digest)[6:8] == folder]
        return sorted(digest for digest in found if _DIGEST.fullmatch(digest))


def path_of(digest: str) -> str:
    """Return where on the branch a content is kept."""
    name = digest.removeprefix("sha256:")
    return f"{BLOBS}/{name[:2]}/{name}"


def first_difference(seen: Snapshot, found: Snapshot) -> int | None:
    """Return the number of the first entry seen that is not found as it was; None: all are there.

    Files are compared by their object ids first, so that only one that grew is read.
    """
    for month, oid in seen.months.items():
        if found.months.get(month) == oid:
            continue
        old, new = seen.content(month), found.content(month)
        if new.startswith(old):
            continue
        for mine, theirs in zip_longest(_lines(old), _lines(new)):
            if mine is not None and mine != theirs:
                return _number(mine) or seen.head.seq
    return None


def _lines(content: bytes) -> list[bytes]:
    return content.removesuffix(b"\n").split(b"\n") if content else []


def _number(line: bytes) -> int | None:
    told = _NUMBER.search(line)
    return int(told[1]) if told else None
