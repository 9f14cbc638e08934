"""Literals in Python modules as settings, and what became of them in a change."""

import warnings

import pytest

from fitgate.core.classify import python_changes
from fitgate.core.classify.comparing import Comparing
from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.lines import Difference
from fitgate.core.classify.parsing import parse_settings
from fitgate.core.classify.python_literals import read_python
from fitgate.core.conditions import SettingCondition
from fitgate.core.facts import File
from fitgate.core.values import Scalar


def values(text: str) -> dict[str, Scalar]:
    """Read a module and forget the lines."""
    return {key: parsed.value for key, parsed in read_python(text).items()}


def moves(before: str, after: str, key: str = "**", *, known: bool = True) -> list[str]:
    """Compare two modules and write down what became of the values under a key."""
    look = SettingCondition(files=("**",), key=(key,))
    sides = (before.encode(), after.encode())
    change = Difference.of_contents(*sides) if known else None
    file = File("a.py", "modified", oid_before="1", oid_after="2")
    found = Comparing({"it": look}).compared(file, frozenset({"it"}), sides, change)
    assert not found.unread
    return [
        f"{s.key} {'' if s.whole else 'in place '}{s.moved} {s.before} {s.after}"
        for s in found.settings or ()
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[("3", 3), ("-0.5", -0.5), ("True", True), ("None", None), ("'a' 'b'", "ab")],
        *[("10 * 60", 600), ("1 << 20", 1 << 20), ("24 * 60 * 60", 86400), ("2**10", 1024)],
        *[("-(1 + 2) / 2", -1.5), ("7 // 2 % 2", 1), ("'a' + 'b'", "ab"), ("0o644 | 1", 421)],
        *[("1_000", 1000), ("0x10", 16), ("1e400", "inf"), ("2**60", str(2**60))],
        ("'\\ud800'", "\\ud800"),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        *[("os.environ.get('X', '5')", "5"), ("os.getenv('X', 5)", 5), ("environ.get('X', 1)", 1)],
        *[("env.bool('X', default=True)", True), ("env('X', default=2)", 2)],
        *[("int(os.getenv('X', '5'))", "5"), ("Decimal('0.1')", "0.1"), ("str(int(3))", 3)],
        *[("{}", "{}"), ("[]", "[]"), ("()", "[]")],
    ],
)
def test_a_value_is_what_literals_alone_say(written: str, value: Scalar) -> None:
    found = values(f"X = {written}\n")["X"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "written",
    [
        *["name", "f'a'", "f'{a}'", "...", "b'a'", "1j", "g()", "a.b", "x + 1", "1 if x else 2"],
        *["1 / 0", "1 << 65", "2 ** 999", "2 ** -1 ** 99999", "'a' * 9", "True + 1", "-'a'", "~1"],
        *["9.9 ** 64 ** 9", "(-1) ** 0.5", "[x]", "{x(): 1}", "{**a}", "os.getenv('X')", "[[y]]"],
        "1" + " + 1" * 60,
        "2 ** 64 * 2 ** 64 * 2 ** 64 * 2 ** 64 * 2 ** 64",
    ],
)
def test_all_else_is_no_value(written: str) -> None:
    assert values(f"X = {written}\n") == {}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("X = 1; x.Y = 2", "X x.Y"),
        ("X: Final[int] = 3\ny: int", "X"),
        ("A = B = 1; C, (D, E) = 1, (2, x); F, G = h", "A B C D"),
        ("app.config['D'] = 1; f().x = 2; [a[0], (b)] = 1, 2", "app.config.D x b"),
        ("X = {'a': {'b c': 1}, K.P: 2, 3: 3, None: 4, n: 5, **m}", "X.a.b c X.K.P X.3 X.None X.n"),
        ("X = [1, 'a', y, {'name': 'n', 'v': 1}]", "X[1] X[a] X[name=n].name X[name=n].v"),
        ("X = frozenset({'a'}); Y = dict(a=1, b=x, **z)", "X[a] Y.a"),
        ("X += ['a']", "X[a]"),
        ("if a:\n X = 1\nelse:\n X = 2\n X = 2", "X [#2].X [#3].X"),
        ("def f(a, b=1, /, c=x, *d, e=2, **g): X = 1", "f.b f.e"),
        ("async def f(a=1):\n def g(b=2): pass", "f.a f.g.b"),
        ("class C:\n x = 1\n def m(self, y=2): self.z = 3\n class D: z = 3", "C.x C.m.y C.D.z"),
        ("class C(B, table=True, metaclass=M): pass", "C.table"),
        ("class E(Enum):\n RED = 'r'\n BLUE = auto()", "E.RED"),
        ("def f():\n class C: x = 1", "f.C.x"),
        ("f(1, a=2)(b=3); g[T](c=4); (lambda: 0)(d=5)", "f.b f.a g.c"),
        ("x.f(y, a=[1], b=z, **{'c': 2})", "f.a[1]"),
        ("f('--x', a=1); f('[', a=1)", 'f[--x].a f["["].a'),
        ("f(a=1); f(b=1); f(a=1); f('n', a=1); f('n', a=1)", "f.a f.b f[#2].a f[n].a f[n]#2.a"),
        (
            "@retry(attempts=3)\n@app.get('/x', code=1)\ndef f(): pass",
            "retry.attempts get[/x].code",
        ),
        ("g(h(a=1), b=x(c=2), d=[y(e=3)])", "h.a x.c y.e"),
        ("g(dict(a=1)); g(b=dict(a=1)); g(os.getenv('X', 1))", "dict.a g.b.a"),
        ("'doc'\n1\nX == 1\nreturned = yielded", ""),
    ],
)
def test_a_value_goes_by_its_name(text: str, keys: str) -> None:
    assert " ".join(values(text)).replace('"K.P"', "K.P") == keys


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("int = 3", {"": 3}),
        ("int = field(default=3, repr=False)", {"": 3, ".repr": False}),
        ("list = field(default_factory=lambda: ['a'])", {"[a]": "a"}),
        ("list = field(default_factory=list)", {}),
        ("int = Field(3, ge=1)", {"": 3, ".ge": 1}),
        ("int = Field(..., max_length=9)", {".max_length": 9}),
        ("str = Field(default='x', alias='X')", {"": "x", ".alias": "X"}),
        ("Mapped[int] = mapped_column(Integer, default=3, index=True)", {"": 3, ".index": True}),
        ("int = Query(3, le=4)", {"": 3, ".le": 4}),
        ("str = models.CharField('label', max_length=9)", {".max_length": 9}),
        ("Annotated[int, Field(ge=1), 'x'] = 3", {"": 3, ".ge": 1}),
        ("Annotated[int, Header(default=3)]", {"": 3}),
    ],
)
def test_a_field_has_its_default_and_what_else_is_said_of_it(
    written: str, expected: dict[str, Scalar]
) -> None:
    named = {f"C.x{key}": value for key, value in expected.items()}
    assert values(f"class C:\n    x: {written}\n") == named
    asked = {f"f.x{key}": value for key, value in expected.items()}
    assert values(f"def f(*, a, x: {written}): ...\n") == asked


