"""What pages say of the shipped policies is made from these; `--bless` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.generated import marked, renewed
from tests.docs.pages import CATEGORIES, GUIDES, KINDS
from tests.house.tree import ROOT


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_is_made_from_the_shipped_policies_is_up_to_date(
    page: Path, request: pytest.FixtureRequest
) -> None:
    text = page.read_text(encoding="utf-8")
    new = renewed(text)
    if new != text and request.config.getoption("--bless"):
        page.write_text(new, encoding="utf-8")
        text = new
    assert text == new


@pytest.mark.parametrize("page", KINDS + CATEGORIES, ids=lambda page: page.stem)
def test_a_page_lists_the_rules_that_it_is_about(page: Path) -> None:
    about = {"kinds": "kind", "categories": "category"}[page.parent.name]
    assert marked(page.read_text()) == [f"{about} {page.stem}"]
