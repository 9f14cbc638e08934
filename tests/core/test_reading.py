"""Reading a policy: every problem at once, each with its place and a remedy."""

from __future__ import annotations

import pytest

from fitgate.core.reading import parse_policy
from fitgate.errors import PolicyError
from tests.shipped import LIBRARY


def problems(text: str) -> list[str]:
    """Return what is wrong with a policy, a line each."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "p.yaml", LIBRARY)
    return [str(problem) for problem in caught.value.problems]


RULE = '{id: a, category: data, why: "x", when: {path: {files: "**"}}}'


def test_every_problem_is_named_at_once_with_line_column_and_remedy() -> None:
    text = "version: 1\nmode: shadw\nrulse: []\ngates:\n  - {type: slow-authorty}\n"
    assert problems(text) == [
        "2:1: mode: cannot be 'shadw' (did you mean `shadow`?)",
        "3:1: rulse: there is no key `rulse` here (did you mean `rules`?)",
        "5:5: gates.0: there is no gate type 'slow-authorty' (did you mean `slow-authority`?)",
    ]


def test_an_unknown_key_deep_inside_a_condition_is_named_with_the_key_meant() -> None:
    when = '    when: {path: {file: "**"}}\n'
    text = f"version: 1\nrules:\n  - id: a\n    category: data\n    why: x\n{when}"
    assert problems(text) == [
        "6:12: rules.0.when.path.files: needs the key `files`",
        "6:19: rules.0.when.path.file: there is no key `file` here (did you mean `files`?)",
    ]


def test_a_pattern_that_re2_cannot_run_is_refused() -> None:
    rule = RULE.replace("path: {files:", "line: {added:").replace("**", "(?=x)")
    text = f"version: 1\nrules: [{rule}]\n"
    (problem,) = problems(text)
    assert "is not a regular expression that RE2 can run" in problem


@pytest.mark.parametrize("written", ["48h", "48", "P1M", "P", "PT", "-PT1H", "two days"])
def test_a_length_of_time_must_be_iso_8601_without_months(written: str) -> None:
    (problem,) = problems(f"version: 1\ngates: [{{type: slow-authority, cooldown: {written}}}]\n")
    assert "is not an ISO 8601 length of time" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE.replace("data", "dat"), "there is no category `dat` (did you mean `data`?)"),
        (f"{RULE}, {RULE}", "rule 0 has the id `a` too"),
    ],
)
def test_a_rule_that_names_nothing_or_stands_twice_is_refused(text: str, said: str) -> None:
    assert said in problems(f"version: 1\nrules: [{text}]\n")[0]


def test_names_that_refer_to_nothing_are_told_beside_faults_of_the_shape() -> None:
    rule = RULE.replace("category: data", "category: dat")
    gate = "{type: slow-authority, cooldwn: PT1H, signatures: ownr}"
    text = (
        f"version: 1\nroles: {{owner: {{user: a}}}}\nrules: [{rule}, 5]\ngates: [{gate}]\nuse: x\n"
    )
    assert problems(text) == [
        "2:17: roles.owner.user: there is no key `user` here (did you mean `users`?)",
        "3:17: rules.0.category: there is no category `dat` (did you mean `data`?)",
        "3:72: rules.1: Input should be a valid dictionary or instance of Rule",
        "4:32: gates.0.cooldwn: there is no key `cooldwn` here (did you mean `cooldown`?)",
        "4:47: gates.0.signatures: there is no role `ownr` (did you mean `owner`?)",
        f"5:1: use: there is no pack `x` (one of {', '.join(sorted(LIBRARY))})",
    ]


@pytest.mark.parametrize("roles", ["rolse: {owner: {users: [a]}}", "roles: [owner]"])
def test_where_a_fault_hides_the_names_none_is_said_to_be_missing(roles: str) -> None:
    gate = "{type: slow-authority, signatures: [owner]}"
    (problem,) = problems(f"version: 1\n{roles}\ngates: [{gate}]\n")
    assert "role `owner`" not in problem


def test_a_signature_of_a_role_that_nobody_defined_is_refused() -> None:
    gate = "{type: slow-authority, signatures: [ownr]}"
    text = f"version: 1\nroles: {{owner: {{users: [a]}}}}\ngates: [{gate}]\n"
    assert problems(text) == [
        "3:32: gates.0.signatures: there is no role `ownr` (did you mean `owner`?)"
    ]


def test_a_key_that_stands_twice_is_refused_because_yaml_would_drop_one() -> None:
    assert problems("version: 1\nmode: shadow\nmode: enforce\n") == [
        "3:1: mode: stands here a second time (the first is on line 2: keep one)"
    ]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "just words\n", "a: [\n", "\x00", "&a [*a]", "[" * 5000, "- " * 30_000]
)
def test_what_is_no_policy_at_all_is_an_error_and_never_a_crash(text: str) -> None:
    assert problems(text)


def test_words_that_yaml_takes_for_booleans_stay_words() -> None:
    policy = parse_policy("version: 1\nsystem: on\n", "p.yaml", LIBRARY).policy
    assert policy.system == "on"


def test_a_pack_adds_its_rules_and_own_rules_win_by_id() -> None:
    own = RULE.replace("id: a", "id: tests-fewer")
    policy = parse_policy(f"version: 1\nuse: [default]\nrules: [{own}]\n", "p.yaml", LIBRARY).policy
    assert [rule.category for rule in policy.rules if rule.id == "tests-fewer"] == ["data"]
    assert len(policy.rules) > 20


def test_a_policy_stands_alone_but_for_the_taxonomy() -> None:
    policy = parse_policy("version: 1\n", "p.yaml", LIBRARY).policy
    assert policy.rules == ()
    assert list(policy.taxonomy) == [
        "data", "evaluation", "alignment", "deployment", "supply-chain", "optionality",
    ]  # fmt: skip
