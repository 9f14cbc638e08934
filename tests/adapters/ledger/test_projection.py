"""The projection says what a fold of the whole chain says, and costs what is new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from fitgate.adapters.ledger.projection import ProjectedLedger
from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.entries import Draft
from fitgate.core.findings import Outcome
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import (
    Decided,
    Evaluated,
    Incident,
    Judge,
    Landed,
    PassedBy,
    Reclassified,
    Reverted,
    Seen,
)
from fitgate.core.standing import Standing
from fitgate.errors import BrokenChainError
from tests.adapters.ledger.raw import Place, closed, landed
from tests.builders import DIGEST, HOUR, NOW


def folded(ledger: ProjectedLedger) -> list[Row]:
    return [*Chronicle(read(ledger.stored())).rows()]


def rich() -> Iterator[Draft]:
    """Yield everything that a row can be told by, of one change."""
    nature = Nature(None, ("data", "evaluation"), ("D", "R"), (1, 4))
    passed = PassedBy("direct-push", ("review",), authorised=True, by="github:1", reason="é")
    full = Landed(
        "#1", "merge", nature, Standing.BYPASS, "enforce", "slow", "production", "1" * 40, 7,
        "push", ("eval/*",), "decided/#1", (passed,), "a note",
    )  # fmt: skip
    judge = Judge(".fitgate.yaml", None, DIGEST, "1", "fitgate")
    ok = Decided(
        "#1",
        "proposal",
        Outcome.ALLOW,
        "enforce",
        nature,
        None,
        DIGEST,
        judge,
    )
    yield draft(Seen("#1", "pull"), NOW - HOUR, "seen")
    yield draft(ok, NOW - HOUR / 2, "decided/#1")
    yield draft(full, NOW, "landed/#1/merge")
    yield draft(Landed("#1", "deployment", nature, Standing.ALLOWED, "shadow"), NOW, "landed/#1/d")
    yield draft(Evaluated("#1", "eval/a", "passed", pre_landing=True), NOW - HOUR, "evaluated")
    yield draft(Reverted("#1", "#2"), NOW + HOUR, "reverted")
    yield draft(Incident("inc-1", "#1"), NOW, "incident/1")
    yield draft(Incident("inc-2"), NOW, "incident/2")
    yield draft(Reclassified("#1", Nature(is_io=False), "github:2", "why", lowered=True), NOW, "re")


def test_each_column_comes_back_as_it_was(place: Place) -> None:
    ledger = place.open()
    ledger.append([*rich(), landed(2)], NOW)
    assert [*ledger.rows()] == folded(ledger)
    assert len(folded(ledger)) == 3


def test_rows_are_brought_up_entry_by_entry(place: Place) -> None:
    ledger = place.open()
    assert [*ledger.rows()] == []
    for each in (landed(2), *rich(), landed(3), closed(2), landed(4)):
        ledger.append([each], NOW)
        assert [*ledger.rows()] == folded(ledger)


def test_many_pages_of_entries_make_the_rows_of_one_fold(place: Place) -> None:
    ledger = place.open()
    numbers = range(2_500)
    ledger.append([landed(n) for n in numbers] + [closed(n) for n in numbers], NOW)
    seen: list[int] = []
    assert ledger.rebuild(seen.append) == 2_500
    assert seen == [2_000, 4_000, 5_000]
    assert [*ledger.rows()] == folded(ledger)


@contextmanager
def statements(ledger: ProjectedLedger) -> Iterator[list[str]]:
    """Give what is executed meanwhile."""
    said: list[str] = []

    def hear(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(ledger.database.engine, "before_cursor_execute", hear)
    yield said
    event.remove(ledger.database.engine, "before_cursor_execute", hear)


def test_what_was_folded_is_not_folded_again(place: Place) -> None:
    ledger = place.open()
    ledger.append([landed(n) for n in range(50)], NOW)
    assert len([*ledger.rows()]) == 50
    with statements(ledger) as said:
        assert len([*ledger.rows()]) == 50
    assert [s for s in said if "FROM entries" in s] == []
    ledger.append([closed(3)], NOW)
    place.tamper("UPDATE entries SET content = '' WHERE seq = 9")
    assert [row.change for row in ledger.rows() if row.closed_at] == ["#3"]  # 9 was not read


def test_rows_that_somebody_altered_are_made_again_from_the_entries(place: Place) -> None:
    ledger = place.open()
    ledger.append([landed(1), landed(2), closed(1)], NOW)
    right = [*ledger.rows()]
    place.run("UPDATE changes SET standing = 'bypass'", "DELETE FROM changes WHERE first = 2")
    assert [*ledger.rows()] != right
    assert ledger.rebuild() == 2
    assert [*ledger.rows()] == right == folded(ledger)


def test_an_entry_that_stands_under_another_change_is_named(place: Place) -> None:
    ledger = place.open()
    ledger.append([landed(1), landed(2)], NOW)
    place.tamper("UPDATE entries SET change = '#1' WHERE seq = 2")
    with pytest.raises(BrokenChainError, match="entry 2 of the ledger tells of #2, but is filed"):
        [*ledger.rows()]


def test_rows_are_not_made_of_entries_that_do_not_hang_together(place: Place) -> None:
    ledger = place.open()
    ledger.append([landed(n) for n in range(4)], NOW)
    other = "'edited'" if place.dialect == "sqlite" else "'edited'::bytea"
    place.tamper(f"UPDATE entries SET content = {other} WHERE seq = 3")
    with pytest.raises(BrokenChainError, match="entry 3 of the ledger does not have the digest"):
        ledger.rebuild()
    place.run("DELETE FROM entries WHERE seq > 2")
    with pytest.raises(BrokenChainError, match="entry 3 of the ledger is missing"):
        ledger.rebuild()


def test_an_entry_that_is_not_of_its_kind_is_named(place: Place) -> None:
    ledger = place.open()
    ledger.append([landed(1), Draft(NOW, "Closed", "k", {"change": "#1", "who": 1})], NOW)
    with pytest.raises(BrokenChainError, match="entry 2 of the ledger is no Closed: Unexpected"):
        [*ledger.rows()]
