"""The page on packs lists what is shipped, and a policy that changes it does what it says."""

from __future__ import annotations

import pytest

from tests.docs.changes import SAID, Shown, all_shipped, changes, policy_of
from tests.docs.generated import marked, shipped
from tests.docs.pages import names, parts, table
from tests.house.tree import ROOT

PACKS = ROOT / "docs/packs.md"
SHOWN = [*changes(PACKS)]


def test_every_pack_has_its_part_with_its_rules() -> None:
    packs = [name for name in shipped() if name != "default"]
    assert marked(PACKS.read_text(encoding="utf-8")) == ["packs", *(f"pack {n}" for n in packs)]
    assert parts(PACKS)[-len(packs) - 1 :] == ["default", *packs]


@pytest.mark.parametrize("shown", SHOWN, ids=str)
def test_a_policy_of_the_page_says_of_a_change_what_the_page_says(shown: Shown) -> None:
    assert shown.rules
    assert shown.asked_of(policy_of(shown.rules)).is_io is SAID[shown.said]


@pytest.mark.parametrize("shown", SHOWN, ids=str)
def test_the_shipped_rules_would_hold_what_the_page_shows(shown: Shown) -> None:
    assert shown.asked_of(all_shipped()).is_io is True


def test_the_folder_of_policies_names_every_pack() -> None:
    told = [names(row[0])[0] for row in table("policies/README.md", "pack")]
    assert told == [name for name in shipped() if name != "default"]
