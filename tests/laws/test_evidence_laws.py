"""What must hold of the evidence in files, whatever stands in them."""

import configparser
import difflib
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import re2
import rfc8785
import yaml
from hypothesis import example, given, reject
from hypothesis import strategies as st
from wcmatch import glob as wcmatch

from fitgate.core.classify.flattening import Unparsable, dotted
from fitgate.core.classify.lines import Difference, line_changes
from fitgate.core.classify.parsing import parse_settings
from fitgate.core.classify.settings import matching_settings, setting_changes
from fitgate.core.conditions import LineCondition, SettingCondition
from fitgate.core.facts import Line
from fitgate.core.globs import GlobSet
from fitgate.core.key_globs import key_to_re2, name_patterns
from fitgate.core.patterns import PatternSet
from fitgate.core.values import Scalar
from tests.lines import matching_lines, relevant_lines

PATIENCE = 5  # seconds of the processor; it takes a tenth of that unless coverage looks on
WCMATCH = wcmatch.GLOBSTAR | wcmatch.DOTGLOB | wcmatch.BRACE

# Few letters, so that globs and paths meet; no segment is . or .., which Git does not know (nor
# with a line break behind it, which wcmatch takes for the same).
SEGMENTS = st.text("ab.é\n-", min_size=1, max_size=4).filter(lambda s: s.strip(".\n"))
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
PIECES = st.sampled_from(
    ["a", "b", ".", "-", "*", "?", "é", "[ab]", "[!ab]", "[a-c.]", "[+-b]", "[^a-]", r"\*", r"\a"]
)
PLAIN_GLOBS = st.lists(
    st.just("**") | st.lists(PIECES, min_size=1, max_size=4).map("".join), min_size=1, max_size=4
).map("/".join)
CHOICES = st.lists(PLAIN_GLOBS, min_size=2, max_size=3).map(lambda parts: f"{{{','.join(parts)}}}")
GLOBS = st.lists(PLAIN_GLOBS | CHOICES | st.just("{a}"), min_size=1, max_size=3).map("/".join)

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "a\r", "\u2028", "é"]), max_size=12)
PATTERNS = st.sampled_from(["a", "^b$", "", "[^a]", r"\r", "é|c"])
LINE_CONDITIONS = st.builds(
    LineCondition,
    added=st.none() | st.tuples(PATTERNS),
    removed=st.none() | st.tuples(PATTERNS),
    fewer=st.none() | PATTERNS,
    more=PATTERNS.filter(bool),
)

NAMES = st.text("ab-_.[]\"' #é\n<", max_size=4) | st.sampled_from(["name", "id", "on", "1", "null"])
SCALARS: st.SearchStrategy[Scalar] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab1.: #'\"\n[]{}é", max_size=6)
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(NAMES, TREES, max_size=3)
REPEATED = {
    "a.yaml": ["[", "- ", "{a: ", "? ", "[? ", "{? ", "{a,", "--- a\n", "&a ", "%TAG !a! x\n"],
    "a.json": ["[", '{"a":', "/*", '"\\', "9"],
    "a.toml": ["a=[", "a={", "'a'.", "[[a]]\n", " "],
    "a.ini": [" ", "a=\n b"],
    ".env": ["a='\n", " ", "a=\\\n"],
}
SETTINGS_FILES = st.sampled_from(
    ["a.yaml", "a.json", "a.jsonc", "a.toml", "a.ini", ".env", "a.properties"]
)
NUMBERS = st.integers(-999, 999) | st.decimals(-9, 9, places=2).map(float)
UNITS = st.sampled_from(["", "%", "d", "Mi", " ms"])


def values(path: str, text: str) -> dict[str, Scalar]:
    """Parse a file and forget the lines."""
    return {key: parsed.value for key, parsed in parse_settings(path, text.encode()).items()}


def is_read_or_refused(path: str, data: bytes) -> bool:
    """Say whether a file is Unparsable for a reason, or has values that a facts file can hold."""
    try:
        found = parse_settings(path, data)
    except Unparsable as exc:
        return bool(exc.reason)
    document = {key: parsed.value for key, parsed in found.items()}
    return bool(rfc8785.dumps(document))


def file_of(lines: list[str]) -> bytes:
    """Write lines as a file."""
    return "".join(f"{line}\n" for line in lines).encode()


def count(lines: tuple[Line, ...]) -> Counter[tuple[str, str]]:
    """Count lines by sign and text."""
    return Counter((line.sign, line.text) for line in lines)


