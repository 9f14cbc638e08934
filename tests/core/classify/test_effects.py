"""Files read as structure, before rules: dependencies, workflows, migrations; and deployments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fitgate.core.classify import Looks, classify
from fitgate.core.facts import Change, Facts, File, Repo
from fitgate.core.findings import Classification
from fitgate.core.reading import parse_policy
from fitgate.core.words.matches import match_sentence
from tests.builders import NOW
from tests.shipped import LIBRARY

CHANGE = Change("git:r@1", "push", title="A change", body="")
REPO = Repo("git:r", "r")


def asked(when: str) -> Looks:
    """Return the looks of a policy with one rule."""
    text = f"version: 1\nrules:\n  - {{id: r, category: data, why: x, when: {when}}}\n"
    return Looks(parse_policy(text, "p.yaml", LIBRARY).policy)


def said(when: str, *files: File, change: Change = CHANGE) -> Classification:
    """Classify files under one rule."""
    return classify(Facts(NOW, "git", REPO, change, tuple(files)), asked(when))


STRUCTURE = {
    "requirements.txt": ("dependency: {change: unpinned, name: a}", b"a==2\n", b"a>1\n"),
    ".gitlab-ci.yml": (
        "workflow: {change: job-removed, job: test}",
        b"test: {script: pytest}\nlint: {script: ruff}\n",
        b"lint: {script: ruff}\n",
    ),
    "db/1.sql": ("migration: {change: drops, table: a}", b"SELECT 1;\n", b"DROP TABLE a;\n"),
}  # fmt: skip


def looked_into(when: str, path: str, before: bytes, after: bytes) -> tuple[Looks, File]:
    """Look into one file that changed."""
    looks = asked(f"{{{when}}}")
    file = File(path, "modified", oid_before="1", oid_after="2")
    return looks, looks.inspect(file, {"1": before, "2": after}, None)


@pytest.mark.parametrize("path", STRUCTURE)
def test_a_file_read_as_structure_proves_what_became_of_a_thing_in_it(path: str) -> None:
    when, before, after = STRUCTURE[path]
    looks, file = looked_into(when, path, before, after)
    found = classify(Facts(NOW, "git", REPO, CHANGE, (file,)), looks)
    assert found.is_io is True
    assert found.matches[0].kind == when.partition(":")[0]
    assert match_sentence(found.matches[0]).startswith(f"{path} line 1: ")
    back, file = looked_into(when, path, after, before)
    assert classify(Facts(NOW, "git", REPO, CHANGE, (file,)), back).is_io is False


@pytest.mark.parametrize("path", STRUCTURE)
def test_a_file_that_cannot_be_read_as_structure_is_unknown(path: str) -> None:
    when, before, _ = STRUCTURE[path]
    looks, file = looked_into(when, path, before, b"\xff'")
    found = classify(Facts(NOW, "git", REPO, CHANGE, (file,)), looks)
    assert found.is_io is None
    assert "cannot be parsed" in found.unknown[0].why


@pytest.mark.parametrize("kind", ["dependency", "workflow", "migration"])
def test_structure_is_not_asked_of_files_of_another_kind(kind: str) -> None:
    change = {"dependency": "added", "workflow": "disabled", "migration": "drops"}[kind]
    assert said(f"{{{kind}: {{change: {change}}}}}", File("a.py", "modified")).is_io is False


def test_a_dependency_that_moved_to_another_manifest_is_not_gone() -> None:
    looks = asked("{dependency: {change: removed}}")
    sides = {
        "a/requirements.txt": (b"torch==2\nnumpy\n", b"numpy\n"),
        "b/requirements.txt": (b"numpy\n", b"numpy\ntorch==2\n"),
    }
    files = [
        looks.inspect(
            File(path, "modified", oid_before=f"{path}1", oid_after=f"{path}2"),
            {f"{path}1": before, f"{path}2": after},
            None,
        )
        for path, (before, after) in sides.items()
    ]
    assert classify(Facts(NOW, "git", REPO, CHANGE, (files[0],)), looks).is_io is True
    assert classify(Facts(NOW, "git", REPO, CHANGE, (*files,)), looks).is_io is False


def test_a_deployment_is_told_by_its_environment_and_ref() -> None:
    deployed = replace(CHANGE, kind="deployment", environment="production", branch="main")
    looks = asked("{environment: {environment: prod*, ref: main}}")
    assert classify(Facts(NOW, "git", REPO, deployed, ()), looks).is_io is True
    assert classify(Facts(NOW, "git", REPO, CHANGE, ()), looks).is_io is False
    elsewhere = replace(deployed, environment="staging")
    assert classify(Facts(NOW, "git", REPO, elsewhere, ()), looks).is_io is False
    somewhere = replace(deployed, branch=None)
    assert classify(Facts(NOW, "git", REPO, somewhere, ()), looks).is_io is None


@pytest.mark.parametrize("path", STRUCTURE)
def test_a_file_that_lost_the_name_it_was_read_by_is_gone_though_no_line_changed(path: str) -> None:
    gone = {
        "requirements.txt": "dependency: {change: removed}",
        ".gitlab-ci.yml": "workflow: {change: job-removed}",
        "db/1.sql": "migration: {change: drops}",
    }[path]
    looks = asked(f"{{{gone}}}")
    _, before, after = STRUCTURE[path]
    file = File(f"{path}.off", "renamed", path, oid_before="1", oid_after="1")
    found = classify(
        Facts(NOW, "git", REPO, CHANGE, (looks.inspect(file, {"1": before}, None),)), looks
    )
    assert found.is_io is (not path.endswith(".sql"))  # a migration that is gone drops nothing
    back = File(path, "renamed", f"{path}.off", oid_before="1", oid_after="1")
    found = classify(
        Facts(NOW, "git", REPO, CHANGE, (looks.inspect(back, {"1": after}, None),)), looks
    )
    assert found.is_io is path.endswith(".sql")  # and one that comes drops what it says


def test_a_settings_file_that_lost_its_name_can_no_longer_be_read() -> None:
    looks = asked('{setting: {files: "**", key: "**.threshold", moved: lowered}}')
    file = File("eval.yaml.off", "renamed", "eval.yaml", oid_before="1", oid_after="1")
    seen = looks.inspect(file, {"1": b"threshold: 0.9\n"}, None)
    assert classify(Facts(NOW, "git", REPO, CHANGE, (seen,)), looks).is_io is True
    moved = replace(file, path="old/eval.yaml")
    assert looks.inspect(moved, {}, None).settings == ()
