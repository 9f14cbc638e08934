"""Ledgers made up for tests: a test says what happened when, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.entries import Draft
from fitgate.core.measure.figures import measure
from fitgate.core.measure.reading import Figure, Reading, Scope, Window
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, draft
from fitgate.core.records.changes import Closed, Landed, PassedBy, Seen
from fitgate.core.records.controls import Drilled, DrillMissed
from fitgate.core.standing import Standing
from tests.builders import DAY, HOUR, NOW
from tests.fakes import MemoryLedger

AN_IO = Nature(is_io=True, categories=("evaluation",), classes=("T",))
NO_IO = Nature(is_io=False)
NOT_TOLD = Nature(is_io=None)
REQUIRED = ("eval/regression",)
POLICY = Policy(version=1)
SCOPE = Scope("github:1")
START = NOW - 28 * DAY
WINDOW = Window(START, NOW)


def a_row(change: str = "1", landed_at: datetime = NOW - 10 * DAY, **over: Any) -> Row:
    """Return the landing of an IO that awaits an evaluation, under a policy in force."""
    told: dict[str, Any] = {
        "stage": "merge",
        "nature": AN_IO,
        "standing": Standing.ALLOWED,
        "mode": "enforce",
        "required": REQUIRED,
    } | over
    return Row(change=change, landed_at=landed_at, **told)


def closed_after(hours: float | None, change: str = "1", **over: Any) -> Row:
    """Return a landing that was closed so many hours later; None: not yet."""
    row = a_row(change, **over)
    if hours is None:
        return row
    return a_row(change, **over, closed_at=row.landed_at + timedelta(hours=hours))


def bypassed(change: str, *passed: PassedBy, **over: Any) -> Row:
    """Return a landing past a gate."""
    return a_row(change, bypasses=passed, **{"standing": Standing.BYPASS, **over})


def landed(change: str, at: datetime, nature: Nature = AN_IO, **over: Any) -> Draft:
    """Return that a change took effect."""
    told: dict[str, Any] = {
        "stage": "merge",
        "standing": Standing.ALLOWED if nature.is_io else Standing.NOT_IO,
        "mode": "enforce",
        "required": REQUIRED,
    } | over
    return draft(Landed(change=change, nature=nature, **told), at, f"landed/{change}/merge")


def closed(change: str, at: datetime) -> Draft:
    """Return that a change was validated."""
    return draft(Closed(change), at, f"closed/{change}")


def drilled(number: int, at: datetime, *, passed: bool = True, **over: Any) -> Draft:
    """Return that a drill was done."""
    return draft(Drilled(f"drill-{number}", passed, **over), at, f"drilled/drill-{number}")


def missed(name: str, at: datetime) -> Draft:
    """Return that a drill was due and not done."""
    return draft(DrillMissed(name), at, f"drill-missed/{name}/{at.isoformat()}")


def noted(record: Record, at: datetime) -> Draft:
    """Return any record, under a key of its own."""
    return draft(record, at, f"{type(record).__name__}/{at.isoformat()}")


def ledger_of(drafts: Iterable[Draft]) -> MemoryLedger:
    """Return a ledger with these entries."""
    ledger = MemoryLedger("github:1")
    ledger.append(tuple(drafts), NOW)
    return ledger


def chronicle_of(*drafts: Draft) -> Chronicle:
    """Return what a ledger with these entries comes to."""
    return Chronicle(read(ledger_of(drafts).stored()))


def figure(
    name: Figure,
    told: Chronicle | Iterable[Row],
    policy: Policy = POLICY,
    scope: Scope = SCOPE,
    window: Window = WINDOW,
) -> Reading:
    """Measure one figure."""
    (reading,) = measure(told, policy, scope, window, only=(name,))
    return reading


PILOT = (
    landed("EX-001", NOW - 30 * DAY, NO_IO),
    closed("EX-001", NOW - 30 * DAY + 6 * HOUR),
    landed("EX-002", NOW - 29 * DAY),
    closed("EX-002", NOW - 29 * DAY + 36 * HOUR),
    landed(
        "EX-003",
        NOW - 28 * DAY,
        standing=Standing.BYPASS,
        bypasses=(PassedBy("imported"),),
    ),
    landed("EX-004", NOW - 27 * DAY, NO_IO),
    closed("EX-004", NOW - 27 * DAY + 18 * HOUR),
    landed("EX-005", NOW - 26 * DAY),
    closed("EX-005", NOW - 26 * DAY + 48 * HOUR),
    drilled(1, NOW - 28 * DAY, passed=True, change="EX-002", rto=3600, rpo=900),
    drilled(2, NOW - 24 * DAY, passed=False, change="EX-005", what="purge", rto=3600, rpo=900),
)
"""The pilot pack's example: five changes a day apart, three of them IOs, and two drills."""


def a_season() -> list[Draft]:
    """Return ten weeks of a made-up team: governance falls behind from the seventh week on."""
    drafts: list[Draft] = []
    for number in range(90):
        at = NOW - 69 * DAY + number * 18 * HOUR
        if at > NOW:
            break
        nature = NO_IO if number % 3 else Nature(is_io=True, categories=(_CATEGORIES[number % 4],))
        if number % 20 == 10:
            nature = NOT_TOLD
        drafts.append(_a_landing(number, at, nature))
        drafts.append(noted_as(f"seen/{number}", Seen(str(number), "pull", number), at - 2 * DAY))
        late = at > NOW - 24 * DAY and bool(nature.is_io)
        if not (late and number % 2):
            validated = at + (90 + number if late else 10 + number % 7) * HOUR
            if validated <= NOW:
                drafts.append(closed(str(number), validated))
    drafts += [drilled(n, NOW - (65 - 14 * n) * DAY, passed=n != 3, rto=3600) for n in range(5)]
    drafts.append(missed("monthly", NOW - 3 * DAY))
    return sorted(drafts, key=lambda each: each.at)


_CATEGORIES = ("data", "evaluation", "alignment", "deployment")


def _a_landing(number: int, at: datetime, nature: Nature) -> Draft:
    past = bool(nature.is_io) and number % 12 == 0
    return landed(
        str(number),
        at,
        nature,
        standing=Standing.BYPASS if past else _STANDINGS[nature.is_io],
        bypasses=(PassedBy("direct-push", authorised=number % 24 == 0),) if past else (),
        layer="slow" if number % 9 == 0 else "fast",
    )


_STANDINGS = {True: Standing.ALLOWED, False: Standing.NOT_IO, None: Standing.UNJUDGED}


def noted_as(key: str, record: Record, at: datetime) -> Draft:
    """Return any record under a key."""
    return draft(record, at, key)
