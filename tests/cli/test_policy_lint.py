"""`fitgate policy lint`: warnings, exit codes, history."""

import json
from pathlib import Path

import pytest

from fitgate.adapters.shipped import ShippedPolicies
from tests.cli.conftest import POLICY, Fitgate
from tests.hostile import is_inert
from tests.story import Chapter

IN_VAIN = POLICY + "thresholds: {vl_hours: {yellow: 9, red: 3}}\n"
TOLD = (
    "p.yaml:24:14: warning: thresholds.vl_hours: yellow is worse than red: `vl_hours` is worse "
    "the more it is above (change the two about)\n"
)


@pytest.fixture
def in_vain(tmp_path: Path) -> Path:
    """Write a policy with one warning."""
    path = tmp_path / "p.yaml"
    path.write_text(IN_VAIN)
    return path


def test_a_warning_is_told_where_editors_find_it(fitgate: Fitgate, in_vain: Path) -> None:
    done = fitgate("policy", "lint", in_vain.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == TOLD + (
        "p.yaml: can be used (4 rules, 1 gate, enforce), with 1 warning\n"
    )


def test_strict_makes_a_warning_an_exit_code_and_nothing_else(
    fitgate: Fitgate, in_vain: Path, policy: Path
) -> None:
    assert fitgate("policy", "lint", in_vain.name, "--strict").returncode == 1
    assert fitgate("policy", "lint", policy.name, "--strict").returncode == 0
    in_vain.write_text("version: 2\n")
    assert fitgate("policy", "lint", in_vain.name, "--strict").returncode == 2


def test_programs_are_told_the_same(fitgate: Fitgate, in_vain: Path) -> None:
    done = fitgate("policy", "lint", in_vain.name, "--json", "--strict")
    told = json.loads(done.stdout)
    assert (done.returncode, told["problems"], told["notes"]) == (1, [], [])
    (warning,) = told["warnings"]
    assert {"where": "thresholds.vl_hours", "line": 24, "column": 14}.items() <= warning.items()


def test_what_a_policy_says_in_vain_is_shown_inert(fitgate: Fitgate, in_vain: Path) -> None:
    in_vain.write_text(POLICY + '  - {type: breaker, names: ["\\e[31mred\\u202e\\n::error::"]}\n')
    done = fitgate("policy", "lint", in_vain.name)
    assert "there is no breaker `\\x1b[31mred\\u202e\\x0a::error::`" in done.stdout
    assert is_inert(done.stdout)
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("name", ShippedPolicies())
def test_every_policy_that_we_ship_is_without_a_warning(
    fitgate: Fitgate, tmp_path: Path, name: str
) -> None:
    (tmp_path / "p.yaml").write_text(ShippedPolicies()[name])
    assert fitgate("policy", "lint", "p.yaml", "--strict").returncode == 0


def test_history_names_what_it_did_not_meet_and_how_much_there_was(
    fitgate: Fitgate, policy: Path, chapters: tuple[Path, tuple[Chapter, ...]]
) -> None:
    policy.write_text(POLICY.replace('"**/*.sql"', '["**/*.sql", "nowhere/*.sql"]'))
    words = ("policy", "lint", policy.name, str(chapters[0]), "--history", "--strict")
    done = fitgate(*words, "--since", "all")
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert told[-2].startswith("policy.yaml: ")
    assert told[-2].endswith(" changes looked at, from the beginning")
    assert (
        "policy.yaml:17:39: history: rules.2.when.line.files.1: `nowhere/*.sql` names no path "
        "that was there"
    ) in told
    assert not [line for line in told if "bar-lowered" in line]  # the story lowers a bar
    seen = json.loads(fitgate(*words, "--since", "all", "--json").stdout)["history"]
    assert f"policy.yaml: {seen['changes']} changes looked at, from the beginning" in told
    assert len(seen["unmet"]) == len(told) - 2


def test_a_history_without_changes_says_so_and_names_nothing(
    fitgate: Fitgate, policy: Path, story: Path
) -> None:
    done = fitgate("policy", "lint", policy.name, "--history", story, "--since", "2100-01-01")
    assert done.stdout.splitlines() == [
        "policy.yaml: 0 changes looked at, since 2100-01-01 00:00 UTC",
        "policy.yaml: can be used (4 rules, 1 gate, enforce)",
    ]


def test_a_clone_alone_is_looked_at_under_the_policy_that_is_here(
    fitgate: Fitgate, tmp_path: Path, story: Path
) -> None:
    (tmp_path / ".fitgate.yaml").write_text(POLICY)
    done = fitgate("policy", "lint", "--history", story, "--since", "2100-01-01")
    assert done.stdout.startswith(".fitgate.yaml: 0 changes looked at")
    assert fitgate("policy", "lint", ".fitgate.yaml", story).returncode == 2


def test_a_time_that_is_none_is_refused_before_any_work(fitgate: Fitgate, policy: Path) -> None:
    done = fitgate("policy", "lint", policy.name, "--history", "--since", "soon")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--since 'soon' is none of" in done.stderr
