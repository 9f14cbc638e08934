"""The pilot report filled from the ledger: what landed, what it came to, what it asks for next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fitgate.core.bypasses import Event, events
from fitgate.core.chronicle import Chronicle, Row, Told
from fitgate.core.measure.reading import Band, Figure, Reading, Window
from fitgate.core.pilots.report import Counterfactual, Deliverable, Proposal, Report, Risk, Step
from fitgate.core.policy import Policy, RollbackWindow
from fitgate.core.records.changes import RegisterReviewed
from fitgate.core.records.controls import Drilled, PilotStarted

LENGTH = timedelta(weeks=2)
LABELLED = timedelta(days=30)
"""The register is labelled back at least so far (fit.md 3.3, D2: 30 to 90 days)."""


def started(told: Chronicle) -> Told[PilotStarted] | None:
    """Return the pilot that was begun last."""
    return max(told.told(PilotStarted), key=lambda pilot: pilot.seq, default=None)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a report is about: a ledger, its pilot, the policy, and when its changes landed."""

    told: Chronicle
    pilot: Told[PilotStarted]
    policy: Policy
    window: Window


def report(
    observed: Observed, readings: Sequence[Reading], cases: Sequence[Counterfactual]
) -> Report:
    """Fill the report from what was observed, what it came to, and what a slow gate had held."""
    told, pilot = observed.told, observed.pilot
    policy, window = observed.policy, observed.window
    rows = [row for row in told.rows() if window.holds(row.landed_at)]
    ios = [row for row in rows if row.nature.is_io]
    bypasses = [event for event in events(told) if window.holds(event.at)]
    terms = next((g.drill for g in policy.gates if isinstance(g, RollbackWindow)), None)
    known = {reading.figure: reading for reading in readings}
    risks = tuple(_risks(ios, bypasses, pilot.at))
    drill = _drill(told, window)
    return Report(
        system=pilot.record.system or policy.system,
        mode=pilot.record.mode,
        reviewer=pilot.record.reviewer,
        window=window,
        pilot=Window(pilot.at, pilot.record.until),
        objectives=(terms.rto, terms.rpo) if terms else (None, None),
        boundary=next((r.estimator.boundary for r in readings), ""),
        readings=tuple(readings),
        changes=len(rows),
        ios=len(ios),
        unknown=sum(row.nature.is_io is None for row in rows),
        risks=risks,
        bypasses=tuple(dict.fromkeys(event.passed.how for event in bypasses)),
        drill=drill,
        cases=tuple(cases),
        undone=sum(_is_undone(row) for row in ios),
        proposals=tuple(_proposals(policy, known)),
        step=_step(known, bypasses),
        limits=tuple(_limits(rows, known, drill)),
        deliverables=tuple(_deliverables(told, pilot, rows, drill, cases)),
    )


def _risks(ios: Sequence[Row], bypasses: Sequence[Event], begun: datetime) -> Iterator[Risk]:
    """Yield what happened to each category, the most frequent first; an IO of two counts twice."""
    counts = Counter(category for row in ios for category in row.nature.categories)
    passed = {event.row.change for event in bypasses}
    for category, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        of_it = [row for row in ios if category in row.nature.categories]
        yield Risk(
            category,
            ios=n,
            undone=sum(_is_undone(row) for row in of_it),
            open=sum(row.required is not None and row.closed_at is None for row in of_it),
            bypassed=sum(row.change in passed for row in of_it),
            recent=sum(row.landed_at > begun for row in of_it),
        )


def _is_undone(row: Row) -> bool:
    return row.reverted_at is not None or bool(row.incidents)


def _drill(told: Chronicle, window: Window) -> Told[Drilled] | None:
    """Return the drill to tell in detail: the last one that was measured, else the last one."""
    done = [drill for drill in told.told(Drilled) if window.holds(drill.at)]
    return max(done, key=lambda d: (not d.record.self_reported, d.at, d.seq), default=None)


def _proposals(policy: Policy, known: Mapping[Figure, Reading]) -> Iterator[Proposal]:
    """Yield first thresholds: what was observed where it was, else what the policy says.

    A lag at or below nine tenths of those seen is usual here: that is yellow, and three times it is
    red (fit.md 1.9, MAP 4). The pass rate of drills and the bypasses a week are what was agreed.
    """
    lag = known.get("vl_hours")
    p90 = lag.beside.get("p90") if lag is not None and lag.value is not None else None
    set_ = {name: (t.yellow, t.red) for name, t in policy.thresholds.items()}
    if p90 is not None and p90 > 0:
        yellow = 12.0 * -(-p90 // 12)
        yield Proposal("vl_hours", yellow, 3 * yellow, observed=True)
    else:
        yield _agreed("vl_hours", set_, (72, 216))
    yield _agreed("rdpr", set_, (0.8, 0.5))
    yield _agreed("gbr_per_week", set_, (1, 3))


def _agreed(
    figure: Figure,
    told: Mapping[str, tuple[float | None, float | None]],
    usual: tuple[float, float],
) -> Proposal:
    yellow, red = told.get(figure, usual)
    return Proposal(
        figure,
        usual[0] if yellow is None else yellow,
        usual[1] if red is None else red,
        observed=False,
    )


def _step(known: Mapping[Figure, Reading], bypasses: Sequence[Event]) -> Step:
    """Choose the one next step: first what is missing altogether, then what is worst."""
    drills, lag = known.get("rdpr"), known.get("vl_hours")
    if drills is None or drills.band in {Band.UNKNOWN, Band.RED, Band.YELLOW}:
        return "drills"
    if bypasses:
        return "gate"
    if lag is None or lag.band is Band.UNKNOWN:
        return "evaluator"
    return "breaker"


def _limits(
    rows: Sequence[Row], known: Mapping[Figure, Reading], drill: Told[Drilled] | None
) -> Iterator[str]:
    """Yield the three limits that weigh most here, worst first."""
    told: list[str] = []
    lag = known.get("vl_hours")
    if lag is None or lag.value is None:
        told.append("no-closure")
    if any(row.nature.is_io is None for row in rows):
        told.append("unknown-changes")
    if any(row.standing == "unjudged" for row in rows):
        told.append("unjudged")
    if drill is None:
        told.append("no-drill")
    elif drill.record.self_reported:
        told.append("self-reported-drill")
    if all(row.note != "" or row.commit is not None for row in rows):
        told.append("from-a-clone")
    yield from told[:3]


def _deliverables(
    told: Chronicle,
    pilot: Told[PilotStarted],
    rows: Sequence[Row],
    drill: Told[Drilled] | None,
    cases: Sequence[Counterfactual],
) -> Iterator[Deliverable]:
    back = pilot.at - min((row.landed_at for row in told.rows()), default=pilot.at)
    ios = {row.change for row in rows if row.nature.is_io}
    reviewed = {t.record.change for t in told.told(RegisterReviewed)} & ios
    measured = drill is not None and drill.record.rto is not None and drill.record.rpo is not None
    yield Deliverable("D1", bool(rows), "dashboard")
    yield Deliverable("D2", back >= LABELLED, f"{len(reviewed)} of {len(ios)}")
    # What hangs on when a change was last pushed is no proof: it is shown, and not called done.
    sure = sum(case.pushed_within is None for case in cases)
    yield Deliverable("D3", True if sure else None, f"{sure} sure, {len(cases) - sure} perhaps")
    yield Deliverable("D4", measured, drill.record.drill if drill else "")
    yield Deliverable("D5", done=True, what="report")
