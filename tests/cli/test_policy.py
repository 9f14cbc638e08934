"""`fitgate policy` and `fitgate schema`."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import POLICY, Fitgate, Scanned

WRONG = """\
version: 1
mode: enforced
rules:
  - id: r
    category: evaluatoin
    why: x
    whn: {}
    when: {path: {files: "a", status: gone}}
"""


def test_a_policy_that_can_be_used_says_so(fitgate: Fitgate, policy: Path) -> None:
    done = fitgate("policy", "lint", policy.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "policy.yaml: can be used (4 rules, 1 gate, enforce)\n"


def test_every_problem_is_named_with_its_place(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / ".fitgate.yaml").write_text(WRONG)
    done = fitgate("policy", "lint")
    assert (done.returncode, done.stdout) == (2, "")
    assert ".fitgate.yaml:2:1: mode: cannot be 'enforced' (did you mean `enforce`?)" in done.stderr
    assert (
        ".fitgate.yaml:7:5: rules.0.whn: there is no key `whn` here (did you mean `when`?)"
        in done.stderr
    )


def test_problems_are_told_to_programs_too(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(WRONG)
    done = fitgate("policy", "lint", "p.yaml", "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, done.stderr, error["kind"], error["source"]) == (
        2,
        "",
        "PolicyError",
        "p.yaml",
    )
    assert {"where": "mode", "line": 2}.items() <= error["problems"][0].items()


def test_what_is_read_and_not_acted_on_is_noted(fitgate: Fitgate, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY + "slack: {channel: '#io'}\n")
    done = fitgate("policy", "lint", "p.yaml")
    assert "p.yaml: note: `slack` is read, and not acted on in this version" in done.stdout
    notes = json.loads(fitgate("policy", "lint", "p.yaml", "--json").stdout)["notes"]
    assert len(notes) == 1


def test_the_policy_that_is_here_is_found_or_asked_for(fitgate: Fitgate, tmp_path: Path) -> None:
    assert "Name the file" in fitgate("policy", "lint").stderr
    (tmp_path / ".fitgate").mkdir()
    (tmp_path / ".fitgate" / "policy.yaml").write_text(POLICY)
    assert fitgate("policy", "lint").returncode == 0
    (tmp_path / ".fitgate.yaml").write_text(POLICY)
    assert "are both here. Keep one of them." in fitgate("policy", "lint").stderr


def test_the_schema_of_a_policy_is_printed_and_written(fitgate: Fitgate, tmp_path: Path) -> None:
    printed = fitgate("policy", "schema").stdout
    assert fitgate("policy", "schema", "--out", "policy.v1.json").stdout == ""
    assert (tmp_path / "policy.v1.json").read_text() == printed
    assert fitgate("policy", "schema", "--cases").stdout == fitgate("schema", "cases").stdout


@pytest.mark.parametrize(
    "name", ["facts", "verdict", "entry", "policy", "cases", "register", "reviews"]
)
def test_every_shape_has_a_schema(fitgate: Fitgate, name: str) -> None:
    schema = json.loads(fitgate("schema", name).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)


def test_what_a_scan_writes_fits_its_schemas(fitgate: Fitgate, scanned: Scanned) -> None:
    written = {
        "register": json.loads(scanned.done.stdout)["io_register"],
        "verdict": [
            v["verdict"] for v in json.loads((scanned.folder / "verdicts.json").read_text())
        ],
    }
    for name, documents in written.items():
        schema = json.loads(fitgate("schema", name).stdout)
        validator = jsonschema.Draft202012Validator(schema)
        assert [problem for each in documents for problem in validator.iter_errors(each)] == []


def test_the_published_schemas_are_written_together(fitgate: Fitgate, tmp_path: Path) -> None:
    assert fitgate("schema", "--out", "schemas").returncode == 0
    found = {path.name for path in (tmp_path / "schemas").iterdir()}
    names = ("facts", "verdict", "entry", "policy", "cases")
    assert found == {f"{name}.v1.json" for name in names}


def test_a_shape_that_is_none_is_asked_for_again(fitgate: Fitgate) -> None:
    for words in (("schema",), ("schema", "fact")):
        done = fitgate(*words)
        assert done.returncode == 2
        assert "facts, verdict" in " ".join(done.stderr.split())
