"""GBR: bypasses as a share, a week, and unanswered for."""

from __future__ import annotations

from typing import Any

import pytest

from fitgate.core.measure.reading import Band, Scope, Window
from fitgate.core.records.changes import PassedBy, Reclassified
from fitgate.core.records.controls import GateChanged
from fitgate.core.standing import Standing
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import (
    NO_IO,
    NOT_TOLD,
    WINDOW,
    a_row,
    bypassed,
    chronicle_of,
    figure,
    landed,
    noted,
)

CLONE = Scope("git:1")


def test_several_bypasses_of_one_landing_are_one_in_the_ratio_and_several_events() -> None:
    rows = [
        bypassed("1", PassedBy("direct-push"), PassedBy("gate-weakened")),
        bypassed(
            "2",
            PassedBy("override", authorised=True, visibility="escalation"),
            standing=Standing.OVERRIDDEN,
            landed_at=NOW - DAY,
        ),
        a_row("3"),
        a_row("4", standing=Standing.UNJUDGED),
        bypassed("5", PassedBy("direct-push"), nature=NO_IO),
    ]
    ratio = figure("gbr_ratio", rows)
    assert (ratio.value, ratio.n, ratio.unjudged) == (2 / 3, 3, 1)
    assert ratio.beside["event_ratio"] == 1
    assert (ratio.beside["authorised"], ratio.beside["unauthorised"]) == (1, 2)
    assert (ratio.beside["silent"], ratio.beside["overridden"]) == (2, 1)
    assert (ratio.beside["lowest"], ratio.beside["highest"]) == (2 / 4, 3 / 4)
    week = figure("gbr_per_week", rows)
    assert (week.value, week.n, week.beside["highest_in_window"]) == (1, 1, 2)
    assert week.window == WINDOW
    alone = figure("gbr_unauthorised", rows)
    assert (alone.value, alone.band, alone.n) == (2, Band.RED, 4)


def test_what_cannot_be_judged_neither_accuses_nor_acquits() -> None:
    rows = [a_row(str(n), standing=Standing.UNJUDGED) for n in range(3)]
    for name in ("gbr_ratio", "gbr_per_week", "gbr_unauthorised"):
        reading = figure(name, rows, window=Window(NOW - 11 * DAY, NOW - 9 * DAY))
        assert (reading.value, reading.unjudged, reading.band) == (None, 3, Band.UNKNOWN)
    rows.append(bypassed("9", PassedBy("direct-push"), standing=Standing.UNJUDGED))
    ratio = figure("gbr_ratio", rows)
    assert (ratio.value, ratio.beside["lowest"], ratio.beside["highest"]) == (None, 1 / 4, 1)
    assert ratio.why == "none of 4 IO merges could be judged; 1 passed a gate by"
    assert figure("gbr_unauthorised", rows).value == 1


def test_no_io_in_a_watched_week_is_no_bypass_but_no_ratio_either() -> None:
    rows = [a_row(nature=NO_IO, landed_at=NOW - DAY)]
    assert figure("gbr_ratio", rows).value is None
    week = figure("gbr_per_week", rows)
    assert (week.value, week.band, week.n) == (0, Band.GREEN, 1)
    assert week.interval == pytest.approx((0, 3.689), abs=1e-3)


def test_a_count_over_all_landings_says_of_them_that_there_were_none() -> None:
    assert figure("gbr_unauthorised", []).why == "no merges in the window"
    untold = figure("gbr_unauthorised", [a_row(nature=NOT_TOLD)])
    assert untold.why == "of none of 1 merges it could be told whether it is an IO"


def test_in_shadow_mode_only_the_teams_own_gates_count() -> None:
    rows = [
        bypassed("1", PassedBy("direct-push"), mode="shadow", standing=Standing.WOULD_HOLD),
        bypassed("2", PassedBy("against-verdict"), mode="shadow", standing=Standing.WOULD_HOLD),
    ]
    ratio = figure("gbr_ratio", rows)
    assert (ratio.value, ratio.beside["would_hold"]) == (0.5, 2)
    words = ratio.estimator.boundary
    assert words.endswith("past the team's own gates (shadow mode)")
    both = figure("gbr_ratio", [*rows, a_row("3")]).estimator.boundary
    assert both.endswith("past a gate in force, in shadow mode past the team's own")


def test_what_a_clone_cannot_tell_is_said_of_a_clone_s_ledger_alone() -> None:
    rows = [a_row("1", mode="shadow")]
    alone = figure("gbr_ratio", rows, scope=CLONE).estimator.boundary
    assert "past the team's own gates (shadow mode), of which a clone tells" in alone
    both = figure("gbr_ratio", [*rows, a_row("3")], scope=CLONE).estimator.boundary
    assert "past a gate in force, in shadow mode past the team's own, of which" in both
    assert "a clone" not in figure("gbr_ratio", rows).estimator.boundary


def test_in_shadow_mode_how_a_landing_came_is_enough_to_judge_it() -> None:
    came: dict[str, Any] = {"mode": "shadow", "standing": Standing.UNJUDGED}
    rows = [bypassed("1", PassedBy("direct-push"), route="push", **came)]
    rows += [a_row(str(n), route="merge", **came) for n in (2, 3, 4)]
    rows.append(a_row("5", **came))
    ratio = figure("gbr_ratio", rows)
    assert (ratio.value, ratio.n, ratio.unjudged) == (1 / 4, 4, 1)


def test_in_shadow_mode_nobody_claims_to_know_that_no_review_or_check_was_skipped() -> None:
    came: dict[str, Any] = {"mode": "shadow", "standing": Standing.UNJUDGED, "route": "merge"}
    ratio = figure("gbr_ratio", [a_row(str(n), **came) for n in range(37)], scope=CLONE)
    assert (ratio.value, ratio.n, ratio.unjudged) == (0, 37, 0)
    assert (ratio.beside["lowest"], ratio.beside["highest"]) == (0, None)
    assert ratio.estimator.boundary.endswith(
        "of which a clone tells direct and forced pushes alone"
    )


def test_a_standing_that_says_bypass_is_one_where_none_is_listed() -> None:
    assert figure("gbr_unauthorised", [a_row(standing=Standing.BYPASS)]).value == 1
    overridden = figure("gbr_ratio", [a_row(standing=Standing.OVERRIDDEN)])
    assert (overridden.value, overridden.beside["authorised"]) == (1, 1)


def test_bypasses_that_only_the_whole_ledger_shows_count_too() -> None:
    told = chronicle_of(
        noted(GateChanged("required-review", "weakened"), NOW - 3 * DAY),
        landed("7", NOW - 2 * DAY),
        noted(GateChanged("required-review", "strengthened"), NOW - DAY),
        landed("8", NOW - 2 * HOUR),
        noted(Reclassified("8", NO_IO, "bob", "why not", lowered=True), NOW - 3 * HOUR),
    )
    week = figure("gbr_per_week", told)
    assert (week.value, week.beside["io_landings"]) == (2, 2)


def test_events_a_week_are_those_of_the_last_seven_days() -> None:
    passed = PassedBy("direct-push", authorised=True)
    rows = [bypassed(str(n), passed, landed_at=NOW - n * DAY) for n in (0, 6, 7, 8)]
    week = figure("gbr_per_week", rows)
    assert (week.value, week.band) == (2, Band.YELLOW)
    assert week.beside["highest_in_window"] == 3
    assert figure("gbr_per_week", rows[:1]).band is Band.GREEN