def test_a_value_knows_its_lines() -> None:
    text = 'A = 1\nB = {\n  "x": 2,\n}\nC = """\n\n"""\nf(\n    a=[\n        3]\n)\n'
    found = {key: (it.line, getattr(it, "last", 0)) for key, it in read_python(text).items()}
    assert found == {"A": (1, 1), "B.x": (3, 3), "C": (5, 7), "f.a[3]": (10, 10)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = \n", "line 1: invalid syntax"),
        ("print 'x'", "line 1: Missing parentheses"),
        ("x = 1\0", ""),
        ("x = 1\ry = 2", "has a carriage return in a line"),
        ("(" * 1000, "line 1: too many nested parentheses"),
        ("x = " + "[" * 150 + "]" * 150, "line 1: is nested too deep"),
        ("x = " + "-" * 100_000 + "1", "is nested too deep"),
        ("x = [" + "1," * 50_001 + "]", "has too many values"),
        ("x = " + "9" * 5000, ""),
    ],
)
def test_what_cannot_be_read_says_why_and_where(text: str, reason: str) -> None:
    with pytest.raises(Unparsable) as problem:
        read_python(text)
    assert str(problem.value).startswith(reason)


def test_a_python_module_is_a_settings_file() -> None:
    assert parse_settings("src/A.PY", b"\xef\xbb\xbfX = 1\r\n")["X"].value == 1
    with pytest.raises(Unparsable, match="is larger than 1 MiB"):
        parse_settings("a.py", b"#" * ((1 << 20) + 1))


