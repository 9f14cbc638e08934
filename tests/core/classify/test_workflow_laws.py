"""What holds for any CI file: parse it or say why not, and only structure counts."""

import contextlib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.workflows import compare, read_pipeline, workflow_effects

PATHS = st.sampled_from([".github/workflows/a.yml", ".gitlab-ci.yml", "action.yml"])
COMMANDS = st.sampled_from(
    ["pytest", "make check || true", "set +e\nmypy .", "echo x", "a && b; c"]
)
NAMES = st.sampled_from(["test", "lint", "deploy", "on", "x.y"])
FLAGS = st.sampled_from([True, False, "${{ matrix.a }}"])
STEPS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "run": COMMANDS,
            "uses": st.sampled_from(["actions/checkout@v4", "a/b@" + "0" * 40, "./x"]),
            "if": st.sampled_from(["always()", "a && b", "false"]),
            "continue-on-error": FLAGS,
        },
    ),
    max_size=3,
)
GITHUB_JOB = st.fixed_dictionaries(
    {"steps": STEPS},
    optional={
        "needs": st.lists(NAMES, unique=True),
        "environment": NAMES,
        "permissions": st.sampled_from(["write-all", {}, {"contents": "write"}]),
        "strategy": st.just({"matrix": {"os": ["ubuntu-22.04", "windows-2022"]}}),
    },
)
GITHUB = st.fixed_dictionaries(
    {"jobs": st.dictionaries(NAMES, GITHUB_JOB)},
    optional={
        "on": st.dictionaries(
            st.sampled_from(["push", "pull_request", "schedule"]),
            st.sampled_from([None, {"branches": ["main"]}, [{"cron": "0 0 * * *"}]]),
        ),
        "permissions": st.sampled_from(["read-all", {"contents": "read"}]),
    },
)
GITLAB_JOB = st.fixed_dictionaries(
    {"script": st.lists(COMMANDS)},
    optional={
        "needs": st.lists(NAMES, unique=True),
        "stage": st.sampled_from(["build", "test", "deploy"]),
        "when": st.sampled_from(["manual", "always"]),
        "rules": st.lists(st.sampled_from([{"if": "$A"}, {"when": "never"}, {"when": "manual"}])),
        "extends": st.sampled_from([".unseen", ["lint"]]),
        "allow_failure": st.booleans(),
    },
)
GITLAB = st.dictionaries(NAMES.filter(lambda name: name != "lint"), GITLAB_JOB).map(
    lambda jobs: {**jobs, "lint": {"script": ["mypy ."]}}
)
FILES = st.one_of(
    st.tuples(st.just(".github/workflows/a.yml"), GITHUB),
    st.tuples(st.just(".gitlab-ci.yml"), GITLAB),
)


def written(tree: object) -> bytes:
    return yaml.safe_dump(tree, sort_keys=False).encode()


def turned(tree: object) -> object:
    """Write every mapping the other way round."""
    if isinstance(tree, dict):
        return {name: turned(value) for name, value in reversed(tree.items())}
    return [turned(each) for each in tree] if isinstance(tree, list) else tree


@given(FILES)
def test_a_file_against_itself_has_no_effect(file: tuple[str, object]) -> None:
    path, tree = file
    assert workflow_effects(path, written(tree), written(tree)) == ()


@given(FILES)
def test_order_comments_and_style_have_no_effect(file: tuple[str, object]) -> None:
    path, tree = file
    flowing = yaml.safe_dump(turned(tree), default_flow_style=True)
    other = f"# a comment\n{flowing}# another\n".encode()
    assert workflow_effects(path, written(tree), other) == ()
    assert workflow_effects(path, other, written(tree)) == ()


@given(FILES, FILES)
def test_any_file_can_be_compared_with_any_other(
    one: tuple[str, object], other: tuple[str, object]
) -> None:
    sides = [read_pipeline(path, written(tree)) for path, tree in (one, other)]
    found = compare(*sides)
    assert list(found) == sorted(dict.fromkeys(found), key=lambda e: (e.key, e.change, e.line or 0))
    assert all(each.kind == "workflow" and each.key for each in found)


@given(PATHS, st.one_of(st.binary(), st.text(alphabet="a-:{}[]&*<!|>'\"#\n ,?%").map(str.encode)))
@settings(max_examples=300)
def test_arbitrary_bytes_are_read_or_unparsable(path: str, data: bytes) -> None:
    with contextlib.suppress(Unparsable):  # any other exception fails
        compare(None, read_pipeline(path, data))


ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 8)}]\n" for i in range(1, 12)
)
BAD = {
    "too deep": "a: " + "[" * 200,
    "aliases that stand for too much": ALIASES,
    "an alias of itself": "a: &a [*a]",
    "a list at the top": "- a",
    "a text": "a",
    "several documents": "a: 1\n---\nb: 2\n",
    "a key that is a list": "? [a]\n: b\n",
    "no YAML": "a: [",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_ci_file_is_unparsable(text: str) -> None:
    with pytest.raises(Unparsable):
        read_pipeline(".github/workflows/a.yml", text.encode())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "a: 1"),
        (".github/workflows/a.yml", "jobs: [a]"),
        (".github/workflows/a.yml", "#" * (1 << 20) + "\n"),
        (
            ".github/workflows/a.yml",
            "jobs: {" + "".join(f"j{i}: {{}}, " for i in range(1001)) + "}",
        ),
        (".github/workflows/a.yml", "%TAG !a! b\n" * 1001),
        (".gitlab-ci.yml", "a: {extends: b}\nb: {extends: a}\n"),
        (".gitlab-ci.yml", "a: {script: [!reference [a, script]]}\n"),
        (".gitlab-ci.yml", "".join(f"j{i}: {{script: x}}\n" for i in range(1001))),
    ],
)
def test_what_would_take_too_long_or_never_end_is_unparsable(path: str, text: str) -> None:
    with pytest.raises(Unparsable):
        read_pipeline(path, text.encode())


def test_what_is_no_text_says_where() -> None:
    with pytest.raises(Unparsable, match="line 2: is not UTF-8"):
        read_pipeline(".gitlab-ci.yml", b"a: 1\nb: \xff\n")
