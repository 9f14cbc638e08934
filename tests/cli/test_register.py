"""`fitgate register`: what people say is appended, and shown."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from fitgate.core.review import parse_reviews
from tests.cli.conftest import Fitgate, Scanned
from tests.story import Chapter

Story = tuple[Path, tuple[Chapter, ...]]
FULL_ID = "git:" + "0" * 40 + "@" + "a" * 40


def test_a_review_names_the_change_in_full(
    fitgate: Fitgate, chapters: Story, tmp_path: Path
) -> None:
    story, told = chapters
    done = fitgate(
        "register", "review", told[5].sha[:10], story, "--confirm", "--owner", "team-evals",
        "--evidence", "evaluation_plan=docs/plan.md", "--by", "ada", "--file", "said.yaml",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    (review,) = parse_reviews((tmp_path / "said.yaml").read_text(), "said.yaml")
    assert review.change.endswith(f"@{told[5].sha}")
    assert (review.by, review.owner, review.evidence) == (
        "ada",
        "team-evals",
        {"evaluation_plan": "docs/plan.md"},
    )


def test_reviews_are_appended_in_the_governed_repository(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep").mkdir()
    first = fitgate(
        "register", "review", FULL_ID, "deep", "--dispute", "--why", "a fixture", "--by", "ada"
    )
    assert first.returncode == 0
    place = tmp_path / ".fitgate" / "register.yaml"
    text = place.read_text() + "# Bob was here\n"
    place.write_text(text)
    words = ("--amend", "--category", "data", "--category", "alignment", "--json")
    again = fitgate("register", "review", "#12", "--by", "bob", *words)
    assert json.loads(again.stdout)["categories"] == ["data", "alignment"]
    assert place.read_text().startswith(text)
    shown = fitgate("register", "show")
    assert [line.split()[:2] for line in shown.stdout.splitlines()[1:]] == [
        [FULL_ID, "disputed"],
        ["#12", "amended"],
    ]
    assert len(json.loads(fitgate("register", "show", "--json").stdout)) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "say one of --confirm, --amend, --dispute"),
        (["--confirm", "--dispute"], "say one of --confirm, --amend, --dispute"),
        (["--amend"], "--amend says which categories"),
        (["--confirm", "--category", "data"], "--amend says which categories"),
        (["--dispute"], "--dispute says --why"),
        (["--confirm", "--evidence", "x"], "is not KEY=URI"),
        (["--confirm", "--evidence", "x=y"], "there is no evidence called `x`"),
    ],
)
def test_half_a_review_is_refused(
    fitgate: Fitgate, tmp_path: Path, words: list[str], told: str
) -> None:
    done = fitgate("register", "review", FULL_ID, *words)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_a_broken_review_file_is_left_as_it_is(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "said.yaml").write_text("- change: [\n")
    done = fitgate("register", "review", FULL_ID, "--confirm", "--file", "said.yaml")
    assert done.returncode == 2
    assert "said.yaml:2:1: is not YAML" in done.stderr
    assert (tmp_path / "said.yaml").read_text() == "- change: [\n"


def test_a_register_that_was_written_can_be_shown(fitgate: Fitgate, scanned: Scanned) -> None:
    rows = fitgate("register", "show", scanned.folder, "--format", "csv").stdout
    assert rows == (scanned.folder / "register.csv").read_text()
    table = fitgate("register", "show", scanned.folder).stdout
    file = scanned.folder / "register.yaml"
    document = json.loads(fitgate("register", "show", file, "--format", "json").stdout)
    assert len(document) == len(rows.splitlines()) - 1 == len(table.splitlines()) - 1


def test_there_is_nothing_to_show_where_nothing_was_said(fitgate: Fitgate) -> None:
    for words in (("register", "show"), ("register", "show", "nowhere")):
        done = fitgate(*words)
        assert done.returncode == 2
        assert done.stderr.startswith("fitgate: ")


def conversation(folder: Path, answers: str, *words: str) -> str:
    """Run `fitgate` on a terminal and type these answers; returns what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "fitgate", *words]
    with subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        os.write(ours, answers.encode())
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        running.wait()
    os.close(ours)
    return shown.decode(errors="replace")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_on_a_terminal_the_questions_are_asked(chapters: Story, tmp_path: Path) -> None:
    story, told = chapters
    words = ("register", "review", told[5].sha, str(story), "--by", "ada", "--file", "said.yaml")
    shown = conversation(tmp_path, "x\na\ndata, alignment\nit was both\n\n", *words)
    assert "confirm, amend or dispute?" in shown
    assert told[5].sha in shown
    (review,) = parse_reviews((tmp_path / "said.yaml").read_text(), "said.yaml")
    assert (review.status, review.categories, review.why, review.owner) == (
        "amended", ("data", "alignment"), "it was both", None,
    )  # fmt: skip


def test_a_number_is_reviewed_without_a_clone(tmp_path: Path) -> None:
    conversation(tmp_path, "d\na fixture\nada\n", "register", "review", "#7", "--file", "said.yaml")
    (review,) = parse_reviews((tmp_path / "said.yaml").read_text(), "said.yaml")
    assert (review.change, review.status, review.why, review.owner) == (
        "#7",
        "disputed",
        "a fixture",
        "ada",
    )


def test_a_table_on_a_terminal_is_drawn_with_its_progress(
    story: Path, policy: Path, tmp_path: Path
) -> None:
    shown = conversation(
        tmp_path, "", "scan", str(story), "--since", "all", "--policy", str(policy)
    )
    assert "judging changes" in shown
    assert "─" in shown
