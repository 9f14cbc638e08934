"""Fixtures: an empty database of each kind, clones with and without a remote; all are closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fitgate.adapters.ledger.branch import BranchLedger
from tests.adapters.git.making import Made
from tests.adapters.ledger.raw import Place

Open = Callable[..., BranchLedger]


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


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def clone(tmp_path: Path) -> Made:
    """A clone with one commit and no remote."""
    made = Made(tmp_path / "shop")
    made.commit(files={"a.txt": b"a\n"})
    made.git("reset", "-q", "--hard")
    return made


@pytest.fixture
def hub(tmp_path: Path) -> Made:
    """A bare repository to push to, with a few commits on its main branch."""
    made = Made(tmp_path / "hub.git", bare=True)
    for number in range(3):
        made.commit(files={"a.txt": b"%d\n" % number})
    made.done()
    return made


@pytest.fixture
def open_branch() -> Iterator[Open]:
    """Open ledgers on a branch; they are closed at the end."""
    opened: list[BranchLedger] = []

    def _open(path: Path, repo: str = "github:1", **how: object) -> BranchLedger:
        opened.append(BranchLedger(path, repo, **how))  # type: ignore[arg-type] # as it takes
        return opened[-1]

    yield _open
    for ledger in opened:
        ledger.close()
