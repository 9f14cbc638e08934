"""How many there are, said as a person says it; and what stands in a cell."""

from __future__ import annotations

import pytest

from fitgate.core.bypasses import events
from fitgate.core.controls import Hidden
from fitgate.core.records.changes import PassedBy
from fitgate.core.words.bypasses import summary
from fitgate.core.words.cells import cell, counted
from tests.builders import HOUR, NOW
from tests.chronicles import chronicle_of, landed


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
