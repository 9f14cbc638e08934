"""Where a ledger may be kept: one opener for each, and the contract suite runs on all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fitgate.bootstrap import open_ledger
from fitgate.ports import Ledger
from tests.fakes import MemoryLedger

REPO = "github:1"
Open = Callable[[], Ledger]
"""Opens the same ledger at each call, as another process would."""


def memory(request: pytest.FixtureRequest) -> Open:
    del request
    ledger = MemoryLedger(REPO)
    return lambda: ledger


def sqlite(request: pytest.FixtureRequest) -> Open:
    file: Path = request.getfixturevalue("tmp_path") / "ledger.db"
    return lambda: open_ledger(f"sqlite:///{file}", REPO, Path(), create=True)


def postgres(request: pytest.FixtureRequest) -> Open:
    address: str = request.getfixturevalue("postgres")()
    return lambda: open_ledger(address, REPO, Path(), create=True)


OPENERS: tuple[Callable[[pytest.FixtureRequest], Open], ...] = (memory, sqlite, postgres)
