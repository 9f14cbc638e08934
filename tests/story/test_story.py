"""The story is the same everywhere, safe to rebuild, and holds what it promises."""

import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import get_args

import pytest

from tests.story import Chapter, OccupiedError, build
from tests.story.model import Category, Form

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "765f2f5188c3817191e02824768b4b26d720116e"
CATEGORIES = get_args(Category)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Chapter, ...]]:
    out = tmp_path_factory.mktemp("built") / "story"
    return out, build(out, UNTIL)


def ask(out: Path, *words: str) -> str:
    command = ["git", "-C", str(out), *words]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()


def test_the_same_end_gives_the_same_commits(
    story: tuple[Path, tuple[Chapter, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    elsewhere = UNTIL.astimezone(timezone(timedelta(hours=9)))
    assert build(tmp_path / "again", elsewhere) == story[1]
    assert story[1][-1].sha == HEAD


def test_every_commit_on_main_is_a_chapter(story: tuple[Path, tuple[Chapter, ...]]) -> None:
    out, chapters = story
    commits = ask(out, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    assert [chapter.sha for chapter in chapters] == commits


def test_git_finds_nothing_wrong(story: tuple[Path, tuple[Chapter, ...]]) -> None:
    out, _ = story
    assert ask(out, "fsck", "--strict", "--no-dangling") == ""
    assert ask(out, "status", "--porcelain") == ""


def test_building_again_replaces_what_was_built(tmp_path: Path) -> None:
    first = build(tmp_path / "story", UNTIL - timedelta(days=1))
    (tmp_path / "story" / "left over").touch()
    second = build(tmp_path / "story", UNTIL)
    assert first[-1].sha != second[-1].sha == HEAD
    assert [path.name for path in tmp_path.iterdir()] == ["story"]
    assert not (tmp_path / "story" / "left over").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("the only copy")
    with pytest.raises(OccupiedError):
        build(theirs, UNTIL)
    assert (theirs / "thesis.txt").read_text() == "the only copy"


def test_every_category_has_operations_and_look_alikes(
    story: tuple[Path, tuple[Chapter, ...]],
) -> None:
    recent = [c for c in story[1] if c.landed_at > UNTIL - timedelta(days=85)]
    operations = Counter(category for c in recent for category in c.categories)
    look_alikes = Counter(c.look_alike_of for c in story[1])
    assert 45 <= len(recent) <= 60
    assert {category for category in CATEGORIES if operations[category] < 3} == set()
    assert {category for category in CATEGORIES if look_alikes[category] < 2} == set()


def test_a_revert_brings_back_the_very_bytes(story: tuple[Path, tuple[Chapter, ...]]) -> None:
    out, chapters = story
    by_key = {chapter.key: chapter for chapter in chapters}
    reverts = {chapter.sha: by_key[chapter.reverts].sha for chapter in chapters if chapter.reverts}
    assert {chapter.revert_form for chapter in chapters} == {None, *get_args(Form)}
    for revert, undone in reverts.items():
        forward = ask(out, "diff", "--raw", "--no-renames", f"{undone}^1", undone)
        back = ask(out, "diff", "--raw", "--no-renames", "-R", f"{revert}^1", revert)
        assert forward == back
