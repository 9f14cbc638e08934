"""The pages are true: commands run, policies are accepted, tables are those of the code."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from fitgate.core.conditions import Condition
from fitgate.core.findings import Outcome
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.core.schemas import schema
from fitgate.core.standing import Standing
from tests.shipped import LIBRARY, ROOT
from tests.story import build

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
FITGATE = Path(sys.executable).with_name("fitgate")


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield the page and the text of every block in a language."""
    for page in PAGES:
        for found in re.finditer(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL):
            yield page.name, found[1]


def commands() -> list[str]:
    """Return every command that a page tells people to type."""
    return [
        line.removeprefix("$ ")
        for _, text in blocks("console")
        for line in text.splitlines()
        if line.startswith("$ ")
    ]


def table(page: str, heading: str) -> list[str]:
    """Return the first column, without marks, of the first table after a heading or a phrase."""
    text = (ROOT / "docs" / page).read_text().partition(heading)[2]
    rows = re.findall(
        r"^\| *`?([^`|]+?)`? *\|", text.partition("\n\n|")[2].partition("\n\n")[0], re.MULTILINE
    )
    return [row.strip() for row in rows if not set(row) <= set("- :")]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the story with a policy beside it, where the pages' commands are run."""
    place = tmp_path_factory.mktemp("pages") / "story"
    build(place, UNTIL)
    (place / ".fitgate.yaml").write_text("version: 1\nuse: [default]\n")
    return place


def test_every_command_of_the_pages_works_as_it_stands(story: Path) -> None:
    """Run them in the order of the pages; CHANGE is a change that is there."""
    change = subprocess.run(
        ["git", "-C", story, "log", "-1", "--format=%h", "--grep=Friendlier"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    failed = []
    for command in dict.fromkeys(commands()):
        words = [change if word == "CHANGE" else word for word in shlex.split(command)]
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), (
                command
            )
            continue
        assert words[0] == "fitgate", command
        done = subprocess.run(
            [FITGATE, *words[1:]],
            cwd=story,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            failed.append((command, done.returncode, done.stderr))
    assert failed == []


@pytest.mark.parametrize(("page", "text"), list(blocks("yaml")))
def test_every_policy_on_the_pages_is_accepted(page: str, text: str) -> None:
    document = yaml.safe_load(text)
    if "rollback" in document:  # a declaration, not a policy
        assert set(document) <= {"categories", "rationale", "rollback", "evaluation", "owner"}, page
        return
    whole = yaml.safe_dump({"version": 1, **document})
    assert parse_policy(whole, page, LIBRARY).policy.version == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_table_of_keys_is_the_policys() -> None:
    assert table("policy.md", "## Keys") == list(Policy.model_fields)


def test_the_table_of_kinds_is_the_codes() -> None:
    kinds = [name for name in Condition.model_fields if not name.endswith("_")]
    assert table("policy.md", "## Rules") == kinds


def test_the_table_of_gates_is_the_codes() -> None:
    gates = schema("policy")["properties"]["gates"]["items"]["discriminator"]["mapping"]
    assert sorted(table("policy.md", "## Gates")) == sorted(gates)


def test_the_tables_of_outcomes_and_standings_are_the_codes() -> None:
    assert table("check.md", "decides on the change") == [str(o) for o in Outcome]
    assert sorted(table("scan.md", "entered in the register.")) == sorted(map(str, Standing))


def test_the_table_of_options_is_the_commands() -> None:
    said = subprocess.run([FITGATE, "scan", "--help"], capture_output=True, text=True, check=True)
    options = set(re.findall(r"--[a-z-]+", said.stdout)) - {"--help", "--json", "--out-dir"}
    written = set(table("scan.md", "*unjudged* unless"))
    assert written <= options
    assert options - written <= {"--reviews", "--output"}


def test_the_house_plan_names_every_module_and_nothing_else() -> None:
    plan = (ROOT / "fitgate" / "README.md").read_text().partition("```\n")[2].partition("```")[0]
    package = ROOT / "fitgate"
    modules = {path.name for path in package.rglob("*.py")} - {"__init__.py", "__main__.py"}
    gates = {path.name for path in (package / "core" / "gates").glob("*.py")}
    named = set(re.findall(r"\b(\w+\.py)\b", plan)) - {"__init__.py"}
    assert sorted(modules - gates - named) == []
    assert sorted(named - modules) == []
