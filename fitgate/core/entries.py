"""What the ledger remembers: one envelope for every kind of entry, hash-chained."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Literal

import rfc8785
from pydantic import Field, TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.facts import STRICT
from fitgate.core.values import Digest, Instant

EntryKind = Literal[
    "Seen", "Decided", "Signed", "RationaleGiven", "Landed", "Evaluated", "Closed",
    "DrillScheduled", "Drilled", "DrillMissed", "Overridden", "FollowUpClosed", "Reclassified",
    "RegisterReviewed", "GateChanged", "PolicyChanged", "ExceptionGranted", "Reverted", "Incident",
    "Tripped", "RecoveryPlanned", "Reset", "IdentityVerified", "Acknowledged", "Audited",
    "PilotStarted", "Imported",
]  # fmt: skip


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


@functools.cache
def entry_adapter() -> TypeAdapter[Entry]:
    """Return the reader and writer of entries; built once, on first use."""
    return TypeAdapter(Entry)


def canonical_bytes(entry: Entry) -> bytes:
    """Return the bytes that are stored and hashed (RFC 8785)."""
    return rfc8785.dumps(entry_adapter().dump_python(entry, mode="json"))


def entry_digest(stored: bytes) -> str:
    """Return the digest that the next entry's `prev` must hold, from the bytes as stored."""
    return "sha256:" + hashlib.sha256(stored).hexdigest()
