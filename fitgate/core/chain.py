"""The chain of a ledger: each entry names the bytes of the one before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from fitgate.core.entries import (
    Entry,
    Head,
    Stored,
    canonical_bytes,
    entry_digest,
    read_entry,
)
from fitgate.errors import BrokenChainError

SAMPLE = 64
"""Of so many entries one is written anew, to see that its bytes are the canonical ones."""


def linked(stored: Iterable[Stored], repo: str, head: Head | None = None) -> Iterator[Stored]:
    """Yield the entries of a chain behind `head`, each once it is known to hang on the one before.

    What is hashed are the bytes as stored; one entry in `SAMPLE` is also canonicalised again.

    Raises:
        BrokenChainError: at the first entry that was edited, left out or put in.
    """
    last = head or Head()
    for each in stored:
        fault = _fault(each, repo, last)
        if fault is not None:
            raise BrokenChainError(last.seq + 1, fault)
        yield each
        last = Head(each.seq, each.digest)


def _fault(each: Stored, repo: str, last: Head) -> str | None:
    if each.seq != last.seq + 1:
        return f"is missing: {each.seq} comes after {last.seq}"
    if entry_digest(each.content) != each.digest:
        return "does not have the digest that it is kept with"
    try:
        told: Any = json.loads(each.content)
        prev, seq, whose = told["prev"], told["seq"], told["repo"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return "is no entry"
    if (prev, seq, whose) != (last.digest, each.seq, repo):
        return "does not hang on the entry before it" if whose == repo else f"is {whose}'s"
    return _not_canonical(each.content) if each.seq % SAMPLE == 1 else None


def _not_canonical(content: bytes) -> str | None:
    try:
        entry = read_entry(content)
    except ValidationError as exc:
        return f"is no entry: {exc.errors(include_url=False)[0]['msg']}"
    try:
        same = canonical_bytes(entry) == content
    except ValueError:  # a number that no writer of ours wrote
        same = False
    return None if same else "is not written in canonical form"


def whole(
    stored: Iterable[Stored], repo: str, ends: Callable[[], Head], head: Head | None = None
) -> Iterator[Stored]:
    """Yield the entries of a chain as `linked` does; `ends` tells where it ends by now.

    Raises:
        BrokenChainError: also when the end is missing, is another entry, or is gone beyond.
    """
    end, last = ends(), (head or Head()).seq
    for each in linked(stored, repo, head):
        if each.seq == end.seq and each.digest != end.digest:
            raise BrokenChainError(each.seq, "is not the one that the ledger ended with")
        yield each
        last = each.seq
    if last < end.seq:
        raise BrokenChainError(last + 1, f"is missing: the ledger went on to {end.seq}")
    if last > end.seq and last > (end := ends()).seq:  # others may have written since we began
        raise BrokenChainError(end.seq + 1, "was written past the end of the ledger")


def read(stored: Iterable[Stored], as_of: datetime | None = None) -> Iterator[Entry]:
    """Yield entries as values; those that came about after `as_of` are left out.

    A drill that is planned comes about when it is planned: the time of its entry is when it is due.

    Raises:
        BrokenChainError: at bytes that are no entry.
    """
    for each in stored:
        try:
            entry = read_entry(each.content)
        except ValidationError as exc:
            told = exc.errors(include_url=False)[0]["msg"]
            raise BrokenChainError(each.seq, f"is no entry: {told}") from exc
        known_at = entry.recorded_at if entry.kind == "DrillScheduled" else entry.at
        if as_of is None or known_at <= as_of:
            yield entry
