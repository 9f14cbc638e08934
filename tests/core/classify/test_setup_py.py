"""The requirements of a setup.py, found without running it."""

import pytest

from fitgate.core.classify.dependencies import read_dependencies
from fitgate.core.classify.flattening import Unparsable
from tests.core.classify.test_dependencies import told

FILES = {
    "setup(install_requires=['a==1'], tests_require=('b',))": "a install_requires, b tests_require",
    "setup(extras_require={'x': ['a'], 'y': ['b']})": "a extras_require.x, b extras_require.y",
    "R = ['a', 'b>=1']\nsetup(install_requires=R)": "a install_requires, b install_requires",
    "R = ['a'] + ['b']\nR += ['c']\nR.append('d')\nR.extend(('e',))\nsetup(install_requires=R)":
        "a install_requires, b install_requires, c install_requires, d install_requires, "
        "e install_requires",
    "E = {'x': ['a']}\nE['y'] = E['x'] + ['b']\nE.update({'z': ['c']})\nsetup(extras_require=E)":
        "a extras_require.x, a extras_require.y, b extras_require.y, c extras_require.z",
    "E = {'x': ['a']}\nsetup(extras_require={**E, 'y': [*E['x'], 'b']})":
        "a extras_require.x, a extras_require.y, b extras_require.y",
    "if WINDOWS:\n    R = ['a']\nsetup(install_requires=list(R))": "a install_requires",
    "REQUIRED_PKGS = ['a', 'b']\ndef main():\n    setup(install_requires=read(REQUIRED_PKGS))":
        "a REQUIRED_PKGS, b REQUIRED_PKGS",
    "_deps = ['a', 'b==1']\nx['q'] = f(_deps)\nsetup(install_requires=[d['a'], 'b==1'])":
        "b install_requires, a _deps, b _deps",
    "CLASSIFIERS = ['Topic :: X', 'a']\nWORDS = ['nlp', 'ml']\nsetup(packages=['p'])": "",
    "pinned: list[str] = ['a~=1.0']\nsetup(**kw)": "a pinned",
    "setup(install_requires=open('r.txt').read())\nVERSION = '1'\n": "",
    "setup(install_requires='''\na\nb>=1\n''')": "a install_requires, b install_requires",
}  # fmt: skip


@pytest.mark.parametrize("text", FILES)
def test_literals_and_the_names_of_literals_are_read(text: str) -> None:
    found = read_dependencies("setup.py", text.encode())
    assert ", ".join(f"{each.name} {each.group}" for each in found) == FILES[text]


def test_a_pin_that_goes_in_a_list_is_seen() -> None:
    text = "REQUIRED = [\n    'a==1',\n    'b',\n]\nsetup(install_requires=REQUIRED)\n"
    assert told("setup.py", text, text.replace("==1", "")) == [
        "pypi:a unpinned in install_requires"
    ]


def test_the_line_is_that_of_the_requirement() -> None:
    found = read_dependencies("setup.py", b"\nR = [\n    'a',\n]\nsetup(install_requires=R)\n")
    assert [each.line for each in found] == [3]


@pytest.mark.parametrize(
    "text",
    [
        "print 'a'",
        "a = '\0'",
        "(" * 5000,
        "a = " + "-" * 100_000 + "1",
        "a = 1" + "+1" * 100_000,
        "a = ['x']\n" + "a = a + a\n" * 64,
        "a = [q]\n" + "a = [a, a]\n" * 64,
    ],
)
def test_what_is_no_python_or_grows_without_end_is_refused(text: str) -> None:
    with pytest.raises(Unparsable):
        read_dependencies("setup.py", text.encode())
