"""The files of a change: GitHub's list of them, with the modes and ids that it leaves out."""

# REST gives patches and old names, and neither modes nor what was there before; GraphQL's entries
# give these. A rename is exact or none, as in a clone: what was rewritten on the way was removed
# and added.

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fitgate.core.classify.lines import Difference
from fitgate.core.content import FilePatch, hunks_body, ids_body
from fitgate.core.facts import SUBMODULE, File, Status, Unread

BIG = 1 << 20
"""Bytes: a larger file is compared by its object ids alone and never read (`content.py`)."""
MOST_FILES = 3_000
"""GitHub lists no more files of a pull request ("List pull requests files")."""
_SNIFFED = 8_000
_KIND = 0o170000


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path in a commit: mode as Git writes it, id, size in bytes."""

    mode: str
    oid: str
    size: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as GitHub lists it. `patch` is its hunks, where they can be trusted to be all."""

    path: str
    old_path: str
    status: str
    patch: str | None


@dataclass(frozen=True, slots=True)
class Touched:
    """One file of the change, what stood there before and after, and its hunks if they are told."""

    file: File
    before: Entry | None
    after: Entry | None
    patch: str | None

    @property
    def oids(self) -> tuple[str, ...]:
        """Return the ids of the contents on both sides."""
        return tuple(side.oid for side in (self.before, self.after) if side)


Sides = tuple[Entry | None, Entry | None]


def read_listed(document: Mapping[str, Any]) -> Listed:
    """Return a file of REST's list; a patch that does not add up, or lost bytes, is none."""
    path = str(document["filename"])
    patch = document.get("patch")
    counted = (document.get("additions"), document.get("deletions"))
    if not isinstance(patch, str) or "\ufffd" in patch or _counted(patch) != counted:
        patch = None
    old = document.get("previous_filename") if document.get("status") == "renamed" else None
    return Listed(path, str(old or path), str(document.get("status")), patch)


def _counted(patch: str) -> tuple[int, int]:
    lines = [line[:1] for line in patch.split("\n")]
    return lines.count("+"), lines.count("-")


def read_entry(document: Mapping[str, Any] | None) -> Entry | None:
    """Return an entry of GraphQL's; a folder is nothing that a change touches."""
    if document is None or document.get("type") == "tree":
        return None
    mode = f"{int(document['mode']):06o}"
    return Entry(mode, str(document["oid"]), int(document["size"] or 0))


def touched(listed: Listed, sides: Sides) -> Iterator[Touched]:
    """Yield the files that one of GitHub's comes to: two, if it was rewritten where it moved."""
    before, after = sides
    if listed.old_path == listed.path:
        yield _touched(listed.path, before, after, listed.patch)
    elif before and after and before.oid == after.oid:
        file = _file(listed.path, "renamed", before, after, listed.old_path)
        yield Touched(file, before, after, None)
    else:
        if before:
            yield _touched(listed.old_path, before, None, None)
        yield _touched(listed.path, None, after, None)


def _touched(path: str, before: Entry | None, after: Entry | None, patch: str | None) -> Touched:
    status: Status = "modified" if before and after else ("removed" if before else "added")
    return Touched(_file(path, status, before, after), before, after, patch)


def _file(
    path: str, status: Status, before: Entry | None, after: Entry | None, old: str | None = None
) -> File:
    return File(
        path, status, old,
        mode_before=before.mode if before else None, mode_after=after.mode if after else None,
        oid_before=before.oid if before else None, oid_after=after.oid if after else None,
    )  # fmt: skip


def difference(one: Touched, contents: Mapping[str, bytes | Unread]) -> Difference | Unread:
    """Return what changed in the lines of a file: by its hunks, else by its contents."""
    if one.before and one.after and one.before.oid == one.after.oid:
        return Difference(b"")
    if one.patch is not None:
        return Difference(one.patch.encode() + b"\n")
    sides = [contents.get(side.oid) if side else None for side in (one.before, one.after)]
    for side, said in zip((one.before, one.after), sides, strict=True):
        if side and not isinstance(said, bytes):
            return said or Unread("was not read")
    texts = [said for said in sides if isinstance(said, bytes)]
    binary = [b"\0" in text for text in texts]
    if any(binary):
        words = "is text on one side of the change and binary on the other"
        return Difference(b"") if all(binary) else Unread(words)
    before, after = (said if isinstance(said, bytes) else None for said in sides)
    return Difference.of_contents(before, after)


