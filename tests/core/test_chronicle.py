"""The chronicle: entries folded into rows, whatever order they come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.entries import Entry
from fitgate.core.findings import Outcome
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, draft
from fitgate.core.records.changes import (
    Closed,
    Decided,
    Evaluated,
    Incident,
    Judge,
    Landed,
    Reclassified,
    Reverted,
    Seen,
    Signed,
    Stage,
)
from fitgate.core.records.controls import Drilled
from fitgate.core.standing import Standing
from fitgate.errors import BrokenChainError
from tests.builders import DIGEST, HOUR, NOW

IO = Nature(is_io=True, categories=("data",))
JUDGE = Judge("p", None, DIGEST, "1", "fitgate")


def entry(seq: int, record: Record, at: datetime = NOW) -> Entry:
    """Return an entry, recorded an hour after it came about."""
    told = draft(record, at, f"key/{seq}")
    return Entry(seq, None, at, at + HOUR, "github:1", told.kind, told.key, told.body)


def folded(*records: Record | tuple[Record, datetime]) -> list[Row]:
    """Return the rows of records that come one after another."""
    told = (each if isinstance(each, tuple) else (each, NOW) for each in records)
    return [*Chronicle(entry(n, *each) for n, each in enumerate(told, 1)).rows()]


def landing(change: str = "#1", stage: Stage = "merge", environment: str | None = None) -> Landed:
    return Landed(
        change,
        stage,
        IO,
        Standing.ALLOWED,
        "enforce",
        environment=environment,
        required=("eval",),
    )


def decided(of: str, outcome: Outcome) -> Decided:
    return Decided("#1", of, outcome, "enforce", IO, None, DIGEST, JUDGE)  # type: ignore[arg-type] # one of its literals


def test_what_has_not_landed_has_no_row() -> None:
    assert folded(Seen("#1", "pull"), Closed("#1"), Drilled("d", passed=True)) == []


def test_a_landing_is_a_row_that_names_its_entries() -> None:
    (row,) = folded(Seen("#1", "pull"), Seen("#2", "pull"), landing())
    assert (row.change, row.landed_at, row.entries) == ("#1", NOW, (1, 3))
    assert row.lag is None
    assert row.nature == IO


def test_a_change_that_was_merged_and_deployed_has_a_row_for_each() -> None:
    rows = folded(
        landing(),
        landing(stage="deployment", environment="test"),
        landing(stage="deployment", environment="production"),
        (landing(), NOW + HOUR),
    )
    told = [(row.stage, row.environment, row.landed_at) for row in rows]
    assert told == [
        ("merge", None, NOW),
        ("deployment", "test", NOW),
        ("deployment", "production", NOW),
    ]
    assert {row.entries for row in rows} == {(1, 2, 3, 4)}


def test_rows_come_in_the_order_in_which_changes_were_first_heard_of() -> None:
    rows = folded(Seen("#2", "pull"), landing("#1"), landing("#2"))
    assert [row.change for row in rows] == ["#2", "#1"]


def test_the_first_moment_of_each_signal_counts() -> None:
    (row,) = folded(
        (landing(), NOW),
        (Seen("#1", "pull"), NOW - 2 * HOUR),
        (Seen("#1", "pull"), NOW - 3 * HOUR),
        (decided("proposal", Outcome.HOLD), NOW - 3 * HOUR),
        (decided("proposal", Outcome.ALLOW), NOW - HOUR),
        (decided("landing", Outcome.ALLOW), NOW - 2 * HOUR),
        (Reverted("#1", "#3"), NOW + 5 * HOUR),
        (Reverted("#1", "#2"), NOW + 4 * HOUR),
        (Incident("i1", "#1"), NOW),
        (Signed("#1", "github:1", None), NOW),
    )
    assert row.seen_at == NOW - 3 * HOUR
    assert row.allowed_at == NOW - HOUR
    assert row.reverted_at == NOW + 4 * HOUR
    assert row.incidents == ("i1",)
    assert row.entries == (*range(1, 11),)


def test_what_a_person_said_last_is_what_the_change_counts_as() -> None:
    other = Nature(is_io=False)
    raised = Reclassified("#1", IO, "github:1", "why", lowered=False)
    lowered = Reclassified("#1", other, "github:1", "why", lowered=True)
    seconded = Reclassified("#1", other, "github:1", "why", lowered=True, seconded_by="github:2")
    assert [row.nature for row in folded(raised, seconded, landing())] == [other]
    assert [row.nature for row in folded(seconded, raised, landing())] == [IO]
    assert [row.nature for row in folded(raised, lowered, landing())] == [IO]  # it takes two


def test_a_landing_is_called_by_its_id_its_commit_or_its_number() -> None:
    (row,) = folded(replace(landing("git:1@a"), commit="abcdef0123", number=12))
    called = ("git:1@a", "abcdef0", "abcdef0123", "#12", "!12")
    assert [name for name in called if not row.is_called(name)] == []
    assert [
        name for name in ("git:1", "abcdef", "bcdef01", "12", "#1x", "") if row.is_called(name)
    ] == []


@pytest.mark.parametrize("hours", [-3, 0, 2])
def test_it_closes_by_what_was_required_at_landing(hours: int) -> None:
    at = NOW + hours * HOUR
    ended = Evaluated("#1", "eval", "passed", pre_landing=hours < 0)
    (row,) = folded((ended, at), landing(), Evaluated("#1", "eval", "failed"))
    assert (row.closed_at, row.pre_landing, row.lag) == (at, hours < 0, timedelta(hours=hours))


def test_a_closure_that_was_told_outweighs_what_is_worked_out() -> None:
    ended = Evaluated("#1", "eval", "passed")
    told = [(Closed("#1"), NOW + 7 * HOUR), (Closed("#1", pre_landing=True), NOW + 6 * HOUR)]
    (row,) = folded(landing(), (ended, NOW + HOUR), *told)
    assert (row.closed_at, row.pre_landing) == (NOW + 6 * HOUR, True)


def test_all_of_one_kind_are_told_in_order() -> None:
    drill, incident = Drilled("d", passed=True), Incident("i")
    chronicle = Chronicle([entry(1, incident), entry(2, drill, NOW + HOUR), entry(3, landing())])
    assert chronicle.told(Drilled) == [Told(2, NOW + HOUR, NOW + 2 * HOUR, drill)]
    assert chronicle.told(Incident) == [Told(1, NOW, NOW + HOUR, incident)]
    assert chronicle.told(Signed) == ()
    assert chronicle.seq == 3


def test_an_entry_of_another_shape_is_refused() -> None:
    bad = Entry(1, None, NOW, NOW, "github:1", "Closed", "k", {"change": 7})
    with pytest.raises(BrokenChainError, match="entry 1 of the ledger is no Closed: Input should"):
        Chronicle([bad])
