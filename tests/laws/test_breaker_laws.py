"""What holds of breakers whatever happens: hypothesis looks for what does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fitgate.core.breaker.levels import level
from fitgate.core.breaker.marks import Mark
from fitgate.core.breaker.moves import MOVES, PROBATION, Sign, State
from fitgate.core.breaker.recorded import states
from fitgate.core.breaker.replaying import replay
from fitgate.core.breaker.timelines import timeline
from fitgate.core.breaker.walking import Walk
from fitgate.core.breaker.watched import all_watched
from fitgate.core.breaker.watching import Breakers, watch
from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from fitgate.core.records.controls import PolicyChanged
from tests.breakers import BY_HAND, planned, policy_with, reset, tripped
from tests.builders import DAY, DIGEST, HOUR, NOW
from tests.chronicles import (
    chronicle_of,
    ledger_of,
    noted,
)
from tests.laws.breaker_histories import MOMENTS, START, TRIGGERS, histories


def at_last(marks: Iterable[Mark]) -> tuple[bool | None, bool | None]:
    """Return what a timeline says at its end."""
    over, green = None, None
    for mark in marks:
        over, green = mark.over, mark.green
    return over, green


@settings(max_examples=40, deadline=None)
@given(histories(), st.lists(MOMENTS, min_size=3, max_size=3))
def test_one_pass_over_all_moments_says_what_looking_at_each_says(
    drafts: list[Draft], moments: list[Any]
) -> None:
    policy = policy_with(*TRIGGERS)
    chronicle = chronicle_of(*drafts)
    for watched in all_watched(policy, chronicle):
        turns = [mark.at for mark in timeline(watched, NOW + 300 * DAY) if mark.at > START]
        for at in {*moments, *turns[:6], *(turn - timedelta(seconds=1) for turn in turns[:6])}:
            said = level(watched, at)
            assert at_last(timeline(watched, at)) == (said.over, said.green), (watched.breaker, at)


SIGNS = st.sampled_from(["over", "yellow", "green", "unknown", "trip", "plan", "reset", "waive"])
FIGURES: dict[str, tuple[bool | None, bool | None]] = {
    "over": (True, False),
    "yellow": (False, False),
    "green": (False, True),
    "unknown": (None, None),
}
PEOPLE = st.sampled_from(["rita", "sam", "zoe"])
ACTING = [each for each in TRIGGERS if each["metric"] in {"vl_hours", "rdpr", "gbr_per_week"}]


@st.composite
def events(draw: st.DrawFn) -> list[tuple[datetime, str, str]]:
    """Draw what may happen to a breaker, in the order of time."""
    at, found = START, []
    for _ in range(draw(st.integers(0, 20))):
        at += draw(st.integers(1, 120)) * HOUR
        found.append((at, draw(SIGNS), draw(PEOPLE)))
    return found


def said(at: datetime, sign: str, by: str) -> Draft:
    """Return what a person did."""
    if sign == "waive":
        return reset(at, by, waiver="why", waiver_until=at + 3 * DAY)
    return {"trip": tripped, "plan": planned, "reset": reset}[sign](at, by)


def walked(happened: list[tuple[datetime, str, str]], *, dry: bool = False) -> Walk:
    """Walk a breaker through what happened, and nobody has written down what it did itself."""
    marks = [Mark(at, *FIGURES[sign]) for at, sign, _ in happened if sign in FIGURES]
    drafts = [said(at, sign, by) for at, sign, by in happened if sign not in FIGURES]
    policy = policy_with(BY_HAND)
    known = Breakers(policy, chronicle_of(*drafts), NOW + 300 * DAY)
    moves = known.told.moving("CB-0", None, dry=False)
    return Walk(known.entitled, dry=dry).through(marks, moves, known.as_of)


@settings(max_examples=300, deadline=None)
@given(events())
def test_nothing_leaves_open_but_by_a_reset_that_had_all_it_needs(
    happened: list[tuple[datetime, str, str]],
) -> None:
    walk = walked(happened)
    by_time = {at: (sign, by) for at, sign, by in happened}
    opened = START
    trippers: set[str] = set()
    for before, move in pairwise([None, *walk.moves]):
        assert move is not None
        was = before.to if before else State.CLOSED
        assert MOVES[was, move.sign] is move.to
        if move.to is State.OPEN:
            opened = move.at
        elif was is State.OPEN:
            sign, by = by_time[move.at]
            plans = [at for at, what, _ in happened if what == "plan" and opened <= at < move.at]
            trippers = {who for at, s, who in happened if s == "trip" and opened <= at < move.at}
            assert (move.to, sign in {"reset", "waive"}) == (State.PROBATION, True)
            assert plans
            assert by not in trippers


@settings(max_examples=300, deadline=None)
@given(events())
def test_nothing_goes_from_probation_to_closed_but_after_a_green_week(
    happened: list[tuple[datetime, str, str]],
) -> None:
    marks = [(at, sign) for at, sign, _ in happened if sign in FIGURES]
    for move in walked(happened).moves:
        if move.sign is Sign.PROVED:
            began = move.at - PROBATION
            before = [sign for at, sign in marks if at <= began][-1:]
            during = [sign for at, sign in marks if began < at <= move.at]
            assert {*before, *during} == {"green"}


@settings(max_examples=200, deadline=None)
@given(events())
def test_a_dry_breaker_is_open_no_longer_than_its_excess_unless_somebody_tripped_it(
    happened: list[tuple[datetime, str, str]],
) -> None:
    figures = [each for each in happened if each[1] in FIGURES]
    walk = walked(figures, dry=True)
    for move, after in pairwise(walk.moves):
        if move.to is State.OPEN:
            inside = [sign for at, sign, _ in figures if move.at <= at < after.at]
            assert "green" not in inside


@settings(max_examples=40, deadline=None)
@given(histories(), st.randoms(use_true_random=False), events())
def test_the_same_entries_give_the_same_states_in_any_order_of_telling(
    drafts: list[Draft], lot: Random, more: list[tuple[datetime, str, str]]
) -> None:
    policy = policy_with(*TRIGGERS)
    hand = [said(at, sign, by) for at, sign, by in more if sign not in FIGURES]
    ledger = ledger_of([*drafts, *hand])
    ledger.append(watch(policy, Chronicle(read(ledger.stored())), NOW), NOW)
    entries = [*read(ledger.stored())]
    shuffled = lot.sample(entries, len(entries))
    one, other = Chronicle(entries), Chronicle(shuffled)
    assert states(policy, one, NOW, None) == states(policy, other, NOW, None)
    assert watch(policy, one, NOW) == watch(policy, other, NOW) == []
    assert [e.episodes for e in replay(policy, one, NOW)] == [
        e.episodes for e in replay(policy, other, NOW)
    ]


@settings(max_examples=100, deadline=None)
@given(histories(), st.lists(st.integers(0, 27), max_size=6))
def test_watched_often_or_once_it_comes_to_the_same(drafts: list[Draft], days: list[int]) -> None:
    """But for hindsight: what was closed though nobody had declared that it would have to be.

    And where the ledger tells since when it is enforced: else that is when it is first watched.
    """
    enforced = noted(PolicyChanged("here", None, None, DIGEST, "enforce"), START)
    recent = [
        replace(each, body={**each.body, "required": ["eval"]}) if each.kind == "Landed" else each
        for each in drafts
        if each.at > NOW - 28 * DAY and "shadow" not in each.body.values()
    ]
    policy = policy_with(*ACTING)
    often, once = ledger_of([enforced, *recent]), ledger_of([enforced, *recent])
    for at in (*(NOW - day * DAY for day in sorted(days, reverse=True)), NOW):
        often.append(watch(policy, Chronicle(read(often.stored(), at)), at), at)
    once.append(watch(policy, Chronicle(read(once.stored(), NOW)), NOW), NOW)
    one, other = (Chronicle(read(each.stored())) for each in (often, once))
    for at in (NOW - 14 * DAY, NOW):
        assert states(policy, one, at, None) == states(policy, other, at, None)


@settings(max_examples=40, deadline=None)
@given(histories())
def test_what_happens_in_one_environment_moves_no_breaker_of_another(drafts: list[Draft]) -> None:
    policy = policy_with(
        *(each for each in ACTING if each["metric"] != "rdpr"), environments=("a", "b")
    )
    mine = [
        replace(each, body={**each.body, "environment": "a"}) if each.kind == "Landed" else each
        for each in drafts
    ]
    ledger = ledger_of(mine)
    ledger.append(watch(policy, Chronicle(read(ledger.stored())), NOW), NOW)
    after = states(policy, Chronicle(read(ledger.stored())), NOW, "b")
    assert {each.state for each in after} == {"closed"}


@settings(max_examples=40, deadline=None)
@given(histories())
def test_in_shadow_mode_nothing_is_ever_open(drafts: list[Draft]) -> None:
    policy = policy_with(*TRIGGERS, mode="shadow")
    ledger = ledger_of(drafts)
    ledger.append(watch(policy, Chronicle(read(ledger.stored())), NOW), NOW)
    found = states(policy, Chronicle(read(ledger.stored())), NOW, None)
    assert {each.state for each in found} == {"closed"}
