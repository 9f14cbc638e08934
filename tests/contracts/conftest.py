"""Fixtures: a ledger, wherever it is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.ports import Ledger
from tests.contracts.openers import OPENERS, Open
from tests.twin.conftest import twin

__all__ = ["ledger", "open_it", "twin"]


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
