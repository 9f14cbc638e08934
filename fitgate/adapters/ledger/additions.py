"""Entries and contents put on top of the ledger branch, as one commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fitgate.adapters.ledger.snapshot import (
    ENTRIES,
    HEAD,
    README,
    Snapshot,
    path_of,
)
from fitgate.adapters.ledger.storage import FILE, FOLDER, Leaf, Storage
from fitgate.core.canonical import canonical, sha256
from fitgate.core.entries import Head, Stored, moment

_TOLD = b"""# The ledger of FITGate

What was decided of irreversible changes in this repository, when they landed and when they were
validated. Written by FITGate only, each commit on top of the last; the branch is never merged.

- `entries/YYYY-MM.jsonl`: one entry a line, by the month in which it was written down. Each line
  holds the digest of the line before it (`prev`), so that an edit shows.
- `blobs/`: facts and policies that entries name, by the SHA-256 of their content.
- `HEAD.json`: the number and digest of the last entry.

`fitgate ledger verify --ledger branch` checks it. Protect it by a ruleset that forbids forced
pushes and deletion.
"""


@dataclass(frozen=True, slots=True)
class Addition:
    """Sealed entries, the end of the chain with them, contents, and when they are written."""

    head: Head
    written: Sequence[Stored]
    blobs: Sequence[bytes]
    now: datetime


def added(store: Storage, base: Snapshot, addition: Addition) -> str | None:
    """Write a commit that adds to a snapshot and return it; its tip, if there is nothing to add.

    No ref moves. The files of older months stay the objects that they are.

    Raises:
        LedgerError: when it cannot be written.
    """
    folders = _Folders(store, base)
    files = _entry_files(base, addition)
    for content in addition.blobs:
        path = path_of(sha256(content))
        if not folders.has(path):
            files[path] = content
    if not files:
        return base.tip
    if base.tip is None:
        files = {README: _TOLD, HEAD: _end(Head())} | files
    oids = store.write([*files.values()])
    tree = folders.planted(dict(zip(files, oids, strict=True)))
    at = addition.head.recorded_at or addition.now
    return store.commit(tree, base.tip, at, _sentence(addition.written))


def _entry_files(base: Snapshot, addition: Addition) -> dict[str, bytes]:
    """Return the file of this month with the new lines, and the new end of the chain."""
    head = addition.head
    if not addition.written or head.recorded_at is None:
        return {}
    month = f"{head.recorded_at:%Y-%m}.jsonl"
    kept = base.content(month)
    if not kept.endswith(b"\n") and kept:
        kept += b"\n"  # an editor took it away; the entries are what they were
    lines = b"".join(each.content + b"\n" for each in addition.written)
    return {f"{ENTRIES}/{month}": kept + lines, HEAD: _end(head)}


def _end(head: Head) -> bytes:
    at = moment(head.recorded_at) if head.recorded_at else None
    return canonical({"seq": head.seq, "digest": head.digest, "recorded_at": at}) + b"\n"


class _Folders:
    """The folders of a snapshot, each read once and only if something is put into it."""

    def __init__(self, store: Storage, base: Snapshot) -> None:
        self._store, self._tip = store, base.tip
        self._read: dict[str, Mapping[str, Leaf]] = {}

    def _listed(self, folder: str) -> Mapping[str, Leaf]:
        if folder not in self._read:
            self._read[folder] = self._store.tree(f"{self._tip}:{folder}") if self._tip else {}
        return self._read[folder]

    def has(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return name in self._listed(folder)

    def planted(self, oids: Mapping[str, str]) -> str:
        """Write the trees with these files in them, the innermost first; return the outermost."""
        changed: defaultdict[str, dict[str, Leaf]] = defaultdict(dict)
        for path, oid in oids.items():
            folder, _, name = path.rpartition("/")
            changed[folder][name] = Leaf(FILE, oid)
            while folder:
                folder = folder.rpartition("/")[0]
                _ = changed[folder]
        with self._store.trees() as made:
            for folder in sorted(changed, key=lambda name: (-name.count("/"), name == "")):
                oid = made({**self._listed(folder), **changed[folder]})
                outer, _, name = folder.rpartition("/")
                if folder:
                    changed[outer][name] = Leaf(FOLDER, oid)
        return oid


def _sentence(written: Sequence[Stored]) -> str:
    if not written:
        return "Contents that entries name"
    first, last = written[0].seq, written[-1].seq
    return f"Entry {first}" if first == last else f"Entries {first} to {last}"
