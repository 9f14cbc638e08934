"""The audit: who labels does not know what the rules said, and the sample is nobody's choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.audit import SIZE, Week, sample, score
from fitgate.core.chronicle import Row, Told
from fitgate.core.reclassified import Nature
from fitgate.core.records.changes import Audited
from fitgate.core.standing import Standing

MONDAY = datetime(2026, 1, 26, tzinfo=UTC)
WEEK = Week(2026, 5)


def a_row(name: str, *, is_io: bool | None = False, at: datetime = MONDAY) -> Row:
    return Row(name, "merge", at, Nature(is_io), Standing.NOT_IO, "shadow")


def a_label(change: str, *, is_io: bool, seq: int = 1) -> Told[Audited]:
    return Told(seq, MONDAY, MONDAY, Audited(change, "sam", "seed", is_io))


ROWS = [a_row(f"c{n}") for n in range(40)] + [a_row(f"io{n}", is_io=True) for n in range(10)]


def test_a_week_is_read_as_it_is_written() -> None:
    assert Week.parse("2026-W05") == WEEK == Week.of(MONDAY)
    assert str(WEEK) == "2026-W05"
    assert WEEK.start == MONDAY


@pytest.mark.parametrize("said", ["2026-05", "2026-W54", "2025-W53", "W05", "2026-W00"])
def test_what_is_no_week_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"week"):
        Week.parse(said)


def test_the_sample_holds_no_ios_of_that_week_and_a_few_decoys() -> None:
    late, unknown = a_row("late", at=MONDAY + timedelta(weeks=1)), a_row("unknown", is_io=None)
    drawn = sample([*ROWS, late, unknown], WEEK, "seed")
    assert sum(row.nature.is_io is False for row in drawn) == SIZE
    assert sum(row.nature.is_io is True for row in drawn) == 2
    assert {"late", "unknown"}.isdisjoint(row.change for row in drawn)


@given(st.permutations(ROWS), st.text(max_size=5))
def test_the_order_of_the_ledger_changes_no_sample(rows: list[Row], seed: str) -> None:
    assert sample(rows, WEEK, seed) == sample(ROWS, WEEK, seed)


def test_another_seed_draws_another_sample() -> None:
    assert sample(ROWS, WEEK, "one") != sample(ROWS, WEEK, "two")


def test_misses_and_disagreement_are_counted_on_what_was_labelled() -> None:
    labels = [
        a_label("c1", is_io=True),
        a_label("c2", is_io=False),
        a_label("io1", is_io=True),
        a_label("io2", is_io=False),
    ]
    found = score(ROWS, labels)
    assert (found.others, found.missed, found.disagreed) == (2, 1, 2)
    assert found.miss_rate == 0.5
    assert found.kappa == 0.0


def test_the_last_label_of_a_change_counts() -> None:
    found = score(ROWS, [a_label("c1", is_io=True), a_label("c1", is_io=False, seq=2)])
    assert (found.missed, found.miss_rate) == (0, 0.0)


def test_full_agreement_on_both_labels_is_a_kappa_of_one() -> None:
    found = score(ROWS, [a_label("c1", is_io=False), a_label("io1", is_io=True)])
    assert found.kappa == 1.0


def test_nothing_labelled_is_unknown_and_not_perfect() -> None:
    found = score(ROWS, [])
    assert (found.miss_rate, found.kappa) == (None, None)


def test_what_the_rules_could_not_judge_is_compared_with_nothing() -> None:
    rows = [replace(ROWS[0], nature=Nature(None))]
    assert score(rows, [a_label("c0", is_io=True)]).labelled == ()


def test_a_label_that_nobody_drew_is_in_no_rate() -> None:
    picked = Told(1, MONDAY, MONDAY, Audited("c1", "sam", "", is_io=True))
    found = score(ROWS, [picked])
    assert (found.labelled, found.by_hand, found.miss_rate) == ((), 1, None)


def test_a_miss_rate_of_few_labels_has_a_wide_interval() -> None:
    low, high = score(ROWS, [a_label("c1", is_io=False)]).miss_interval or (0.0, 0.0)
    assert low == 0
    assert high > 0.7
