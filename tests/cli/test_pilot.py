"""`fitgate pilot` and `fitgate ledger verify --decisions`, on the whole story."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Fitgate, run_fitgate
from tests.story import Chapter

LEDGER = "sqlite:///ledger.db"


@pytest.fixture(scope="module")
def piloted(
    tmp_path_factory: pytest.TempPathFactory, chapters: tuple[Path, tuple[Chapter, ...]]
) -> Path:
    """Give a folder with the ledger of the story, and a pilot that has begun."""
    folder, story = tmp_path_factory.mktemp("piloted"), chapters[0]
    for words in (
        ("scan", story, "--since", "all", "--record"),
        ("pilot", "start", story, "--system", "checkout-assistant", "--reviewer", "grace"),
    ):
        done = run_fitgate(folder, *words, "--ledger", LEDGER)
        assert done.returncode == 0, done.stderr
    return folder


def report(folder: Path, story: Path, *words: str) -> str:
    done = run_fitgate(
        folder, "pilot", "report", story, "--since", "all", "--ledger", LEDGER, *words
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_story_yields_a_case_in_which_a_slow_gate_would_have_helped(
    piloted: Path, story: Path
) -> None:
    said = report(piloted, story)
    assert "Unblock the release train" in said
    assert "undone 28.8 h after it landed. Had there been a slow gate, it would have been" in said
    assert "1 sure" in said
    assert "- System: checkout-assistant" in said
    for number in range(9):
        assert f"## {number}) " in said


def test_the_same_clone_and_ledger_elsewhere_give_the_same_bytes(
    piloted: Path, story: Path, tmp_path: Path
) -> None:
    clone = shutil.copytree(story, tmp_path / "elsewhere" / "clone")
    shutil.copy(piloted / "ledger.db", tmp_path)
    for form in ((), ("--json",), ("--anonymous",)):
        assert report(piloted, story, *form) == report(tmp_path, clone, *form)


def test_an_anonymous_report_names_no_change_person_or_path(
    piloted: Path, chapters: tuple[Path, tuple[Chapter, ...]]
) -> None:
    story, told = chapters
    for form in ((), ("--json",)):
        said = report(piloted, story, "--anonymous", *form)
        assert not any(chapter.sha[:10] in said for chapter in told)
        assert not any(name in said for name in ("checkout-assistant", "grace", str(story), "git:"))


def test_the_report_is_written_into_a_folder(piloted: Path, story: Path) -> None:
    told = report(piloted, story, "--out", "out")
    names = ("metrics.json", "metrics.html", "report.md", "report.json")
    assert told.split() == [f"out/{name}" for name in names]
    assert (piloted / "out" / "report.md").read_text() == report(piloted, story)
    document = json.loads((piloted / "out" / "report.json").read_text())
    assert [each["name"] for each in document["deliverables"]] == ["D1", "D2", "D3", "D4", "D5"]


def test_the_status_says_what_is_still_to_be_done(piloted: Path, story: Path) -> None:
    done = run_fitgate(piloted, "pilot", "status", story, "--ledger", LEDGER)
    assert "Day 1 of 14" in done.stdout
    assert "next: fitgate drill run" in done.stdout
    told = run_fitgate(piloted, "pilot", "status", story, "--ledger", LEDGER, "--json")
    assert {each["name"]: each["done"] for each in json.loads(told.stdout)}["D4"] is False


def test_what_a_report_read_is_kept_where_it_is_told_to(
    piloted: Path, story: Path, tmp_path: Path
) -> None:
    asked = ("pilot", "status", story, "--ledger", LEDGER, "--json")
    kept = run_fitgate(piloted, *asked, "--cache", tmp_path / "kept")
    assert kept.returncode == 0, kept.stderr
    assert (tmp_path / "kept/facts.jsonl.gz").exists()
    assert run_fitgate(piloted, *asked, "--no-cache").stdout == kept.stdout


def test_a_pilot_of_more_than_a_year_is_refused(fitgate: Fitgate, story: Path) -> None:
    done = fitgate("pilot", "start", story, "--days", "99999999", "--ledger", LEDGER)
    assert done.returncode == 2
    assert "less than or equal to 365" in done.stderr
    assert "bug" not in done.stderr


def test_a_second_pilot_does_not_begin_while_one_runs(piloted: Path, story: Path) -> None:
    done = run_fitgate(piloted, "pilot", "start", story, "--ledger", LEDGER)
    assert done.returncode == 2
    assert "A pilot is running until" in done.stderr


def test_a_report_without_a_pilot_says_how_to_begin_one(fitgate: Fitgate, story: Path) -> None:
    fitgate("scan", story, "--since", "30d", "--record", "--ledger", LEDGER)
    done = fitgate("pilot", "report", story, "--ledger", LEDGER)
    assert done.returncode == 2
    assert "`fitgate pilot start` begins one" in done.stderr


def test_every_decision_of_the_story_comes_out_the_same_again(piloted: Path) -> None:
    done = run_fitgate(piloted, "ledger", "verify", "--decisions", "--ledger", LEDGER, "--json")
    assert done.returncode == 0, done.stdout
    told = json.loads(done.stdout)["decisions"]
    assert told["counts"].pop("same") > 60
    assert set(told["counts"].values()) == {0}
    assert told["otherwise"] == []


def test_facts_that_were_erased_are_not_replayable_and_no_error(
    piloted: Path, tmp_path: Path
) -> None:
    shutil.copy(piloted / "ledger.db", tmp_path)
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        named = "(SELECT digest FROM blobs ORDER BY length(content) LIMIT 2)"
        database.execute(f"DELETE FROM blobs WHERE digest IN {named}")  # noqa: S608 - our own words
    done = run_fitgate(tmp_path, "ledger", "verify", "--decisions", "--ledger", LEDGER)
    assert done.returncode == 0, done.stdout
    assert "2 not replayable." in done.stdout
    assert "its facts are no longer kept" in done.stdout
