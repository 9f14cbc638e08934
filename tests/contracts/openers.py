"""Where a ledger may be kept: one opener for each, and the contract suite runs on all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from fitgate.adapters.github.app import App
from fitgate.bootstrap import ledger_on_github, open_ledger
from fitgate.ports import Ledger
from tests.adapters.git.making import Made
from tests.fakes import MemoryLedger
from tests.twin.github import Twin
from tests.twin.github.people import LEAST

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


def branch_on_github(request: pytest.FixtureRequest) -> Open:
    """On a branch that only GitHub's API leads to, from another session each time."""
    twin: Twin = request.getfixturevalue("twin")
    name = twin.repo("acme/app").full_name
    installation = twin.install("acme", {**LEAST, "contents": "write"})

    def opener() -> Ledger:
        app = App(twin.app.id, twin.app.private_key, twin.url, patience=5.0)
        return ledger_on_github(app.session(installation.id), name, REPO)

    return opener


OPENERS: tuple[Callable[[pytest.FixtureRequest], Open], ...] = (
    memory, sqlite, postgres, branch, remote_branch, branch_on_github
)  # fmt: skip
