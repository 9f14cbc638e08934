"""Settings files of every format as one flat mapping."""

import pytest

from fitgate.core.classify.flattening import Parsed, Unparsable
from fitgate.core.classify.parsing import parse_settings
from fitgate.core.values import Scalar


def values(path: str, text: str | bytes) -> dict[str, Scalar]:
    """Parse a file and forget the lines."""
    data = text if isinstance(text, bytes) else text.encode()
    return {key: parsed.value for key, parsed in parse_settings(path, data).items()}


def keys(path: str, text: str) -> str:
    """Parse a file and write down its keys."""
    return " ".join(values(path, text))


def lines(path: str, text: str) -> dict[str, int | None]:
    """Parse a file and keep only the lines."""
    return {key: parsed.line for key, parsed in parse_settings(path, text.encode()).items()}


TEXTS = "on no tRUE 0b1 1_000 12:30 2020-01-01 1e400 .inf .nan 9007199254740992 -90071992547409920"
OTHERS: dict[str, list[Scalar]] = {
    "true True TRUE": [True] * 3,
    "false False FALSE": [False] * 3,
    "null Null NULL ~": [None] * 4,
    "12 -012 +1 0x1F 0o17 9007199254740991": [12, -12, 1, 31, 15, 9007199254740991],
    "1.50 .5 -1. 1e3": [1.5, 0.5, -1.0, 1000.0],
    "\"12\" 'true' \"\" ''": ["12", "true", "", ""],
}
TAGGED: dict[str, Scalar] = {
    "": None,
    "9" * 5000: "9" * 5000,
    "!!str 12": "12",
    "! 12": "12",
    "!Ref 12": 12,
    '!Ref "12"': "12",
    "!vault |\n  secret": "secret\n",
    ">-\n  a\n  b": "a b",
}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *zip(TEXTS.split(), TEXTS.split(), strict=True),
        *(each for row in OTHERS.items() for each in zip(row[0].split(), row[1], strict=True)),
        *TAGGED.items(),
    ],
)
def test_a_plain_value_means_what_yaml_1_2_says(written: str, value: Scalar) -> None:
    found = values("a.yaml", f"k: {written}\n")["k"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_what_is_written() -> None:
    text = "on: a\n1: b\nnull: c\n'x.y': d\n'': e\n\"a\\nb\": f\n'[': g\n"
    expected = ["on", "1", "null", '"x.y"', '""', r'"a\nb"', '"["']
    assert list(values("a.yaml", text)) == expected


def test_an_entry_of_a_list_goes_by_its_own_name() -> None:
    text = """
steps:
  - {name: build, run: make}
  - {id: 7, name: build}
  - {uses: 'x]'}
  - {run: free}
  - [nested]
  - plain
"""
    assert keys("a.yaml", text) == (
        "steps[name=build].name steps[name=build].run steps[id=7].id steps[id=7].name "
        'steps["uses=x]"].uses steps[3].run steps[4][nested] steps[plain]'
    )


def test_entries_with_the_same_name_are_numbered() -> None:
    text = "[{name: a, v: 1}, {name: a, v: 2}, x, x, 1, '1', true, 'True']"
    assert keys("a.yaml", text) == (
        "[name=a].name [name=a].v [name=a]#2.name [name=a]#2.v [x] [x]#2 [1] [1]#2 [true] [true]#2"
    )
    assert [*values("a.yaml", text).values()] == ["a", 1, "a", 2, "x", "x", 1, "1", True, "True"]


def test_an_empty_mapping_or_list_is_a_value() -> None:
    assert values("a.json", '{"a": {}, "b": [], "c": [{}]}') == {"a": "{}", "b": "[]", "c[0]": "{}"}


@pytest.mark.parametrize("text", ["", "# nothing", "{}", "[]", "---\n---\n", "null"])
def test_a_file_without_values_is_empty(text: str) -> None:
    assert values("a.yaml", text) == {}


def test_a_file_of_one_value_has_a_key() -> None:
    assert values("a.yaml", "word") == values("a.json", '"word"') == {".": "word"}


def test_long_names_are_cut_and_still_differ() -> None:
    long = {values("a.yaml", f"- {'x' * 300}{end}").popitem()[0] for end in "ab"}
    assert {len(key) for key in long} == {202}
    assert len(long) == 2


def test_documents_are_told_apart_by_kind_and_name_or_number() -> None:
    text = """
a: 1
---
kind: Deployment
metadata: {name: web, namespace: prod}
---
---
a: 2
---
kind: Role
metadata: {name: x}
---
kind: Role
metadata: {name: x}
"""
    assert keys("a.yaml", text).replace("document=", "") == (
        "a [Deployment/prod/web].kind [Deployment/prod/web].metadata.name "
        "[Deployment/prod/web].metadata.namespace [3].a [Role/x].kind [Role/x].metadata.name "
        "[Role/x]#2.kind [Role/x]#2.metadata.name"
    )
    assert keys("a.yaml", text).count("[document=") == 8


def test_no_value_is_lost_where_a_list_looks_like_documents() -> None:
    text = "- {x: 1}\n- document=2\n---\nword\n"
    assert sorted(values("a.yaml", text).values(), key=str) == [1, "document=2", "word"]


def test_anchors_and_merge_keys_are_written_out() -> None:
    text = """
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, a: 9}
both: {<<: [*more, *base], d: 5}
odd: {<<: plain, "<<": 1}
again: *base
*x : key
"""
    expected = {"one.a": 9, "one.b": 2, "both.b": 3, "both.c": 4, "both.a": 1, "both.d": 5}
    expected |= {"odd.<<": 1, "again.a": 1, "again.b": 2}
    found = values("a.yaml", "x: &x name\n" + text)
    kept = {key: value for key, value in found.items() if not key.startswith(("base", "more"))}
    assert kept == {"x": "name", **expected, "name": "key"}


def test_the_last_of_equal_keys_wins_as_for_most_readers() -> None:
    assert values("a.yaml", "a: 1\na: 2") == values("a.json", '{"a": 1, "a": 2}') == {"a": 2}


def test_json_may_have_comments_and_commas_too_many() -> None:
    text = """{
  // one "quoted" thing
  "url": "http://x/*y*/", /* two
  lines */ "a": [1, 2, /* none */ ],
  "s": ",]",
}"""
    for path in ("a.json", "a.jsonc", "TSCONFIG.JSON"):
        assert values(path, text) == {"url": "http://x/*y*/", "a[1]": 1, "a[2]": 2, "s": ",]"}


def test_what_json_cannot_carry_stays_text() -> None:
    text = '{"a": NaN, "b": -Infinity, "c": 1e999, "d": 9007199254740992, "e": "\\ud800"}'
    expected = ["nan", "-inf", "inf", "9007199254740992", "\\ud800"]
    assert list(values("a.json", text).values()) == expected
    text = "a = inf\nb = 0xffffffffffffffff\nc = 1979-05-27"
    assert list(values("a.toml", text).values()) == ["inf", "18446744073709551615", "1979-05-27"]


def test_toml_tables_are_read() -> None:
    text = '[tool.x]\n"a.b" = 1\n[[job]]\nname = "q"\nn = 2\n'
    expected = {'tool.x."a.b"': 1, "job[name=q].name": "q", "job[name=q].n": 2}
    assert values("pyproject.toml", text) == expected


def test_ini_sections_are_read() -> None:
    text = """top = 0
; comment
[a b]
Key = 1
list =
    x

    # comment
    y = z
colon: 2 ; 3
[DEFAULT]
k = v
[a b]
again = 100%
"""
    assert values("setup.cfg", text) == {
        "top": "0",
        "a b.Key": "1",
        "a b.list": "x\ny = z",
        "a b.colon": "2 ; 3",
        "DEFAULT.k": "v",
        "a b.again": "100%",
    }


def test_environment_files_are_read() -> None:
    text = """# comment
export A=1 # comment
B="two # words"  # comment
C='several
lines'
D=
E = a#b
F=C:\\dir\\
G='open
"""
    expected = {"A": "1", "B": "two # words", "C": "several\nlines", "D": "", "E": "a#b"}
    expected |= {"F": "C:\\dir\\", "G": "'open"}
    for path in (".env", "prod.env", ".env.local"):
        assert values(path, text) == expected


def test_property_files_are_read() -> None:
    text = "! comment\na.b.c = 1 # 2\nd: one\\\n   two\r\ne='open\nf..g=3\n"
    expected = {"a.b.c": "1 # 2", "d": "onetwo", "e": "'open", 'f."".g': "3"}
    assert values("app.properties", text) == expected


def test_a_value_knows_its_line() -> None:
    expected = {"a": 1, "b.c": 3, "b.d[3]": 5, "e[3]": 5}
    assert lines("a.yaml", "a: 1\nb:\n  c: 2\n  d: &x\n    - 3\ne: *x\n") == expected
    assert lines("a.ini", "[s]\na = 1\n\nb = 2") == {"s.a": 2, "s.b": 4}
    assert lines("a.env", "A=1\nB='\n'\nC=2") == {"A": 1, "B": 2, "C": 4}


def test_a_value_knows_its_line_where_a_search_finds_only_one() -> None:
    text = '{\n  "a": {"x": 1},\n  "b": [\n    2\n  ],\n  "x": 3,\n  "c": 4\n}'
    assert lines("a.json", text) == {"a.x": None, "b[2]": 3, "x": None, "c": 7}
    text = "[t]\na = 1\nb.c = 2\n[u]\na = 3"
    assert lines("a.toml", text) == {"t.a": None, "t.b.c": 3, "u.a": None}


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.rb", b"", "is not a settings file"),
        ("yaml", b"", "is not a settings file"),
        ("a.yaml", b"a: 1\nb: ]", "line 2: did not find expected node content"),
        ("a.yaml", b"a: \x01", "control characters are not allowed"),
        ("a.yaml", b"a\n\xff", "line 2: is not UTF-8"),
        ("a.yaml", b"a: *b", "line 1: has an alias of nothing, or of itself"),
        ("a.yaml", b"a: &a\n  - *a", "line 2: has an alias of nothing, or of itself"),
        ("a.yaml", b"? [a]\n: b", "has a key that is not a plain value"),
        ("a.yaml", b"x" * ((1 << 20) + 1), "is larger than 1 MiB"),
        ("a.yaml", b"---\n" * 90_000, "has too many values"),
        ("a.json", b"[" + b"1," * 50_000 + b"1]", "has too many values"),
        ("a.json", b"[" * 102 + b"]" * 102, "is nested too deep"),
        ("a.json", b"", "line 1: Expecting value"),
        ("a.json", b'{"a":\n1,, }', "line 2: "),
        ("a.json", b"9" * 5000, "Exceeds the limit"),
        ("a.toml", b"a = 1\na = 2\n", "line 2: Cannot overwrite a value"),
        ("a.toml", b"a =", "Invalid value"),
        ("a.ini", b"[a]\nword", "line 2: is neither a section nor KEY=value"),
        (".env", b"A=1\nword", "line 2: is not KEY=value"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(path: str, text: bytes, reason: str) -> None:
    with pytest.raises(Unparsable) as problem:
        parse_settings(path, text)
    assert str(problem.value).startswith(reason)


def test_as_many_values_as_are_allowed_are_read() -> None:
    assert len(values("a.json", b"[" + b"1," * 49_999 + b"1]")) == 50_000


def test_a_hundred_levels_are_read() -> None:
    for path in ("a.yaml", "a.json"):
        assert values(path, "[" * 100 + "1" + "]" * 100) == {"[0]" * 99 + "[1]": 1}


def test_a_mark_of_the_byte_order_is_not_part_of_the_text() -> None:
    for path, text in (("a.yaml", "a: 1"), ("a.json", '{"a": 1}'), (".env", "a=1")):
        assert parse_settings(path, b"\xef\xbb\xbf" + text.encode())["a"] in (
            Parsed(1, 1),
            Parsed("1", 1),
        )


def test_line_breaks_of_windows_are_read() -> None:
    assert values("a.yaml", "a: 1\r\nb: x\r\n") == {"a": 1, "b": "x"}
    assert values("a.toml", "a = 1\r\nb = 'x'\r\n") == {"a": 1, "b": "x"}
    assert values("a.ini", "[s]\r\na = 1\r\n") == {"s.a": "1"}
    assert values(".env", "a=1\r\nb='x'\r\n\r\n") == {"a": "1", "b": "x"}
    assert values("a.properties", "a=1\r\nb=x\\\r\n  y\r\n") == {"a": "1", "b": "xy"}