@given(GLOBS, PATHS)
@example("**/*", "a")
@example("{a/**,**/b}", "a/.b")
def test_a_glob_means_what_it_means_to_wcmatch(glob: str, path: str) -> None:
    try:
        globs = GlobSet([[glob], [f"!{glob}"]])
    except ValueError:
        reject()  # we refuse some globs that wcmatch takes and never matches
    matches = wcmatch.globmatch(path, glob, flags=WCMATCH)
    assert globs.match(path) == frozenset({0} if matches else {1})


@given(LINES, LINES)
def test_any_patch_tells_the_same_lines(old: list[str], new: list[str]) -> None:
    patch = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
    told = Counter(patch_line[0] + patch_line[2:] for patch_line in patch)
    net = Counter({text: n - told["+-"[text[0] == "+"] + text[1:]] for text, n in told.items()})
    found = line_changes(file_of(old), file_of(new))
    assert Counter(line.sign + line.text for line in found) == +net


@given(LINES, LINES)
def test_a_changed_line_stands_where_it_is_said_to_stand(old: list[str], new: list[str]) -> None:
    found = line_changes(file_of(old), file_of(new))
    for line in found:
        assert (new if line.sign == "+" else old)[line.number - 1] == line.text
    assert len({(line.sign, line.number) for line in found}) == len(found)


@given(LINES, st.randoms(use_true_random=False))
def test_a_line_that_only_moved_is_no_change(lines: list[str], chance: random.Random) -> None:
    moved = list(lines)
    chance.shuffle(moved)
    assert line_changes(file_of(lines), file_of(moved)) == ()


@given(st.none() | st.binary(max_size=40), st.none() | st.binary(max_size=40))
def test_the_way_back_tells_the_opposite(before: bytes | None, after: bytes | None) -> None:
    back = count(line_changes(after, before))
    assert count(line_changes(before, after)) == Counter(
        {("+-"[sign == "+"], text): n for (sign, text), n in back.items()}
    )


@given(st.lists(LINE_CONDITIONS, min_size=1, max_size=3), LINES, LINES)
def test_the_lines_that_are_kept_are_enough(
    conditions: list[LineCondition], old: list[str], new: list[str]
) -> None:
    lines = line_changes(file_of(old), file_of(new))
    kept = relevant_lines(conditions, Difference.of_contents(file_of(old), file_of(new)))
    for condition in conditions:
        assert matching_lines(condition, kept) == matching_lines(condition, lines)


@given(SETTINGS_FILES, st.binary(max_size=200))
@example("a.json", b'{"a": "\\ud800"}')
def test_no_bytes_whatever_bring_the_parser_down(path: str, data: bytes) -> None:
    assert is_read_or_refused(path, data)


@given(SETTINGS_FILES, st.text("ab:-?&*!<[]{},|>'\"%#=\\\n /.1", max_size=60))
@example("a.yaml", "? [a]\n: *x")
@example("a.yaml", "a: &a {<<: *a}")
def test_no_punctuation_brings_the_parser_down(path: str, text: str) -> None:
    assert is_read_or_refused(path, text.encode())


