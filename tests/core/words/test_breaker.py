"""What is said of breakers, on one screen, with nothing in it that could harm a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fitgate.core.acting import is_dry
from fitgate.core.breaker.levels import Level
from fitgate.core.breaker.replaying import replay
from fitgate.core.entries import Draft
from fitgate.core.words.breaker import (
    due_words,
    effect_words,
    move_words,
    name_words,
    next_words,
    replay_lines,
    replay_rows,
    stands_words,
    table_row,
    trigger_words,
)
from tests.breakers import (
    BY_HAND,
    BYPASSED,
    DRILLS,
    LATE,
    breakers,
    ledger_with,
    planned,
    policy_with,
    reset,
    the_one,
    told,
    tripped,
    watched,
)
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import landed

THREE = [landed(f"c{n}", NOW - (10 - n) * DAY) for n in range(3)]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (LATE, "vl_hours > 72, 3 in a row"),
        (DRILLS, "rdpr < 0.8, over the last 5"),
        (BYPASSED, "gbr_per_week > 1, or any unauthorised"),
        ({"metric": "gbr_per_week", "any_unauthorised": True}, "gbr_per_week, or any unauthorised"),
        ({"metric": "io_count", "limit": 9, "window": "P14D"}, "io_count > 9, within 14 days"),
        (BY_HAND, "by hand only"),
        ({"metric": "declared", "consecutive": 3}, "declared, 3 in a row"),
        ({"metric": "rdpr"}, "rdpr without a limit: never"),
    ],
)
def test_a_trigger_reads_as_it_was_written(when: dict[str, Any], words: str) -> None:
    assert trigger_words(policy_with(when).breakers[0]) == words


@pytest.mark.parametrize(
    ("then", "metric", "mode", "words"),
    [
        ("freeze", "rdpr", "enforce", "freeze: no irreversible change may pass, but the way back"),
        ("audit", "rdpr", "shadow", "dry: would audit"),
        ("degrade", "io_count", "enforce", "advises degrade: this figure stops nothing"),
    ],
)
def test_it_is_said_what_a_breaker_does(then: str, metric: str, mode: str, words: str) -> None:
    policy = policy_with({"metric": metric}, then=then, mode=mode)
    (breaker,) = policy.breakers
    assert effect_words(breaker, dry=is_dry(breaker, policy)) == words


@pytest.mark.parametrize(
    ("when", "level", "words"),
    [
        (
            LATE,
            Level(
                73.4, over=True, green=False, beside={"oldest_open_hours": 90, "late_in_a_row": 4}
            ),
            "73.4 of 72; 4 late in a row of 3, oldest open 90 h",
        ),
        (LATE, Level(None, None, None, beside={"oldest_open_hours": 0}), "unknown of 72"),
        (
            BYPASSED,
            Level(1, over=True, green=False, beside={"unauthorised": 1}),
            "1 of 1; 1 unauthorised",
        ),
        (BY_HAND, Level(None, over=False, green=True), "-"),
        (
            {"metric": "declared", "consecutive": 3},
            Level(2, over=False, green=False),
            "2 of 3 in a row",
        ),
    ],
)
def test_it_is_said_how_far_a_figure_is_from_its_limit(
    when: dict[str, Any], level: Level, words: str
) -> None:
    assert stands_words(the_one(ledger_with(), policy_with(when)), level) == words


def test_the_list_has_a_line_a_breaker() -> None:
    policy = policy_with(LATE, environments=("production",), owner="rita")
    ledger = ledger_with(*THREE)
    watched(ledger, policy)
    known, one = breakers(ledger, policy), the_one(ledger, policy)
    assert table_row(one, known.recorded(one.breaker, "production"), known.level(one)) == (
        "CB-0 in production",
        "open",
        "2026-01-26 12:00:01 UTC",
        "vl_hours > 72, 3 in a row",
        "192 of 72; 3 late in a row of 3, oldest open 240 h",
        "freeze: no irreversible change may pass, but the way back",
        "rita",
    )


def moves(*drafts: Draft) -> list[str]:
    policy = policy_with(BY_HAND)
    return [
        move_words(each) for each in breakers(ledger_with(*drafts), policy).told.of("CB-0", None)
    ]


def test_each_move_is_said_with_who_and_why() -> None:
    waived: dict[str, Any] = {
        "waiver": "the evaluator is down",
        "waiver_until": NOW + DAY,
        "because": "mended",
    }
    changes = tuple(f"c{n}" for n in range(7))
    assert moves(
        tripped(NOW - 4 * DAY, changes=changes),
        tripped(NOW - 3 * DAY, "rita", dry=True),
        planned(NOW - 2 * DAY),
        reset(NOW - DAY, "sam", **waived),
        reset(NOW - HOUR, None, to="closed", drill=True),
        reset(NOW, None, to="open"),
    ) == [
        "2026-01-27 12:00 UTC  tripped: a reason (c6, c5, c4, c3, c2 and 2 more)",
        "2026-01-28 12:00 UTC  tripped (dry) by rita: a reason",
        "2026-01-29 12:00 UTC  recovery planned by rita: put it right",
        (
            "2026-01-30 12:00 UTC  reset, on probation by sam: mended; "
            "waived until 2026-02-01 12:00 UTC: the evaluator is down"
        ),
        "2026-01-31 11:00 UTC  closed (drill)",
        "2026-01-31 12:00 UTC  opened",
    ]


def test_what_people_wrote_is_shown_inert() -> None:
    evil = "\x1b[31mred\u202e"
    said = [*moves(tripped(NOW, evil), planned(NOW, evil)), name_words(evil, evil)]
    assert all("\x1b" not in line and "\u202e" not in line for line in said)


def next_of(*drafts: Draft) -> list[str]:
    policy = policy_with(BY_HAND)
    ledger = ledger_with(*drafts)
    known, one = breakers(ledger, policy), the_one(ledger, policy)
    return [*next_words(one, known.recorded(one.breaker, None), ())]


def test_it_is_said_what_there_is_to_do() -> None:
    trip, plan = tripped(NOW - DAY, "rita"), planned(NOW - 2 * HOUR)
    back = reset(NOW - HOUR, waiver="why", waiver_until=NOW + DAY)
    assert next_of() == ["It trips when: by hand only."]
    assert next_of(trip, plan) == [
        "It does: freeze: no irreversible change may pass, but the way back.",
        "The plan: put it right",
        "A reset needs a plan, a person who did not trip it, its figure back or a waiver.",
        "  nothing is missing: fitgate breaker reset CB-0",
    ]
    assert next_of(trip, plan, back) == [
        "It holds nothing, and opens at once when its figure is over the limit again.",
        "It closes once its figure was green for 7 days without a break.",
        "Its figure may be bad until 2026-02-01 12:00 UTC; if it still is then, it opens.",
    ]


def test_a_move_that_is_not_written_down_yet_is_said_with_its_moment() -> None:
    (trip,) = watched(ledger_with(*THREE), policy_with(LATE))
    assert due_words(trip) == (
        "CB-0 tripped at 2026-01-26 12:00:01 UTC: the newest 3 irreversible landings were not "
        "validated within 72 h"
    )
    dry = replace(trip, body=trip.body | {"dry": True})
    assert "tripped (dry: it stops nothing) at" in due_words(dry)


def test_a_replay_tells_each_breaker_apart_and_unknown_from_never() -> None:
    policy = policy_with(LATE, BYPASSED, DRILLS, {"metric": "io_count", "limit": 1})
    found = replay(policy, told(ledger_with(*THREE)), NOW)
    assert [*replay_lines(found, NOW)] == [
        (
            "CB-0 would have tripped once, open for 4 days in all; 0 of 3 irreversible landings "
            "fell into that."
        ),
        "CB-1 would not have tripped.",
        "CB-2: rdpr was never known, so nothing can be told.",
        (
            "CB-3 would have tripped once, open for 7 days in all; 1 of 3 irreversible landings "
            "fell into that; it only advises."
        ),
    ]
    assert next(iter(replay_rows(found, NOW))) == (
        "CB-0",
        "2026-01-26 12:00:01 UTC",
        "4 days",
        "still open",
        "0",
    )
