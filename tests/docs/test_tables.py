"""The tables of the pages say what the code says."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fitgate.adapters.ledger import snapshot
from fitgate.core import policy as shapes
from fitgate.core.commands.grammar import NAMES, commands
from fitgate.core.conditions import Condition, FileStatus, SettingMove
from fitgate.core.facts import Facts
from fitgate.core.facts_file import facts_json
from fitgate.core.findings import Outcome
from fitgate.core.interchange.rehearsals import FORMATS
from fitgate.core.interchange.told import COLUMNS
from fitgate.core.measure.reading import Band
from fitgate.core.proposal import EVIDENCE
from fitgate.core.register import RegisterEntry
from fitgate.core.standing import Standing
from fitgate.core.trailers import KEYS
from fitgate.entrypoints import cli
from fitgate.entrypoints.cli.app import app
from tests.builders import a_breaker, facts_of
from tests.docs.pages import blocks, modules_of_the_house_plan, names, prose, table
from tests.house.tree import PACKAGE, ROOT

POLICY = """\
version: 1
roles: {release-owner: {users: [rita]}}
rules:
  - {id: gone, category: data, why: "it is gone", when: {path: {files: "db/**", status: removed}}}
gates:
  - {type: slow-authority, signatures: [release-owner]}
  - {type: breaker}
