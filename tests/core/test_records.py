"""Records: one shape a kind, written and read without loss."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from fitgate.core.entries import Entry, EntryKind
from fitgate.core.findings import Outcome
from fitgate.core.reclassified import Nature
from fitgate.core.records import SHAPES, Record, draft, record_of
from fitgate.core.records.changes import (
    Audited,
    Closed,
    Decided,
    Evaluated,
    FollowUpClosed,
    Incident,
    Judge,
    Landed,
    Overridden,
    PassedBy,
    RationaleGiven,
    Reclassified,
    RegisterReviewed,
    Reverted,
    Said,
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
from fitgate.core.standing import Standing
from tests.builders import DIGEST, NOW

NATURE = Nature(is_io=True, categories=("data",), classes=("D",), io_sr=(2,))
JUDGE = Judge(".fitgate.yaml", "1" * 40, DIGEST, "1.0", "fitgate")
RECORDS: list[Record] = [
    Seen("#1", "pull", 1, "github:1"),
    Decided(
        "#1", "landing", Outcome.HOLD, "shadow", NATURE, None, DIGEST, JUDGE, "slow", NOW,
        (Said("slow-authority", Outcome.HOLD, "cooldown"),),
    ),
    Signed("#1", "github:1", DIGEST, ("owner",)),
    RationaleGiven("#1"),
    Landed(
        "#1", "merge", NATURE, Standing.BYPASS, "enforce", required=(),
        bypasses=(PassedBy("override", authorised=True, visibility="escalation"),),
    ),
    Evaluated("#1", "eval", "failed"),
    Closed("#1", pre_landing=True),
    DrillScheduled("weekly", 604_800),
    Drilled("d1", passed=True, recovery=0, restored=False),
    DrillMissed("weekly"),
    Overridden("#1", "github:1", "fire", NOW),
    FollowUpClosed("#1", "github:1"),
    Reclassified("#1", NATURE, "github:1", "why", lowered=False),
    RegisterReviewed("#1", "disputed", "github:1"),
    GateChanged("review", "weakened"),
    PolicyChanged(".fitgate.yaml", None, None, DIGEST, "enforce"),
    ExceptionGranted("rule", "github:1", "reason", NOW),
    Reverted("#1", "#2"),
    Incident("i1"),
    Tripped("CB-VL", "freeze", "because", "vl_hours", "80", "72"),
    RecoveryPlanned("CB-VL", "github:1", "plan"),
    Reset("CB-VL", "probation"),
    IdentityVerified("github:1", "slack:U1"),
    Acknowledged("notice", "github:1"),
    Audited("#1", "github:1", "seed", is_io=False),
    PilotStarted(NOW, "shadow"),
    Imported("file", DIGEST, 3),
    BreakersWatched({"CB-VL": DIGEST}, 7),
]  # fmt: skip


def test_every_kind_of_entry_has_a_shape_and_every_shape_a_kind() -> None:
    assert {*SHAPES} == {*get_args(EntryKind)} == {type(record).__name__ for record in RECORDS}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    told = draft(record, NOW, "key")
    assert (told.kind, told.at, told.key) == (type(record).__name__, NOW, "key")
    entry = Entry(1, None, NOW, NOW, "github:1", told.kind, told.key, told.body)
    assert record_of(entry) == record


def test_what_is_not_said_is_not_written() -> None:
    assert draft(Closed("#1"), NOW, "k").body == {"change": "#1"}
    assert draft(Landed("#1", "merge", NATURE, Standing.ALLOWED, "enforce"), NOW, "k").body == {
        "change": "#1",
        "stage": "merge",
        "nature": {"is_io": True, "categories": ["data"], "classes": ["D"], "io_sr": [2]},
        "standing": "allowed",
        "mode": "enforce",
    }


@pytest.mark.parametrize("body", [{}, {"change": 1}, {"change": "#1", "who": "x"}])
def test_a_body_of_another_shape_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record_of(Entry(1, None, NOW, NOW, "github:1", "Closed", "k", body))
