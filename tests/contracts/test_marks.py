"""What every keeper of marks does, wherever they are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fitgate.adapters.ledger.marks import DatabaseMarks
from fitgate.bootstrap import open_database
from fitgate.ports import Marks
from tests.builders import HOUR, NOW
from tests.fakes import MemoryMarks


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def open_marks(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Marks]:
    """Give what opens the same marks at each call, as another process would."""
    if request.param == "memory":
        kept = MemoryMarks()
        return lambda: kept
    where = f"sqlite:///{tmp_path / 'fitgate.db'}"
    if request.param == "postgres":
        where = request.getfixturevalue("postgres")()

    def opened() -> Marks:
        database = open_database(where, create=True)
        request.addfinalizer(database.close)
        return DatabaseMarks(database)

    return opened


def test_nobody_has_looked_before_somebody_has(open_marks: Callable[[], Marks]) -> None:
    assert open_marks().reached("reconciled/github:1") is None


def test_a_mark_is_kept_under_its_name_alone(open_marks: Callable[[], Marks]) -> None:
    open_marks().reach("reconciled/github:1", NOW)
    assert open_marks().reached("reconciled/github:1") == NOW
    assert open_marks().reached("reconciled/github:2") is None


def test_a_mark_only_moves_forward(open_marks: Callable[[], Marks]) -> None:
    marks = open_marks()
    for at in (NOW, NOW + HOUR, NOW - HOUR):
        marks.reach("deliveries", at)
    assert open_marks().reached("deliveries") == NOW + HOUR
