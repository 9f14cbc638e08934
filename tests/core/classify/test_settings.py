"""What became of the values of a settings file, and which of them a condition asks for."""

from typing import Any

import pytest

from fitgate.core.classify.flattening import Parsed
from fitgate.core.classify.parsing import parse_settings
from fitgate.core.classify.settings import matching_settings, same_value, setting_changes
from fitgate.core.conditions import SettingCondition
from fitgate.core.facts import Setting
from fitgate.core.values import Scalar


def changes(before: str | None, after: str | None) -> tuple[Setting, ...]:
    """Compare two YAML files."""
    sides = (None if t is None else parse_settings("a.yaml", t.encode()) for t in (before, after))
    return setting_changes(*sides)


def told(before: str | None, after: str | None) -> list[str]:
    """Write changes as `key moved`."""
    return [f"{s.key} {s.moved}" for s in changes(before, after)]


def asking(key: str = "**", **asked: Any) -> SettingCondition:
    """Make a condition on any file."""
    return SettingCondition.model_validate({"files": "**", "key": key, **asked})


def matched(condition: SettingCondition, before: str | None, after: str | None) -> list[str]:
    """Return the keys of two YAML files that a condition asks for."""
    return [s.key for s in matching_settings(condition, changes(before, after))]


def test_each_value_is_told_with_both_sides_and_its_line() -> None:
    assert changes("a: 1\nb: x\n", "c: true\na: 2\n") == (
        Setting("a", "changed", 1, 2, 2),
        Setting("b", "removed", "x", None, 2),
        Setting("c", "added", None, after=True, line=1),
    )


def test_a_file_that_came_or_went_is_all_its_values() -> None:
    assert told(None, "a: 1") == ["a added"]
    assert told("a: 1", None) == ["a removed"]
    assert told(None, None) == told("", None) == told(None, "{}") == []


@pytest.mark.parametrize(("was", "now"), [("on", "off"), ("Yes", "NO")])
def test_words_for_a_switch_are_true_and_false_beside_each_other(was: str, now: str) -> None:
    off = asking("**", **{"from": True, "to": False})
    assert matched(off, f"a: {was}", f"a: {now}") == ["a"]
    assert matched(off, f"a: {now}", f"a: {was}") == []
    assert matched(asking(to=True, moved="changed"), f"a: {now}", f"a: {was}") == ["a"]
    assert matched(asking(to=[now]), f"a: {was}", f"a: {now}") == ["a"]


def test_words_for_a_switch_alone_are_words() -> None:
    assert matched(asking(to=False), "country: se", "country: no") == []
    assert matched(asking(to=False), None, "country: no") == []
    assert matched(asking(to=False), "a: on", "a: no") == []


def test_null_is_a_value() -> None:
    assert told("a:", "a: 0") == ["a changed"]
    assert told("", "a:") == ["a added"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1, 1.0),
        (0.8, "0.8"),
        (0.8, "0.80"),
        (100, "1e2"),
        (True, "true"),
        (False, "FALSE"),
        ("True", "true"),
        (None, None),
        (-0.0, 0),
    ],
)
def test_values_may_be_written_in_several_ways(one: Scalar, other: Scalar) -> None:
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        ("1", True),
        ("yes", True),
        (None, "null"),
        (None, ""),
        (None, 0),
        (None, False),
        ("1.1", "1.10"),  # a version, perhaps
        ("a", "A"),
        ("0x10", 16),
        (1, "1%"),
        (1, "one"),
    ],
)
def test_other_values_are_different(one: Scalar, other: Scalar) -> None:
    assert not same_value(one, other)
    assert not same_value(other, one)


def test_order_and_layout_are_no_change() -> None:
    before = "jobs:\n  - {name: a, n: 1}\n  - {name: b, n: 2}\nk: [x, y, x]\n"
    after = "# moved\nk: ['x', \"x\", y]\njobs:\n- n: '2'\n  name: b\n- name: a\n  n: 1.0\n"
    assert told(before, after) == []


def test_a_copy_of_an_entry_is_one_more() -> None:
    assert told("[x]", "[x, x]") == ["[x]#2 added"]


def test_long_texts_are_cut_and_still_differ() -> None:
    (change,) = changes(f"a: {'x' * 600}y", f"a: {'x' * 600}z")
    assert isinstance(change.before, str)
    assert isinstance(change.after, str)
    assert len(change.before) == len(change.after) == 500
    assert change.before != change.after
    assert matched(asking(to="x" * 600 + "z"), f"a: {'x' * 600}y", f"a: {'x' * 600}z") == ["a"]


