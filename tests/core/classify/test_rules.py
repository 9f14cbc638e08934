"""Rules applied to facts: yes with proofs, no, or not to be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fitgate.core.classify import Looks, classify
from fitgate.core.classify.lines import Difference
from fitgate.core.facts import Change, Facts, File, Line, Repo, Setting, Trailer, Unknown, Unread
from fitgate.core.findings import Classification
from fitgate.core.policy import POLICY_RULE
from fitgate.core.reading import parse_policy
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


def test_a_change_that_no_rule_names_is_known_not_to_be_an_io() -> None:
    assert said('{path: {files: "evals/**"}}', File("a.py", "removed")) == Classification(
        is_io=False
    )


def test_files_that_could_not_be_listed_are_never_no_io() -> None:
    facts = Facts(NOW, "git", REPO, CHANGE, None, unknown=(Unknown("files", "3,000 files"),))
    found = classify(facts, asked('{path: {files: "evals/**"}}'))
    assert (found.is_io, found.unknown) == (None, (Unknown("files", "3,000 files"),))


@pytest.mark.parametrize(
    ("old", "new", "status", "is_io"),
    [
        ("evals/a.py", "old/a.py", "removed", True),  # left what the rule watches
        ("evals/a.py", "evals/deep/a.py", "removed", False),  # moved about inside
        ("evals/a.py", "evals/a.py.off", "removed", True),  # another name is another file
        ("old/a.py", "evals/a.py", "added", True),
        ("evals/a.py", "evals/deep/a.py", "renamed", True),
    ],
)
def test_a_rename_is_a_removal_and_an_addition_unless_it_stays(
    old: str, new: str, status: str, *, is_io: bool
) -> None:
    file = File(new, "renamed", old_path=old)
    assert said(f'{{path: {{files: "evals/**", status: {status}}}}}', file).is_io is is_io


def test_a_line_that_was_not_read_is_unknown_and_not_no_match() -> None:
    found = said('{line: {files: "*.py", added: x}}', File("a.py", "modified"))
    assert found.is_io is None


def test_facts_gathered_under_another_policy_cannot_acquit() -> None:
    file = File("a.py", "modified", lines=(), settings=())
    facts = Facts(NOW, "git", REPO, CHANGE, (file,), looked=("something-else",))
    looks = asked('{line: {files: "*.py", added: x}}')
    assert classify(facts, looks).is_io is None
    assert classify(replace(facts, looked=None), looks).is_io is False
    assert classify(replace(facts, looked=looks.ids), looks).is_io is False


def test_a_proof_in_one_file_stands_though_another_could_not_be_read() -> None:
    read = File("a.py", "modified", lines=(Line("+", 3, "x = 1"),))
    unread = File("b.py", "modified")
    found = said('{line: {files: "*.py", added: x}}', read, unread)
    assert found.is_io is True
    assert [(m.file, m.line, m.after) for m in found.matches] == [("a.py", 3, "x = 1")]


def test_a_net_loss_counts_over_all_files_so_a_moved_test_is_no_loss() -> None:
    when = '{line: {files: "*.py", fewer: "def test_"}}'
    gone = File("test_a.py", "modified", lines=(Line("-", 9, "def test_x():"),))
    came = File("test_b.py", "modified", lines=(Line("+", 4, "def test_x2():"),))
    assert said(when, gone, came).is_io is False
    assert said(when, gone).is_io is True


def test_a_net_loss_cannot_be_told_while_a_file_is_unread() -> None:
    gone = File("test_a.py", "modified", lines=(Line("-", 9, "def test_x():"),))
    found = said('{line: {files: "*.py", fewer: "def test_"}}', gone, File("test_b.py", "added"))
    assert found.is_io is None


def test_a_settings_file_that_no_longer_parses_is_a_match_with_that_reason() -> None:
    looks = asked('{setting: {files: "**", key: "**.threshold", moved: lowered}}')
    file = File("evals/a.yaml", "modified", oid_before="1", oid_after="2")
    seen = looks.inspect(
        file, {"1": b"bar: {threshold: 0.9}\n", "2": b"bar: {threshold: 0.9\n"}, None
    )
    (match,) = classify(Facts(NOW, "git", REPO, CHANGE, (seen,)), looks).matches
    assert (match.key, match.before) == ("bar.threshold", 0.9)
    assert str(match.after).startswith("could be parsed before and not after: ")


def test_a_broken_settings_file_is_no_match_for_a_rule_whose_keys_it_never_held() -> None:
    looks = asked('{setting: {files: "**", key: "**.threshold", moved: lowered}}')
    file = File("evals/a.yaml", "modified", oid_before="1", oid_after="2")
    seen = looks.inspect(file, {"1": b"bar: 1\n", "2": b"bar: [1\n"}, None)
    assert classify(Facts(NOW, "git", REPO, CHANGE, (seen,)), looks).is_io is False


def test_a_setting_keeps_its_key_and_both_values_as_proof() -> None:
    lowered = Setting("bar.threshold", "changed", 0.9, 0.7, line=3)
    file = File("evals/a.yaml", "modified", settings=(lowered,))
    (match,) = said('{setting: {files: "**", key: "**.threshold", moved: lowered}}', file).matches
    assert (match.key, match.before, match.after, match.line) == ("bar.threshold", 0.9, 0.7, 3)


def test_any_all_and_not_follow_kleene() -> None:
    file = File("a.py", "removed")
    yes, no, unknown = '{path: {files: "a.py"}}', '{path: {files: "b.py"}}', "{text: {label: x}}"
    table = {
        f"{{any: [{yes}, {unknown}]}}": True,
        f"{{any: [{no}, {unknown}]}}": None,
        f"{{all: [{yes}, {unknown}]}}": None,
        f"{{all: [{no}, {unknown}]}}": False,
        f"{{not: {unknown}}}": None,
        f"{{not: {no}}}": True,
        f"{{not: {yes}}}": False,
    }
    assert {when: said(when, file).is_io for when in table} == table


def test_a_declaration_counts_where_it_is_found_and_says_nothing_where_it_is_not() -> None:
    when = "{text: {trailer: {IO-Category: data}}}"
    declared = replace(CHANGE, body=None, trailers=(Trailer("IO-Category", "data"),))
    assert said(when, change=declared).is_io is True
    assert said(when, change=replace(CHANGE, body=None)).is_io is False


@pytest.mark.parametrize("path", [".fitgate.yaml", ".fitgate.yml", ".fitgate/policy.yaml"])
def test_no_policy_can_stop_a_policy_file_from_being_an_io(path: str) -> None:
    text = f'version: 1\nignore: ["**"]\nlayers: {{fast: ["{path}"]}}\n'
    looks = Looks(parse_policy(text, "p.yaml", LIBRARY).policy)
    facts = Facts(NOW, "git", REPO, CHANGE, (File(path, "modified"),))
    assert [m.rule for m in classify(facts, looks).matches] == [POLICY_RULE]
    assert looks.layer(path) == "slow"


def test_only_what_a_look_asks_for_is_wanted() -> None:
    looks = asked(
        '{any: [{line: {files: "*.py", removed: x}},'
        ' {setting: {files: "*.yaml", key: "**.a", moved: lowered}}]}'
    )
    files = [
        File("a.py", "modified", oid_before="1", oid_after="2"),
        File("a.md", "modified", oid_after="3"),
        File("b.py", "added", oid_after="4"),
        File("a.yaml", "modified", oid_before="5", oid_after="6"),
        File("b.yaml", "added", oid_after="7"),
    ]
    assert looks.lined(files) == {"a.py", "a.yaml"}  # of settings files less need be parsed then
    assert set(looks.wanted(files)) == {"5", "6"}


def test_contents_that_cannot_be_had_leave_the_file_unread_with_the_reason() -> None:
    looks = asked('{line: {files: "*.py", removed: x}}')
    file = File("a.py", "modified", oid_before="1", oid_after="2")
    seen = looks.inspect(file, {}, Unread("not in this clone"))
    assert (seen.lines, seen.unread) == (None, "not in this clone")
    assert looks.inspect(file, {}, None).unread == "was not read"


def test_inspecting_finds_lines_and_settings_in_one_reading() -> None:
    looks = asked(
        '{any: [{line: {files: "*.yaml", removed: "^a:"}},'
        ' {setting: {files: "*.yaml", key: "**.a"}}]}'
    )
    file = File("x.yaml", "modified", oid_before="1", oid_after="2")
    before, after = b"a: 2\nb: 1\n", b"a: 1\nb: 1\n"
    change = Difference.of_contents(before, after)
    seen = looks.inspect(file, {"1": before, "2": after}, change)
    assert seen.lines == (Line("-", 1, "a: 2"),)
    assert [(s.key, s.before, s.after) for s in seen.settings or ()] == [("a", 2, 1)]


def test_rules_of_a_parent_that_cannot_be_read_leave_every_change_unknown() -> None:
    text = 'version: 1\nextends: ["github:acme/gov@main:p.yaml"]\n'
    looks = Looks(parse_policy(text, "p.yaml", LIBRARY).policy)
    facts = Facts(NOW, "git", REPO, CHANGE, (File("a.sql", "added"),))
    assert classify(facts, looks).is_io is None


@pytest.mark.parametrize(
    ("before", "after", "is_io"),
    [
        ("30d", "29d", True),
        ("30d", "31d", False),
        ("30d", "12h", None),
        ("0.9", "50%", None),
        ("0.9", "${MIN}", None),
        ("0.9", None, None),
        ("P30D", "P29D", True),
    ],
)
def test_what_cannot_be_compared_is_unknown_and_not_unchanged(
    before: str, after: str | None, *, is_io: bool | None
) -> None:
    file = File("a.yaml", "modified", settings=(Setting("x.keep", "changed", before, after),))
    assert said('{setting: {files: "**", key: "**.keep", moved: lowered}}', file).is_io is is_io


def test_a_value_that_became_null_was_removed() -> None:
    file = File("a.yaml", "modified", settings=(Setting("x.keep", "changed", 1, None),))
    assert said('{setting: {files: "**", key: "**.keep", moved: removed}}', file).is_io is True


def test_a_file_that_became_a_submodule_is_looked_into() -> None:
    looks = asked('{line: {files: "*.py", removed: x}}')
    file = File("a.py", "modified", mode_before="100644", mode_after="160000", oid_before="1")
    assert looks.lined([file]) == {"a.py"}
    assert looks.lined([replace(file, mode_before="160000")]) == frozenset()


def test_true_and_one_are_two_questions() -> None:
    setting = '{{setting: {{files: "**", key: "**.a", to: {}}}}}'
    file = File("a.yaml", "modified", settings=(Setting("x.a", "changed", 0, 1),))
    for first, second in (("true", "1"), ("1", "true")):
        either = f"{{any: [{setting.format(first)}, {setting.format(second)}]}}"
        assert said(either, file).is_io is True
