"""How long is waited after a failure, and when no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.retrying import Patience, first_line, why_failed
from fitgate.errors import BadSignatureError, DeliveryError, ForgeError, LedgerError

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
OFTEN = Patience(attempts=10_000)
DOWN = ForgeError("down")


def test_by_default_an_outage_of_three_hours_parks_nothing() -> None:
    patience = Patience()
    waits = [patience.after(attempts, DOWN) for attempts in range(1, 13)]
    assert waits[:4] == [10 * SECOND, 20 * SECOND, 40 * SECOND, 80 * SECOND]
    assert waits[11] is None
    assert sum((wait for wait in waits if wait), timedelta()) > timedelta(hours=3)


@given(st.integers(1, 9_000))
def test_nobody_waits_for_longer_than_an_hour_nor_for_less_than_before(attempts: int) -> None:
    wait, next_one = OFTEN.after(attempts, DOWN), OFTEN.after(attempts + 1, DOWN)
    assert wait is not None
    assert next_one is not None
    assert SECOND <= wait <= next_one <= timedelta(hours=1)


@given(st.floats(), st.integers(1, 50))
def test_a_forge_is_not_asked_before_it_says_whatever_it_says(asked: float, attempts: int) -> None:
    wait = OFTEN.after(attempts, ForgeError("slow down", retry_after=asked))
    usual = OFTEN.after(attempts, DOWN)
    assert wait is not None
    assert usual is not None
    assert usual <= wait <= DAY
    if 0 <= asked <= DAY.total_seconds():
        assert wait.total_seconds() >= asked - 1e-6


@pytest.mark.parametrize("error", [DeliveryError("no JSON"), BadSignatureError("nobody's")])
def test_what_can_never_be_understood_is_not_tried_again(error: Exception) -> None:
    assert OFTEN.after(1, error) is None


def test_one_kill_is_no_failure_and_the_next_ones_are() -> None:
    patience = Patience(attempts=3)
    assert [patience.after(n, None) for n in (1, 2, 3)] == [timedelta(), 20 * SECOND, None]


def test_a_reason_is_one_harmless_line() -> None:
    assert why_failed(LedgerError("line\nline \x1b[31m")) == "line line \\x1b[31m"
    assert why_failed(KeyError("x")) == "KeyError: 'x'"
    assert why_failed(ForgeError("")) == "ForgeError"
    assert why_failed(ValueError()) == "ValueError: "
    assert len(why_failed(ValueError("x" * 5_000))) == 1_000


def test_of_what_a_database_says_the_first_line_is_the_reason() -> None:
    said = 'connection to "db" failed: Connection refused.\n\tIs the server running there?\n'
    assert first_line(OSError(said)) == 'connection to "db" failed: Connection refused'
    assert first_line(OSError(" \n")) == "OSError"
