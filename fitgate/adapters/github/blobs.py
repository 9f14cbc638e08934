"""Contents of files: many in one question, each checked against its id, small ones only."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Session, translated
from fitgate.adapters.github.files import BIG
from fitgate.core.facts import Contents, Unread
from fitgate.errors import ForgeError

_KEPT = 64 << 20
"""Bytes: what a file was after one push is what it is before the next."""
_TOGETHER, _AT_ONCE = 200, 8 << 20
_MOST_SINGLE = 50
_SHA1 = 40


class Blobs:
    """Reads the blobs of one repository, and never one that is larger than the limit.

    GraphQL gives text only, and may have decoded it: what does not have the id that was asked for,
    or is no text, is read by itself.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._sizes: dict[str, int] = {}
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0

    def note_size(self, oid: str, size: int) -> None:
        """Take note of a size, so that what is too large is not asked for."""
        self._sizes[oid] = size

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the contents of each blob, or why there are none."""
        found: dict[str, bytes | Unread] = {}
        wanted = list(dict.fromkeys(oids))
        for oid in wanted:
            if oid in self._kept:
                self._kept.move_to_end(oid)
                found[oid] = self._kept[oid]
            elif self._sizes.get(oid, 0) > BIG:
                found[oid] = _too_large(self._sizes[oid])
        single = []
        for batch in self._batches(oid for oid in wanted if oid not in found):
            for oid, said in self._asked(batch):
                found[oid] = said
                if said is _ALONE:
                    single.append(oid)
        for n, oid in enumerate(single):
            found[oid] = self._alone(oid) if n < _MOST_SINGLE else _TOO_MANY
        for oid in wanted:
            if isinstance(data := found[oid], bytes):
                self._keep(oid, data)
        return found

    def _batches(self, oids: Iterable[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        held = 0
        for oid in oids:
            size = self._sizes.get(oid, 0)
            if batch and (len(batch) == _TOGETHER or held + size > _AT_ONCE):
                yield batch
                batch, held = [], 0
            batch.append(oid)
            held += size
        if batch:
            yield batch

    def _asked(self, oids: list[str]) -> Iterator[tuple[str, bytes | Unread]]:
        answer = self._session.graph(self._name, queries.blobs(oids))
        for n, oid in enumerate(oids):
            yield oid, _contents(answer.repository.get(f"o{n}"), oid)

    def _alone(self, oid: str) -> bytes | Unread:
        repo = self._session.github.get_repo(self._name)
        try:
            with translated(f"blob {oid[:12]} of {self._name} could not be read"):
                blob = repo.get_git_blob(oid)
                if (blob.size or 0) > BIG:
                    return _too_large(blob.size)
                data = base64.b64decode(blob.content)
        except ForgeError as exc:
            if exc.status == 404:  # noqa: PLR2004 - HTTP's own number
                return _MISSING
            raise
        except binascii.Error:
            return Unread("was given by GitHub in a form that is not base64")
        return data if _id(data, len(oid)) == oid else Unread("is not what its id says")

    def _keep(self, oid: str, data: bytes) -> None:
        self._held += len(data) - len(self._kept.pop(oid, b""))
        self._kept[oid] = data
        while self._held > _KEPT:
            _, dropped = self._kept.popitem(last=False)
            self._held -= len(dropped)


_ALONE = Unread("is no text")
_MISSING = Unread("is not on GitHub, or may not be read")
_TOO_MANY = Unread(f"is no text, and more than {_MOST_SINGLE} of these are not read")


def _contents(node: Mapping[str, Any] | None, oid: str) -> bytes | Unread:
    if not node or node.get("oid") != oid:
        return _MISSING
    size = int(node["byteSize"])
    if size > BIG:
        return _too_large(size)
    text = node.get("text")
    if text is None or node.get("isTruncated"):
        return _ALONE
    data = str(text).encode("utf-8", "surrogatepass")
    return data if _id(data, len(oid)) == oid else _ALONE


def _id(data: bytes, digits: int) -> str:
    """Return the id that Git gives to these contents (gitformat-objects is its own hash)."""
    head = b"blob %d\0" % len(data)
    hashed = hashlib.sha1 if digits == _SHA1 else hashlib.sha256
    return hashed(head + data).hexdigest()


def _too_large(size: int) -> Unread:
    return Unread(f"has {size} bytes, more than {BIG}")
