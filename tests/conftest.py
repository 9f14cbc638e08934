"""Fixtures: golden files and the story repository."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.story import Chapter, build

GOLDEN = Path(__file__).parent / "golden"
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite the golden files; read the diff")


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
