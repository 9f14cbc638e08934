"""Closure: a change is validated when all that was required of it has passed."""

from __future__ import annotations

import pytest

from fitgate.core.closure import Ended, closure
from tests.builders import HOUR, NOW

LATER = NOW + HOUR


def passed(name: str, hours: int = 0, *, early: bool = False) -> Ended:
    return Ended(name, passed=True, at=NOW + hours * HOUR, pre_landing=early)


def failed(name: str, hours: int = 0) -> Ended:
    return Ended(name, passed=False, at=NOW + hours * HOUR)


@pytest.mark.parametrize("required", [None, ()])
def test_where_nothing_was_required_nothing_closes(required: tuple[str, ...] | None) -> None:
    assert closure(required, [passed("eval")]) is None


def test_the_last_of_the_required_closes() -> None:
    ended = [passed("a", 3), passed("b", 1), passed("c", 9)]
    assert closure(("a", "b"), ended) == (NOW + 3 * HOUR, False)
    assert closure(("a", "b", "d"), ended) is None
    assert closure(("a",), []) is None


def test_a_failure_closes_nothing_and_the_first_pass_counts() -> None:
    assert closure(("a",), [failed("a")]) is None
    again = [failed("a"), passed("a", 5), passed("a", 2), failed("a", 3)]
    assert closure(("a",), again) == (NOW + 2 * HOUR, False)


def test_a_glob_waits_for_all_that_it_meets() -> None:
    assert closure(("eval/*",), []) is None
    assert closure(("eval/*",), [passed("eval/a", 1), passed("other", 2)]) == (LATER, False)
    assert closure(("eval/*",), [passed("eval/a", 1), failed("eval/b", 2)]) is None
    both = [passed("eval/a", 1), failed("eval/b"), passed("eval/b", 4)]
    assert closure(("eval/*",), both) == (NOW + 4 * HOUR, False)


def test_it_counts_as_before_landing_only_if_all_did() -> None:
    early, late = passed("a", early=True), passed("b", 1)
    assert closure(("a",), [early]) == (NOW, True)
    assert closure(("a", "b"), [early, late]) == (LATER, False)
