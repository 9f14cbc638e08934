"""What the lint proves is so, whatever changes come."""

from dataclasses import replace
from typing import Any

import re2
from hypothesis import assume, given
from hypothesis import strategies as st

from fitgate.core.classify import Looks, classify
from fitgate.core.classify.dependencies import is_manifest
from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.manifests.formats import _BY_NAME
from fitgate.core.classify.migrations import is_migration
from fitgate.core.classify.parsing import parse_settings
from fitgate.core.classify.workflows import is_workflow
from fitgate.core.conditions import Condition
from fitgate.core.facts import SUBMODULE, Facts, File, Line, Setting, Trailer
from fitgate.core.globs import GlobSet
from fitgate.core.lint.expressions import finds_nearly_all, finds_nothing
from fitgate.core.lint.inclusion import apart, swallowed, within
from fitgate.core.lint.names import READ
from fitgate.core.lint.reach import implies, never, unfailing
from tests.builders import a_change, a_policy, facts_of

NAMES = st.sampled_from(["a", "b", "ab", "a.b", "-", "é"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
SEGMENTS = st.sampled_from(["a", "b", "*", "?", "a*", "*b", "[ab]", "[!a]", "a.b", "**", "{a,b*}"])
GLOBS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)
GLOB_LISTS = st.lists(GLOBS | GLOBS.map("!{}".format), min_size=1, max_size=3)

ATOMS = st.sampled_from(["a", "^", "$", "[^a]", r"\b", ".", r"\n", r"\Qa^\E", r"\A", r"\z", r"\S"])
TIMES = st.sampled_from(["", "", "", "*", "?", "+?", "{0}", "{1,2}"])
EXPRESSIONS = st.recursive(
    st.lists(st.tuples(ATOMS, TIMES).map("".join), min_size=1, max_size=3).map("".join),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, TIMES, inner).map(lambda p: f"({p[0]}){p[1]}{p[2]}"),
        inner.map("(?i:{})".format),
    ),
    max_leaves=4,
)
TEXTS = st.text("ab^ \n", max_size=5)

KINDS: list[dict[str, Any]] = [
    {"path": {"files": "a/**", "status": "removed"}},
    {"path": {"files": "**", "status": "removed"}},
    {"path": {"files": "**"}},
    {"path": {"files": ["a/*", "!a/b"], "larger_than": 5}},
    {"path": {"files": ["a/b", "!a/**"]}},
    {"path": {"files": "a/b", "status": ["modified", "renamed"], "submodule": False}},
    {"line": {"files": "**", "added": "x"}},
    {"line": {"files": "a/*", "added": ["x", "y"]}},
    {"line": {"files": "a/*", "added": "x", "removed": "y"}},
    {"line": {"files": "a/*", "added": "x", "fewer": "y"}},
    {"line": {"files": "a/*", "fewer": "y"}},
    {"line": {"files": "**", "fewer": "y"}},
    {"line": {"files": "**", "added": "x^"}},
    {"setting": {"files": "**", "key": "k", "moved": ["changed", "added"]}},
    {"setting": {"files": "a/**", "key": "k", "moved": "raised"}},
    {"setting": {"files": "a/b", "key": ["k", "l"], "to": [True, 2]}},
    {"setting": {"files": "a/b", "key": "k", "to": True}},
    {"setting": {"files": "a/b", "key": "k", "to": 1}},
    {"text": {"title": "x"}},
    {"text": {"title": "x", "body": "y"}},
    {"text": {"trailer": {"IO-Owner": "x"}}},
    {"text": {"body": None}},
    {"text": {"label": "$x"}},
    {"environment": {"environment": "x"}},
]
READABLE = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(
        ["", "a/", ".github/workflows/", "a/.gitlab/ci/b/", ".gitlab-ci/", "requirements/",
         "c/versions/", "my_migrations/a/", "Migration/", "alembic2/", "db/migrate/",
         "post_migrate/a/"]
    ),
    st.sampled_from(["", "a.", ".env.", "x-"]),
    st.sampled_from(
        [".gitlab-ci", "action", "Dockerfile", "containerfile", "environment", "Requirements",
         "constraints", ".env", "setup", "a", *_BY_NAME]
    ),
    st.sampled_from(
        ["", ".yml", ".yaml", ".YAML", "-x.yml", ".py", ".rb", ".SQL", ".sql", ".txt", "-dev.in",
         ".lock", ".dockerfile", ".json", ".toml", ".cfg", ".properties", ".md", ".env"]
    ),
)  # fmt: skip
IGNORED = st.sampled_from([(), ("a/**",), ("**", "!b"), ("a/**", "b")])
CONDITIONS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(KINDS),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
PAIRS = st.one_of(
    st.tuples(CONDITIONS, CONDITIONS),
    st.tuples(*[st.sampled_from(KINDS)] * 2),
    st.builds(lambda one, more: ({"all": [more, one]}, one), CONDITIONS, CONDITIONS),
    st.builds(
        lambda one, more: ({"not": {"any": [more, one]}}, {"not": one}), CONDITIONS, CONDITIONS
    ),
)
LINES = st.builds(Line, st.sampled_from("+-"), st.integers(1, 3), st.sampled_from(["x", "y", "xy"]))
VALUES = st.sampled_from([None, True, 1, 2, "1", "low"])
SETTINGS = st.builds(
    Setting, st.sampled_from("kl"), st.sampled_from(["added", "removed", "changed"]), VALUES, VALUES
)


