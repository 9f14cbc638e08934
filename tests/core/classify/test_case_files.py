"""Files of cases for a policy: what is written in them is an example, and happens to nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fitgate.core.classify import Looks, classify
from fitgate.core.classify.lines import Difference
from fitgate.core.facts import Change, Contents, Facts, File, Repo, Unread
from fitgate.core.findings import Classification
from fitgate.core.reading import parse_policy
from tests.builders import NOW
from tests.shipped import LIBRARY

ANY_TEXT = '{line: {files: "**", added: "DROP TABLE"}}'
GONE_TEXT = '{line: {files: "**", removed: "DROP TABLE"}}'
ANY_FILE = '{path: {files: "**"}}'
EMPTY = b"version: 1\ncases: []\n"
CASES = b"""\
version: 1
cases:
  - name: a table that is dropped
    files: {db/1.sql: {after: "DROP TABLE users;"}}
    categories: [data]
"""
PLAIN = File(
    ".fitgate.test.yaml", "modified", mode_before="100644", mode_after="100644",
    oid_before="before", oid_after="after",
)  # fmt: skip
NEW = replace(PLAIN, status="added", mode_before=None, oid_before=None)


def said(file: File, before: bytes | Unread, after: bytes, when: str = ANY_TEXT) -> Classification:
    """Classify one file by one rule."""
    text = f"version: 1\nrules:\n  - {{id: r, category: data, why: x, when: {when}}}\n"
    looks = Looks(parse_policy(text, "p.yaml", LIBRARY).policy)
    held: Contents = {"before": before, "after": after}
    contents = {oid: held[oid] for oid in looks.wanted([file])}
    was = before if isinstance(before, bytes) else EMPTY
    change = Difference.of_contents(was if file.oid_before else None, after)
    seen = looks.inspect(file, contents, change)
    facts = Facts(
        NOW, "git", Repo("git:r", "r"), Change("git:r@1", "push"), (seen,), looked=looks.ids
    )
    return classify(facts, looks)


@pytest.mark.parametrize(
    "path", [".fitgate.test.yaml", ".fitgate/policy.test.yaml", "policies/packs/x.test.yaml"]
)
def test_what_cases_tell_of_is_not_what_their_change_does(path: str) -> None:
    assert said(replace(NEW, path=path), b"", CASES).is_io is False
    assert said(replace(PLAIN, path=path), EMPTY, CASES).is_io is False
    gone = replace(PLAIN, path=path, status="removed", mode_after=None, oid_after=None)
    assert said(gone, CASES, b"", GONE_TEXT).is_io is False


@pytest.mark.parametrize(
    "path", ["db/x.test.yaml", ".fitgate.yaml.test.yaml", "policies/x.yaml", "a/.fitgate.test.yaml"]
)
def test_cases_in_another_place_are_files_like_any_other(path: str) -> None:
    assert said(replace(NEW, path=path), b"", CASES).is_io is True


@pytest.mark.parametrize(
    "text",
    [
        b"DROP TABLE users;\n",
        CASES + b"jobs: {a: {script: DROP TABLE users}}\n",
        CASES + b"---\nDROP TABLE users\n",
        CASES + b"\xff # DROP TABLE users\n",
        b"version: 1\nversion: 1\ncases: [] # DROP TABLE users\n",
    ],
)
def test_a_name_hides_nothing_that_is_not_cases_alone(text: bytes) -> None:
    assert said(NEW, b"", text).is_io is True
    assert said(PLAIN, EMPTY, text).is_io is True


def test_a_file_that_becomes_cases_is_looked_into_for_what_it_was() -> None:
    assert said(PLAIN, b"DROP TABLE users;\n", EMPTY, GONE_TEXT).is_io is True
    moved = replace(PLAIN, status="renamed", old_path="db/1.sql")
    assert said(moved, EMPTY, CASES).is_io is True


def test_cases_that_a_machine_could_run_are_looked_into() -> None:
    assert said(replace(NEW, mode_after="100755"), b"", CASES).is_io is True
    assert said(replace(NEW, mode_after="120000"), b"", CASES).is_io is True


def test_cases_that_cannot_be_read_are_looked_into() -> None:
    assert said(PLAIN, Unread("is not there"), CASES).is_io is True


def test_rules_about_paths_see_cases_too() -> None:
    assert said(NEW, b"", CASES, ANY_FILE).is_io is True
