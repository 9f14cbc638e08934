"""What each kind of ledger entry says: one frozen shape a kind."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, cast, get_args

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.entries import Draft, Entry, EntryKind
from fitgate.core.records.changes import (
    Audited,
    Closed,
    Decided,
    Evaluated,
    FollowUpClosed,
    Incident,
    Landed,
    Overridden,
    RationaleGiven,
    Reclassified,
    RegisterReviewed,
    Reverted,
    Seen,
    Signed,
)
from fitgate.core.records.controls import (
    Acknowledged,
    BreakersWatched,
    Drilled,
    DrillMissed,
    DrillScheduled,
    ExceptionGranted,
    GateChanged,
    IdentityVerified,
    Imported,
    PilotStarted,
    PolicyChanged,
    RecoveryPlanned,
    Reset,
    Tripped,
)

Record = (
    Seen | Decided | Signed | RationaleGiven | Landed | Evaluated | Closed | DrillScheduled
    | Drilled | DrillMissed | Overridden | FollowUpClosed | Reclassified | RegisterReviewed
    | GateChanged | PolicyChanged | ExceptionGranted | Reverted | Incident | Tripped
    | RecoveryPlanned | Reset | IdentityVerified | Acknowledged | Audited | PilotStarted | Imported
    | BreakersWatched
)  # fmt: skip
SHAPES: dict[str, type[Record]] = {shape.__name__: shape for shape in get_args(Record)}
"""The kind of an entry → the shape of its body."""


@functools.cache
def record_adapter(kind: str) -> TypeAdapter[Any]:
    """Return the reader and writer of one kind of body; built once, on first use."""
    return TypeAdapter(SHAPES[kind])


def draft(record: Record, at: datetime, key: str) -> Draft:
    """Return what is to be written down of a record that came about `at`; `key` makes it one."""
    kind = type(record).__name__
    body: dict[str, JsonValue] = record_adapter(kind).dump_python(
        record, mode="json", exclude_defaults=True
    )
    return Draft(at, cast("EntryKind", kind), key, body)


def record_of(entry: Entry | Draft) -> Record:
    """Read the body of an entry, or of what is to become one.

    Raises:
        pydantic.ValidationError: when it has not the shape of its kind.
    """
    record: Record = record_adapter(entry.kind).validate_python(entry.body)
    return record
