"""Why a rule speaks or does not: the parts of its condition, consistent with what is decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.cases import PolicyCase
from fitgate.core.classify import Looks, classify
from fitgate.core.classify.answers import Answer, all_of, any_of, none_of
from fitgate.core.classify.explaining import (
    Explained,
    RuleExplained,
    explain,
    explain_path,
    gates_for,
    widened,
)
from fitgate.core.conditions import Condition
from fitgate.core.facts import Facts, Unknown
from fitgate.core.findings import Match
from fitgate.core.policy import POLICY_RULE, Policy, Rule
from fitgate.core.trying import facts_of
from tests.laws.test_evidence_laws import LINE_CONDITIONS

PATHS = st.sampled_from(["a.yaml", "evals/a.yaml", "b.py", "Dockerfile", ".fitgate.yaml"])
FILES = st.sampled_from(["**", "*.yaml", "evals/**", "b.py", "none"])
VALUES = st.sampled_from(["0.7", "0.9", "yes", '"x"', "[1]", "["])
TEXTS = st.builds("a: {}\nimage: {}\nb\n".format, VALUES, VALUES)
TOLD = st.sampled_from(["added", "modified", "removed"]) | st.fixed_dictionaries(
    {}, optional={"before": TEXTS, "after": TEXTS}
).filter(bool)
LEAVES = st.one_of(
    st.builds(lambda f, s: {"path": {"files": f, **s}}, FILES, st.sampled_from(
        [{}, {"status": "removed"}, {"status": ["added"]}, {"larger_than": 5}, {"binary": False}]
    )),
    LINE_CONDITIONS.map(lambda line: {"line": line}),
    st.builds(lambda f, m: {"setting": {"files": f, "key": ["a", "image"], **m}}, FILES,
        st.sampled_from([{}, {"moved": "raised"}, {"moved": ["removed", "added"]}, {"to": 0.7}])),
    st.sampled_from([
        {"text": {"title": "a"}}, {"text": {"body": "b"}}, {"text": {"label": "io"}},
        {"text": {"trailer": {"IO-Category": "data"}, "author": "a"}},
        {"text": {"trailer": {"IO-Category": "data"}}},
        {"environment": {"environment": "production"}},
        {"dependency": {"change": "movable"}},
    ]),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
CASES = st.fixed_dictionaries(
    {"name": st.just("a"), "unknown": st.just(value=True)},
    optional={
        "files": st.none() | st.dictionaries(PATHS, TOLD, max_size=3),
        "title": st.sampled_from(["a", "b"]),
        "body": st.sampled_from(["b", None]),
        "labels": st.sampled_from([["io"], None]),
        "author": st.sampled_from(["ada", None]),
        "trailers": st.just({"IO-Category": "data"}),
        "environment": st.just("production"),
    },
)


def policy_of(*conditions: object, **more: object) -> Policy:
    """Make a policy with a rule for each condition."""
    rules = [
        {"id": f"r{n}", "category": "data", "why": "x", "when": when}
        for n, when in enumerate(conditions)
    ]
    return Policy.model_validate({"version": 1, "rules": rules, **more})


def explained(when: object, **case: object) -> RuleExplained:
    """Explain one rule before a case."""
    looks = Looks(policy_of(when))
    told = PolicyCase.model_validate({"name": "a", "unknown": True, **case})
    (rule,) = explain(facts_of(told, looks), looks)
    return rule


def told_by_classify(facts: Facts, rule: Rule) -> Answer:
    """Return what is decided of a policy with this rule alone, but for what is built in."""
    alone = Policy(version=1, rules=(rule,))
    found = classify(facts, Looks(alone))
    matches = tuple(m for m in found.matches if m.rule != POLICY_RULE)
    holds = True if matches else (None if found.unknown else False)
    return Answer(holds, matches, found.unknown)


@given(st.lists(CONDITIONS, min_size=1, max_size=3), CASES)
def test_a_rule_is_explained_to_say_what_is_decided_of_it(
    conditions: list[object], case: dict[str, object]
) -> None:
    looks = Looks(policy_of(*conditions))
    facts = facts_of(PolicyCase.model_validate(case), looks)
    for each in explain(facts, looks):
        decided, said = told_by_classify(facts, each.rule), each.why.said
        assert said.holds is decided.holds
        if said.holds:
            absence = (Match(each.rule.id, "data", "absence"),)
            assert (tuple(dict.fromkeys(said.matches)) or absence) == decided.matches
        if said.holds is None:
            reasons = dict.fromkeys(u.why for u in said.unknown)
            assert list(reasons) == list(dict.fromkeys(u.why for u in decided.unknown))


def joined(part: Explained) -> Answer:
    """Join the answers of the parts as the condition says."""
    said = [inner.said for inner in part.parts]
    if part.condition.any_:
        return any_of(said)
    return all_of(said) if part.condition.all_ else none_of(said[0])


def every(part: Explained) -> list[Explained]:
    return [part, *(deep for inner in part.parts for deep in every(inner))]


@given(CONDITIONS, CASES)
def test_the_answers_of_the_parts_make_the_answer_of_the_whole(
    when: object, case: dict[str, object]
) -> None:
    for part in every(explained(when, **case).why):
        if part.parts and case.get("files", {}) is not None:
            assert joined(part) == part.said
        assert part.parts or not (part.seen and part.said.matches)


@given(st.lists(CONDITIONS, min_size=1, max_size=3), CASES)
def test_looking_for_more_changes_no_answer(
    conditions: list[object], case: dict[str, object]
) -> None:
    policy = policy_of(*conditions)
    looks, told = Looks(policy), PolicyCase.model_validate(case)
    plain = explain(facts_of(told, looks), looks)
    wide = explain(facts_of(told, looks), looks, facts_of(told, Looks(widened(policy))))
    assert [each.why.said for each in wide] == [each.why.said for each in plain]


@given(st.lists(CONDITIONS, min_size=1, max_size=3), CASES)
def test_what_does_not_concern_a_change_has_nothing_to_say_of_it(
    conditions: list[object], case: dict[str, object]
) -> None:
    looks = Looks(policy_of(*conditions))
    for each in explain(facts_of(PolicyCase.model_validate(case), looks), looks):
        if not each.concerned:
            assert each.why.said == Answer(holds=False)
            assert not each.met_something


LOWERED = {"evals/a.yaml": {"before": "a: 0.9", "after": "a: 0.7"}}


def test_a_leaf_tells_what_it_looked_at_and_what_came_nearest() -> None:
    setting = {"files": "evals/**", "key": "a", "moved": "raised"}
    looks = Looks(policy_of({"setting": setting}))
    told = PolicyCase.model_validate({"name": "a", "files": LOWERED, "unknown": True})
    (rule,) = explain(facts_of(told, looks), looks, facts_of(told, Looks(widened(looks.policy))))
    assert rule.why.files == ("evals/a.yaml",)
    assert rule.why.seen == (Match("r0", "data", "setting", "evals/a.yaml", 1, "a", 0.9, 0.7),)


@pytest.mark.parametrize(
    ("when", "case", "kind", "after"),
    [
        (
            {"path": {"files": "**", "status": "removed"}},
            {"files": {"a": "added"}},
            "path",
            "added",
        ),
        ({"text": {"title": "x"}}, {"title": "other"}, "text", "other"),
        ({"text": {"author": "x"}}, {"author": "ada"}, "text", "ada"),
        ({"text": {"label": "x"}}, {"labels": ["io"]}, "text", "io"),
        (
            {"text": {"trailer": {"IO-Owner": "x"}}},
            {"trailers": {"IO-Owner": "ada"}},
            "text",
            "ada",
        ),
        ({"environment": {"environment": "a"}}, {"environment": "b"}, "environment", "b"),
        (
            {"line": {"files": "**", "fewer": "t"}},
            {"files": {"a": {"before": "t1", "after": "t2"}}},
            "line",
            "t2",
        ),
    ],
)
def test_what_came_nearest_is_told_as_matches_are(
    when: object, case: dict[str, object], kind: str, after: str
) -> None:
    nearest = explained(when, **case).why
    assert nearest.said.holds is False
    assert (kind, after) in {(match.kind, match.after) for match in nearest.seen}


def test_the_other_effects_of_a_file_come_nearest() -> None:
    files = {"Dockerfile": {"before": "FROM a:1.2\n", "after": "FROM a:latest\n"}}
    when = {"any": [{"dependency": {"change": "removed"}}, {"dependency": {"change": "movable"}}]}
    removed, movable = explained(when, files=files).why.parts
    assert movable.said.holds
    assert {match.change for match in removed.seen} >= {"movable"}


def test_a_rule_that_asks_of_no_file_that_changed_is_not_concerned() -> None:
    assert not explained({"path": {"files": "data/**"}}, files={"a.py": "added"}).concerned
    assert not explained({"text": {"trailer": {"IO-Owner": "x"}}}).concerned
    assert not explained({"environment": {"ref": "v*"}}).concerned
    assert not explained({"migration": {"change": "drops"}}, files={"a.py": "added"}).concerned
    assert explained({"text": {"title": "x"}}).concerned
    assert explained({"not": {"path": {"files": "data/**"}}}).concerned


def test_of_files_that_could_not_be_listed_no_rule_can_say_anything() -> None:
    why = explained({"path": {"files": "data/**"}}, files=None).why
    assert why.said.unknown == (Unknown("files", "the case says that they could not be listed"),)
    looks = Looks(policy_of({"path": {"files": "data/**"}}))
    told = PolicyCase.model_validate({"name": "a", "files": None, "unknown": True})
    (rule,) = explain(replace(facts_of(told, looks), unknown=()), looks)
    assert rule.why.said.unknown == (Unknown("files", "the files could not be listed"),)


def test_a_policy_without_settings_looks_for_nothing_more() -> None:
    policy = policy_of({"path": {"files": "data/**"}})
    assert widened(policy) is policy


BOTH = {"any": [{"path": {"files": "data/**"}}, {"line": {"files": "**/*.sql", "added": "x"}}]}


def test_a_path_is_told_who_looks_at_it_and_with_what() -> None:
    looks = Looks(policy_of(BOTH, {"text": {"title": "a"}}, {"not": {"path": {"files": "data/*"}}}))
    found = explain_path("data/1.sql", looks)
    asked = [(rule.id, [c.look for c in conditions]) for rule, conditions in found.rules]
    first, second = Condition.model_validate(BOTH).any_ or ()
    assert asked[0] == ("r0", [first.look, second.look])
    assert [rule for rule, _ in asked] == ["r0", "r2"]
    assert [rule.id for rule, _ in explain_path("b.sql", looks).rules] == ["r0"]


def test_a_file_that_cannot_be_read_as_structure_is_not_looked_at_as_such() -> None:
    looks = Looks(policy_of({"dependency": {"change": "movable"}}))
    assert explain_path("a.txt", looks).rules == ()
    assert explain_path("Dockerfile", looks).rules


def test_a_path_is_told_its_layer_and_whether_it_is_ignored() -> None:
    looks = Looks(policy_of(BOTH, ignore=["data/old/**"], layers={"fast": ["data/**"]}))
    found = explain_path("data/old/a", looks)
    assert (found.layer, found.ignored, found.rules) == ("fast", True, ())
    assert not explain_path("data/a", looks).ignored
    assert explain_path(".fitgate.yaml", looks).is_policy


def test_the_gates_for_a_rule_are_those_whose_filters_let_it_through() -> None:
    policy = policy_of(
        BOTH,
        taxonomy={"data": {"name": "Data", "classes": ["R"]}},
        gates=[
            {"type": "validation"},
            {"type": "tempo-layers", "categories": ["evaluation"]},
            {"type": "rollback-window", "categories": ["data"], "classes": ["R"]},
            {"type": "slow-authority", "classes": ["T"]},
        ],
    )
    (rule,) = policy.rules
    assert [gate.type for gate in gates_for(rule, policy)] == ["validation", "rollback-window"]
    fast = rule.model_copy(update={"classes": ("T",)})
    assert [gate.type for gate in gates_for(fast, policy)] == ["validation", "slow-authority"]
