"""Contents of files: read from the clone while gathering, small ones only, each once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping

from fitgate.adapters.git.overlay import BIG
from fitgate.adapters.git.store import MISSING, Head, Store, Thing
from fitgate.core.facts import Contents, Unread

_KEPT = 64 << 20
"""Bytes: what a file was after one change is what it was before the next."""


class Blobs:
    """Reads blobs, and never one that is larger than the limit."""

    def __init__(self, store: Store, kept: int = _KEPT) -> None:
        self._store = store
        self._most = kept
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0

    def sizes(self, oids: Iterable[str]) -> Mapping[str, int | None]:
        """Return the size of each blob in bytes; None where it is not in the clone."""
        wanted = list(dict.fromkeys(oids))
        heads = zip(wanted, self._store.heads(wanted), strict=True)
        return {oid: head.size if isinstance(head, Head) else None for oid, head in heads}

    def read(self, oids: Iterable[str], limit: int = BIG) -> Contents:
        """Return the contents of each blob, or why there are none."""
        wanted = list(dict.fromkeys(oids))
        found: dict[str, bytes | Unread] = {}
        found |= ((oid, self._kept[oid]) for oid in wanted if oid in self._kept)
        found |= self._fresh([oid for oid in wanted if oid not in found], limit)
        for oid, data in found.items():
            if isinstance(data, bytes):
                self._keep(oid, data)
        return {oid: _within(found[oid], limit) for oid in wanted}

    def _fresh(self, oids: list[str], limit: int) -> Iterator[tuple[str, bytes | Unread]]:
        """Yield what is not kept yet: sizes are asked first, and what is too large is not read."""
        heads = list(zip(oids, self._store.heads(oids), strict=True))
        asked = [_obstacle(head, limit) or oid for oid, head in heads]
        for oid, answer in zip(oids, self._store.read(asked), strict=True):
            yield oid, answer.data if isinstance(answer, Thing) else answer

    def read_at(self, commit: str, path: str, limit: int = BIG) -> bytes | Unread | None:
        """Return the contents of the file at a path in a commit; None if there is none."""
        entry = self._store.entry_at(commit, path)
        if entry is None or isinstance(entry, Unread):
            return entry
        return self.read([entry.oid], limit)[entry.oid]

    def _keep(self, oid: str, data: bytes) -> None:
        self._held += len(data) - len(self._kept.pop(oid, b""))
        self._kept[oid] = data
        while self._held > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._held -= len(dropped)


def _obstacle(head: Head | Unread, limit: int) -> Unread | None:
    if isinstance(head, Unread):
        return MISSING
    if head.kind != "blob":
        return Unread(f"is a {head.kind}, not a file")
    return _too_large(head.size, limit)


def _too_large(size: int, limit: int) -> Unread | None:
    return Unread(f"has {size} bytes, more than {limit}") if size > limit else None


def _within(found: bytes | Unread, limit: int) -> bytes | Unread:
    """Apply the limit to what an earlier, more generous call may have kept."""
    return found if isinstance(found, Unread) else _too_large(len(found), limit) or found
