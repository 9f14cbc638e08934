"""Fixtures: a ledger and a queue, wherever they are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.ports import Ledger, Queue
from tests.contracts.openers import OPENERS, Open
from tests.contracts.queues import PLACES, Place
from tests.twin.conftest import twin

__all__ = ["ledger", "open_it", "place", "queue", "twin"]


@pytest.fixture(params=OPENERS, ids=lambda opener: opener.__name__)
def open_it(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Give what opens one ledger, empty at first; whatever was opened is closed."""
    opener: Open = request.param(request)
    opened: list[Ledger] = []

    def open_it() -> Ledger:
        opened.append(opener())
        return opened[-1]

    yield open_it
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_it: Open) -> Ledger:
    return open_it()


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give a place for a queue, empty at first; whatever was opened is closed."""
    found: Place = request.param(request)
    yield found
    found.close()


@pytest.fixture
def queue(place: Place) -> Queue:
    return place.open()
