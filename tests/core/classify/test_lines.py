"""Which lines a change adds and removes, and which of them a condition asks for."""

import pytest

from fitgate.core.classify.lines import Difference, line_changes
from fitgate.core.conditions import LineCondition
from fitgate.core.facts import Line
from tests.lines import matching_lines, relevant_lines


def changes(before: bytes | None, after: bytes | None) -> list[str]:
    """Write changes as `+3 text`."""
    return [f"{c.sign}{c.number} {c.text}" for c in line_changes(before, after)]


def plus(*texts: str) -> list[Line]:
    """Make added lines."""
    return [Line("+", number, text) for number, text in enumerate(texts, 1)]


def minus(*texts: str) -> list[Line]:
    """Make removed lines."""
    return [Line("-", number, text) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (b"a\nb\nc\n", b"a\nx\nc\n", ["+2 x", "-2 b"]),
        (None, b"a\nb", ["+1 a", "+2 b"]),
        (b"a\n\n", None, ["-1 a", "-2 "]),
        (None, None, []),
        (None, b"", []),
        (b"a\n", b"a", []),  # the last line break ends a line, it is none
        (b"a\nb\n", b"b\na\n", []),  # moved
        (b"a\nb\nc\n", b"c\nb\na\nd\n", ["+4 d"]),
        (b"a\nb\n", b"a\nb\nb\nb\n", ["+3 b", "+4 b"]),
        (b"x\na\ny\n", b"a\nx\na\ny\na\nz\n", ["+3 a", "+5 a", "+6 z"]),
        (b"a\na\na\nb\n", b"a\nb\n", ["-2 a", "-3 a"]),
        (b"a\n", b"a\r\n", ["+1 a\r", "-1 a"]),  # whitespace counts
        (b"a\rb\n", b"a\rc\n", ["+1 a\rc", "-1 a\rb"]),  # a carriage return ends no line
        (b"a b\n", b"a\xe2\x80\xa8b\n", ["+1 a\u2028b", "-1 a b"]),
        (b"\xff\n", b"\xfe\n", []),  # no pattern could tell them apart
        (b"\xff\n", b"\xff\xfe\n", ["+1 \ufffd\ufffd", "-1 \ufffd"]),
    ],
)
def test_a_line_counts_if_it_is_there_more_often_than_before(
    before: bytes | None, after: bytes | None, expected: list[str]
) -> None:
    assert changes(before, after) == expected


@pytest.mark.parametrize("size", [1, 1 << 16, (1 << 16) + 1, 300_001])
def test_one_changed_line_is_found_in_a_file_of_any_size(size: int) -> None:
    same = b"same\n" * (size // 5) + b"x" * (size % 5) + b"\n"
    number = same.count(b"\n") + 1
    assert changes(same + b"old\n" + same, same + b"new\n" + same) == [
        f"+{number} new",
        f"-{number} old",
    ]


def test_evidence_has_the_asked_for_sign() -> None:
    lines = [*plus("skip", "run"), *minus("skip this")]
    assert matching_lines(LineCondition(added=("skip",)), lines) == (Line("+", 1, "skip"),)
    assert matching_lines(LineCondition(removed=("^skip",)), lines) == (Line("-", 1, "skip this"),)


def test_any_pattern_of_a_list_will_do() -> None:
    lines = plus("a", "b", "c")
    found = matching_lines(LineCondition(added=("^c$", "a|x")), lines)
    assert [line.text for line in found] == ["a", "c"]


@pytest.mark.parametrize(
    ("gone", "come", "fewer", "more"),
    [(2, 1, 2, 0), (1, 1, 0, 0), (1, 3, 0, 3), (0, 0, 0, 0), (1, 0, 1, 0)],
)
def test_fewer_and_more_look_at_the_difference(gone: int, come: int, fewer: int, more: int) -> None:
    lines = [*minus(*["def test_x"] * gone), *plus(*["def test_y"] * come), *plus("other")]
    assert len(matching_lines(LineCondition(fewer="def test_"), lines)) == fewer
    assert len(matching_lines(LineCondition(more="def test_"), lines)) == more


def test_equal_lines_of_several_files_count_each() -> None:
    lines = [*minus("case"), *minus("case"), *plus("case")]
    assert matching_lines(LineCondition(fewer="case"), lines) == (Line("-", 1, "case"),)


def test_all_that_a_condition_asks_must_be_there() -> None:
    condition = LineCondition(added=("new",), removed=("old",), fewer="x", more="y")
    evidence = [*plus("new", "y"), *minus("old", "x")]
    assert set(matching_lines(condition, evidence)) == set(evidence)
    for missing in evidence:
        assert matching_lines(condition, [each for each in evidence if each != missing]) == ()


def test_evidence_is_sorted_by_number_and_sign() -> None:
    lines = [Line("-", 2, "a"), Line("+", 10, "a"), Line("+", 2, "a")]
    condition = LineCondition(added=("a",), removed=("a",))
    assert [(n.number, n.sign) for n in matching_lines(condition, lines)] == [
        (2, "+"),
        (2, "-"),
        (10, "+"),
    ]


def test_a_pattern_does_not_see_the_carriage_return_of_a_line_break() -> None:
    lines = plus("skip\r", "sk\rip")
    assert matching_lines(LineCondition(added=(r"skip$", r"\r")), lines) == tuple(lines)
    assert matching_lines(LineCondition(added=(r"skip\r",)), lines) == ()


def test_only_lines_that_a_condition_may_need_are_kept() -> None:
    change = Difference.of_contents(b"a\nb\nc\n", b"A\nB\nC\na2\nb2\n")
    conditions = [LineCondition(added=("a",)), LineCondition(fewer="b")]
    kept = relevant_lines(conditions, change)
    assert [f"{line.sign}{line.text}" for line in kept] == ["-b", "+a2", "+b2"]
    assert relevant_lines([], change) == ()
