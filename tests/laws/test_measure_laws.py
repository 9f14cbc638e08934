"""Figures: what holds of every ledger."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.measure.bands import band_of, limits_of
from fitgate.core.measure.figures import measure
from fitgate.core.measure.reading import FIGURES, Band, Figure, Reading, Scope, Window
from fitgate.core.records.changes import PassedBy
from fitgate.core.standing import Standing
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import (
    AN_IO,
    NO_IO,
    NOT_TOLD,
    PILOT,
    POLICY,
    SCOPE,
    START,
    WINDOW,
    a_row,
    drilled,
    figure,
    landed,
    ledger_of,
    missed,
)

EVERY = Scope("github:1", io_only=False)
passed_by = st.builds(
    PassedBy,
    st.sampled_from(["direct-push", "against-verdict", "own-check-skipped", "override"]),
    authorised=st.booleans(),
    visibility=st.sampled_from(["escalation", "silent"]),
)


@st.composite
def histories(draw: st.DrawFn, least: int = 0) -> list[Row]:
    """Make landings of 40 days, in and before the window, of which some are closed."""
    rows = []
    for number in range(draw(st.integers(least, 14))):
        at = NOW - draw(st.integers(0, 40 * 24)) * HOUR
        lag = draw(st.none() | st.integers(-48, 500))
        rows.append(
            a_row(
                str(number),
                at,
                nature=draw(st.sampled_from([AN_IO, AN_IO, AN_IO, NO_IO, NOT_TOLD])),
                standing=draw(st.sampled_from(Standing)),
                mode=draw(st.sampled_from(["shadow", "enforce"])),
                required=draw(st.sampled_from([("eval",), ("eval",), None])),
                bypasses=tuple(draw(st.lists(passed_by, max_size=2))),
                layer=draw(st.sampled_from(["fast", "slow", None])),
                closed_at=None if lag is None else at + lag * HOUR,
                seen_at=at - draw(st.integers(0, 9)) * DAY,
                allowed_at=draw(st.sampled_from([None, at])),
                entries=(2 * number + 1, 2 * number + 2),
            )
        )
    return rows


def plain(reading: Reading) -> dict[str, object]:
    """Return what a figure came to, without what it is of."""
    return {
        "figure": reading.figure,
        "value": reading.value,
        "n": reading.n,
        "band": reading.band,
        "unjudged": reading.unjudged,
        "interval": reading.interval,
        "beside": reading.beside,
    }


def readings(rows: list[Row], window: Window = WINDOW) -> list[dict[str, object]]:
    """Measure everything."""
    return [plain(r) for r in measure(rows, POLICY, SCOPE, window)]


@given(histories(), st.integers(1, 27))
def test_counts_over_a_split_window_recombine(rows: list[Row], days: int) -> None:
    middle = START + timedelta(days=days)
    parts = Window(START, middle, NOW), Window(middle, NOW)
    counts: tuple[tuple[Figure, Callable[[Reading], float]], ...] = (
        ("vl_hours", lambda r: r.n),
        ("vl_hours", lambda r: r.beside["n_open"] or 0),
        ("vl_hours", lambda r: r.beside["n_undeclared"] or 0),
        ("gbr_ratio", lambda r: r.n),
        ("gbr_ratio", lambda r: r.beside["events"] or 0),
        ("gbr_ratio", lambda r: r.unjudged),
        ("gbr_unauthorised", lambda r: r.value or 0),
        ("tau_g_hours", lambda r: r.n),
        ("layer_ratio", lambda r: r.n),
        ("io_approval_latency_hours", lambda r: r.n),
    )
    for name, count in counts:
        whole = count(figure(name, rows, window=WINDOW))
        assert whole == sum(count(figure(name, rows, window=part)) for part in parts)


@given(histories(), st.integers(0, 27 * 24))
def test_an_open_change_makes_no_lag_look_shorter(rows: list[Row], hours: int) -> None:
    more = [*rows, a_row("open", NOW - hours * HOUR)]
    before, after = (figure("vl_hours", r).beside["kaplan_meier_median"] for r in (rows, more))
    assert (math.inf if after is None else after) >= (-math.inf if before is None else before)
    assert before is not None or after is None
    over = [figure("vl_hours", r).beside["frac_over_limit"] or 0 for r in (rows, more)]
    assert over == sorted(over)


@given(histories(least=5), st.data())
def test_to_leave_a_change_open_never_makes_governance_look_faster(
    rows: list[Row], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(rows) - 1))
    row = replace(rows[number], required=("eval",))
    hours = data.draw(st.integers(0, max(0, int((NOW - row.landed_at) / HOUR))))
    done = replace(row, closed_at=row.landed_at + hours * HOUR)
    still = replace(row, closed_at=None)
    names: tuple[Figure, ...] = ("tau_g_hours", "tempo_ratio")
    for name in names:
        closed, left = (
            figure(name, [*rows[:number], one, *rows[number + 1 :]]).value for one in (done, still)
        )
        assert (closed is None) == (left is None)
        if closed is not None and left is not None:
            assert closed <= left + 1e-9


@given(histories(), st.integers(0, 40 * 24))
def test_an_unclosed_io_never_lowers_open_debt(rows: list[Row], hours: int) -> None:
    before = figure("open_unvalidated", rows)
    after = figure("open_unvalidated", [*rows, a_row("open", NOW - hours * HOUR)])
    assert after.value == (before.value or 0) + 1
    assert (after.beside["mean"] or 0) >= (before.beside["mean"] or 0)


@given(histories())
def test_of_nothing_nothing_is_known_and_a_ratio_is_one(rows: list[Row]) -> None:
    for reading in measure(rows, POLICY, SCOPE, WINDOW):
        assert (reading.n > 0) or reading.value is None
        assert (reading.value is None) == (reading.band is Band.UNKNOWN)
        assert (reading.value is None) == bool(reading.why)
        if reading.interval is not None and reading.figure != "tau_g_hours":
            assert reading.value is not None
            assert reading.interval[0] <= reading.value <= reading.interval[1]
        if reading.figure in {"gbr_ratio", "rdpr"} and reading.value is not None:
            assert 0 <= reading.value <= 1
            low, high = (reading.beside.get(name) for name in ("lowest", "highest"))
            assert low is not None
            assert high is None or low <= high


@given(histories(), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_names_of_changes_matter(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    named = [replace(row, change=f"z{997 * int(row.change) % 101}") for row in rows]
    assert readings(shuffled) == readings(rows) == readings(named)


@given(histories(), st.integers(-14, 14), st.integers(-1000, 1000))
def test_neither_the_time_zone_nor_the_date_matters(rows: list[Row], hours: int, days: int) -> None:
    zone = timezone(timedelta(hours=hours))
    elsewhere = [_moved(row, lambda at: at.astimezone(zone)) for row in rows]
    assert readings(elsewhere) == readings(rows)
    later = [_moved(row, lambda at: at + days * DAY) for row in rows]
    window = Window(START + days * DAY, NOW + days * DAY)
    assert readings(later, window) == readings(rows)


def _moved(row: Row, move: Callable[[datetime], datetime]) -> Row:
    closed_at, seen_at, allowed_at = (
        None if at is None else move(at) for at in (row.closed_at, row.seen_at, row.allowed_at)
    )
    return replace(
        row,
        landed_at=move(row.landed_at),
        closed_at=closed_at,
        seen_at=seen_at,
        allowed_at=allowed_at,
    )


@given(st.permutations(range(len(PILOT) + 3)))
def test_the_order_of_entries_does_not_matter(order: list[int]) -> None:
    drafts = [
        *PILOT,
        landed("late", NOW - 2 * DAY),
        missed("monthly", NOW - DAY),
        drilled(9, NOW - 3 * DAY),
    ]
    told, other = (
        Chronicle(read(ledger_of(some).stored())) for some in (drafts, [drafts[n] for n in order])
    )
    window = Window(None, NOW)
    expected = [plain(r) for r in measure(told, POLICY, EVERY, window)]
    assert [plain(r) for r in measure(other, POLICY, EVERY, window)] == expected


@given(histories(least=5))
def test_the_ratio_is_the_mean_number_in_flight(rows: list[Row]) -> None:
    """Little's law: exact when tau_u is window / N and open time is clipped to the window."""
    ratio = figure("tempo_ratio", rows).beside
    assume(ratio["clipped_tau_g_hours"] is not None)
    by_change = ratio["clipped_tau_g_hours"] / ratio["window_over_n_hours"]  # type: ignore[operator] # both are numbers here
    assert ratio["mean_open_unvalidated"] == pytest.approx(by_change)
    inside = [row for row in rows if WINDOW.holds(row.landed_at)]
    debt = figure("open_unvalidated", inside)
    assert debt.beside["mean"] == pytest.approx(ratio["mean_open_unvalidated"])
    assert debt.beside["mean"] == pytest.approx(_counted_by_the_hour(inside), abs=1e-9)


def _counted_by_the_hour(rows: list[Row]) -> float:
    """Return the mean number open over the window, whose times are whole hours."""
    hours = int((NOW - START) / HOUR)
    count = 0
    for number in range(hours):
        at = START + (number + 0.5) * HOUR
        count += sum(
            row.nature.is_io is True
            and (row.closed_at is not None or row.required is not None)
            and row.landed_at <= at
            and (row.closed_at is None or row.closed_at > at)
            for row in rows
        )
    return count / hours


@given(st.sampled_from(FIGURES), st.floats(0, 500), st.floats(0, 500))
def test_bands_are_monotone(name: Figure, one: float, other: float) -> None:
    order = [Band.GREEN, Band.YELLOW, Band.RED]
    limits = limits_of(name, POLICY)
    low, high = (band_of(name, value, limits) for value in sorted((one, other)))
    if Band.NONE in {low, high}:
        assert low is high
        assert limits.yellow is None
        return
    graver = order.index(high) - order.index(low)
    assert graver <= 0 if name == "rdpr" else graver >= 0
