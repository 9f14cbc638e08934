"""`fitgate init`: a policy from the history at hand, a workflow, forms: shown, asked, written."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from fitgate.adapters.shipped import ShippedPolicies
from fitgate.core.reading import parse_policy
from fitgate.core.suggesting import Owned, owners
from fitgate.core.trailers import parse_trailers
from fitgate.entrypoints.cli import asked
from tests.action.composite import actionlint
from tests.action.test_action_file import DOCS, WORKFLOW
from tests.adapters.git.making import Made
from tests.cli.conftest import run_fitgate
from tests.docs.pages import blocks
from tests.forked import Done
from tests.house.tree import ROOT

FILES = {
    ".fitgate.yaml",
    ".github/ISSUE_TEMPLATE/fitgate-drill.yml",
    ".github/ISSUE_TEMPLATE/fitgate-io.yml",
    ".github/pull_request_template.md",
    ".github/workflows/fitgate.yml",
}
CODEOWNERS = b"""\
# who owns what
*           @acme/release @ada  # all of it
/evals/     @acme/safety somebody@example.org
docs/ @not a name/ @-
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose history lowers an evaluation's bar, as of now."""
    made = Made(tmp_path / "shop")
    made.clock = int((asked.now() - timedelta(days=9)).timestamp())
    made.commit(files={"evals/gate.yaml": b"threshold: 0.9\n", "CODEOWNERS": CODEOWNERS})
    made.commit("Lower it", {"evals/gate.yaml": b"threshold: 0.5\n"})
    made.git("reset", "-q", "--hard")
    return made.path


def there(clone: Path) -> set[str]:
    found = (path for path in clone.rglob("*") if path.is_file())
    names = {str(path.relative_to(clone)) for path in found}
    return {name for name in names if not name.startswith(".git/")}


def init(clone: Path, *words: str) -> Done:
    return run_fitgate(clone, "init", *words)