def patches(
    ones: Iterable[Touched], contents: Mapping[str, bytes | Unread], hunks: Mapping[str, bytes]
) -> Iterator[FilePatch | Unread]:
    """Yield what the content digest is made of, path by path; a rename is two.

    `hunks` has git's own hunks, by path, of texts whose patch GitHub leaves out.
    """
    for one in ones:
        before, after, path = one.before, one.after, one.file.path
        old = one.file.old_path or path
        if old != path or (before and after and _kind(before) != _kind(after)):
            yield _patch(old, before, None, _body(before, None, None, contents))
            yield _patch(path, None, after, _body(None, after, None, contents))
            continue
        told = one.patch.encode() if one.patch is not None else hunks.get(path)
        yield _patch(path, before, after, _body(before, after, told, contents))


def _patch(
    path: str, before: Entry | None, after: Entry | None, body: str | Unread
) -> FilePatch | Unread:
    if isinstance(body, Unread):
        return Unread(f"{path} {body.why}")
    return FilePatch(
        old_path=path if before else None,
        new_path=path if after else None,
        mode_before=before.mode if before else None,
        mode_after=after.mode if after else None,
        body=body,
    )


def _kind(entry: Entry) -> int:
    return int(entry.mode, 8) & _KIND


def is_by_ids(before: Entry | None, after: Entry | None) -> bool:
    """Say whether two sides are compared by their ids, before either is read (`content.py`)."""
    sides = [side for side in (before, after) if side]
    same = len({side.oid for side in sides}) == 1 and len(sides) > 1
    return same or any(side.mode == SUBMODULE or side.size > BIG for side in sides)


def _body(
    before: Entry | None,
    after: Entry | None,
    hunks: bytes | None,
    contents: Mapping[str, bytes | Unread],
) -> str | Unread:
    by_ids = ids_body(before.oid if before else None, after.oid if after else None)
    if is_by_ids(before, after):
        return by_ids
    if hunks is None:
        texts: list[bytes] = []
        for side in (before, after):
            said = contents.get(side.oid, Unread("was not read")) if side else b""
            if isinstance(said, Unread):
                return said
            texts.append(said)
        if is_binary(*texts):
            return by_ids
        if before and after:
            return Unread("has no patch, and there is no git here to make one")
        hunks = _whole(*texts)
    lines = [line + b"\n" for line in hunks.removesuffix(b"\n").split(b"\n")] if hunks else []
    return hunks_body(lines) or by_ids


def is_binary(*texts: bytes) -> bool:
    """Say whether git would call a file with either of these contents binary."""
    return any(b"\0" in text[:_SNIFFED] for text in texts)


def _whole(before: bytes, after: bytes) -> bytes:
    """Return the hunks of a file that comes, or goes, as a whole."""
    text, sign = (before, b"-") if before else (after, b"+")
    if not text:
        return b""
    count = text.count(b"\n") + (not text.endswith(b"\n"))
    counts = (b"1,%d" % count, b"0,0") if before else (b"0,0", b"1,%d" % count)
    lines = [b"@@ -%s +%s @@" % counts]
    lines += [sign + line for line in text.removesuffix(b"\n").split(b"\n")]
    if not text.endswith(b"\n"):
        lines.append(b"\\ No newline at end of file")
    return b"\n".join(lines)


def unpatched(ones: Sequence[Touched]) -> Iterator[Touched]:
    """Yield the files whose contents must be read for the digest: GitHub tells no hunks of them."""
    for one in ones:
        split = one.file.old_path is not None or (
            one.before and one.after and _kind(one.before) != _kind(one.after)
        )
        if split:
            if any(not is_by_ids(*pair) for pair in ((one.before, None), (None, one.after))):
                yield one
        elif one.patch is None and not is_by_ids(one.before, one.after):
            yield one
