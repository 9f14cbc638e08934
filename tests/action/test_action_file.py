"""`action.yml` and `drill/action.yml`: their own steps, run as they stand, on the twin."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from fitgate.entrypoints.cli.action_told import FIGURES
from tests.action.composite import Composite, actionlint
from tests.action.job import Workshop
from tests.action.test_pulls import lowered
from tests.adapters.git.making import Made
from tests.docs.pages import blocks
from tests.house.test_files import locked
from tests.house.tree import ROOT

WORKFLOW = ".github/workflows/fitgate.yml"
DOCS = ROOT / "docs" / "action.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (.*?) \|(?: (.*?) \|)?$", re.MULTILINE)
FILES = {"fitgate": ROOT / "action.yml", "drill": ROOT / "drill" / "action.yml"}


def action(shop: Workshop, **inputs: str) -> Composite:
    """Return the Action for the last pull request, as a runner has it before the first step."""
    environment = shop.environment("pull_request_target", shop.heard("pull_request"))
    github = {"api_url": shop.twin.url, "token": shop.token()}
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    return Composite(FILES["fitgate"], environment, given, github)


def test_its_steps_judge_a_pull_request_and_give_the_outputs(shop: Workshop) -> None:
    pull = lowered(shop)
    ran = action(shop)
    assert ran.run() == 0, ran.log
    assert ran.ran == ["Find Python", "Take FITGate from the cache", "Install FITGate", "Judge"]
    assert shop.check(pull.head_sha).conclusion == "action_required"
    outputs = ran.outputs()
    assert outputs["outcome"] == "HOLD"
    assert json.loads(outputs["verdict-json"])["categories"] == ["evaluation"]
    assert set(outputs) == {"outcome", "categories", "eligible-at", "verdict-json", *FIGURES}


def test_a_step_that_fails_ends_it(shop: Workshop) -> None:
    lowered(shop)
    ran = action(shop, token="ghs_wrong")  # noqa: S106 - it is none
    assert ran.run() == 4
    assert "::error title=FITGate::" in ran.log
    assert "ghs_wrong" not in ran.log


def test_what_is_in_the_workspace_is_not_run(shop: Workshop) -> None:
    lowered(shop)
    ran = action(shop)
    hostile = Path(ran.environment["GITHUB_WORKSPACE"])
    for name in ("fitgate", "pydantic", "sitecustomize", "compileall"):
        (hostile / f"{name}.py").write_text("raise SystemExit('taken over')\n", encoding="utf-8")
    assert ran.run() == 0, ran.log


def test_a_drill_is_run_measured_and_written_down(shop: Workshop, tmp_path: Path) -> None:
    clone = Made(tmp_path / "clone")
    clone.commit(files={"a.txt": b"a\n"})
    clone.git("reset", "-q", "--hard")
    environment = shop.environment("workflow_dispatch", {})
    environment["GITHUB_WORKSPACE"] = str(clone.path)
    inputs = {
        "run": 'printf "%s\\n" "$(pwd)" > "back again"; echo "::error::no command"',
        "verify": 'test -e "back again"', "rto": "PT1M", "loss": "PT0S", "note": 'a "note"',
    }  # fmt: skip
    ran = Composite(FILES["drill"], environment, inputs, {"repository_id": "7"})
    assert ran.run() == 0, ran.log
    told = json.loads(ran.outputs()["drill-json"])
    assert told["passed"] is True
    assert told["note"].startswith('a "note"')
    assert clone.git("cat-file", "-p", "fitgate-ledger:HEAD.json").startswith('{"digest"')
    assert not re.search(r"^::error", ran.log.partition("::stop-commands::")[0], re.MULTILINE)
    inputs["run"] = "exit 3"
    inputs["verify"] = ""
    again = Composite(FILES["drill"], environment, inputs, {"repository_id": "7"})
    assert again.run() == 1, again.log
    assert json.loads(again.outputs()["drill-json"])["passed"] is False


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", ["inputs", "outputs"])
def test_the_docs_table_is_what_the_file_says(name: str, part: str) -> None:
    document = yaml.safe_load(FILES[name].read_text(encoding="utf-8"))
    text = DOCS.read_text(encoding="utf-8")
    section = (
        text.partition(f"<!-- {part} of {name} -->")[2].partition("\n\n")[2].partition("\n\n")[0]
    )
    rows = {row[0]: row[1:] for row in ROW.findall(section)}
    wanted = {
        each: (_default(one), one["description"]) if part == "inputs" else (one["description"], "")
        for each, one in document[part].items()
    }
    assert rows == wanted


def _default(one: dict[str, object]) -> str:
    if one["required"]:
        return "needed"
    said = str(one["default"])
    return "the job's own" if "github.token" in said else f"`{said}`" if said else "none"


def test_the_locks_of_the_action_are_what_is_tested() -> None:
    tested = locked("dev")
    for name in ("action", "drill"):
        assert {n: v for n, v in locked(name).items() if tested.get(n) != v} == {}
    assert {"typer", "sqlalchemy", "jinja2"}.isdisjoint(locked("action"))
    assert set(locked("uv")) == {"uv"}


def test_readme_and_the_page_show_the_same_eight_lines() -> None:
    pages = (ROOT / "README.md", DOCS)
    readme, page = (next(b for b in blocks(p) if b.file == WORKFLOW) for p in pages)
    assert readme.text == page.text
    assert len(readme.text.splitlines()[1:]) == 8
    assert list(yaml.safe_load(readme.text)["jobs"]) == ["fitgate-run"]


@pytest.mark.skipif(actionlint() is None, reason="actionlint is not installed")
def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    shown = [b for b in blocks(DOCS) if b.file and b.file.startswith(".github/")]
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    for number, block in enumerate(shown):
        files.append(tmp_path / f"{number}.yml")
        files[-1].write_text(block.text, encoding="utf-8")
    assert len(shown) == 2
    done = subprocess.run(
        [str(actionlint()), "-no-color", *map(str, files)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