def test_a_list_that_was_filled_or_emptied_is_told_by_its_entries() -> None:
    assert told("a: []", "a: [x]") == ["a[x] added"]
    assert told("a: {x: 1}", "a: {}") == ["a.x removed"]
    assert told("b: 1", "a: []") == ["a added", "b removed"]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        (None, "a: 1", True),
        ("", "a: 1", False),
        ("b: 1", "a: {x: 1}", True),
        ("a: {y: 1}", "a: {x: 1, y: 1}", False),
        ("a: {}", "a: {x: 1}", False),
        ("a:", "a: {x: 1}", False),  # in any form
        ("a: [y]", "a: [x, y]", False),
        ("a: [{name: y}]", "a: [{name: y}, {name: x}]", True),
        ("a: [{name: y, z: 1}]", "a: [{name: y, z: 1, x: 1}]", False),
        ('"b.c": {y: 1}', '"b.c": {y: 1, x: 1}', False),
        ("kind: A\nmetadata: {name: n}", "kind: A\nmetadata: {name: n}\nx: 1", False),
    ],
)
def test_what_came_into_something_there_is_not_whole(
    before: str | None, after: str, *, whole: bool
) -> None:
    assert {s.whole for s in changes(before, after) if s.moved == "added"} == {whole}
    assert {s.whole for s in changes(after, before) if s.moved == "removed"} == {whole}


@pytest.mark.parametrize(
    ("moved", "before", "after"),
    [
        ("added", "", "a: 1"),
        ("added", None, "a: 1"),
        ("inserted", "", "a: 1"),
        ("removed", "a: 1", ""),
        ("removed", "a: 1", None),
        ("dropped", "a: 1", ""),
        ("changed", "a: 1", "a: 2"),
        ("changed", "a: 2", "a: 1"),
        ("changed", "a: x", "a: 1"),
        ("raised", "a: 1", "a: 2"),
        ("raised", "a: 9", "a: '10'"),
        ("raised", "a: -2", "a: -1.5"),
        ("raised", "a: 9%", "a: 80 %"),
        ("raised", "a: 256Mi", "a: 512Mi"),
        ("raised", "a: 0.1", "a: 1e-0"),
        ("raised", "a: P1D", "a: PT25H"),
        ("raised", "a: PT59M59.5S", "a: PT1H"),
        ("lowered", "a: P1W", "a: P6DT23H"),
        ("lowered", "a: 30d", "a: 7d"),
        ("lowered", "a: 0.30000000000000004", "a: 0.3"),
    ],
)
def test_a_move_has_a_name(moved: str, before: str | None, after: str | None) -> None:
    assert matched(asking(moved=moved), before, after) == ["a"]


@pytest.mark.parametrize(
    ("moved", "before", "after"),
    [
        ("inserted", None, "a: 1"),
        ("dropped", "a: 1", None),
        ("added", "a: 1", "a: 2"),
        ("raised", "a: 2", "a: 1"),
        ("raised", "a: x", "a: 1"),
        ("raised", "a: false", "a: true"),
        ("raised", "a: .nan", "a: 1"),
        ("raised", "a: 1Gi", "a: 512Mi"),
        ("raised", "a: 1.2.3", "a: 1.2.4"),
        ("raised", "a: 2020-01-01", "a: 2020-01-02"),
        ("raised", "a: P1M", "a: P2M"),
        ("raised", "a: P", "a: PT"),
        ("raised", "", "a: 1"),
        ("lowered", "a: '1.10'", "a: '1.1'"),
        ("lowered", f"a: {'9' * 200}", "a: 1"),
        ("lowered", f"a: 1{'x' * 600}", f"a: 0{'x' * 600}"),
    ],
)
def test_what_cannot_be_compared_has_no_direction(
    moved: str, before: str | None, after: str | None
) -> None:
    assert matched(asking(moved=moved), before, after) == []


def test_several_moves_are_any_of_them() -> None:
    assert matched(asking(moved=["removed", "lowered"]), "a: 2\nb: 1\nc: 1", "a: 1\nc: 2") == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("asked", "before", "after", "found"),
    [
        ({"from": True}, "a: true", "a: x", True),
        ({"from": True}, "a: 'True'", "a: x", True),
        ({"from": "true"}, "a: true", "a: x", True),
        ({"from": True}, "a: 1", "a: x", False),
        ({"from": 0.8}, "a: '0.80'", "a: 1", True),
        ({"from": ["x", "y"]}, "a: y", "a: z", True),
        ({"from": "x"}, "a: y", "a: x", False),
        ({"from": "x"}, "a: x", None, True),
        ({"from": [None]}, "", "a: 1", False),
        ({"from": [None]}, "a:", "a: 1", True),
        ({"to": [None]}, "a: 1", "", False),
        ({"to": [None]}, "a: 1", "a:", True),
        ({"to": "x"}, None, "a: x", True),
        ({"from": 1, "to": 2}, "a: 1", "a: 2", True),
        ({"from": 1, "to": 2}, "a: 1", "a: 3", False),
    ],
)
def test_from_and_to_look_at_the_values(
    asked: dict[str, Any], before: str | None, after: str | None, *, found: bool
) -> None:
    assert bool(matched(asking(**asked), before, after)) is found


def test_any_of_several_keys_will_do() -> None:
    condition = SettingCondition(files=("**",), key=("a", "**.c"))
    assert matched(condition, None, "{a: 1, b: {c: 1}, d: 1}") == ["a", "b.c"]


def test_lines_are_of_the_side_that_has_the_value() -> None:
    before, after = {"a": Parsed(1, 5), "b": Parsed(1, 6)}, {"a": Parsed(2, 7)}
    assert [s.line for s in setting_changes(before, after)] == [7, 6]
