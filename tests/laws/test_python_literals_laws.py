"""What must hold of the literals in Python modules, whatever stands in them."""

import ast
import difflib
import random
import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from fitgate.core.classify.comparing import Comparing
from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.lines import Difference
from fitgate.core.classify.python_changes import touched
from fitgate.core.classify.python_literals import read_python
from fitgate.core.classify.settings import matching_settings
from fitgate.core.conditions import SettingCondition
from fitgate.core.facts import File
from fitgate.core.values import Scalar

PATIENCE = 5  # seconds of the processor; it takes a fraction of that unless coverage looks on
NUMBER = re.compile(r"^\[#\d+\]\.|\[#\d+\]|(?<=\])#\d+")

PIECES = st.sampled_from(
    [
        *["x", "class ", "def ", "f(", "a=1", ")", "[", "]", "{", "}", ":", "=", ",", "\n", "\n  "],
        *[
            "'",
            '"',
            '"""',
            "#",
            "\\",
            "\n    ",
            "lambda ",
            "@",
            "*",
            "**",
            "if ",
            "1",
            "-",
            ".",
            "é",
        ],
        *["\r", "\t", "\f", "\0", "async ", "await ", "f'{", "Field(", "else:", "pass", " "],
    ]
)
VALUES = st.sampled_from(
    [
        *["1", "-2", "3.5", "60 * 60", "'a'", "'''b\n  c'''", "None", "True", "x", "f'{y}'", "[]"],
        *["['a', 'b']", "{'k': 1}", "{'k': {'l': [2]}}", "os.getenv('V', 4)", "Field(5, ge=1)"],
        *["frozenset({'a'})", "g(z=6)", "(7,)", "{**m}", "'c' 'd'"],
    ]
)
NAMES = st.sampled_from(["A", "b", "limit", "rate_limit"])
SIMPLE = st.one_of(
    st.builds("{} = {}".format, NAMES, VALUES),
    st.builds("{}: int = {}".format, NAMES, VALUES),
    st.builds("call({}={}, b={})".format, NAMES, VALUES, VALUES),
    st.builds("x.call('n', {}={})".format, NAMES, VALUES),
    st.builds("{} += [\n{},\n   {}]".format, NAMES, VALUES, VALUES),
    st.sampled_from(["'doc'", "pass", "# note", ""]),
)
HEADERS = st.sampled_from(
    ["class C:", "class D(\n  B, b=1\n):", "def f(a, b=2):", "if x:", "@g(a=3)\ndef h(\n*, b\n=4):"]
)


def indented(header: str, body: list[str]) -> str:
    """Write a compound statement; texts of several lines stay as they are."""
    return "\n".join([header, *(f"    {each}" for each in body), "    pass"])


BLOCKS = st.recursive(
    SIMPLE,
    lambda inner: (
        st.builds(indented, HEADERS, st.lists(SIMPLE, max_size=3))
        | st.builds(lambda *parts: "\n".join(parts), inner, inner)
    ),
    max_leaves=6,
)
MODULES = st.lists(BLOCKS, max_size=5).map(lambda parts: "".join(f"{part}\n" for part in parts))
LOOKS = {
    "all": SettingCondition(files=("**",), key=("**",)),
    **{
        key: SettingCondition(files=("**",), key=(key,))
        for key in ["C.**", "**.limit", "call.*", "call[n].**", "**.k", "**.rate_limit[*]", "f.b"]
    },
}


def is_read_or_refused(text: str) -> bool:
    """Say whether a module is Unparsable for a reason, or has values that facts can hold."""
    try:
        found = read_python(text)
    except Unparsable as exc:
        return bool(exc.reason)
    return bool(rfc8785.dumps({key: parsed.value for key, parsed in found.items()}))


def told(before: str, after: str, names: set[str], change: Difference | None) -> File:
    """Compare two modules."""
    file = File("f.py", "modified", oid_before="1", oid_after="2")
    sides = (before.encode(), after.encode())
    return Comparing(LOOKS).compared(file, frozenset(names), sides, change)


def in_hunks(before: str, after: str) -> Difference:
    """Compare line by line, as git does."""
    old, new = (text.split("\n") for text in (before, after))
    lines = [*difflib.unified_diff(old, new, n=0, lineterm="")][2:]  # without the names of files
    return Difference("\n".join(lines).encode())


def went_and_came(file: File) -> Counter[tuple[str, str, Scalar]]:
    """Count the values of each side by their keys without numbers."""
    found = Counter[tuple[str, str, Scalar]]()
    for it in file.settings or ():
        key = NUMBER.sub("", it.key)
        found[key, "-", it.before] += it.moved != "added"
        found[key, "+", it.after] += it.moved != "removed"
    return +found


