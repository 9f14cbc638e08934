"""Fixtures: golden files, the story repository, and a database server."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.postgres import databases
from tests.story import Chapter, build

GOLDEN = Path(__file__).parent / "golden"
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite the golden files; read the diff")
    parser.addoption("--soak", action="store_true", help="try all that a common run samples")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Give what compares a text with a golden file, or with --bless writes it."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--bless"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode()

    return compare


@pytest.fixture(scope="session")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Chapter, ...]]:
    """Build the story repository, once."""
    out = tmp_path_factory.mktemp("story") / "story"
    return out, build(out, UNTIL)


@pytest.fixture
def story(chapters: tuple[Path, tuple[Chapter, ...]]) -> Path:
    return chapters[0]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Give what makes an empty database on a server of ours; without one the test is skipped."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    mine = tmp_path_factory.getbasetemp()
    with databases(mine.parent if worker else mine, worker or "alone") as make:
        yield make
