"""What the ledger remembers: one envelope for every kind of entry, hash-chained."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.canonical import canonical, sha256
from fitgate.core.facts import STRICT
from fitgate.core.values import Digest, Instant

EntryKind = Literal[
    "Seen", "Decided", "Signed", "RationaleGiven", "Landed", "Evaluated", "Closed",
    "DrillScheduled", "Drilled", "DrillMissed", "Overridden", "FollowUpClosed", "Reclassified",
    "RegisterReviewed", "GateChanged", "PolicyChanged", "ExceptionGranted", "Reverted", "Incident",
    "Tripped", "RecoveryPlanned", "Reset", "IdentityVerified", "Acknowledged", "Audited",
    "PilotStarted", "Imported", "BreakersWatched",
]  # fmt: skip


_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger.

    `seq` counts from 1 in its repository's chain; `prev` is the digest of the entry before, null
    for the first. `key` is unique: the same fact told twice is one entry. `at` is when it happened,
    `recorded_at` when it was written down; only the latter never goes back.
    """

    __pydantic_config__ = STRICT
    seq: Annotated[int, Field(ge=1)]
    prev: Digest | None
    at: Instant
    recorded_at: Instant
    repo: str
    kind: EntryKind
    key: Annotated[str, Field(min_length=1)]
    body: dict[str, JsonValue]
    v: Literal[1] = field(default=1, kw_only=True)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written down: an entry that has no place in the chain yet."""

    at: datetime
    kind: EntryKind
    key: str
    body: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it is kept: its number, its bytes, and the digest that the next one names."""

    seq: int
    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: what the next entry hangs on."""

    seq: int = 0
    digest: str | None = None
    recorded_at: datetime | None = None


@functools.cache
def entry_adapter() -> TypeAdapter[Entry]:
    """Return the reader and writer of entries; built once, on first use."""
    return TypeAdapter(Entry)


def canonical_bytes(entry: Entry) -> bytes:
    """Return the bytes that are stored and hashed (RFC 8785)."""
    return canonical(
        {
            "at": moment(entry.at),
            "body": entry.body,
            "key": entry.key,
            "kind": entry.kind,
            "prev": entry.prev,
            "recorded_at": moment(entry.recorded_at),
            "repo": entry.repo,
            "seq": entry.seq,
            "v": entry.v,
        }
    )


def moment(at: datetime) -> str:
    """Return a moment in UTC as RFC 3339 has it, as in 2026-01-31T12:00:00Z.

    Raises:
        ValueError: for one that is not in UTC: what is written down could not be read again.
    """
    if at.utcoffset() != _NONE:
        raise ValueError(f"{at} is not in UTC")
    return at.isoformat().removesuffix("+00:00") + "Z"


def entry_digest(stored: bytes) -> str:
    """Return the digest that the next entry's `prev` must hold, from the bytes as stored."""
    return sha256(stored)


def seal(draft: Draft, repo: str, head: Head, now: datetime) -> tuple[Stored, Head]:
    """Give a draft its place after `head`; returns it as it is kept, and the new end of the chain.

    A clock that went back is held at the last moment written down.
    """
    recorded_at = now if head.recorded_at is None else max(now, head.recorded_at)
    seq = head.seq + 1
    entry = Entry(seq, head.digest, draft.at, recorded_at, repo, draft.kind, draft.key, draft.body)
    content = canonical_bytes(entry)
    stored = Stored(seq, content, entry_digest(content))
    return stored, Head(seq, stored.digest, recorded_at)


def read_entry(content: bytes) -> Entry:
    """Read an entry from the bytes as stored.

    Raises:
        pydantic.ValidationError: when they are none.
    """
    return entry_adapter().validate_json(content)
