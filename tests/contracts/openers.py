"""Where a ledger may be kept: one opener for each, and the contract suite runs on all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from fitgate.bootstrap import open_ledger
from fitgate.ports import Ledger
from tests.adapters.git.making import Made
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


def branch(request: pytest.FixtureRequest) -> Open:
    """On a branch of a clone without a remote."""
    clone = Made(request.getfixturevalue("tmp_path") / "shop").done()
    return lambda: open_ledger("branch", REPO, clone, create=True)


def remote_branch(request: pytest.FixtureRequest) -> Open:
    """On a branch of a remote, opened from another clone each time."""
    room: Path = request.getfixturevalue("tmp_path")
    hub = Made(room / "hub.git", bare=True).done()
    numbers = count()

    def opener() -> Ledger:
        clone = Made(room / f"clone-{next(numbers)}")
        clone.git("remote", "add", "origin", str(hub))
        return open_ledger("branch", REPO, clone.path, create=True)

    return opener


OPENERS: tuple[Callable[[pytest.FixtureRequest], Open], ...] = (
    memory, sqlite, postgres, branch, remote_branch
)  # fmt: skip
