"""What holds of every pair of manifests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.classify.dependencies import compare, dependency_effects, read_dependencies
from fitgate.core.classify.flattening import Unparsable
from tests.core.classify.test_dependencies import MANIFESTS

NAMES = st.sampled_from(["a", "b", "c-d", "e"])
SPECS = st.sampled_from(
    ["", "==1", "==2.1", ">=1", ">=1,<2", "~=1.4", " @ git+https://x.org/o/a@v1"]
)
LINES = st.dictionaries(NAMES, SPECS, max_size=4).map(
    lambda found: [name + spec for name, spec in found.items()]
)
PATHS = st.sampled_from(MANIFESTS.split())
PIECES = """
a ==1 - : { } [ ] " ' = @ # / \\ , . ^ => ( ) <a> </a> [[package]] dependencies packages
name version FROM require setup(install_requires= node_modules/a git+https:// &x *x
[tool.poetry.dependencies] source repos uses jobs ${ --hash=sha256:0 999999999999999999999999 !
"""
FRAGMENTS = st.sampled_from([*PIECES.split(), " ", "  ", "\n", "\t", "\ud7ff"])
UNITS = ["[", "{", '"', "a.", "a\n", " ", "\\", "=", "-", "a,", "'a':", "<a>"]


def _file(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


@given(LINES)
def test_a_file_against_itself_has_no_effects(lines: list[str]) -> None:
    assert dependency_effects("requirements.txt", _file(lines), _file(lines)) == ()


@given(LINES)
def test_order_comments_and_white_space_have_no_effects(lines: list[str]) -> None:
    other = sorted(f"  {line}  # why\n" for line in lines)
    assert dependency_effects("requirements.txt", _file(lines), _file(other)) == ()


@given(LINES, LINES)
def test_what_one_way_only_adds_the_other_way_only_removes(
    lines: list[str], more: list[str]
) -> None:
    both = [*lines, *(f"new-{line}" for line in more)]
    there = dependency_effects("requirements.txt", _file(lines), _file(both))
    back = dependency_effects("requirements.txt", _file(both), _file(lines))
    assert {each.change for each in there} <= {"added"}
    assert {each.change for each in back} <= {"removed", "group-emptied"}
    assert [each.key for each in there] == [e.key for e in back if e.change == "removed"]


@given(PATHS, st.binary(max_size=200) | st.lists(FRAGMENTS).map(lambda f: "".join(f).encode()))
def test_any_bytes_are_read_or_said_to_be_unparsable(path: str, contents: bytes) -> None:
    try:
        found = read_dependencies(path, contents)
    except Unparsable:
        return
    assert compare(found, found) == ()
    compare(found, None)


@pytest.mark.parametrize("path", MANIFESTS.split())
@pytest.mark.parametrize(
    "unit", ["[", "{", '"', "a.", "a\n", " ", "\\", "=", "-", "a,", "'a':", "<a>"]
)
def test_a_piece_over_and_over_is_read_or_refused(path: str, unit: str) -> None:
    try:
        read_dependencies(path, (unit * 20_000)[:20_000].encode())
    except Unparsable:
        return
