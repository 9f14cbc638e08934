"""`fitgate scan --record`, and what is read from the ledger then."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Fitgate, run_fitgate
from tests.story import Chapter

LEDGER = "sqlite:///ledger.db"


@pytest.fixture(scope="module")
def recorded(
    tmp_path_factory: pytest.TempPathFactory, chapters: tuple[Path, tuple[Chapter, ...]]
) -> Path:
    """Give a folder with the ledger of the whole story."""
    folder, story = tmp_path_factory.mktemp("recorded"), chapters[0]
    done = run_fitgate(folder, "scan", story, "--since", "all", "--record", "--ledger", LEDGER)
    assert done.returncode == 0, done.stderr
    assert "entries written into the ledger" in done.stderr
    return folder


def test_every_landing_of_the_story_is_in_the_ledger_with_its_verdict(
    recorded: Path, story: Path
) -> None:
    scanned = json.loads(run_fitgate(recorded, "scan", story, "--since", "all", "--json").stdout)
    with sqlite3.connect(recorded / "ledger.db") as database:
        kinds = dict(database.execute("SELECT kind, count(*) FROM entries GROUP BY kind"))
    assert kinds["Landed"] == kinds["Decided"] == scanned["counts"]["changes"]
    assert kinds["Reverted"] > 0
    assert kinds["PolicyChanged"] == 1


def test_to_record_it_again_adds_nothing(recorded: Path, story: Path) -> None:
    again = run_fitgate(recorded, "scan", story, "--since", "all", "--record", "--ledger", LEDGER)
    assert "fitgate: 0 entries written into the ledger" in again.stderr


def test_a_scan_in_two_parts_leaves_the_same_landings_as_one(
    fitgate: Fitgate, tmp_path: Path, recorded: Path, story: Path
) -> None:
    for span in ("HEAD~30..HEAD~10", "HEAD~10..HEAD"):
        done = fitgate("scan", story, "--range", span, "--record", "--ledger", LEDGER)
        assert done.returncode == 0, done.stderr
    ask = "SELECT key FROM entries WHERE kind = 'Landed'"
    with sqlite3.connect(tmp_path / "ledger.db") as parts:
        landed = {key for (key,) in parts.execute(ask)}
    with sqlite3.connect(recorded / "ledger.db") as whole:
        assert landed <= {key for (key,) in whole.execute(ask)}
    assert len(landed) == 30


def test_a_direct_push_past_the_teams_own_practice_is_listed(recorded: Path, story: Path) -> None:
    done = run_fitgate(recorded, "bypass", "list", story, "--ledger", LEDGER)
    assert done.returncode == 0, done.stderr
    assert "pushed directly" in done.stdout
    assert "could not be judged by FITGate" in done.stdout


def test_what_force_brought_to_the_branch_that_a_clone_tracks_is_listed(
    fitgate: Fitgate, tmp_path: Path, story: Path
) -> None:
    def git(where: str, *words: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *who, *words], cwd=tmp_path / where, check=True)

    git(".", "clone", "-q", "--bare", str(story), "origin.git")
    for name in ("ours", "theirs"):
        git(".", "clone", "-q", "origin.git", name)
    git("theirs", "reset", "-q", "--hard", "HEAD~1")
    git("theirs", "rm", "-q", "-r", "evals")
    git("theirs", "commit", "-q", "-m", "Drop the evaluations (#99)")
    git("theirs", "push", "-q", "--force", "origin", "HEAD")
    git("ours", "fetch", "-q")
    git("ours", "reset", "-q", "--hard", "@{upstream}")
    done = fitgate("scan", "ours", "--since", "all", "--record", "--ledger", LEDGER)
    assert done.returncode == 0, done.stderr
    listed = fitgate("bypass", "list", "ours", "--ledger", LEDGER)
    (row,) = (line for line in listed.stdout.splitlines() if "pushed by force" in line)
    assert "#99" in row
    assert "it is not known whether force brought it" in listed.stdout
    told = json.loads(fitgate("bypass", "list", "ours", "--ledger", LEDGER, "--json").stdout)
    ios = sum(told["standings"].values())
    assert told["force_unknown"] == ios - 1


def test_bypasses_are_told_as_json_with_the_entries_they_come_from(
    recorded: Path, story: Path
) -> None:
    done = run_fitgate(recorded, "bypass", "list", story, "--ledger", LEDGER, "--json")
    told = json.loads(done.stdout)
    assert [each["how"] for each in told["bypasses"]] == ["direct-push"]
    assert all(each["entries"] for each in told["bypasses"])
    assert told["standings"]["unjudged"] > 0


def test_an_audit_is_sampled_labelled_and_scored(recorded: Path, story: Path) -> None:
    def audit(*words: str) -> str:
        done = run_fitgate(recorded, "audit", *words, "--ledger", LEDGER)
        assert done.returncode == 0, done.stderr
        return done.stdout

    week = ("--week", "2026-W38")
    drawn = json.loads(audit("sample", str(story), *week, "--json"))["sample"]
    assert drawn
    assert not any("is_io" in each for each in drawn), "the sample gives away what the rules said"
    for each in drawn:
        audit(
            "label",
            each["commit"],
            str(story),
            "--io",
            "--why",
            "it cannot be undone",
            "--by",
            "sam",
        )
    again = json.loads(audit("sample", str(story), *week, "--json"))["sample"]
    assert [each["change"] for each in again] == [each["change"] for each in drawn]
    assert all(each["labelled"] for each in again)
    scored = json.loads(audit("report", str(story), "--json"))
    assert scored["labelled"] == len(drawn)
    assert scored["missed"] == scored["others"] > 0
    assert "it cannot be undone" in audit("report", str(story))
    ask = "SELECT CAST(content AS TEXT) FROM entries WHERE kind = 'Landed'"
    with sqlite3.connect(recorded / "ledger.db") as database:
        landed = [json.loads(content) for (content,) in database.execute(ask)]
    seen = {each["change"] for each in drawn}
    week_of = [e["body"] for e in landed if "2026-09-14" <= e["at"] < "2026-09-21"]
    other = next(body["commit"] for body in week_of if body["change"] not in seen)
    picked = audit("label", other, str(story), "--io")
    assert "No lot drew it" in picked
    scored = json.loads(audit("report", str(story), "--json"))
    assert (scored["by_hand"], scored["labelled"]) == (1, len(drawn))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("audit", "label", "1234567", "--io"), "has no landing"),
        (("audit", "label", "1234567"), "--io or --not-io"),
        (("audit", "sample", "--week", "2026-99"), "is no week"),
    ],
)
def test_what_cannot_be_audited_is_told_with_a_remedy(
    recorded: Path, words: tuple[str, ...], told: str
) -> None:
    done = run_fitgate(recorded, *words, "--ledger", LEDGER)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_ledger_that_is_not_there_is_told_with_the_way_to_make_one(
    fitgate: Fitgate, story: Path
) -> None:
    done = fitgate("bypass", "list", story, "--ledger", LEDGER)
    assert done.returncode == 2
    assert "scan --record" in done.stderr


def test_what_people_say_of_the_register_is_in_the_ledger_too(
    fitgate: Fitgate, tmp_path: Path, story: Path
) -> None:
    words = ("scan", story, "--since", "all", "--record", "--ledger", LEDGER)
    register = json.loads(fitgate(*words, "--json").stdout)["io_register"]
    first, second = (entry["sha"] for entry in register[:2])
    (tmp_path / "said.yaml").write_text(
        f"- {{change: {first}, status: confirmed, by: ada, at: 2026-11-02T09:00:00Z}}\n"
        f"- {{change: {second}, status: disputed, by: ada, at: 2026-11-02T09:00:00Z, why: a test, "
        "seconded_by: grace}\n"
    )
    done = fitgate(*words, "--reviews", "said.yaml")
    assert "fitgate: 3 entries written into the ledger" in done.stderr
    ask = "SELECT kind, CAST(content AS TEXT) FROM entries WHERE kind LIKE 'Re%ed' ORDER BY seq"
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        told = [
            (kind, json.loads(content)["body"])
            for kind, content in database.execute(ask)
            if kind != "Reverted"
        ]
    assert [kind for kind, _ in told] == ["RegisterReviewed", "RegisterReviewed", "Reclassified"]
    lowered = told[2][1]
    assert lowered["nature"]["is_io"] is False
    assert (lowered["lowered"], lowered["seconded_by"]) == (True, "grace")
