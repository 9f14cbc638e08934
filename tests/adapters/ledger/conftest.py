"""Fixtures: an empty database of each kind; what was opened is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.ledger.raw import Place


def closing(place: Place) -> Iterator[Place]:
    """Give a place, and close what was opened there."""
    yield place
    for database in place.opened:
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    yield from closing(request.getfixturevalue(f"in_{request.param}"))


@pytest.fixture
def in_sqlite(tmp_path: Path) -> Iterator[Place]:
    yield from closing(Place(f"sqlite:///{tmp_path}/ledger.db"))


@pytest.fixture
def in_postgresql(postgres: Callable[[], str]) -> Iterator[Place]:
    yield from closing(Place(postgres()))
