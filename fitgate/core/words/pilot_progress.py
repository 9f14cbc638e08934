"""What people read while a pilot runs: what to do, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.core.inert import inert
from fitgate.core.pilots.report import Report
from fitgate.core.records.controls import PilotStarted
from fitgate.core.words.pilot import DELIVERED


def start_lines(pilot: PilotStarted) -> Iterator[str]:
    """Yield what to do in the two weeks, first things first (fit.md 3.3)."""
    yield f"The pilot runs until {pilot.until:%Y-%m-%d}, in {pilot.mode} mode."
    yield "First:   declare in the policy which checks close a change (boundary.closure.checks):"
    yield "         what is required is frozen as a landing is recorded, and VL is unknown without."
    yield "Week 1:  fitgate scan --since 90d --record        label what landed, and write it down"
    yield "         fitgate register review COMMIT --confirm  say whether the labels are right"
    yield "         fitgate metrics                           the numbers as they are"
    yield "Week 2:  fitgate drill run -- COMMAND              rehearse one way back, measured"
    yield "         fitgate replay --policy CANDIDATE         what a slow gate would have done"
    yield "At its end:  fitgate pilot report --out DIR"


_NEXT = {
    "D1": "fitgate scan --since 90d --record",
    "D2": "fitgate scan --since 90d --record, then fitgate register review",
    "D3": "fitgate replay --policy CANDIDATE; there may honestly be none",
    "D4": "fitgate drill run --rto PT1H --rpo PT15M -- COMMAND",
    "D5": "fitgate pilot report --out DIR",
}


def status_lines(report: Report, now: datetime) -> Iterator[str]:
    """Yield how far a pilot is, and what is to be done next for each deliverable."""
    start, end = report.pilot.start, report.pilot.end
    length = (end - start).days if start else 0
    if now >= end:
        yield f"The pilot ended on {end:%Y-%m-%d}."
    elif start is not None:
        yield f"Day {(now - start).days + 1} of {length}; it ends on {end:%Y-%m-%d}."
    for each in report.deliverables:
        done = each.done if each.name != "D5" else None  # it is there once it is written
        perhaps = "perhaps" if each.name == "D3" and report.cases else "to do"
        mark = {True: "done", False: "to do", None: perhaps}[done]
        what = DELIVERED[each.name].format(inert(each.what) if each.what else "none")
        yield f"{each.name}  {mark:8}  {what}"
        if done is not True:
            yield f"              next: {_NEXT[each.name]}"