def test_what_python_warns_of_is_nobodys_concern_here() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert values("X = '\\d'; Y = 1 is 1") == {"X": "\\d"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("X = 1\n", "X = 2\n", ["X in place changed 1 2"]),
        ("X = 60\n", "# note\nX = (6 *\n  10)\n", []),
        ("f(a=1)\ng()\nf(a=2)\n", "f(a=2)\ng()\nf(a=1)\n", []),
        ("f(a=1)\nf(a=2)\n", "f(a=0)\nf(a=1)\nf(a=2)\n", ["f.a in place added None 0"]),
        ("f(a=1)\nf(a=2)\n", "f(a=1)\nf(a=3)\n", ["f.a in place changed 2 3"]),
        ("f(a=1)\nf(a=2)\n", "f(a=2)\n", ["f.a in place removed 1 None"]),
        ("f('x', a=1)\nf('x', a=1)\n", "f('x', a=1)\n", ["f[x].a in place removed 1 None"]),
        ("class C:\n  a = 1\n", "class C:\n  a = 1\n  b = 2\n", ["C.b in place added None 2"]),
        ("class C:\n  a = 1\n", "class C:\n  a = 1\nclass D:\n  b = 2\n", ["D.b added None 2"]),
        ("X = []\n", "X = [\n  '*',\n]\n", ["X[*] in place added None *"]),
        ("X = '''a\nb\n'''\n", "X = '''a\n'''\n", ["X in place changed a\nb\n a\n"]),
    ],
)
def test_what_became_of_a_value_is_told(before: str, after: str, expected: list[str]) -> None:
    for known in (True, False):
        assert moves(before, after, known=known) == expected


def test_of_two_versions_only_values_on_changed_lines_are_compared() -> None:
    before, after = "class C:\n  a = 1\n", "class D:\n  a = 1\n"
    assert moves(before, after) == []
    assert moves(before, after, known=False) == ["C.a removed 1 None", "D.a added None 1"]


ABOVE = """\
class Limits:
    retries: dict = {
        "slow": [
1,
            2,
        ],
    }
    def method(
        self,
        wait=3
    ):
        '''Say
no = 3
'''
        return client.call("name",
            timeout=4
        )
"""


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("1,", ["Limits.retries.**", "Limits.**", "**.slow", "**.slow[*]", "**.retries.*"]),
        ("wait=3", ["**.wait", "Limits.**", "Limits.method.*"]),
        ("timeout=4", ["**.timeout", "call.*", "call[name].*", "call[*].timeout"]),
    ],
)
def test_a_look_finds_a_value_by_any_name_above_it(line: str, keys: list[str]) -> None:
    changed = ABOVE.replace(line, line.replace(line[-2:].strip(",="), "99"))
    for key in keys:
        assert len(moves(ABOVE, changed, key)) == len(moves(ABOVE, changed, key, known=False)) > 0
    assert moves(ABOVE, changed, "**.other") == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (r'X = {"thr\x65s": [' + "\n  1]}", "**.thres"),
        (r"X = {'thr\x65s': [" + "\n  1]}", "**.thres"),
        ("X = {'thr' # note\n 'es': [\n  1]}", "**.thres"),
        ("X = {0x10: [\n  1]}", "X.16"),
        ("class \uff54hres:\n  x = 1", "thres.**"),
        ("x-thres(\na=1)", "thres.*"),
        ("thres(a=1) if x else-thres(a=1)", "thres.*"),
    ],
)
def test_a_name_may_be_written_in_other_letters(text: str, key: str) -> None:
    assert moves(
        f"{text}\n", text.replace("1]", "2]").replace("=1", "=2").replace("= 1", "= 2"), key
    )


def test_only_the_part_that_a_change_touched_is_searched_for_names() -> None:
    lines = ABOVE.encode().split(b"\n")
    found = python_changes.touched(b"\n".join(lines), [(16, 16)])
    assert [word for word in (b"retries", b"wait", b"slow") if word in found] == []
    assert [word in found for word in (b"Limits", b"method", b"call", b"timeout")] == [True] * 4