def test_it_writes_what_is_wanting_and_says_what_is_left(clone: Path) -> None:
    before = there(clone)
    done = init(clone, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert there(clone) - before == FILES
    assert "+++ b/.fitgate.yaml" in done.stdout
    assert "require the check `fitgate` of GitHub Actions" in done.stdout
    again = init(clone, "--yes")
    assert "Nothing is missing." in again.stdout


def test_the_policy_is_suggested_from_history_and_owners(clone: Path) -> None:
    init(clone, "--yes")
    text = (clone / ".fitgate.yaml").read_text(encoding="utf-8")
    policy = parse_policy(text, "it", ShippedPolicies()).policy
    assert (policy.mode, policy.system) == ("shadow", "shop")
    assert "2 changes since" in text
    assert "# eval-bar-lowered: 1 time\n" in text
    assert policy.roles["release-owner"].teams == ("acme/release",)
    assert policy.roles["release-owner"].users == ("ada",)
    assert policy.roles["safety-owner"].teams == ("acme/safety",)
    assert "a workflow's token cannot read teams" in text
    assert run_fitgate(clone, "policy", "lint", ".fitgate.yaml").returncode == 0


def test_nothing_is_written_unless_somebody_agrees(clone: Path) -> None:
    before = there(clone)
    for words in ((), ("--dry-run",), ("--dry-run", "--yes")):
        done = init(clone, *words)
        assert done.returncode == 0
        assert "Nothing was written." in done.stdout
    assert there(clone) == before


@pytest.mark.parametrize(("answer", "writes"), [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_person_is_asked(clone: Path, answer: bytes, *, writes: bool) -> None:
    before = there(clone)
    main, side = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "fitgate", "init"], cwd=clone, stdin=side, stdout=subprocess.PIPE
    ) as running:
        os.close(side)
        os.write(main, answer)
        out, _ = running.communicate(timeout=120)
    os.close(main)
    assert b"Write these 5 files?" in out
    assert (there(clone) - before == FILES) is writes


@pytest.mark.parametrize(
    ("is_there", "kept"),
    [
        (".fitgate.yaml", ".fitgate.yaml"),
        (".fitgate/policy.yaml", ".fitgate.yaml"),
        (".github/workflows/fitgate.yml", ".github/workflows/fitgate.yml"),
        ("docs/PULL_REQUEST_TEMPLATE.md", ".github/pull_request_template.md"),
        (".github/PULL_REQUEST_TEMPLATE/one.md", ".github/pull_request_template.md"),
    ],
)
def test_what_is_there_is_left_as_it_is(clone: Path, is_there: str, kept: str) -> None:
    path = clone / is_there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine\n", encoding="utf-8")
    told = json.loads(init(clone, "--yes", "--json").stdout)
    assert told["kept"] == [kept]
    assert set(told["written"]) == FILES - {kept}
    assert path.read_text(encoding="utf-8") == "mine\n"


def test_a_folder_that_leads_elsewhere_is_not_written_into(clone: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (clone / ".github").symlink_to(elsewhere)
    done = init(clone, "--yes")
    assert done.returncode == 2
    assert "leads out of the clone" in done.stderr
    assert [*elsewhere.iterdir()] == []


def test_the_pilot_begins_with_the_first_run(clone: Path) -> None:
    init(clone, "--yes", "--pilot", "--system", 'check: "out"', "--branch", "trunk")
    workflow = yaml.safe_load((clone / WORKFLOW).read_text(encoding="utf-8"))
    (step,) = workflow["jobs"]["fitgate-run"]["steps"]
    assert step == {"uses": "fitgate/fitgate@v1", "with": {"pilot": 'check: "out"'}}
    assert workflow[True]["push"] == {"branches": ["trunk"]}
    assert "two weeks of pilot" in (clone / ".fitgate.yaml").read_text(encoding="utf-8")


def test_the_workflow_does_what_the_page_says(clone: Path) -> None:
    init(clone, "--yes")
    written = yaml.safe_load((clone / WORKFLOW).read_text(encoding="utf-8"))
    shown = yaml.safe_load(next(b for b in blocks(DOCS) if b.file == WORKFLOW).text)
    (job,) = written["jobs"].values()
    assert {
        name: said or {} for name, said in written[True].items() if name != "workflow_dispatch"
    } == shown[True]
    assert job["permissions"] == shown["permissions"]
    assert job["steps"] == shown["jobs"]["fitgate-run"]["steps"]
    own = yaml.safe_load((ROOT / WORKFLOW).read_text(encoding="utf-8"))
    assert own[True] == written[True]
    assert own["jobs"]["fitgate-run"]["permissions"] == job["permissions"]


@pytest.mark.skipif(actionlint() is None, reason="actionlint is not installed")
@pytest.mark.parametrize("words", [(), ("--pilot",)])
def test_actionlint_has_nothing_to_say_of_it(clone: Path, words: tuple[str, ...]) -> None:
    init(clone, "--yes", *words)
    done = subprocess.run(
        [str(actionlint()), "-no-color", WORKFLOW], cwd=clone, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_a_template_that_nobody_filled_in_declares_nothing(clone: Path) -> None:
    init(clone, "--yes")
    text = (clone / ".github/pull_request_template.md").read_text(encoding="utf-8")
    assert parse_trailers(text) == ()
    told = text.replace("<!--", "").replace("-->", "")
    assert len(parse_trailers(told)) == 6


def test_outside_a_clone_it_says_so(tmp_path: Path) -> None:
    done = init(tmp_path)
    assert done.returncode == 2
    assert "is not inside the work tree of a clone" in done.stderr


def test_code_owners_are_people_and_teams() -> None:
    assert [*owners(CODEOWNERS.decode())] == [
        Owned("*", ("ada",), ("acme/release",)),
        Owned("/evals/", (), ("acme/safety",)),
        Owned("docs/", ("not",)),
    ]
    hostile = "* @a\x1b[31m @x/${{secrets.A}} @ok\n[section] @me\n*.md\n"
    assert [*owners(hostile)] == [Owned("*", ("ok",))]
