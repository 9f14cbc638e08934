"""Declarations in texts and files."""

from __future__ import annotations

import pytest

from fitgate.core.facts import Trailer
from fitgate.core.trailers import (
    KEYS,
    is_declaration,
    is_placeholder,
    parse_trailers,
    read_declaration,
)


def pairs(text: str) -> list[tuple[str, str]]:
    return [(trailer.key, trailer.value) for trailer in parse_trailers(text)]


def test_a_declaration_counts_wherever_it_stands() -> None:
    text = "Drop the index\n\nRollback-Plan: docs/back.md\n\nProse.\n\nCo-authored-by: A <a@b.c>\n"
    assert pairs(text) == [("Rollback-Plan", "docs/back.md")]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_known_whatever_its_case(key: str) -> None:
    assert pairs(f"{key.upper()}:  x \n{key.lower()}:y") == [(key, "x"), (key, "y")]


def test_other_keys_are_nobodys_declaration() -> None:
    assert pairs("Reviewed-by: Bob\nRollback: yes\nXIO-Owner: me\nsee IO-Owner: me") == []


def test_windows_line_ends_change_nothing() -> None:
    assert pairs("IO-Owner: bob\r\nIO-Category: data\r\n") == [
        ("IO-Owner", "bob"),
        ("IO-Category", "data"),
    ]


def test_an_indented_line_goes_on_with_the_one_above() -> None:
    text = "IO-Rationale: the old index\n  cannot hold\n\tthe new keys\nAnd this is prose."
    assert pairs(text) == [("IO-Rationale", "the old index cannot hold the new keys")]


def test_a_value_may_begin_on_the_line_below() -> None:
    assert pairs("IO-Rationale:\n  because") == [("IO-Rationale", "because")]


def test_an_empty_line_ends_a_declaration() -> None:
    assert pairs("IO-Rationale: one\n\n  two") == [("IO-Rationale", "one")]


def test_a_list_item_is_a_declaration_and_a_quotation_is_none() -> None:
    assert pairs("- IO-Owner: bob\n* IO-Owner: eve\n> IO-Owner: mallory\n    IO-Owner: code") == [
        ("IO-Owner", "bob"),
        ("IO-Owner", "eve"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\nIO-Owner: bob\n```",
        "~~~~ text\nIO-Owner: bob\n~~~\nIO-Owner: eve\n~~~~~",
        "```\nIO-Owner: bob\n``` not the end\nIO-Owner: eve",
        "<!-- IO-Owner: bob -->",
        "<!--\nIO-Owner: bob\n\nIO-Owner: eve\n-->",
        "<!-- never closed\nIO-Owner: bob",
        "```\n<!--\n```\n<!--\n```\n-->\n<!-- IO-Owner: bob -->",
    ],
)
def test_examples_and_templates_declare_nothing(text: str) -> None:
    assert pairs(text) == []


def test_what_follows_a_fence_or_a_comment_counts() -> None:
    assert pairs("```\nx\n```\nIO-Owner: <!-- your name --> bob\n<!-- a --> <!-- b -->\n") == [
        ("IO-Owner", "bob")
    ]


def test_a_fence_inside_a_comment_hides_nothing_after_it() -> None:
    assert pairs("<!--\n```\n-->\nIO-Owner: bob") == [("IO-Owner", "bob")]


def test_the_source_is_noted() -> None:
    assert parse_trailers("IO-Owner: bob", "commit abc") == (
        Trailer("IO-Owner", "bob", "commit abc"),
    )


@pytest.mark.parametrize(
    "value",
    [
        "", "  ", "TBD", "tbd.", "TODO", "N/A", "none", "None.", "-", "…", "...", "<plan>", "?",
        "<link to the plan>", "[path]", "{{ plan }}", "path/to/plan.md", "Describe how to go back",
        "Link to the plan", "your name", "e.g. v1.2.3", "(optional)", "`TBD`", "**todo**",
    ],
)  # fmt: skip
def test_a_placeholder_declares_nothing(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "docs/rollback.md", "v1.2.3", "<https://example.org/plan>", "nonesuch", "Replace the index",
        "todo-app", "ghcr.io/o/i@sha256:" + "a" * 64, "[plan](docs/plan.md)", "Describes it",
        "na/1",
    ],
)  # fmt: skip
def test_a_real_value_is_no_placeholder(value: str) -> None:
    assert not is_placeholder(value)


DECLARATION = """
rationale: the old index
  cannot hold the new keys
owner: bob
categories: [data, deployment]
rollback:
  artifact: v1.4.0
  plan: docs/rollback.md
  drill: 2026-02-01
evaluation: {plan: evals/regression.md}
"""


def test_a_declaration_file_says_the_same_as_trailers() -> None:
    said = read_declaration(DECLARATION, ".fitgate/io/7.yaml")
    assert said.problem == ""
    assert {(t.key, t.value) for t in said.trailers} == {
        ("IO-Rationale", "the old index cannot hold the new keys"),
        ("IO-Owner", "bob"),
        ("IO-Category", "data"),
        ("IO-Category", "deployment"),
        ("Rollback-Artifact", "v1.4.0"),
        ("Rollback-Plan", "docs/rollback.md"),
        ("Rollback-Drill", "2026-02-01"),
        ("Evaluation-Plan", "evals/regression.md"),
    }
    assert {t.source for t in said.trailers} == {".fitgate/io/7.yaml"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "cannot be read as YAML"),
        ("a: b: c", "cannot be read as YAML"),
        ("? [a]\n: b", "cannot be read as YAML"),
        ("- a", "it is not a mapping"),
        ("just words", "it is not a mapping"),
        ("rolback: {plan: x}", "there is no key `rolback`"),
        ("rollback: x", "`rollback` is not a mapping"),
        ("rollback: {plan: {a: b}}", "`rollback.plan` is not a text"),
        ("rollback: {plans: x}", "there is no key `rollback.plans`"),
        ("owner: &a bob\nrationale: *a", "aliases"),
        ("[" * 20_000, "nested too deep"),
        ("owner: " + "x" * 70_000, "larger than"),
        ("owner: \x00", "cannot be read as YAML"),
    ],
)
def test_a_malformed_declaration_file_says_what_is_wrong(text: str, problem: str) -> None:
    said = read_declaration(text, ".fitgate/io/7.yaml")
    assert problem in said.problem
    assert said.problem.startswith(".fitgate/io/7.yaml")


def test_what_can_be_read_of_a_malformed_file_counts() -> None:
    said = read_declaration("owner: bob\nrollback: x", "f")
    assert said.trailers == (Trailer("IO-Owner", "bob", "f"),)


def test_an_empty_declaration_file_says_nothing() -> None:
    assert read_declaration("", "f").trailers == ()
    assert read_declaration("# nothing yet\n", "f").problem == ""
    assert read_declaration("owner:\n", "f").trailers == (Trailer("IO-Owner", "", "f"),)


def test_only_files_in_the_folder_are_declarations() -> None:
    assert is_declaration(".fitgate/io/7.yaml")
    assert is_declaration(".fitgate/io/drop-index.yml")
    assert not is_declaration(".fitgate/io/7.json")
    assert not is_declaration(".fitgate/io/deep/7.yaml")
    assert not is_declaration("docs/.fitgate/io/7.yaml")
    assert not is_declaration("7.yaml")