def attacks() -> Iterator[tuple[str, str]]:
    """Yield files made to exhaust a stack, a memory or somebody's patience."""
    for path, pieces in REPEATED.items():
        yield from ((path, piece * (400_000 // len(piece))) for piece in pieces)
    yield "a.yaml", "".join(f"{' ' * n}a:\n" for n in range(1_000))
    laughs = (f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    yield "a.yaml", "a0: &a0 [x]\n" + "".join(laughs)
    merges = (f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}\n" for n in range(1, 20_000))
    yield "a.yaml", "a0: &a0 {x: 1}\n" + "".join(merges)
    names = (f"a{n}: &a{n} {{{'z' * 900}: *a{n - 1}}}\n" for n in range(1, 90))
    yield "a.yaml", f"a0: &a0 1\n{''.join(names)}b: [{','.join(['*a89'] * 40_000)}]"
    yield "a.toml", "".join(f"[a{n}{'.b' * 98}]\n" for n in range(5_000))
    yield "a.ini", f"a{' ' * 1_000_000}b"


@pytest.mark.parametrize(
    ("path", "text"), [pytest.param(*attack, id=str(n)) for n, attack in enumerate(attacks())]
)
def test_no_file_takes_long_or_the_process_down(path: str, text: str) -> None:
    begun = time.process_time()
    assert is_read_or_refused(path, text.encode())
    assert time.process_time() - begun < PATIENCE


@given(MAPPINGS)
def test_a_tree_is_read_the_same_from_yaml_and_json(tree: dict[str, Any]) -> None:
    expected = values("a.json", json.dumps(tree))
    for text in (
        yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True),
        yaml.dump(tree, Dumper=yaml.CSafeDumper, default_flow_style=True, sort_keys=False),
        json.dumps(tree, ensure_ascii=False),
    ):
        after = parse_settings("a.yaml", text.encode())
        assert setting_changes(parse_settings("a.json", json.dumps(tree).encode()), after) == ()
        assert after.keys() == expected.keys()


@given(MAPPINGS, st.randoms(use_true_random=False))
def test_layout_comments_quotes_order_and_anchors_are_no_change(
    tree: dict[str, Any], chance: random.Random
) -> None:
    before = parse_settings("a.yaml", yaml.dump(tree, Dumper=yaml.CSafeDumper).encode())
    names = list(tree)
    chance.shuffle(names)
    shuffled = {name: tree[name] for name in names}
    each = (f"{json.dumps(name)}:   # note\n  {json.dumps(tree[name])}" for name in names)
    anchored = f"a: &it {json.dumps(tree)}\nb: *it\nc: {{<<: *it}}\n" if tree else "a: {}"
    for text in (
        json.dumps(shuffled, indent=3),
        yaml.dump(shuffled, Dumper=yaml.CSafeDumper, sort_keys=False, indent=6, width=9),
        "\n\n# note\n".join(each),
    ):
        assert setting_changes(before, parse_settings("a.yaml", text.encode())) == ()
    found = values("a.yaml", anchored)
    for key in found:
        if key.startswith(("b", "c")):
            assert found[key] == found["a" + key[1:]]


@given(MAPPINGS, MAPPINGS)
def test_a_change_of_settings_has_an_opposite(old: dict[str, Any], new: dict[str, Any]) -> None:
    sides = [parse_settings("a.json", json.dumps(side).encode()) for side in (old, new)]
    there = setting_changes(*sides)
    back = setting_changes(*reversed(sides))
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert [(s.key, opposite[s.moved], s.after, s.before, s.whole) for s in there] == [
        (s.key, s.moved, s.before, s.after, s.whole) for s in back
    ]
    assert setting_changes(sides[0], sides[0]) == ()


@given(NUMBERS, NUMBERS, UNITS)
def test_raised_is_the_way_back_of_lowered(low: float, high: float, unit: str) -> None:
    sides = [parse_settings("a.yaml", f"a: {each}{unit}".encode()) for each in (low, high)]
    raised, lowered = (
        SettingCondition(files=("**",), key=("a",), moved=(move,)) for move in ("raised", "lowered")
    )
    there, back = setting_changes(*sides), setting_changes(*reversed(sides))
    assert bool(matching_settings(raised, there)) == bool(matching_settings(lowered, back))
    assert bool(matching_settings(raised, there)) == (low < high)
    assert bool(matching_settings(lowered, there)) == (low > high)


@given(MAPPINGS)
def test_every_key_names_itself(tree: dict[str, Any]) -> None:
    for key in values("a.json", json.dumps(tree)):
        plain = "".join(f"\\{char}" if char in "*{},\\" else char for char in key)
        assert "\\" in key or re2.search(key_to_re2(plain), key)


@given(MAPPINGS, st.sampled_from(["**.a", "**.{ab,name}", "*.a-b", "id[*]", "**.a.b"]))
def test_a_file_that_is_not_parsed_would_not_have_matched(tree: dict[str, Any], key: str) -> None:
    condition = SettingCondition(files=("**",), key=(key,))
    names = PatternSet([f"(?m){pattern}" for pattern in name_patterns(key)])
    for text in (json.dumps(tree), yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True)):
        if "\\" not in text and not names.match(text):
            changed = setting_changes(None, parse_settings("a.yaml", text.encode()))
            assert matching_settings(condition, changed) == ()


@given(st.text("ab=:[]#; \n", max_size=40))
def test_an_ini_file_is_read_as_configparser_reads_it(text: str) -> None:
    oracle = configparser.RawConfigParser(strict=False, default_section="")
    oracle.optionxform = str  # type: ignore[assignment,method-assign] # configparser's own way
    try:
        oracle.read_string(f"[top]\n{text}")
    except configparser.Error:
        return
    expected = [
        (section, option, "\n".join(filter(None, value.split("\n"))))
        for section in oracle.sections()
        for option, value in oracle.items(section)
    ]
    found = parse_settings("a.ini", f"[top]\n{text}".encode())
    assert len(found) == len(expected)
    for section, option, value in expected:
        assert found[dotted((section, option))].value == value
