"""Rules in vain: each warning, and what looks like it and is right."""

import json
from typing import Any

import pytest

from fitgate.core.lint import lint
from fitgate.core.lint.history import Seen, not_met
from fitgate.core.places import load
from fitgate.core.reading import parse_policy
from tests.builders import facts_of
from tests.core.linting import ADDED, BASE, GONE, TITLE, a_rule, linted, said, said_of
from tests.shipped import LIBRARY


def line(**asked: object) -> dict[str, Any]:
    return {"line": {"files": "src/**", **asked}}


def setting(**asked: object) -> dict[str, Any]:
    return {"setting": {"files": "c/**", "key": "**.limit", **asked}}


VAIN = [
    ({"all": [GONE, {"not": GONE}]}, {"all": [GONE, {"not": ADDED}]}, "can never match: part 2"),
    (
        {"all": [{"not": {"any": [GONE, TITLE]}}, GONE]},
        {"all": [{"not": {"all": [GONE, TITLE]}}, GONE]},
        "can never match: part 1",
    ),
    ({"any": [GONE, {"not": GONE}]}, {"any": [GONE, {"not": ADDED}]}, "matches every change"),
    ({"not": {"all": [GONE, {"not": GONE}]}}, {"not": GONE}, "matches every change"),
    (
        {"any": [TITLE, {"all": [GONE, {"not": GONE}]}]},
        {"any": [TITLE, GONE]},
        "a part of rule `r` decides nothing",
    ),
    ({"text": {"title": None}}, TITLE, "matches every change: it asks for nothing"),
    (
        {"path": {"files": ["docs/a.md", "!docs/**"]}},
        {"path": {"files": ["docs/a.md", "!docs/*/**"]}},
        "can never match: `!` takes away all",
    ),
    (
        {"path": {"files": ["{a,b}/*.py", "!a/**", "!**/*.p?"]}},
        {"path": {"files": ["{a,b}/*.py", "!a/**", "!**/*.p"]}},
        "`!` takes away all",
    ),
    ({"path": {"files": ["!**"]}}, {"path": {"files": ["!a/**"]}}, "`!` takes away all"),
    (line(added="a^"), line(added=r"a\^"), "can never match: the expression matches no line"),
    (line(removed=["$a", "b(^c)"]), line(removed=["$", "^c"]), "matches no line"),
    (line(added="a\nb"), {"text": {"body": "a\nb"}}, "matches no line"),
    ({"text": {"body": "($)a"}}, {"text": {"body": "(?m)$a|$\n*a"}}, "matches no text"),
    (line(added=["a^", "b"]), line(added=["a", "b"]), "rule `r`: this expression matches no line"),
    (
        {"path": {"files": "**", "larger_than": 9}},
        {"path": {"files": "**", "larger_than": 9, "status": ["added", "renamed"]}},
        "rule `r`: `larger_than` is not known of a removed file",
    ),
    (
        {"path": {"files": "**", "lfs": True, "submodule": True, "status": "added"}},
        {"path": {"files": "**", "submodule": True}},
        "`lfs` is not known of a submodule",
    ),
    (
        setting(**{"moved": "raised", "from": ["low", "off"]}),
        setting(**{"moved": "raised", "from": ["low", 1]}),
        "only a number is raised or lowered, and `from` has none",
    ),
    (
        setting(moved="raised", to="high"),
        setting(moved=["raised", "changed"], to="high"),
        "and `to` has none",
    ),
    (
        setting(**{"moved": "raised", "from": 5, "to": ["3", "7 d"]}),
        setting(**{"moved": "lowered", "from": 5, "to": ["3", "7 d"]}),
        "no value of `from` is raised to one of `to`",
    ),
    (
        setting(**{"moved": ["added", "inserted"], "from": 1}),
        setting(**{"moved": ["added", "changed"], "from": 1}),
        "what was added had no value",
    ),
    (
        setting(moved="dropped", to=1),
        setting(moved="dropped", to=None),
        "what was removed has no value",
    ),
    (
        setting(**{"from": True, "to": [True]}),
        setting(**{"from": True, "to": 1}),
        "`from` and `to` are the same",
    ),
    (setting(**{"from": "a", "to": "a"}), setting(**{"from": 1, "to": "1"}), "are the same"),
    (
        {"text": {"trailer": {"IO-Categroy": "a"}}},
        {"text": {"trailer": {"io-category": "a"}}},
        "`IO-Categroy:` is no declaration that is read",
    ),
    (
        {"line": {"more": r"\S"}},
        {"line": {"more": r"\S", "files": "evals/*.csv"}},
        "it finds nearly every line of every file",
    ),
    (
        {"line": {"added": "a*", "files": ["**/*", "!docs/**"]}},
        {"line": {"added": "^a*$", "files": ["**/*", "!docs/**"]}},
        "it finds nearly every line of every file",
    ),
    (
        {"workflow": {"change": ["job-removed", "continue-on-error-added"], "command": "pytest"}},
        {"workflow": {"change": ["job-removed", "or-true-added"], "command": "pytest"}},
        "of `continue-on-error-added` there is nothing before",
    ),
    (
        {"workflow": {"change": "disabled", "command": "pytest"}},
        {"workflow": {"change": "disabled", "command": "pytest", "key": "jobs.*.steps[*]"}},
        "`command` finds no job that is `disabled`",
    ),
    (
        {"setting": {"files": ["c/*.md", "c/*.yaml"], "key": "a"}},
        {"setting": {"files": ["c/*.{md,YAML}", "c/*"], "key": "a"}},
        "of `c/*.md` only files named `.env.…` are read as settings",
    ),
    (
        {"setting": {"files": "c/a*.md", "key": "a"}},
        {"setting": {"files": ".env.*", "key": "a"}},
        "no file that `c/a*.md` names is read as settings, unless it had another name",
    ),
    (
        {"migration": {"files": "db/*.py", "change": "drops"}},
        {"migration": {"files": "db/**/*.py", "change": "drops"}},
        "is read as a migration",
    ),
    (
        {"workflow": {"files": ["Jenkinsfile", "!a"], "change": "disabled"}},
        {"workflow": {"files": "ci/**", "change": "disabled"}},
        "is read as a CI file",
    ),
    (
        {"dependency": {"files": "docs/a*.md", "change": "added"}},
        {"dependency": {"files": "**/*.txt", "change": "added"}},
        "is read as a manifest or lock file",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "right", "words"), VAIN, ids=[f"{w[2]} {n}" for n, w in enumerate(VAIN)]
)
def test_a_condition_in_vain_is_told_from_what_looks_like_it(
    when: object, right: object, words: str
) -> None:
    (message,) = said_of(when)
    assert words in message
    assert said_of(right) == []


