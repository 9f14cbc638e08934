"""`fitgate policy test`: cases beside a policy, tried; what failed says why."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Fitgate
from tests.conftest import Golden

CASES = """\
version: 1
cases:
  - name: a lower bar
    files: {evals/a.yaml: {before: "threshold: 0.9", after: "threshold: 0.7"}}
    categories: [evaluation]
    outcome: HOLD
  - name: data goes
    files: {data/a.csv: removed}
    categories: data
"""
WRONG = """\
  - name: a higher bar
    files: {evals/a.yaml: {before: "threshold: 0.7", after: "threshold: 0.9"}}
    categories: [evaluation]
    rules: [bar-lowered]
  - name: a table that was not told
    files: {db/1.sql: added}
    categories: []
  - name: a title that means harm
    title: "Assets \\e[31m"
    categories: []
    outcome: ALLOW
"""


@pytest.fixture
def cases(policy: Path) -> Path:
    """Write cases beside the small policy."""
    path = policy.with_name("policy.test.yaml")
    path.write_text(CASES)
    return path


def test_cases_beside_a_policy_are_found_and_tried(fitgate: Fitgate, cases: Path) -> None:
    done = fitgate("policy", "test", "policy.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "ok      a lower bar",
        "ok      data goes",
        "no case covers: dropped, says-assets",
        "2 passed, 0 failed; 2 of 4 rules covered",
    ]
    assert cases.exists()


def test_the_policy_of_the_folder_is_tried_with_its_cases(
    fitgate: Fitgate, tmp_path: Path, cases: Path, policy: Path
) -> None:
    policy.rename(tmp_path / ".fitgate.yaml")
    cases.rename(tmp_path / ".fitgate.test.yaml")
    assert fitgate("policy", "test").returncode == 0


def test_what_is_not_as_expected_says_what_came_and_why(
    fitgate: Fitgate, cases: Path, golden: Golden
) -> None:
    cases.write_text(CASES + WRONG)
    done = fitgate("policy", "test", "policy.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    golden("policy/test.txt", done.stdout)


def test_what_the_gates_say_is_told_where_the_outcome_is_not_as_expected(
    fitgate: Fitgate, cases: Path
) -> None:
    cases.write_text(CASES.replace("outcome: HOLD", "outcome: DENY"))
    told = fitgate("policy", "test", "policy.yaml").stdout
    assert "rollback-window" in told
    assert "✗ HOLD  " in told
    assert "next: " in told
    cases.write_text(CASES.replace("[evaluation]", "[data]"))
    assert "rollback-window" not in fitgate("policy", "test", "policy.yaml").stdout


def test_the_same_is_told_to_programs(fitgate: Fitgate, cases: Path) -> None:
    cases.write_text(CASES + WRONG)
    done = fitgate("policy", "test", "policy.yaml", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["passed"], told["failed"]) == (1, 2, 3)
    assert (told["policy"], told["uncovered"]) == ("policy.yaml", ["dropped"])
    higher = told["cases"][2]
    assert higher["expected"] == {
        "categories": ["evaluation"],
        "unknown": False,
        "rules": ["bar-lowered"],
        "outcome": None,
    }
    assert (higher["passed"], higher["line"], higher["rules"]) == (False, 10, [])
    assert told["cases"][3]["unknown"][0]["what"] == "rule dropped: contents of db/1.sql"
    assert told["cases"][0]["verdict"]["outcome"] == "HOLD"


def test_a_rule_that_no_case_covers_is_a_failure_if_coverage_is_asked_for(
    fitgate: Fitgate, cases: Path
) -> None:
    assert cases.exists()
    assert fitgate("policy", "test", "policy.yaml", "--coverage").returncode == 1
    covering = "name: c, files: {a.sql: {after: drop}}, title: Assets"
    cases.write_text(f"{CASES}  - {{{covering}, categories: [data, supply-chain]}}\n")
    done = fitgate("policy", "test", "policy.yaml", "--coverage")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        "3 passed, 0 failed; 4 of 4 rules covered",
    )


def test_a_report_is_written_for_ci(fitgate: Fitgate, tmp_path: Path, cases: Path) -> None:
    cases.write_text(CASES + WRONG)
    assert fitgate("policy", "test", "policy.yaml", "--junit", "out/j.xml").returncode == 1
    root = ET.fromstring((tmp_path / "out" / "j.xml").read_text())  # noqa: S314 - our own
    assert (root.tag, root.attrib["tests"], root.attrib["failures"]) == ("testsuites", "5", "3")
    (suite,) = root
    first, *_, last = suite
    assert first.attrib["name"] == "a lower bar"
    assert (first.attrib["file"], first.attrib["line"], len(first)) == ("policy.test.yaml", "3", 0)
    (failure,) = last
    assert failure.attrib["message"] == ("expected: no IO, ALLOW; got: an IO of supply-chain, HOLD")
    assert "\\x1b[31m" in str(failure.text)


def test_a_report_tells_of_coverage_where_it_is_asked_for(
    fitgate: Fitgate, tmp_path: Path, cases: Path
) -> None:
    assert cases.exists()
    fitgate("policy", "test", "policy.yaml", "--junit", "j.xml", "--coverage")
    root = ET.fromstring((tmp_path / "j.xml").read_text())  # noqa: S314 - our own
    assert [suite.attrib["name"] for suite in root] == ["policy.test.yaml", "coverage"]
    failed = [case.attrib["name"] for case in root[1] if len(case)]
    assert failed == ["dropped", "says-assets"]


def test_cases_can_stand_in_several_files(fitgate: Fitgate, tmp_path: Path, policy: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(CASES)
    done = fitgate("policy", "test", policy, "--cases", "a.yaml", "--cases", "b.yaml")
    assert done.stdout.splitlines()[-1].startswith("4 passed")


def test_problems_of_the_cases_are_named_with_their_place(fitgate: Fitgate, cases: Path) -> None:
    cases.write_text(
        CASES.replace("files", "fils", 1).replace("categories: data", "categories: dta")
    )
    done = fitgate("policy", "test", "policy.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    said = "policy.test.yaml:4:5: cases.0.fils: there is no key `fils` here (did you mean `files`?)"
    more = "policy.test.yaml:9:5: cases.1.categories: there is no category `dta`"
    assert done.stderr == f"{said}\n{more} (did you mean `data`?)\n"
    cases.write_text(CASES.replace("categories: data", "categories: dta"))
    told = json.loads(fitgate("policy", "test", "policy.yaml", "--json").stdout)["error"]
    assert (told["kind"], told["problems"][0]["line"]) == ("CasesError", 9)


def test_without_cases_somebody_is_asked_for_them(fitgate: Fitgate, policy: Path) -> None:
    done = fitgate("policy", "test", policy.name)
    assert done.returncode == 2
    assert "there are no cases in policy.test.yaml. Write some" in done.stderr
