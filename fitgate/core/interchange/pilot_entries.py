"""The pilot pack's logs and the ledger: what is written down of them, and what stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from fitgate.core.bypasses import events
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.entries import Draft
from fitgate.core.interchange import pilot
from fitgate.core.interchange.category_keys import CategoryKeys
from fitgate.core.interchange.pilot import PilotChange, PilotDrill, change_values, drill_values
from fitgate.core.interchange.spelling import spelt
from fitgate.core.interchange.tables import Log
from fitgate.core.policy import Policy
from fitgate.core.records import draft
from fitgate.core.records.changes import Closed, Landed, PassedBy
from fitgate.core.records.controls import Drilled, Imported
from fitgate.core.standing import Standing
from fitgate.errors import Problem

CHANGES, DRILLS = "pilot/changes", "pilot/drills"
"""What an `Imported` entry says was taken over."""
REQUIRED = ("closure",)
"""What closes an imported change: the pack says when that was, not what it took."""
ROUTE = "imported"
_PASSED = {Standing.BYPASS, Standing.OVERRIDDEN}


def change_drafts(log: Log[PilotChange], policy: Policy, told: Chronicle) -> list[Draft]:
    """Return what is to be written down of a change log, beside what the ledger knows of it.

    Raises:
        ImportProblemsError: with every row that says otherwise than the ledger, or cannot be read.
    """
    known, _ = changes_in(told, policy)
    problems: list[Problem] = []
    drafts: list[Draft] = []
    for line, each in log.rows.items():
        before = known.get(each.change)
        if before is not None and not _adds_to(each, before):
            problems.append(_otherwise(line, "change_id", each.change))
        elif before is None:
            drafts.append(_landed(each, policy))
        if each.closure is not None and (before is None or before.closure is None):
            closed = Closed(each.change, each.closure < each.effective, CHANGES)
            drafts.append(draft(closed, each.closure, f"closed/{each.change}"))
    log.sound(*problems)
    return drafts


def _adds_to(each: PilotChange, before: PilotChange) -> bool:
    """Say whether a row says what is known, or besides that it was closed; or less than that."""
    same = (each.effective, each.nature, each.bypass, each.note) == (
        before.effective, before.nature, before.bypass, before.note,
    )  # fmt: skip
    return same and (None in (each.closure, before.closure) or each.closure == before.closure)


def _otherwise(line: int, column: str, name: str) -> Problem:
    message = f"the ledger knows `{name}` and says otherwise"
    return Problem(message, column, line, 1, "an entry is never changed")


def _landed(each: PilotChange, policy: Policy) -> Draft:
    boundary = policy.boundary
    deployed = boundary.effective == "deployment" and boundary.environments
    environment = boundary.environments[0] if deployed else None
    standing = Standing.BYPASS if each.bypass else Standing.ALLOWED
    record = Landed(
        change=each.change,
        stage=boundary.effective,
        nature=each.nature,
        standing=standing if each.nature.is_io else Standing.NOT_IO,
        mode="shadow",  # what was passed by was a gate of the team's own
        environment=environment,
        route=ROUTE,
        required=REQUIRED,
        bypasses=(PassedBy("imported"),) if each.bypass else (),
        note=each.note,
    )
    key = "/".join(filter(None, ("landed", each.change, boundary.effective, environment)))
    return draft(record, each.effective, key)


def drill_drafts(log: Log[PilotDrill], told: Chronicle) -> list[Draft]:
    """Return what is to be written down of a drill log; raises as `change_drafts`."""
    known = drills_in(told)
    wrong = {line: d for line, d in log.rows.items() if known.get(d.drill, d) != d}
    log.sound(*(_otherwise(line, "drill_id", d.drill) for line, d in wrong.items()))
    return [_drilled(each) for each in log.rows.values() if each.drill not in known]


def _drilled(each: PilotDrill) -> Draft:
    record = Drilled(
        drill=each.drill,
        passed=each.success,
        change=each.change,
        rto=each.rto,
        rpo=each.rpo,
        self_reported=True,
        source=DRILLS,
        note=each.note,
    )
    return draft(record, each.at, f"drilled/{each.drill}")


def changes_in(told: Chronicle, policy: Policy) -> tuple[dict[str, PilotChange], tuple[str, ...]]:
    """Return the landings that the figures read, by change; and those that the pack cannot tell.

    The latter are those of which it is not known whether they are IOs. Of a change that landed in
    several places the first counts.
    """
    passed = {event.row.change for event in events(told)}
    found: dict[str, PilotChange] = {}
    unknown: dict[str, None] = {}
    boundary = policy.boundary
    rows = [r for r in told.rows() if r.route == ROUTE or r.stage == boundary.effective]
    first: dict[str, Row] = {}
    for row in rows:
        if row.change not in first or row.landed_at < first[row.change].landed_at:
            first[row.change] = row
    for change, row in first.items():
        if row.nature.is_io is None:
            unknown[change] = None
            continue
        bypass = change in passed or bool(row.bypasses) or row.standing in _PASSED
        found[change] = PilotChange(
            change, row.landed_at, row.closed_at, row.nature, bypass, row.note
        )
    return found, tuple(unknown)


def drills_in(told: Chronicle) -> dict[str, PilotDrill]:
    """Return all drills, by their id."""
    return {
        each.record.drill: PilotDrill(
            each.record.drill,
            each.record.change,
            each.at,
            each.record.rto,
            each.record.rpo,
            each.record.passed,
            each.record.note,
        )
        for each in told.told(Drilled)
    }


def imported(source: str, digest: str, rows: int, now: datetime) -> Draft:
    """Return the entry that says what was taken over."""
    return draft(Imported(source, digest, rows), now, f"imported/{digest}")


def changes_csv(
    items: Mapping[str, PilotChange], policy: Policy, logs: Sequence[Log[PilotChange]]
) -> str:
    """Return a change log; `logs` are those that were taken over, the newest first."""
    keys = CategoryKeys(policy)
    return spelt(
        items,
        pilot.CHANGES.required,
        logs,
        called=lambda each: each.change,
        values=lambda each: change_values(each, keys),
    )


def drills_csv(items: Mapping[str, PilotDrill], logs: Sequence[Log[PilotDrill]]) -> str:
    """Return a drill log; `logs` are those that were taken over, the newest first."""
    return spelt(
        items, pilot.DRILLS.required, logs, called=lambda each: each.drill, values=drill_values
    )
