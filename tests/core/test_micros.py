"""Moments as whole numbers: there and back without loss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.micros import from_micros, micros


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_as_it_was(at: datetime) -> None:
    assert from_micros(micros(at)) == at


def test_they_are_counted_from_1970_and_none_stays_none() -> None:
    assert micros(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1)) == 1_000_000
    assert micros(None) is None
    assert from_micros(None) is None
