"""A ledger as a file: a header, the bytes of every entry as they are hashed, and the contents."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from fitgate.core.canonical import canonical, sha256
from fitgate.core.chain import linked
from fitgate.core.entries import Entry, Head, Stored, entry_digest, read_entry
from fitgate.core.facts import STRICT
from fitgate.core.records import record_of
from fitgate.core.values import Digest
from fitgate.errors import BrokenChainError, LedgerError, UserError


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: whose chain follows, how many entries and contents, and how it ends."""

    __pydantic_config__ = STRICT
    ledger: Literal[1]
    repo: str
    entries: Annotated[int, Field(ge=0)]
    head: Digest | None
    blobs: Annotated[int, Field(ge=0)]


_HEADER = TypeAdapter(Header)


def lines_of(
    repo: str,
    head: Head,
    stored: Iterable[Stored],
    digests: Iterable[str],
    blob: Callable[[str], bytes | None],
) -> Iterator[bytes]:
    """Yield the lines of a file, without their ends.

    An entry's line is its bytes, so that `sha256sum` of the line is the `prev` of the next. A
    content's line is `{"blob": BASE64, "digest": …}`.

    Raises:
        BrokenChainError: when the chain does not hang together, or does not end at `head`.
        LedgerError: when a content is gone that was there.
    """
    contents = [*digests]
    yield canonical(
        {
            "blobs": len(contents),
            "entries": head.seq,
            "head": head.digest,
            "ledger": 1,
            "repo": repo,
        }
    )
    last = Head()
    for each in linked(stored, repo):
        if each.seq > head.seq:
            break  # written while we write
        if b"\n" in each.content:
            raise BrokenChainError(each.seq, "is not written in canonical form")
        yield each.content
        last = Head(each.seq, each.digest)
    if (last.seq, last.digest) != (head.seq, head.digest):
        raise BrokenChainError(last.seq + 1, f"is missing: the ledger went on to {head.seq}")
    for digest in contents:
        content = blob(digest)
        if content is None:
            raise LedgerError(f"The content {digest} was erased meanwhile. Export again.")
        yield canonical({"blob": base64.b64encode(content).decode(), "digest": digest})


class LedgerFile:
    """A file that is read line by line, once: the header, then `entries`, then `blobs`."""

    def __init__(self, lines: Iterable[bytes], source: str) -> None:
        """Read the header.

        Raises:
            UserError: when it is none.
        """
        self._lines, self._source, self._number = iter(lines), source, 0
        try:
            self.header = _HEADER.validate_json(self._line())
        except ValidationError as exc:
            raise self._wrong("is not the head of an exported ledger") from exc

    def entries(self) -> Iterator[tuple[Entry, Stored]]:
        """Yield every entry, once it is known to be sound.

        Raises:
            UserError: at the first that does not hang on the one before, is not of its kind, or
                tells again what was told.
        """
        recorded_at, keys = None, set[str]()
        try:
            for each in linked(self._stored(), self.header.repo):
                entry = self._sound(each)
                if entry.key in keys:
                    raise self._wrong(f"entry {each.seq} tells {entry.key!r} a second time")
                if recorded_at is not None and entry.recorded_at < recorded_at:
                    raise self._wrong(f"entry {each.seq} was recorded before the one it hangs on")
                keys.add(entry.key)
                recorded_at = entry.recorded_at
                yield entry, each
        except BrokenChainError as exc:
            raise self._wrong(f"entry {exc.seq} {exc.why}") from exc

    def _stored(self) -> Iterator[Stored]:
        digest = None
        for seq in range(1, self.header.entries + 1):
            content = self._line()
            digest = entry_digest(content)
            yield Stored(seq, content, digest)
        if digest != self.header.head:
            raise self._wrong("the last entry is not the one that the header names")

    def _sound(self, each: Stored) -> Entry:
        try:
            entry = read_entry(each.content)
            record_of(entry)
        except ValidationError as exc:
            told = exc.errors(include_url=False)[0]
            where = ".".join(map(str, told["loc"]))
            raise self._wrong(f"entry {each.seq}: {where}: {told['msg']}") from exc
        return entry

    def blobs(self) -> Iterator[bytes]:
        """Yield every content, once it is known to have its digest.

        Raises:
            UserError: at the first that has not, or when the file goes on or ends too soon.
        """
        for _ in range(self.header.blobs):
            try:
                told = json.loads(self._line())
                content = base64.b64decode(told["blob"], validate=True)
                whole = sha256(content) == told["digest"]
            except (ValueError, LookupError, TypeError, binascii.Error):
                whole = False
            if not whole:
                raise self._wrong("is not a content with its digest")
            yield content
        if next(self._lines, None) is not None:
            self._number += 1
            raise self._wrong("goes on after its last content")

    def _line(self) -> bytes:
        self._number += 1
        line = next(self._lines, b"")
        if not line.endswith(b"\n"):
            raise self._wrong("ends before it is whole")
        return line[:-1]

    def _wrong(self, what: str) -> UserError:
        return UserError(
            f"{self._source}:{self._number}: {what}. Nothing was imported: export the ledger again."
        )