def test_a_rule_whose_files_are_ignored_can_never_match() -> None:
    assert "`ignore` hides all its files" in said_of(GONE, ignore=["db/**"])[0]
    assert said_of(GONE, ignore=["db/*"]) == []
    assert said_of(GONE, ignore=["db/**", "!db/main/**"]) == []


def test_rules_of_a_pack_whose_files_are_all_ignored_are_named() -> None:
    (message,) = said(use=["default"], ignore=["**"])
    assert "it hides all files of rules of `use`, which can never match: `" in message
    assert "`check-removed`" in message
    assert "declared-data" not in message
    assert said(use=["default"], ignore=["docs/**"]) == []


def test_of_globs_too_many_or_too_odd_to_compare_nothing_is_said() -> None:
    long = "{a,b,c,d}/" + 1900 * "x"
    for files in ([f"{long}y", f"!{long}*"], [r"a\/b", "!a?b"]):
        assert said_of({"path": {"files": files, "status": "added"}}) == []


SHADOWS = [
    (GONE, {"any": [TITLE, GONE]}),
    ({"all": [GONE, TITLE]}, TITLE),
    ({"all": [GONE, {"not": {"any": [TITLE, ADDED]}}]}, {"not": TITLE}),
    ({"path": {"files": "db/a/*.sql"}}, {"path": {"files": "db/**"}}),
    (
        {"path": {"files": "db/a", "status": "modified"}},
        {"path": {"files": "db/?", "status": ["modified", "added"]}},
    ),
    ({"path": {"files": "a", "larger_than": 9}}, {"path": {"files": "a", "larger_than": 5}}),
    ({"path": {"files": ["db/**", "!**/*.md"]}}, {"path": {"files": ["db/**", "!db/*.md"]}}),
    (line(added="a", removed="b"), line(added=["a", "c"])),
    (line(fewer="a", added="b"), line(fewer="a")),
    (setting(moved="raised"), setting(moved=["changed"])),
    (setting(moved=["inserted", "dropped"]), setting()),
    (setting(to=True), setting(to=[True, 1], key=["**.limit", "a"])),
    (
        {"text": {"title": "x", "trailer": {"IO-owner": "a"}}},
        {"text": {"trailer": {"IO-Owner": "a"}}},
    ),
]  # fmt: skip
APART = [
    ({"path": {"files": "db/a/**", "status": "removed"}}, GONE),  # moved inside db/ it is no loss
    ({"path": {"files": "db/**"}}, {"path": {"files": ["db/**", "!db/a"]}}),
    ({"path": {"files": "a"}}, {"path": {"files": "a", "larger_than": 5}}),
    ({"path": {"files": "a", "larger_than": 5}}, {"path": {"files": "a", "larger_than": 9}}),
    ({"line": {"files": "a/b", "fewer": "x"}}, {"line": {"files": "a/*", "fewer": "x"}}),
    (line(added="a"), line(added="a", removed="b")),
    (setting(), setting(moved="changed")),
    (setting(to=True), setting(to=1)),
    (setting(moved="changed"), setting(moved="raised")),
    ({"text": {"title": "x"}}, {"text": {"title": "x", "body": "y"}}),
    ({"not": {"all": [TITLE, GONE]}}, {"not": TITLE}),
]


