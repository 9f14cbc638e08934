"""`fitgate reclassify`: what somebody says of a change is kept beside what the rules said."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Fitgate
from tests.forked import Done
from tests.story import Chapter

Story = tuple[Path, tuple[Chapter, ...]]
Said = Callable[..., Done]


@pytest.fixture
def clone(story: Path, tmp_path: Path) -> Path:
    """Copy the story, to keep reviews in it."""
    return shutil.copytree(story, tmp_path / "clone")


@pytest.fixture
def io(chapters: Story) -> Chapter:
    """Return a change that the small policy takes for one of data and evaluation."""
    return next(c for c in chapters[1] if c.title.startswith("Faster evals"))


@pytest.fixture
def plain(chapters: Story) -> Chapter:
    """Return a change that the small policy takes for none."""
    return next(c for c in chapters[1] if not c.io and not c.reverts and c.landed_as == "squash")


@pytest.fixture
def say(fitgate: Fitgate, clone: Path, policy: Path) -> Said:
    """Give what reclassifies a change of the copy under the small policy."""

    def said(sha: str, *words: str) -> Done:
        return fitgate("reclassify", sha, clone, "--policy", policy, *words)

    return said


def scanned(fitgate: Fitgate, clone: Path, policy: Path, sha: str) -> dict[str, Any]:
    """Scan the copy, and return the entry of a change with the list that it stands in."""
    done = fitgate("scan", clone, "--since", "all", "--policy", policy, "--json")
    document = json.loads(done.stdout)
    lists = {key: found for key, found in document.items() if isinstance(found, list)}
    ((entry, key),) = [
        (entry, key)
        for key, found in lists.items()
        for entry in found
        if isinstance(entry, dict) and entry["sha"] == sha
    ]
    return {**entry, "list": key, "counts": document["counts"]}


def test_what_is_added_counts_at_once_and_the_rules_answer_stays(
    fitgate: Fitgate, say: Said, clone: Path, policy: Path, io: Chapter
) -> None:
    words = ("--category", "data", "--category", "evaluation", "--io-sr", "3,4")
    done = say(io.sha, *words, "--why", "the prompts went with it", "--by", "ada", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["reclassified"]["said"][0]["counts"] is True
    entry = scanned(fitgate, clone, policy, io.sha)
    assert entry["io_sr"] == [4]
    assert entry["reclassified"]["counted"]["io_sr"] == [3, 4]
    assert entry["review"]["why"] == "the prompts went with it"


def test_what_is_taken_away_waits_until_somebody_seconds_it(
    fitgate: Fitgate, say: Said, clone: Path, policy: Path, io: Chapter
) -> None:
    first = say(io.sha, "--not-io", "--why", "a fixture", "--by", "ada")
    assert "does not count: it waits for a second person" in first.stdout
    assert f"fitgate reclassify {io.sha[:7]} --second" in first.stdout
    assert scanned(fitgate, clone, policy, io.sha)["list"] == "io_register"
    same = say(io.sha, "--second", "--why", "yes", "--by", "Ada")
    assert (same.returncode, "are, or may be, one person" in same.stderr) == (2, True)
    second = say(io.sha, "--second", "--why", "it is", "--by", "grace")
    assert "It counts as:   not irreversible" in second.stdout
    entry = scanned(fitgate, clone, policy, io.sha)
    assert (entry["list"], entry["is_io"]) == ("reclassified_not_io", True)
    assert entry["reclassified"]["said"][0]["seconded_by"] == ["grace"]
    table = fitgate("scan", clone, "--since", "all", "--policy", policy).stdout
    assert "disputed by ada and grace" in table
    checked = fitgate("check", clone, "--change", io.sha, "--policy", policy).stdout
    for words in (
        "the rules say irreversible: data, evaluation",
        "what people say; it counts as not irreversible",
        'says that it is none because "a fixture", seconded by grace',
    ):
        assert words in " ".join(checked.replace("│", " ").split())


def test_the_author_cannot_second_but_may_be_seconded(say: Said, io: Chapter) -> None:
    assert say(io.sha, "--not-io", "--why", "a fixture", "--by", "ada").returncode == 0
    done = say(io.sha, "--second", "--why", "yes", "--by", io.author)
    assert (done.returncode, f"{io.author} is the author" in done.stderr) == (2, True)
    first = say(io.sha, "--not-io", "--why", "a fixture", "--by", io.author)
    assert "it waits for a second person" in first.stdout
    assert say(io.sha, "--second", "--why", "yes", "--by", "grace").returncode == 0
    nothing = say(io.sha, "--second", "--why", "yes", "--by", "dan")
    assert "Nothing that was said" in nothing.stderr


def test_what_the_rules_took_for_none_enters_the_register(
    fitgate: Fitgate, say: Said, clone: Path, policy: Path, plain: Chapter
) -> None:
    before = json.loads(
        fitgate("scan", clone, "--since", "all", "--policy", policy, "--json").stdout
    )["counts"]
    assert say(plain.sha, "--class", "T", "--why", "so", "--by", "ada").returncode == 2
    done = say(plain.sha, "--category", "deployment", "--why", "all at once", "--by", "ada")
    assert "says that it is one, of deployment" in done.stdout
    entry = scanned(fitgate, clone, policy, plain.sha)
    assert (entry["list"], entry["is_io"], entry["standing"]) == ("io_register", False, "not-io")
    assert entry["counts"]["io"] == before["io"] + 1
    assert entry["counts"]["not_io"] == before["not_io"] - 1
    table = fitgate("scan", clone, "--since", "all", "--policy", policy).stdout
    row = next(line for line in table.splitlines() if plain.sha[:10] in line)
    assert "deployment" in row


def test_the_register_that_was_written_shows_both_answers(
    fitgate: Fitgate, say: Said, clone: Path, policy: Path, io: Chapter
) -> None:
    say(io.sha, "--category", "alignment", "--why", "it was the policy", "--by", "ada")
    fitgate("scan", clone, "--since", "all", "--policy", policy, "--out", clone / "out")
    shown = fitgate("register", "show", clone / "out").stdout
    (row,) = [line for line in shown.splitlines() if io.sha[:10] in line]
    assert "amended by ada, not all of it counts" in row
    page = (clone / "out" / "register.html").read_text()
    assert "<dt>rules said</dt>" in page
    assert "it waits for a second person" in page
    (line,) = [
        line for line in (clone / "out" / "register.csv").read_text().splitlines() if io.sha in line
    ]
    assert "what is taken away does not: it waits for a second person" in line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "say --category, --class or --io-sr; or --not-io; or --second"),
        (("--not-io", "--category", "data", "--why", "x"), "say --category"),
        (("--not-io",), "say --why"),
        (("--not-io", "--why", " "), "say --why"),
        (("--second", "--why", "x"), "waits for a second person"),
        (("--second", "--seconded-by", "bob", "--why", "x"), "who says --second is the second"),
        (("--category", "dada", "--why", "x"), "--category 'dada' is none of data, evaluation"),
        (("--class", "X", "--why", "x"), "--class X is none of T, R, C, D, none"),
        (("--io-sr", "9", "--why", "x"), "--io-sr 9 is none of 1 to 5, none"),
        (("--not-io", "--why", "x", "--seconded-by", "ada"), "are, or may be, one person"),
        (("--not-io", "--why", "x", "--seconded-by", "x[bot]"), "x[bot] is a bot"),
        (("--category", "data", "--category", "evaluation", "--why", "x"), "counts as already"),
    ],
)
def test_what_would_say_nothing_or_not_count_is_refused(
    say: Said, clone: Path, io: Chapter, words: tuple[str, ...], told: str
) -> None:
    done = say(io.sha, *words, "--by", "ada")
    assert done.returncode == 2
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert not (clone / ".fitgate" / "register.yaml").exists()


def test_a_class_may_be_taken_away_whole(say: Said, io: Chapter) -> None:
    words = ("--class", "none", "--why", "none of these", "--by", "ada", "--seconded-by", "grace")
    done = say(io.sha, *words)
    assert "It counts as:   irreversible: data, evaluation · IO-SR 4" in done.stdout
