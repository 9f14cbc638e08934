"""The workflows trust nobody more than they must."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.tree import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = (ROOT / "action.yml", ROOT / "drill" / "action.yml")
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
each_file = pytest.mark.parametrize(
    "path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}-{path.stem}"
)


def read(path: Path) -> dict[str, Any]:
    """Parse a workflow or an action."""
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


def steps(tree: object) -> Iterator[dict[str, Any]]:
    """Yield every step, wherever it is nested."""
    match tree:
        case {"steps": [*found]}:
            yield from found
        case dict():
            for branch in tree.values():
                yield from steps(branch)
        case _:
            return


@each_file
def test_every_action_is_pinned_by_commit_and_tells_its_version(path: Path) -> None:
    uses = [line.strip(" -") for line in path.read_text().splitlines() if "uses: " in line]
    uses = [
        line for line in uses if line.startswith("uses: ") and not line.startswith("uses: ./ ")
    ]  # our own
    assert [line for line in uses if not PINNED.match(line)] == []


@each_workflow
def test_a_job_has_the_permissions_it_names_and_no_others(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    assert [name for name, job in workflow["jobs"].items() if "permissions" not in job] == []


@each_workflow
def test_no_checkout_leaves_its_token_behind(path: Path) -> None:
    checkouts = [step for step in steps(read(path)) if "checkout@" in step.get("uses", "")]
    keeping = [step for step in checkouts if step["with"]["persist-credentials"] is not False]
    assert keeping == []


@each_file
def test_nothing_is_pasted_into_a_script(path: Path) -> None:
    scripts = [step.get("run", "") for step in steps(read(path))]
    assert [script for script in scripts if "${{" in script] == []


def test_the_wheel_is_tested_on_every_python_it_claims() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    claimed = [line.rpartition(" ")[2] for line in classifiers if re.search(r":: 3\.\d+$", line)]
    matrix = read(ROOT / ".github/workflows/ci.yml")["jobs"]["wheel"]["strategy"]["matrix"]
    assert matrix["python"] == claimed