@pytest.mark.parametrize(("narrow", "wide"), SHADOWS)
def test_a_rule_inside_another_adds_nothing(narrow: object, wide: object) -> None:
    quiet = "`larger_than` is not known"
    for rules in (
        [a_rule(wide, "a"), a_rule(narrow, "b")],
        [a_rule(narrow, "b"), a_rule(wide, "a")],
    ):
        told = [words for words in said(rules=rules) if quiet not in words]
        assert told == ["rule `b` adds nothing: `a` matches wherever it does"]


@pytest.mark.parametrize(("one", "other"), APART)
def test_a_rule_that_may_match_by_itself_is_left_alone(one: object, other: object) -> None:
    told = said(rules=[a_rule(other, "a"), a_rule(one, "b")])
    assert not [words for words in told if words.startswith("rule `b` adds nothing")]


def test_of_two_rules_that_are_the_same_the_later_is_told() -> None:
    problems = linted(rules=[a_rule(GONE, "a"), a_rule(GONE, "b")])
    assert [(p.where, p.message[:8]) for p in problems] == [("rules.1", "rule `b`")]


def test_a_rule_that_gives_a_mark_of_its_own_adds_something() -> None:
    less = "rule `a` adds nothing: `b` matches wherever it does"
    for more, told in (({"io_sr": [4]}, [less]), ({"category": "evaluation"}, [])):
        assert said(rules=[a_rule(GONE, "a"), a_rule(GONE, "b", **more)]) == told
    assert said(rules=[a_rule(GONE, "a"), a_rule(GONE, "b", classes=["T"])]) == []


def test_a_rule_that_a_pack_has_too_adds_nothing() -> None:
    rule = {"files": "{data,datasets,corpus}/x.csv", "status": "removed"}
    own = a_rule({"text": {"trailer": {"IO-Category": r"(?i)\bdata\b"}}}, "own")
    assert said(rules=[own], use=["default"]) == [
        "rule `own` adds nothing: `declared-data` matches wherever it does"
    ]
    assert said(rules=[a_rule({"path": rule})], use=["default"]) == []


def test_a_warning_has_its_line_its_column_and_a_remedy() -> None:
    text = (
        "version: 1\nrules:\n  - id: r\n    category: data\n    why: w\n    when:\n"
        "      line: {files: 'a/**', added: [x, 'a^']}\n"
    )
    (problem,) = lint(parse_policy(text, "p.yaml", LIBRARY).policy, load(text))
    assert str(problem) == (
        "7:40: rules.0.when.line.added.1: rule `r`: this expression matches no line "
        "(take it out, or mend it)"
    )


@pytest.mark.parametrize("name", LIBRARY)
def test_what_we_ship_says_nothing_in_vain(name: str) -> None:
    text = LIBRARY[name]
    assert lint(parse_policy(text, name, LIBRARY).policy, load(text)) == ()


def test_what_history_did_not_meet_is_told_once() -> None:
    rules = [
        a_rule(GONE, "met"),
        a_rule({"path": {"files": ["db/**", "nowhere/**"], "status": "added"}}, "unmet"),
        a_rule({"any": [line(added="x"), line(added="y")]}, "elsewhere"),
        a_rule({"path": {"files": ["nowhere/**", "db/x", "db/index.sql", "!old/**"]}}, "again"),
    ]
    text = json.dumps(BASE | {"rules": rules})
    policy, located, seen = parse_policy(text, "p.yaml", LIBRARY).policy, load(text), Seen()
    assert list(not_met(policy, located, seen)) == []
    seen.add(facts_of(), ())
    seen.rules.update({"met", "again"})
    assert [problem.message for problem in not_met(policy, located, seen)] == [
        "rule `unmet` matched none of these changes",
        "`nowhere/**` names no path that was there",
        "rule `elsewhere` matched none of these changes: no file that it looks at was there",
        "`db/x` names no path that was there",
    ]
    assert seen.changes == 1
