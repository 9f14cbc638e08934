"""How many there are, said as a person says it; and what stands in a cell."""

from __future__ import annotations

from typing import Any

import pytest

from fitgate.core.bypasses import events
from fitgate.core.controls import Hidden
from fitgate.core.followups import open_follow_ups
from fitgate.core.records.changes import PassedBy
from fitgate.core.standing import Standing
from fitgate.core.words.bypasses import follow_ups, name_of, summary
from fitgate.core.words.cells import cell, counted
from tests.builders import HOUR, NOW
from tests.chronicles import a_row, chronicle_of, landed


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 bypasses"), (1, "1 bypass"), (2, "2 bypasses")]
)
def test_one_is_one_and_all_else_is_several(number: int, said: str) -> None:
    assert counted(number, "bypass", "bypasses") == said


def test_a_word_in_y_has_several_in_ies_and_another_in_s() -> None:
    assert (counted(1, "entry"), counted(2, "entry"), counted(2, "row")) == (
        "1 entry",
        "2 entries",
        "2 rows",
    )


def test_a_single_bypass_is_told_of_as_one() -> None:
    chronicle = chronicle_of(landed("c", NOW, bypasses=(PassedBy("direct-push"),)))
    first, *_ = summary([*events(chronicle)], chronicle.rows())
    assert first.startswith("1 bypass by 1 of 1 irreversible change: ")


def test_a_change_that_was_merged_and_then_deployed_is_one_change_and_one_follow_up() -> None:
    over: dict[str, Any] = {"standing": Standing.OVERRIDDEN, "number": 1}
    passed = (PassedBy("override", authorised=True),)
    deployed: dict[str, Any] = {"stage": "deployment", "environment": "production"}
    unjudged: dict[str, Any] = {"standing": Standing.UNJUDGED}
    chronicle = chronicle_of(
        landed("c#1", NOW - HOUR, bypasses=passed, **over),
        landed("c#1", NOW, bypasses=passed, **over, **deployed),
        landed("c#2", NOW - HOUR, **unjudged),
        landed("c#2", NOW, **unjudged, **deployed),
    )
    first, second = summary([*events(chronicle)], chronicle.rows())
    assert first.startswith("1 bypass by 1 of 2 irreversible changes: ")
    assert second.startswith("Of the others 1 could not be judged")
    left = [*open_follow_ups(chronicle)]
    assert [*follow_ups(left)] == ["1 follow-up of overrides to be closed: #1 (2026-01-31)."]


def test_a_deployment_is_called_by_its_own_number_and_not_by_a_commit_of_another_change() -> None:
    row = a_row("github:acme/app!deploy/5", stage="deployment", commit="a" * 40)
    assert name_of(row) == "deploy/5"
    assert name_of(a_row("github:acme/app#7", commit="a" * 40)) == "a" * 10


@pytest.mark.parametrize(
    ("value", "told"), [(True, "1"), (False, "0"), (None, ""), (0, "0"), ("a\nb", "a\\x0ab")]
)
def test_a_cell_tells_yes_no_and_unknown_apart_and_is_one_line(value: object, told: str) -> None:
    assert cell(value) == told


def test_what_was_not_observed_is_said_with_since_when_and_why_and_is_inert() -> None:
    hidden = [
        Hidden("rule suites", NOW, None, "may not\x1b[31m be read"),
        Hidden("pushes", NOW, NOW + HOUR, "403"),
    ]
    *_, first, second = summary([], [], hidden)
    assert first.startswith("Not observed since 2026-01-31 12:00 UTC: rule suites. may not")
    assert first.endswith("What went past a gate there is in no number above.")
    assert "\x1b" not in first
    assert "until 2026-01-31 13:00 UTC: pushes. 403." in second