def perhaps(known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what may be unknown."""
    return st.none() | known


FILES = st.builds(
    File,
    st.sampled_from(["a/b", "a/a", "b", "a/b/a"]),
    st.sampled_from(["added", "modified", "removed", "renamed"]),
    old_path=perhaps(st.sampled_from(["a/b", "b", "a/a/b"])),
    mode_after=st.sampled_from(["100644", SUBMODULE]),
    size=perhaps(st.sampled_from([3, 9])),
    lines=perhaps(st.lists(LINES, max_size=4).map(tuple)),
    settings=perhaps(st.lists(SETTINGS, max_size=3).map(tuple)),
    broken=perhaps(st.just("is torn")),
    effects=st.just(()),
)
CHANGES = st.builds(
    a_change,
    title=st.sampled_from(["x", "y"]),
    body=perhaps(st.sampled_from(["x", "y"])),
    labels=perhaps(st.just(("x",))),
    trailers=st.sampled_from([(), (Trailer("IO-Owner", "x"),), (Trailer("IO-Owner", "y"),)]),
    environment=perhaps(st.sampled_from("xy")),
)
FACTS = st.builds(
    lambda change, files: replace(facts_of(change), files=tuple(files)),
    CHANGES,
    st.lists(FILES, max_size=3),
)
NO, UNKNOWN, YES = range(3)


def judged(facts: Facts, ignored: tuple[str, ...], *conditions: dict[str, Any]) -> list[int]:
    """Return what rules with these conditions say of a change, as the classifier has it."""
    rules = [
        {"id": f"r{n}", "category": "data", "why": "w", "when": when}
        for n, when in enumerate(conditions)
    ]
    found = classify(facts, Looks(a_policy(rules=rules, ignore=ignored)))
    matched = {match.rule for match in found.matches}
    unknown = {each.what.partition(":")[0] for each in found.unknown}
    return [
        YES if rule["id"] in matched else UNKNOWN if f"rule {rule['id']}" in unknown else NO
        for rule in rules
    ]


def is_settings(path: str) -> bool:
    """Say whether a file is read as settings by its name."""
    try:
        parse_settings(path, b"")
    except Unparsable as exc:
        return "is not a settings file" not in str(exc)
    return True


@given(GLOB_LISTS, GLOB_LISTS, st.lists(PATHS, max_size=8))
def test_globs_inside_others_name_no_path_that_those_do_not(
    narrow: list[str], wide: list[str], paths: list[str]
) -> None:
    both = GlobSet([narrow, wide])
    if within(narrow, wide):
        assert all(both.match(path) != {0} for path in paths)
    if swallowed(narrow):
        assert not any(0 in both.match(path) for path in paths)


@given(GLOBS, GLOBS, st.lists(PATHS, max_size=8))
def test_globs_that_are_said_to_be_apart_name_no_path_together(
    one: str, other: str, paths: list[str]
) -> None:
    if apart(one, [other]):
        both = GlobSet([[one], [other]])
        assert not any(both.match(path) == {0, 1} for path in paths)


@given(READABLE)
def test_whatever_is_read_by_its_name_is_named_by_the_globs_of_its_kind(path: str) -> None:
    asked = {
        "setting": is_settings(path),
        "dependency": is_manifest(path),
        "workflow": is_workflow(path),
        "migration": is_migration(path),
    }
    for kind, read in asked.items():
        if read:
            assert GlobSet([[glob.lower() for glob in READ[kind]]]).match(path.lower())
            assert not apart(path, READ[kind])


@given(EXPRESSIONS, st.lists(TEXTS, max_size=8))
def test_an_expression_that_is_said_to_find_nothing_finds_nothing(
    pattern: str, texts: list[str]
) -> None:
    for in_lines in (True, False):
        if finds_nothing(pattern, in_lines=in_lines):
            seen = [text for text in texts if not (in_lines and "\n" in text)]
            assert not any(re2.search(pattern, text) for text in seen)


@given(
    EXPRESSIONS | st.sampled_from([r"^\s*\S", r"\w?", "^.*$", "(?i).", "x*"]),
    st.text("ab", min_size=1),
)
def test_an_expression_that_is_said_to_find_nearly_all_finds_every_word(
    pattern: str, text: str
) -> None:
    assume(finds_nearly_all(pattern))
    assert re2.search(pattern, text)


@given(CONDITIONS, IGNORED, FACTS)
def test_a_rule_that_is_said_to_match_nothing_or_everything_does(
    when: dict[str, Any],
    ignored: tuple[str, ...],
    facts: Facts,
) -> None:
    condition = Condition.model_validate(when)
    (said,) = judged(facts, ignored, when)
    if never(condition, ignored):
        assert said != YES
    if unfailing(condition, ignored):
        assert said != NO


@given(PAIRS, FACTS)
def test_a_condition_inside_another_never_says_more(
    pair: tuple[dict[str, Any], dict[str, Any]], facts: Facts
) -> None:
    if implies(*map(Condition.model_validate, pair)):
        less, more = judged(facts, (), *pair)
        assert less <= more
