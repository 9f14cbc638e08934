"""`fitgate policy graph`: where the picture goes, and in which form."""

import json
from pathlib import Path

from tests.cli.conftest import POLICY, Fitgate


def test_the_picture_is_printed_or_written(fitgate: Fitgate, policy: Path) -> None:
    printed = fitgate("policy", "graph", policy.name)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout.startswith("<svg ")
    done = fitgate("policy", "graph", policy.name, "--out", "policy.svg")
    assert (done.returncode, done.stdout) == (0, "")
    assert (policy.parent / "policy.svg").read_text() == printed.stdout


def test_the_form_is_the_one_asked_for_else_that_of_the_files_name(
    fitgate: Fitgate, policy: Path
) -> None:
    assert json.loads(fitgate("policy", "graph", policy.name, "--format", "JSON").stdout)["groups"]
    for name, words, start in (
        ("a.dot", (), "digraph"),
        ("a", (), "<svg"),
        ("b.svg", ("--format", "dot"), "digraph"),
    ):
        fitgate("policy", "graph", policy.name, "--out", name, *words)
        assert (policy.parent / name).read_text().startswith(start)


def test_what_no_picture_is_drawn_as_is_refused_with_a_way_to_it(
    fitgate: Fitgate, policy: Path
) -> None:
    done = fitgate("policy", "graph", policy.name, "--out", "x.PNG")
    assert (done.returncode, done.stdout, (policy.parent / "x.PNG").exists()) == (2, "", False)
    said = " ".join(done.stderr.replace("│", "").split())
    assert "a policy is drawn as svg, dot, json, not as png" in said
    assert "dot -Tpng" in said


def test_a_dash_is_stdout_and_no_file(fitgate: Fitgate, policy: Path) -> None:
    printed = fitgate("policy", "graph", policy.name)
    assert fitgate("policy", "graph", policy.name, "--out", "-").stdout == printed.stdout
    schema = fitgate("policy", "schema")
    assert fitgate("policy", "schema", "--out", "-").stdout == schema.stdout
    assert [path.name for path in policy.parent.iterdir()] == [policy.name]


def test_the_policy_that_is_here_is_drawn_and_a_broken_one_is_not(
    fitgate: Fitgate, tmp_path: Path
) -> None:
    (tmp_path / ".fitgate.yaml").write_text(POLICY)
    assert "checkout-assistant" in fitgate("policy", "graph").stdout
    (tmp_path / ".fitgate.yaml").write_text("version: 2\n")
    done = fitgate("policy", "graph", "--out", "policy.svg")
    assert (done.returncode, (tmp_path / "policy.svg").exists()) == (2, False)