"""
CHANGES: Mapping[Outcome, Facts] = {
    Outcome.ALLOW: facts_of(),
    Outcome.HOLD: facts_of(approvals=()),
    Outcome.UNDECIDED: facts_of(approvals=None),
    Outcome.DENY: facts_of(breakers=(a_breaker(),)),
}


def first(rows: list[list[str]]) -> list[str]:
    """Return the names in the first column."""
    return [names(row[0])[0] for row in rows]


def written(name: str, field: FieldInfo) -> str:
    """Return the key that people write for a field."""
    return field.alias or name


def keys(shape: type[BaseModel], *, but: type[BaseModel] | None = None) -> set[str]:
    """Return the keys that people may write in a shape, but for those of another."""
    left_out = but.model_fields if but else {}
    return {written(n, f) for n, f in shape.model_fields.items() if n not in {*left_out, "type"}}


def kinds() -> dict[str, type[BaseModel]]:
    """Return the kinds of evidence, by the key of `when`."""
    asked = {n: get_args(f.annotation)[0] for n, f in Condition.model_fields.items()}
    return {name: shape for name, shape in asked.items() if not name.endswith("_")}


def gates() -> dict[str, type[BaseModel]]:
    """Return the gates, by their type."""
    union: UnionType = get_args(shapes.Gate)[0]
    return {get_args(gate.model_fields["type"].annotation)[0]: gate for gate in get_args(union)}


def exit_codes(path: Path) -> set[int]:
    """Return every number that the functions of a module return, or report an error with."""
    told: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Return(value=ast.IfExp(body=one, orelse=other)):
                told += [one, other]
            case ast.Return(value=value):
                told.append(value)
            case ast.Call(func=ast.Name(id="_report"), args=[_, code, *_]):
                told.append(code)
            case _:
                pass
    values = [node.value for node in told if isinstance(node, ast.Constant)]
    return {value for value in values if type(value) is int}


def test_the_keys_are_those_of_a_policy() -> None:
    assert first(table("docs/policy.md", "key")) == list(shapes.Policy.model_fields)


def test_the_kinds_of_evidence_ask_what_a_rule_may_ask() -> None:
    told = {names(row[0])[0]: set(names(row[1])) for row in table("docs/policy.md", "kind")}
    assert told == {name: keys(shape) for name, shape in kinds().items()}


@pytest.mark.parametrize(
    ("page", "key", "words"), [("path", "status", FileStatus), ("setting", "moved", SettingMove)]
)
def test_what_may_happen_to_a_file_or_a_value_is_told(page: str, key: str, words: Any) -> None:
    told = {names(row[0])[0]: names(row[3]) for row in table(f"docs/kinds/{page}.md", "key")}
    assert told[key] == [*get_args(words)]


def test_the_gates_take_the_keys_that_are_told() -> None:
    common = inspect.getmro(shapes.Validation)[1]
    told = {names(row[0])[0]: set(names(row[2])) for row in table("docs/policy.md", "gate")}
    assert told == {name: keys(gate, but=common) for name, gate in gates().items()}
    sentence = (ROOT / "docs/policy.md").read_text().partition("Every gate takes ")[2]
    assert set(names(sentence.partition(" to say")[0])) == keys(common)


def test_the_trailers_are_those_that_are_looked_for() -> None:
    (text,) = (block.text for block in blocks(ROOT / "docs/policy.md") if block.language == "text")
    assert {line.partition(":")[0] for line in text.splitlines()} == set(KEYS)


@pytest.mark.parametrize("mode", ["enforce", "shadow"])
@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_ends_as_the_page_says(
    outcome: Outcome, mode: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts, policy = tmp_path / "facts.json", tmp_path / "policy.yaml"
    facts.write_text(json.dumps(facts_json(CHANGES[outcome])))
    policy.write_text(f"{POLICY}mode: {mode}\n")
    code = cli.run(["check", "--facts", str(facts), "--policy", str(policy)])
    said = capsys.readouterr().out
    rows = {row[0]: row for row in table("docs/check.md", "outcome")}
    assert list(rows) == list(Outcome)
    promised = {"enforce": rows[outcome][2:4], "shadow": rows[outcome][4:6]}[mode]
    assert f" {outcome}: " in said.splitlines()[0]
    assert promised[0] == str(code)
    assert f"on a forge: check {promised[1]}\n" in said


def test_the_exit_codes_are_those_that_the_commands_leave_with() -> None:
    told = {int(row[0]) for row in table("docs/check.md", "exit")}
    modules = {*(PACKAGE / "entrypoints/cli").glob("*.py")}
    modules -= {PACKAGE / "entrypoints/cli/asked.py"}  # what it returns is what was said
    assert told == set[int]().union(*map(exit_codes, modules))


@pytest.mark.parametrize("command", ["scan", "replay"])
def test_the_options_of_a_command_are_those_it_takes(command: str) -> None:
    group: Any = typer.main.get_command(app)
    taken = {p.opts[0] for p in group.commands[command].params if p.param_type_name == "option"}
    rows = table(f"docs/{command}.md", "option")
    told = {name for row in rows for name in names(row[0] + row[1]) if name.startswith("--")}
    assert told == taken - {"--help"}


def test_the_options_of_the_figures_are_those_they_take() -> None:
    root: Any = typer.main.get_command(app)
    taken = {p.opts[0] for p in root.commands["metrics"].params if p.param_type_name == "option"}
    assert {*first(table("docs/metrics.md", "option"))} == taken - {"--help"}


def test_the_bands_are_those_of_the_code() -> None:
    assert first(table("docs/metrics.md", "band")) == [*Band]


def test_the_standings_are_those_of_the_code() -> None:
    assert set(first(table("docs/scan.md", "standing"))) == {*Standing}


def test_the_register_begins_with_the_keys_of_the_canonical_schema() -> None:
    quoted = names(prose(ROOT / "docs/register.md"))
    listed = next(text.split() for text in quoted if text.startswith("change_id "))
    assert listed == [field.name for field in fields(RegisterEntry)][: len(listed)]


def test_the_evidence_of_a_review_is_what_the_register_asks_for() -> None:
    assert set(first(table("docs/register.md", "evidence"))) == set(EVIDENCE)


def test_the_columns_of_what_is_recorded_are_those_that_are_read() -> None:
    rows = {names(row[0])[0]: row for row in table("docs/interchange.md", "of")}
    told = {kind: (names(row[1]), names(row[2])) for kind, row in rows.items()}
    assert told == {k: ([*c.required], [*c.optional]) for k, c in COLUMNS.items()}


def test_the_formats_of_drills_are_those_that_are_read() -> None:
    assert set(first(table("docs/drills.md", "`import`"))) == set(FORMATS)


def test_the_house_plan_names_every_module_and_nothing_else() -> None:
    there = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")}
    named = modules_of_the_house_plan()
    assert len(named) == len(set(named))
    assert [path for path in named if path not in there] == []
    assert [path for path in sorted(there - {*named}) if "__" not in path] == []


def test_the_page_of_the_branch_lists_all_that_stands_on_it() -> None:
    listed = {
        name.split("/")[0] for name in first(table("docs/ledger-branch.md", "on `fitgate-ledger`"))
    }
    assert listed == {snapshot.HEAD, snapshot.ENTRIES, snapshot.BLOBS, snapshot.README}


def test_what_is_a_command_is_not_said_to_be_still_to_come() -> None:
    commands = {command.name for command in app.registered_commands} | {
        group.name for group in app.registered_groups
    }
    threats = (ROOT / ".github/SECURITY.md").read_text().split("## Not built yet")[1]
    readme = (ROOT / "README.md").read_text()
    (coming,) = re.findall(r"([^.]*)\bcome next:", readme)
    words = set(re.findall(r"[a-z]+", f"{threats.split('. ')[0]} {coming.lower()}"))
    assert words & (commands - {"check", "policy"}) == set()


def test_every_command_on_the_page_of_commands_is_one_and_all_are_shown() -> None:
    shown = [b.text for b in blocks(ROOT / "docs/commands.md") if b.language == "text"]
    asked = [each for text in shown for each in commands(text)]
    assert [each.problems for each in asked if each.problems] == []
    assert {each.name for each in asked} == {*NAMES}
