"""Ledger entries: canonical bytes, and a chain that shows where it was cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from pydantic import ValidationError

from fitgate.core.entries import (
    Draft,
    Entry,
    Head,
    canonical_bytes,
    entry_adapter,
    entry_digest,
    seal,
)
from tests.builders import HOUR, NOW

ENTRY = Entry(1, None, NOW, NOW, "github:1", "Landed", "landed/github:1#7", {"as": "merge"})


def test_an_entry_is_written_the_same_way_everywhere() -> None:
    assert canonical_bytes(ENTRY) == (
        b'{"at":"2026-01-31T12:00:00Z","body":{"as":"merge"},"key":"landed/github:1#7","kind":"Landed",'
        b'"prev":null,"recorded_at":"2026-01-31T12:00:00Z","repo":"github:1","seq":1,"v":1}'
    )


def test_the_next_entry_names_the_bytes_of_the_last() -> None:
    first = canonical_bytes(ENTRY)
    second = replace(ENTRY, seq=2, prev=entry_digest(first), key="closed/github:1#7", kind="Closed")
    assert entry_adapter().validate_json(canonical_bytes(second)) == second
    assert entry_digest(first) != entry_digest(first.replace(b"merge", b"purge"))


@pytest.mark.parametrize(
    "wrong", [{"kind": "Landing"}, {"seq": 0}, {"key": ""}, {"extra": 1}, {"prev": "x"}]
)
def test_an_entry_of_another_shape_is_refused(wrong: dict[str, object]) -> None:
    document = entry_adapter().dump_python(ENTRY, mode="json") | wrong
    with pytest.raises(ValidationError):
        entry_adapter().validate_python(document)


@pytest.mark.parametrize("at", [NOW.replace(tzinfo=None), NOW.astimezone(timezone(HOUR))])
def test_a_moment_that_is_not_in_utc_is_not_written_down(at: datetime) -> None:
    with pytest.raises(ValueError, match="is not in UTC"):
        seal(Draft(at, "Closed", "k", {"change": "#1"}), "github:1", Head(), NOW)
