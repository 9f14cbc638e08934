"""`fitgate policy explain`: why each rule speaks of a change or does not; who looks at a path."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, Fitgate
from tests.conftest import Golden
from tests.story import Chapter

Story = tuple[Path, tuple[Chapter, ...]]


@pytest.fixture
def io(chapters: Story) -> Chapter:
    """Return a change of the story that the small policy knows: evals were removed."""
    return next(c for c in chapters[1] if c.title.startswith("Faster evals"))


def test_a_change_is_explained_rule_by_rule(
    fitgate: Fitgate, story: Path, policy: Path, io: Chapter, golden: Golden
) -> None:
    done = fitgate("policy", "explain", io.sha, story, "--policy", policy.name)
    assert (done.returncode, done.stderr) == (0, "")
    golden("policy/explain.txt", done.stdout)
    every = fitgate("policy", "explain", io.sha, story, "--policy", policy.name, "--all")
    assert "nothing to do with this change" in done.stdout
    assert "nothing to do with this change" not in every.stdout
    assert "dropped (data): what is put back comes back empty" in every.stdout


def test_a_change_is_explained_by_the_policy_in_force(
    fitgate: Fitgate, story: Path, io: Chapter
) -> None:
    done = fitgate("policy", "explain", io.sha, story)
    assert "judged by FITGate's default" in done.stdout


def test_the_same_is_told_to_programs(
    fitgate: Fitgate, story: Path, policy: Path, io: Chapter
) -> None:
    words = ("policy", "explain", io.sha, story, "--policy", policy.name, "--json")
    told = json.loads(fitgate(*words).stdout)
    by_id = {rule["id"]: rule for rule in told["rules"]}
    assert list(by_id) == ["bar-lowered", "data-gone", "dropped", "says-assets"]
    gone = by_id["data-gone"]
    assert (gone["concerned"], gone["when"]["holds"]) == (True, True)
    assert {m["after"] for m in gone["when"]["matches"]} == {"removed"}
    assert by_id["dropped"]["concerned"] is False
    assert by_id["says-assets"]["when"]["seen"][0]["after"] == "Faster evals"
    check = fitgate("check", story, "--change", io.sha, "--policy", policy.name, "--json")
    assert told["verdict"] == json.loads(check.stdout)


def test_facts_are_explained_as_the_change_was(
    fitgate: Fitgate, story: Path, policy: Path, io: Chapter
) -> None:
    words = ("--change", io.sha, "--policy", policy.name)
    facts = fitgate("facts", story, *words).stdout
    direct = fitgate("policy", "explain", io.sha, story, "--policy", policy.name)
    again = fitgate("policy", "explain", "--facts", "-", "--policy", policy.name, given=facts)
    assert again.stdout == direct.stdout


def test_a_value_that_is_nearly_what_a_rule_asks_for_is_shown(
    fitgate: Fitgate, story: Path, tmp_path: Path, io: Chapter
) -> None:
    setting = '{files: "evals/**", key: "**.threshold", moved: raised}'
    rule = f"{{id: raised, category: data, why: x, when: {{setting: {setting}}}}}"
    (tmp_path / "p.yaml").write_text(f"version: 1\nrules: [{rule}]\n")
    said = fitgate("policy", "explain", io.sha, story, "--policy", "p.yaml").stdout
    assert "✗ raised (data): x" in said
    assert "only evals/hallucination.yaml line" in said


def test_a_path_is_told_who_looks_at_it(
    fitgate: Fitgate, story: Path, policy: Path, golden: Golden
) -> None:
    done = fitgate("policy", "explain", "evals/safety.yaml", story, "--policy", policy.name)
    assert (done.returncode, done.stderr) == (0, "")
    golden("policy/path.txt", done.stdout)


def test_a_path_that_is_not_there_may_come_to_be(fitgate: Fitgate, policy: Path) -> None:
    done = fitgate("policy", "explain", "./data/new/../x.csv", "--policy", policy.name)
    assert done.stdout.startswith(
        "data/x.csv (no such file or commit here): medium layer, 1 of 5 rules look at it\n"
    )
    told = json.loads(
        fitgate("policy", "explain", "data/x.csv", "--policy", policy.name, "--json").stdout
    )
    assert (told["exists"], told["layer"], told["ignored"]) == (False, "medium", False)
    assert [rule["gates"] for rule in told["rules"]] == [["rollback-window"]]


def test_the_policy_of_the_folder_says_who_looks_at_a_path(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    assert "FITGate's default" in fitgate("policy", "explain", "a.py").stdout
    (tmp_path / ".fitgate.yaml").write_text(POLICY + "ignore: [data/tmp/**]\n")
    ignored = fitgate("policy", "explain", "data/tmp/a").stdout
    assert "medium layer, ignored, no rule looks at it" in ignored
    assert "by .fitgate.yaml (enforce)" in ignored
    own = fitgate("policy", "explain", ".fitgate.yaml").stdout
    assert own.startswith(".fitgate.yaml: slow layer")
    assert "every change of a policy file is an IO of evaluation, built in" in own


def test_a_file_comes_before_a_commit_of_the_same_name(
    fitgate: Fitgate, tmp_path: Path, policy: Path
) -> None:
    (tmp_path / "HEAD").write_text("")
    done = fitgate("policy", "explain", "HEAD", "--policy", policy.name)
    assert done.stdout.startswith("HEAD: medium layer")


@pytest.mark.parametrize("name", ["deadbeef", "HEAD~9999", "main@{nowhen}"])
def test_a_commit_that_is_not_there_is_no_path(fitgate: Fitgate, story: Path, name: str) -> None:
    done = fitgate("policy", "explain", name, story)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"'{name}' names no commit" in done.stderr
    assert f"A path that may come to be is ./{name} here." in done.stderr
    path = fitgate("policy", "explain", f"./{name}", story)
    assert path.returncode == 0
    assert path.stdout.startswith(f"{name} (no such file or commit here)")


@pytest.mark.parametrize("words", [[], ["a", "--facts", "f"]])
def test_one_thing_is_explained_at_a_time(fitgate: Fitgate, words: list[str]) -> None:
    done = fitgate("policy", "explain", *words)
    assert done.returncode == 2
    assert "say what: a path or a commit, or --facts FILE" in " ".join(done.stderr.split())


@pytest.mark.parametrize("path", ["../a", "/a", "."])
def test_a_path_is_named_from_the_top_of_the_repository(fitgate: Fitgate, path: str) -> None:
    done = fitgate("policy", "explain", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "by its path from the top of the repository" in done.stderr
