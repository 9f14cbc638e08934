"""Every category has its page, and the shipped rules say of its changes what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.changes import SAID, Shown, all_shipped, changes
from tests.docs.generated import shipped
from tests.docs.pages import CATEGORIES, PARTS, names, parts
from tests.house.tree import ROOT

SHOWN = [shown for page in CATEGORIES for shown in changes(page)]
TAXONOMY = shipped()["default"].taxonomy

each_page = pytest.mark.parametrize("page", CATEGORIES, ids=lambda page: page.stem)


def test_every_category_has_its_page() -> None:
    assert {page.stem for page in CATEGORIES} == {*TAXONOMY}


@each_page
def test_a_page_has_the_five_parts(page: Path) -> None:
    assert parts(page) == PARTS


@each_page
def test_a_page_tells_the_classes_of_its_category(page: Path) -> None:
    why = page.read_text(encoding="utf-8").partition("\n## Why\n")[2].partition("\n## ")[0]
    assert set(TAXONOMY[page.stem].classes) <= set(names(why))


@each_page
def test_a_page_shows_look_alikes_and_an_operation_with_its_way_back(page: Path) -> None:
    said = {(shown.block.part, shown.said) for shown in changes(page)}
    assert {("Avoid", "is no IO"), ("Prefer", "is an IO"), ("Prefer", "is no IO")} <= said


@pytest.mark.parametrize("shown", SHOWN, ids=str)
def test_the_shipped_rules_say_of_a_change_what_the_page_says(shown: Shown) -> None:
    found = shown.asked_of(all_shipped())
    own = [match for match in found.matches if match.category == shown.block.page.stem]
    assert found.is_io is SAID[shown.said], found
    assert bool(own) is SAID[shown.said]


def test_the_pages_of_categories_and_kinds_are_found_from_the_page_on_policies() -> None:
    text = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
    assert [page for page in CATEGORIES if f"(categories/{page.name})" not in text] == []
