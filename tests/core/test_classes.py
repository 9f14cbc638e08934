"""Class and IO-SR number follow from categories and rules (fit.md 2.3)."""

import pytest

from fitgate.core.classes import IO_SR_CLASSES, Ground, derive, in_order
from fitgate.core.findings import Match
from fitgate.core.reading import parse_policy
from tests.builders import a_policy
from tests.shipped import LIBRARY

RULE = {"id": "r", "category": "data", "why": "it is so", "when": {"path": {"files": "**"}}}
MATCH = Match("r", "data", "path", "a.sql")
SHIPPED = parse_policy(LIBRARY["default"], "default", LIBRARY).policy


def test_without_a_rule_that_says_more_the_class_is_the_categorys() -> None:
    derived = derive(a_policy(rules=[RULE]), [MATCH], ["data"])
    assert (derived.classes, derived.io_sr) == (("R",), ())
    assert derived.grounds == (Ground("io-class:R", "io:data"),)


@pytest.mark.parametrize("number", IO_SR_CLASSES)
def test_an_io_sr_number_is_of_classes_of_its_own(number: int) -> None:
    derived = derive(a_policy(rules=[{**RULE, "io_sr": [number]}]), [MATCH], ["data"])
    assert {*derived.classes} == {"R", *IO_SR_CLASSES[number]}
    assert derived.io_sr == (number,)


def test_a_rules_own_classes_stand_instead_and_its_reason_is_told() -> None:
    rule = {**RULE, "classes": ["D"], "io_sr": [3]}
    derived = derive(a_policy(rules=[rule]), [MATCH], ["data"])
    assert (derived.classes, derived.io_sr) == (("D",), (3,))
    assert Ground("io-class:D", "rule r", "it is so") in derived.grounds


def test_a_rule_with_classes_of_its_own_does_not_silence_one_without() -> None:
    rules = [{**RULE, "classes": ["D"]}, {**RULE, "id": "s"}]
    matches = [MATCH, Match("s", "data", "path", "a.sql")]
    assert derive(a_policy(rules=rules), matches, ["data"]).classes == ("R", "D")


def test_a_category_that_a_person_names_has_the_classes_of_the_taxonomy() -> None:
    assert derive(a_policy(), [], ["data"]).classes == ("R",)
    assert derive(a_policy(), [], ["unheard-of"]).classes == ()


def test_a_number_may_be_added_or_left_out() -> None:
    policy = a_policy(rules=[{**RULE, "io_sr": [4]}])
    assert derive(policy, [MATCH], ["data"], more=[5]).io_sr == (4, 5)
    assert derive(policy, [MATCH], ["data"], less=[4]).classes == ("R",)


def test_categories_stand_in_the_order_of_the_taxonomy() -> None:
    assert in_order(SHIPPED, {"zebra", "optionality", "data"}) == ("data", "optionality", "zebra")


@pytest.mark.parametrize(
    ("category", "primary"),
    [
        ("data", "R"),
        ("evaluation", "T"),
        ("alignment", "C"),
        ("deployment", "T"),
        ("supply-chain", "C"),
        ("optionality", "D"),
    ],
)
def test_the_shipped_categories_are_of_the_class_that_fit_gives_them(
    category: str, primary: str
) -> None:
    assert derive(SHIPPED, [], [category]).classes == (primary,)
