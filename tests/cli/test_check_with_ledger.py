"""`fitgate check` where there is a ledger: what it remembers bears on the verdict at once."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import run_fitgate
from tests.story import Chapter

POLICY = """\
version: 1
mode: enforce
use: [default]
roles: {safety-owner: {users: [grace]}}
gates:
  - {type: rollback-window}
breakers:
  - {name: CB-GBR, when: {metric: gbr_per_week, limit: 1, any_unauthorised: true}, then: freeze}
"""
GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@pytest.fixture(scope="module")
def clone(
    tmp_path_factory: pytest.TempPathFactory, chapters: tuple[Path, tuple[Chapter, ...]]
) -> Path:
    """Give a clone of the story with its ledger, a policy, and a branch that drops evaluations."""
    folder = shutil.copytree(chapters[0], tmp_path_factory.mktemp("frozen") / "shop")
    (folder / "policy.yaml").write_text(POLICY)
    record = ("scan", "--since", "all", "--record", "--policy", "policy.yaml")
    done = run_fitgate(folder, *record)
    assert done.returncode == 0, done.stderr
    assert "CB-GBR tripped" in done.stderr
    for words in (
        ("reset", "-q", "--hard"),
        ("checkout", "-q", "-b", "risky"),
        ("rm", "-q", "-r", "evals"),
        ("commit", "-q", "-m", "Drop the evaluations"),
    ):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    return folder


def breaker(clone: Path, *words: str) -> str:
    done = run_fitgate(clone, "breaker", *words, "--policy", "policy.yaml")
    assert done.returncode == 0, done.stderr
    return done.stdout


def verdict(clone: Path) -> dict[str, str]:
    """Return what the breaker gate says of the branch, by its code."""
    done = run_fitgate(
        clone, "check", "--base", "risky~1", "--head", "risky", "--policy", "policy.yaml", "--json"
    )
    findings = json.loads(done.stdout)["findings"]
    return {f["code"]: f["outcome"] for f in findings if f["gate"] == "breaker"}


def test_a_breaker_freezes_an_open_change_until_it_is_reset(clone: Path) -> None:
    assert verdict(clone) == {"freeze": "DENY"}
    assert "none has moved" in breaker(clone, "watch")
    breaker(clone, "plan", "CB-GBR", "--plan", "pushes to main are off", "--by", "ada")
    assert verdict(clone) == {"freeze": "DENY"}
    waiver = ("--waiver", "the team was told", "--until", "2100-01-01")
    breaker(clone, "reset", "CB-GBR", "--by", "grace", *waiver)
    assert verdict(clone) == {"breaker-probation": "ALLOW"}


def test_a_breaker_that_nobody_has_watched_is_unknown_until_somebody_does(clone: Path) -> None:
    calm = POLICY.replace("limit: 1, any_unauthorised: true", "limit: 99").replace("CB-GBR", "CB-9")
    (clone / "calm.yaml").write_text(calm)
    asked = ("check", "--base", "risky~1", "--head", "risky", "--policy", "calm.yaml")
    before = run_fitgate(clone, *asked)
    assert before.returncode == 1
    said = " ".join(before.stdout.replace("│", " ").split())
    assert (
        "of these breakers whether they have tripped: CB-9; nobody has looked at its figure yet."
        in said
    )
    assert "Run `fitgate breaker watch`" in said
    assert "unknown whether CB-9" in run_fitgate(
        clone, "breaker", "list", "--policy", "calm.yaml"
    ).stdout.replace("\n", " ")
    watched = run_fitgate(clone, "breaker", "watch", "--policy", "calm.yaml")
    assert "none has moved" in watched.stdout
    after = json.loads(run_fitgate(clone, *asked, "--json").stdout)
    found = {f["code"]: f["outcome"] for f in after["findings"] if f["gate"] == "breaker"}
    assert found == {"breakers-closed": "ALLOW"}


def test_a_drill_on_record_is_no_longer_unknown(clone: Path) -> None:
    told = ("--base", "risky~1", "--head", "risky", "--json")
    facts = json.loads(run_fitgate(clone, "check", *told, "--policy", "policy.yaml").stdout)
    assert facts["outcome"] != "ALLOW"
    done = run_fitgate(
        clone, "drill", "record", "--passed", "--recovery", "PT20M", "--loss", "PT0S"
    )
    assert done.returncode == 0, done.stderr
    (clone / "drilled.yaml").write_text(
        POLICY.replace(
            "{type: rollback-window}",
            "{type: rollback-window, artifact: optional, plan: optional, drill: {within: P30D}}",
        )
    )
    after = json.loads(run_fitgate(clone, "check", *told, "--policy", "drilled.yaml").stdout)
    assert {f["code"]: f["outcome"] for f in after["findings"]}["drill-passed"] == "ALLOW"


def test_a_ledger_that_is_asked_for_and_not_there_is_an_error_and_not_silence(clone: Path) -> None:
    done = run_fitgate(
        clone, "check", "--base", "risky~1", "--head", "risky", "--ledger", "sqlite:///nowhere.db"
    )
    assert done.returncode == 2
    assert "there is no ledger here" in done.stderr
