"""`fitgate check` and `fitgate facts`: one change, and the same verdict again from its facts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fitgate.core.facts_file import facts_json
from tests.builders import facts_of
from tests.cli.conftest import Fitgate
from tests.shipped import ROOT
from tests.story import Chapter

Story = tuple[Path, tuple[Chapter, ...]]
HEAVY = {
    "rich",
    "jinja2",
    "markupsafe",
    "fitgate.adapters.git",
    "fitgate.core.review",
    "fitgate.core.reclassified",
}


@pytest.fixture
def io(chapters: Story) -> Chapter:
    """Return a change of the story that the small policy knows: evals were removed."""
    return next(
        c for c in chapters[1] if c.key == "faster-evals" or c.title.startswith("Faster evals")
    )


def test_a_proposal_is_judged_and_the_exit_code_says_how(
    fitgate: Fitgate, story: Path, policy: Path, io: Chapter
) -> None:
    done = fitgate("check", story, "--base", f"{io.sha}^", "--head", io.sha, "--policy", policy)
    assert done.returncode == 1
    assert done.stdout.startswith("✗ HOLD") or done.stdout.startswith("? UNDECIDED")
    assert "(rule data-gone)" in done.stdout
    assert f"judged by {policy}" in done.stdout


def test_shadow_mode_never_fails(fitgate: Fitgate, story: Path, io: Chapter) -> None:
    done = fitgate("check", story, "--base", f"{io.sha}^", "--head", io.sha)
    assert done.returncode == 0
    assert "(shadow mode: reported, nothing is held)" in done.stdout


def test_a_change_that_is_no_io_is_allowed(
    fitgate: Fitgate, story: Path, policy: Path, chapters: Story
) -> None:
    other = next(c for c in chapters[1] if not c.io and not c.reverts and c.landed_as == "squash")
    done = fitgate("check", story, "--change", other.sha, "--policy", policy)
    assert done.returncode == 0
    assert done.stdout.startswith("✓ ALLOW: not an irreversible operation")


def test_facts_give_the_same_verdict_again(
    fitgate: Fitgate, story: Path, policy: Path, io: Chapter, tmp_path: Path
) -> None:
    words = ("--change", io.sha, "--policy", policy)
    assert fitgate("facts", story, *words, "--out", "facts.json").stdout == ""
    direct = fitgate("check", story, *words, "--json")
    again = fitgate("check", "--facts", "facts.json", "--policy", policy, "--json")
    assert json.loads(again.stdout) == json.loads(direct.stdout)
    piped = fitgate(
        "check",
        "--facts",
        "-",
        "--policy",
        policy,
        "--json",
        given=(tmp_path / "facts.json").read_text(),
    )
    assert piped.stdout == again.stdout
    assert piped.returncode == again.returncode == 1


def test_what_prints_json_anyway_may_be_asked_for_it(
    fitgate: Fitgate, story: Path, io: Chapter, tmp_path: Path
) -> None:
    plain = fitgate("facts", story, "--change", io.sha)
    asked = fitgate("facts", story, "--change", io.sha, "--json", "--out", "-")
    assert (asked.returncode, asked.stdout, [*tmp_path.iterdir()]) == (0, plain.stdout, [])
    assert fitgate("schema", "facts", "--json").stdout == fitgate("schema", "facts").stdout
    assert fitgate("policy", "schema", "--json").stdout == fitgate("policy", "schema").stdout
    error = json.loads(fitgate("schema", "fact", "--json").stdout)["error"]
    assert "there is no schema 'fact'" in error["message"]


def test_the_first_change_of_all_has_facts_too(
    fitgate: Fitgate, story: Path, chapters: Story
) -> None:
    done = fitgate("facts", story, "--change", chapters[1][0].sha)
    facts = json.loads(done.stdout)
    assert facts["change"]["base"] is None
    assert facts["files"]


def test_without_a_policy_the_default_judges_and_says_so(
    fitgate: Fitgate, story: Path, io: Chapter
) -> None:
    facts = fitgate("facts", story, "--change", io.sha).stdout
    done = fitgate("check", "--facts", "-", given=facts)
    assert done.returncode == 0
    assert "no --policy was given; judged by FITGate's default, mode shadow" in done.stdout


def test_a_verdict_can_be_asked_for_as_of_another_time(
    fitgate: Fitgate, story: Path, policy: Path, io: Chapter
) -> None:
    facts = fitgate("facts", story, "--change", io.sha, "--policy", policy).stdout
    words = (
        "check",
        "--facts",
        "-",
        "--policy",
        policy,
        "--json",
        "--as-of",
        "2026-12-24T00:00:00Z",
    )
    assert json.loads(fitgate(*words, given=facts).stdout)["as_of"] == "2026-12-24T00:00:00Z"


def test_a_facts_file_that_is_wrong_is_refused_with_every_problem(fitgate: Fitgate) -> None:
    done = fitgate("check", "--facts", "-", given='{"facts": 1, "as_of": "today"}')
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) > 2
    assert "-:as_of:" in done.stderr


@pytest.mark.parametrize(
    "words", [[], ["--base", "a", "--facts", "b"], ["--change", "a", "--base", "b"]]
)
def test_a_change_is_named_in_one_way(fitgate: Fitgate, words: list[str]) -> None:
    done = fitgate("check", *words)
    assert done.returncode == 2
    assert "Say which change" in done.stderr


def test_a_revision_that_is_not_there_is_the_users_to_change(fitgate: Fitgate, story: Path) -> None:
    done = fitgate("check", story, "--base", "no-such-branch")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-branch" in done.stderr


@pytest.mark.parametrize(
    ("facts", "heavy"),
    [
        (json.dumps(facts_json(facts_of())), HEAVY),
        ((ROOT / "benchmarks" / "facts.json").read_text(encoding="utf-8"), {*HEAVY, "yaml"}),
    ],
    ids=["nothing of it was read", "all of it was"],
)
def test_checking_facts_loads_nothing_that_it_does_not_need(
    tmp_path: Path, facts: str, heavy: set[str]
) -> None:
    program = (
        "import sys; from fitgate.entrypoints.cli import run\n"
        "run(['check', '--facts', 'facts.json'])\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    (tmp_path / "facts.json").write_text(facts)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "UNDECIDED" in done.stdout
    assert heavy & {*done.stderr.split()} == set()
