"""The pilot report: every sentence from what is on record, and what is unknown is said so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fitgate.core.chronicle import Chronicle
from fitgate.core.measure.reading import Band, Estimator, Figure, Reading, Scope, Window
from fitgate.core.pilots.filling import Observed, report, started
from fitgate.core.pilots.report import Counterfactual, Report, report_json
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, draft
from fitgate.core.records.changes import Landed, PassedBy, RegisterReviewed, Reverted
from fitgate.core.records.controls import Drilled, PilotStarted
from fitgate.core.standing import Standing
from fitgate.core.words.pilot import markdown
from tests.builders import DAY, HOUR, NOW, a_policy
from tests.conftest import Golden
from tests.fakes import MemoryLedger

HOSTILE = "@everyone [x](http://evil) <img src=x>"
WINDOW = Window(NOW - 60 * DAY, NOW + 14 * DAY)
CASE = Counterfactual(
    "git:1@abc", f"abcdef1 {HOSTILE}", ("data",), NOW - DAY, held=48 * HOUR, known_after=9 * HOUR
)


def a_landing(
    name: str, *categories: str, after: timedelta, **more: object
) -> tuple[Record, timedelta]:
    nature = Nature(bool(categories), categories)
    standing = Standing.WOULD_HOLD if categories else Standing.NOT_IO
    record = Landed(f"git:1@{name}", "merge", nature, standing, "shadow", commit=name * 40)
    return replace(record, **more), after  # type: ignore[arg-type] # its fields


def a_reading(figure: Figure, value: float | None, band: Band, **more: object) -> Reading:
    estimator = Estimator(figure, "f", "", "landings", "Effective when merged.", "all", ())
    reading = Reading(
        estimator, Scope("git:1"), WINDOW, value, 5, band, why="" if value else "nothing told"
    )
    return replace(reading, **more)  # type: ignore[arg-type] # its fields


LAGS = {"p90": 61.0, "p99": 70.0, "n_closed": 20.0, "n_open": 1.0}
PILOT = (PilotStarted(NOW + 14 * DAY, "shadow", HOSTILE, "rita", "sam"), 0 * HOUR)
FULL = (
    a_landing("a", after=-40 * DAY),
    a_landing("b", "data", after=-10 * DAY, bypasses=(PassedBy("direct-push"),)),
    a_landing("c", "data", "evaluation", after=DAY, required=("eval/*",)),
    (Reverted("git:1@b", "git:1@c"), -9 * DAY),
    (RegisterReviewed("git:1@b", "confirmed", "sam"), DAY),
    (Drilled("d-1", passed=True, recovery=1200, loss=0, rto=3600, rpo=900), 2 * DAY),
    PILOT,
)
READINGS = (
    a_reading("vl_hours", 30.0, Band.GREEN, interval=(10.0, 60.0), beside=LAGS),
    a_reading("rdpr", 1.0, Band.GREEN, interval=(0.2, 1.0)),
    a_reading("gbr_ratio", 0.5, Band.RED, interval=(0.1, 0.9)),
    a_reading("tempo_ratio", 2.5, Band.YELLOW),
)


def a_report(
    *told: tuple[Record, timedelta],
    readings: tuple[Reading, ...] = READINGS,
    cases: tuple[Counterfactual, ...] = (CASE,),
) -> Report:
    ledger = MemoryLedger("git:1")
    ledger.append([draft(r, NOW + after, f"{n}") for n, (r, after) in enumerate(told or FULL)], NOW)
    known = Chronicle(ledger.entries)
    pilot = started(known)
    assert pilot is not None
    return report(Observed(known, pilot, a_policy(), WINDOW), readings, cases)


def test_the_report_reads_as_it_always_did(golden: Golden) -> None:
    golden("pilot/report.md", markdown(a_report()))


def test_an_anonymous_report_has_no_name_id_or_path(golden: Golden) -> None:
    said = markdown(a_report(), anonymous=True)
    golden("pilot/anonymous.md", said)
    assert not any(word in said for word in ("evil", "abcdef1", "sam", "d-1", "git:1"))


def test_what_strangers_wrote_is_inert_in_it() -> None:
    said = markdown(a_report())
    assert not any(mark in said for mark in ("@everyone", "](http", "<img"))


def test_a_ledger_that_holds_nothing_yields_a_report_that_says_unknown() -> None:
    unknown = tuple(a_reading(r.figure, None, Band.UNKNOWN) for r in READINGS)
    told = a_report(PILOT, readings=unknown, cases=())
    said = markdown(told)
    assert (told.step, told.drill, told.ios) == ("drills", None, 0)
    assert "VL is unknown: nothing told" in said
    assert "0 %" not in said
    assert "100" not in said


def test_no_case_is_said_so_and_is_not_called_done() -> None:
    told = a_report(cases=())
    assert "none of them would still have been held" in markdown(told)
    assert {d.name: d.done for d in told.deliverables}["D3"] is None


def test_a_register_that_goes_back_less_than_thirty_days_is_not_done() -> None:
    told = a_report(*FULL[1:])
    assert {d.name: d.done for d in told.deliverables}["D2"] is False
    assert {d.name: d.done for d in a_report().deliverables}["D2"] is True


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({}, "gate"),
        ({"rdpr": (0.4, Band.RED)}, "drills"),
        ({"rdpr": (None, Band.UNKNOWN)}, "drills"),
    ],
)
def test_the_next_step_is_what_is_missing_or_worst(
    changed: dict[Figure, tuple[float | None, Band]], step: str
) -> None:
    readings = tuple(
        a_reading(r.figure, *changed[r.figure]) if r.figure in changed else r for r in READINGS
    )
    assert a_report(readings=readings).step == step


def test_without_bypasses_the_lag_decides_between_an_evaluator_and_a_breaker() -> None:
    calm = (FULL[0], a_landing("b", "data", after=-DAY), *FULL[5:])
    assert a_report(*calm).step == "breaker"
    blind = (a_reading("vl_hours", None, Band.UNKNOWN), *READINGS[1:])
    assert a_report(*calm, readings=blind).step == "evaluator"


def test_thresholds_come_from_what_was_seen_where_something_was() -> None:
    seen = {p.figure: p for p in a_report().proposals}
    assert (seen["vl_hours"].yellow, seen["vl_hours"].red, seen["vl_hours"].observed) == (
        72,
        216,
        True,
    )
    blind = a_report(readings=READINGS[1:])
    assert not {p.figure: p for p in blind.proposals}["vl_hours"].observed


def test_a_failed_drill_says_what_broke() -> None:
    failed = (
        Drilled("d-2", passed=False, note="the snapshot was gone", self_reported=True),
        3 * DAY,
    )
    said = markdown(a_report(*FULL[:5], failed, PILOT))
    assert "FAIL (self-reported)" in said
    assert "the snapshot was gone" in said
    assert "not measured" in said


def test_one_closed_change_among_many_open_ones_is_no_threshold() -> None:
    few = a_reading("vl_hours", 17.5, Band.GREEN, beside=LAGS | {"n_closed": 1, "n_open": 32})
    assert not {p.figure: p for p in a_report(readings=(few, *READINGS[1:])).proposals}[
        "vl_hours"
    ].observed


def test_an_anonymous_document_tells_no_moment_check_or_id_of_a_change() -> None:
    said = json.dumps(report_json(a_report(), anonymous=True))
    assert not any(word in said for word in ("git:1", "abcdef1", "Effective when merged", "d-1"))
    assert CASE.landed_at.isoformat()[:10] not in json.dumps(
        report_json(a_report(), anonymous=True)["cases"]
    )
