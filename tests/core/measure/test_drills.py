"""RDPR: what was due counts, and measurements weigh more than words."""

from __future__ import annotations

from typing import Any

import pytest

from fitgate.core.measure.reading import Scope, Window
from fitgate.core.policy import Breaker, Policy, Trigger
from tests.builders import DAY, NOW
from tests.chronicles import (
    START,
    chronicle_of,
    drilled,
    figure,
    landed,
    missed,
)


@pytest.mark.parametrize(
    ("over", "passed", "own_word"),
    [
        ({"restored": True, "recovery": 60, "rto": 60, "loss": 0, "rpo": 0}, True, False),
        ({"restored": True, "recovery": 61, "rto": 60}, False, False),
        ({"restored": True, "recovery": 60, "rto": 60, "loss": 1, "rpo": 0}, False, False),
        ({"restored": False, "recovery": 1, "rto": 60}, False, False),
        ({"restored": True, "recovery": 60, "rto": 60, "rpo": 0}, True, True),
        ({}, True, True),
        ({"restored": True, "self_reported": True}, True, True),
    ],
)
def test_a_drill_passes_when_measured_so_and_else_by_its_flag(
    over: dict[str, Any],
    passed: bool,
    own_word: bool,
) -> None:
    reading = figure("rdpr", chronicle_of(drilled(1, NOW - DAY, passed=True, **over)))
    assert (reading.value, reading.beside["self_reported"]) == (float(passed), float(own_word))


def test_measurements_that_were_met_weigh_more_than_the_flag() -> None:
    told = chronicle_of(drilled(1, NOW, passed=False, restored=True, recovery=5, rto=60))
    assert figure("rdpr", told).value == 1


def test_a_missed_drill_is_due_and_not_passed() -> None:
    told = chronicle_of(
        drilled(1, NOW - 9 * DAY, restored=True, recovery=90), missed("monthly", NOW - 2 * DAY)
    )
    reading = figure("rdpr", told)
    assert (reading.value, reading.n) == (0.5, 2)
    assert reading.beside["passed_per_executed"] == 1
    assert (reading.beside["n_missed"], reading.beside["recency_days"]) == (1, 9)
    assert reading.beside["worst_recovery_minutes"] == 1.5
    assert reading.entries == (1, 2)


def test_only_the_last_drills_count_and_none_that_is_too_old() -> None:
    old = drilled(0, NOW - 181 * DAY)
    drills = [drilled(n, NOW - n * DAY, passed=n <= 3) for n in range(1, 9)]
    assert figure("rdpr", chronicle_of(old)).value is None
    assert figure("rdpr", chronicle_of(old, *drills)).value == 3 / 5
    last_two = Breaker(name="CB", when=Trigger(metric="rdpr", last=2), then="freeze")
    assert figure("rdpr", chronicle_of(*drills), Policy(version=1, breakers=(last_two,))).value == 1
    before = figure("rdpr", chronicle_of(*drills), window=Window(START, NOW - 4 * DAY))
    assert before.value == 0


def test_a_category_counts_the_drills_of_its_changes() -> None:
    told = chronicle_of(
        landed("7", NOW - DAY), drilled(1, NOW, change="7"), drilled(2, NOW, passed=False)
    )
    assert figure("rdpr", told, scope=Scope("github:1", category="evaluation")).value == 1
    assert figure("rdpr", told, scope=Scope("github:1", category="data")).value is None
    assert figure("rdpr", told).value == 0.5
