"""Evaluations that ended, and which of them a landing waits for."""

from __future__ import annotations

from fitgate.core.chronicle import Row
from fitgate.core.closing import Checked, closing_drafts, is_awaited
from fitgate.core.facts import Evaluation
from tests.builders import HOUR, NOW
from tests.chronicles import a_row

PASSED = Evaluation("eval/a", "passed", NOW)


def names(rows: list[Row], landing: Checked, head: Checked | None = None) -> list[tuple[str, bool]]:
    """Return the names of the evaluations that count, and whether they came before the landing."""
    drafts = closing_drafts(rows, landing, head)
    return [(str(d.body["name"]), bool(d.body.get("pre_landing"))) for d in drafts]


def test_only_what_is_required_and_has_ended_is_told() -> None:
    others = (Evaluation("lint", "passed", NOW), Evaluation("eval/b", "pending"))
    landing = Checked("a" * 40, "t", (PASSED, *others))
    assert names([a_row(required=("eval/*",))], landing) == [("eval/a", False)]


def test_what_any_of_its_landings_waits_for_counts() -> None:
    rows = [a_row(required=None), a_row(stage="release", required=("eval/a",))]
    assert is_awaited(rows)
    assert names(rows, Checked("a" * 40, "t", (PASSED,))) == [("eval/a", False)]


def test_the_head_counts_by_its_tree_alone() -> None:
    row, landing = a_row(required=("eval/*",)), Checked("a" * 40, "t", ())
    same, other = (Checked("b" * 40, tree, (PASSED,)) for tree in "tu")
    assert names([row], landing, same) == [("eval/a", True)]
    assert names([row], landing, other) == []
    assert names([row], landing, Checked(landing.commit, "t", (PASSED,))) == []


def test_what_could_not_be_read_tells_nothing() -> None:
    assert names([a_row(required=("eval/*",))], Checked("a" * 40, "", None)) == []


def test_nothing_is_awaited_that_is_closed_or_that_nothing_was_required_of() -> None:
    assert not is_awaited([a_row(required=None), a_row(closed_at=NOW + HOUR)])
    assert not is_awaited([])