@given(st.text(max_size=60) | st.lists(PIECES, max_size=30).map("".join))
@example("x = '\\ud800'")
@example("x = 0x" + "f" * 4000)
def test_any_text_is_read_or_refused(text: str) -> None:
    assert is_read_or_refused(text)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_can_be_compared(before: bytes, after: bytes) -> None:
    file = File("f.py", "modified", oid_before="1", oid_after="2")
    change = Difference.of_contents(before, after)
    for names in (LOOKS, ["**.limit"]):
        found = Comparing(LOOKS).compared(file, frozenset(names), (before, after), change)
        assert found.settings == () or found.unread or found.broken


def attacks() -> Iterator[str]:
    """Yield modules made to exhaust a stack, a memory or somebody's patience."""
    for piece in ["(", "[", "{", "-", "x.", "f(", "f(a=", "1+", "'", '"', '"""', "'''\n", "x=\\\n"]:
        yield piece * (400_000 // len(piece))
    for piece in [
        "not ",
        "lambda:",
        "a if b else ",
        "#\n",
        "@",
        "x[",
        "f'{",
        "((((((((1))))))))\n",
    ]:
        yield piece * (400_000 // len(piece))
    yield "x = " + "(" * 90 + "1" + ")" * 90 + ("\n" + "(" * 60) * 9_000
    yield "if x:\n  a = 1\n" + "elif x:\n  a = 1\n" * 20_000
    yield "x" + ".f(a=1)" * 500
    yield "".join(f"{' ' * n}class {'C' * 99}:\n" for n in range(99)) + f"{' ' * 99}a=1\n" * 9_000
    yield "f(a=1)\n" * 49_000
    yield "f(" * 99 + "1" + ", a=[1], b={2: 3})" * 99
    yield "x = " + "dict(a=" * 99 + "1" + ")" * 99
    yield "x = " + "9 ** " * 40 + "9"
    yield "x = " + "'a' + " * 100_000 + "'b'"


@pytest.mark.parametrize(
    "text", [pytest.param(attack, id=str(n)) for n, attack in enumerate(attacks())]
)
def test_no_module_takes_long_or_the_process_down(text: str) -> None:
    begun = time.process_time()
    assert is_read_or_refused(text)
    lines = text.count("\n")
    assert touched(text.encode(), [(1, 1), (lines // 2, lines // 2 + 1), (lines, lines)])
    assert time.process_time() - begun < PATIENCE


@given(MODULES)
def test_layout_is_nothing(text: str) -> None:
    tree = ast.parse(text)
    found, again = (read_python(each) for each in (text, ast.unparse(tree)))
    assert [(key, it.value) for key, it in found.items()] == [
        (key, it.value) for key, it in again.items()
    ]
    assert told(text, ast.unparse(tree), {"all"}, None).settings == ()


@given(MODULES)
def test_a_module_against_itself_has_no_changes(text: str) -> None:
    for change in (None, in_hunks(text, text)):
        assert told(text, text, set(LOOKS), change).settings == ()


@given(st.lists(BLOCKS, max_size=5), st.randoms(use_true_random=False))
def test_what_only_moved_is_no_change(blocks: list[str], chance: random.Random) -> None:
    moved = [*blocks]
    chance.shuffle(moved)
    before, after = ("".join(f"{each}\n" for each in side) for side in (blocks, moved))
    assert told(before, after, {"all"}, None).settings == ()


LINE = st.builds(
    lambda form, value: form.format(value),
    st.sampled_from(
        ["A = {}", "call(limit={})", "call('n', b={})", "B = ['x', {}]", "C = {{'k': {}, 'l': 0}}"]
    ),
    st.integers(0, 3),
)


@given(st.lists(LINE, max_size=6), st.lists(LINE, max_size=6))
def test_a_difference_tells_the_same_of_the_lines_that_changed(
    old: list[str], new: list[str]
) -> None:
    before, after = ("\n".join(["x", *side, "y", ""]) for side in (old, new))
    whole = told(before, after, {"all"}, None)
    for change in (
        in_hunks(before, after),
        Difference.of_contents(*map(str.encode, (before, after))),
    ):
        assert went_and_came(told(before, after, {"all"}, change)) == went_and_came(whole)


@given(st.lists(BLOCKS, max_size=4), st.lists(BLOCKS, max_size=4), st.lists(BLOCKS, max_size=4))
def test_a_look_that_is_not_asked_would_have_found_nothing(
    head: list[str], old: list[str], new: list[str]
) -> None:
    before, after = ("".join(f"{each}\n" for each in (*head, *side)) for side in (old, new))
    change = in_hunks(before, after)
    everything = told(before, after, {"all"}, change).settings or ()
    for name, look in LOOKS.items():
        alone = told(before, after, {name}, change)
        assert alone.settings == matching_settings(look, everything)
