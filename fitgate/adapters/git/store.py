"""The clone's objects, whatever their kind: commits, trees, tags and blobs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, NamedTuple

from fitgate.adapters.git.commits import moment
from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.questions import Questions, SilenceError
from fitgate.core.facts import Unread

MISSING = Unread("is not in this clone")
TREE = "040000"
_DEEPEST = 10
_PARENT = re.compile(rb"^parent ([0-9a-f]+)$", re.MULTILINE)
_WRITTEN_AT = re.compile(rb"^(?:tagger|committer) [^\n]*> (\d+) [+-]\d+$", re.MULTILINE)


class Head(NamedTuple):
    """The name, kind and size of an object."""

    oid: str
    kind: str
    size: int


class Entry(NamedTuple):
    """What a tree holds under a name."""

    mode: str
    oid: str


class Peeled(NamedTuple):
    """What a tag names in the end, and when it came to be, if it is dated."""

    oid: str
    kind: str
    made_at: datetime | None


class Thing(NamedTuple):
    """An object with its contents."""

    head: Head
    data: bytes

    @property
    def named(self) -> str:
        """Return the id of the object that a tag names; its first line tells."""
        line, _, _ = self.data.partition(b"\n")
        return line.removeprefix(b"object ").decode("ascii", "replace")

    @property
    def parent(self) -> str | None:
        """Return the first parent that a commit names, even where a shallow clone ends."""
        header, _, _ = self.data.partition(b"\n\n")
        found = _PARENT.search(header)
        return found[1].decode("ascii") if found else None


class Store:
    """Asks git cat-file for objects: one process tells their sizes, one their contents."""

    def __init__(self, overlay: Overlay) -> None:
        self.overlay = overlay
        self._heads = Questions(overlay, ("cat-file", "--batch-check"), _line, _hear_head)
        self._things = Questions(overlay, ("cat-file", "--batch"), _line, _hear_thing)
        self._raw_id = len(overlay.null_id) // 2

    def heads(self, oids: Iterable[str]) -> Iterator[Head | Unread]:
        """Yield the kind and size of each object, which reads none of them."""
        return self._heads.answers(oids)

    def read(self, oids: Iterable[str | Unread]) -> Iterator[Thing | Unread]:
        """Yield the objects."""
        return self._things.answers(oids)

    def one(self, name: str) -> Thing | Unread:
        """Return one commit, tag or tree; files are for `Blobs`, which minds their size."""
        (head,) = self.heads([name])
        if isinstance(head, Head) and head.kind == "blob":
            return Unread("is a file")
        (answer,) = self.read([head.oid if isinstance(head, Head) else head])
        return answer

    def lacking_tree(self, commits: Iterable[str]) -> Unread | None:
        """Return why the trees of these commits cannot be read, if one is not in the clone."""
        heads = tuple(self.heads(f"{commit}^{{tree}}" for commit in commits))
        return Unread("a tree is not in this clone") if MISSING in heads else None

    def entry_at(self, commit: str, path: str) -> Entry | Unread | None:
        """Return what stands at a path in a commit; None if nothing does.

        The trees are walked one by one: for `<commit>:<path>` git has only one word for a path that
        is not there and for one that a partial clone does not know.
        """
        at: Entry | Unread | None = Entry(TREE, f"{commit}^{{tree}}")
        for name in path.encode(errors="surrogateescape").split(b"/"):
            if at is None or isinstance(at, Unread):
                return at
            if at.mode != TREE:
                return None
            tree = self.one(at.oid)
            at = tree if isinstance(tree, Unread) else self._entry(tree.data, name)
        return at

    def _entry(self, tree: bytes, name: bytes) -> Entry | None:
        """Return what a tree holds under a name; it is a row of mode, space, name, NUL and id."""
        at = 0
        while at < len(tree):
            end = tree.index(b"\0", at)
            mode, _, found = tree[at:end].partition(b" ")
            at = end + 1 + self._raw_id
            if found == name:
                return Entry(mode.decode("ascii").zfill(6), tree[end + 1 : at].hex())
        return None

    def peel(self, oid: str) -> Peeled | Unread:
        """Return the object that a tag names in the end, and when it came to be.

        An annotated tag is dated by its tagger, a plain one by the commit that it points at.
        """
        made_at: datetime | None = None
        for _ in range(_DEEPEST):
            found = self.one(oid)
            if isinstance(found, Unread):
                return found
            made_at = made_at or _written_at(found)
            if found.head.kind != "tag":
                return Peeled(found.head.oid, found.head.kind, made_at)
            oid = found.named
        return Unread(f"is a tag of a tag, more than {_DEEPEST} deep")


def _line(name: str) -> bytes:
    return name.encode("ascii", "replace") + b"\n"


def _hear_head(stream: IO[bytes]) -> Head | Unread:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise SilenceError
    fields = line.decode("ascii", "replace").split()
    if len(fields) != len(Head._fields):  # `missing`, or `ambiguous` for an abbreviation
        return MISSING
    oid, kind, size = fields
    return Head(oid, kind, int(size))


def _hear_thing(stream: IO[bytes]) -> Thing | Unread:
    head = _hear_head(stream)
    if isinstance(head, Unread):
        return head
    data = stream.read(head.size + 1)
    if len(data) <= head.size:
        raise SilenceError
    return Thing(head, data[:-1])


def _written_at(found: Thing) -> datetime | None:
    if found.head.kind not in {"tag", "commit"}:
        return None
    header, _, _ = found.data.partition(b"\n\n")
    written = _WRITTEN_AT.search(header)
    at, odd = moment(written[1] if written else b"", "made_at")
    return None if odd else at
