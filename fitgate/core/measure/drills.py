"""RDPR, the rollback drill pass rate: whether the way back was walked, when it was due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fitgate.core.measure.landings import DAY
from fitgate.core.measure.reading import Estimator, Reading
from fitgate.core.measure.sample import Sample
from fitgate.core.measure.statistics import wilson
from fitgate.core.measure.validation_lag import share
from fitgate.core.records.controls import Drilled

LAST = 5
"""Drills that are looked at, unless a breaker on this figure says otherwise (S-RIOCS 5)."""
TOO_OLD = timedelta(days=180)
ESTIMATOR = Estimator(
    figure="rdpr",
    formula="passed / due, due = executed + missed",
    unit="share",
    state="drills that were due",
    boundary="",
    window=f"the last {LAST} due up to the end, none older than {TOO_OLD.days} days",
    statistics=(
        "passed", "executed", "passed_per_executed", "n_missed", "recency_days", "self_reported",
        "worst_recovery_minutes", "in_window", "n_in_window",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Due:
    """A drill that was due: executed with its record, or missed with none."""

    at: datetime
    seq: int
    drill: Drilled | None = None

    @property
    def passed(self) -> bool:
        return self.drill is not None and succeeded(self.drill)[0]


def rdpr(sample: Sample) -> Reading:
    """Measure how many of the last drills that were due have passed (fit.md 1.3, A5, A6).

    A missed drill is due and not passed. Without one that was due it is unknown.
    """
    known = sorted(_due(sample), key=lambda due: (due.at, due.seq))
    inside = [due for due in known if sample.window.holds(due.at)]
    last = [due for due in known if due.at > sample.window.end - TOO_OLD][-_last(sample) :]
    executed = [due.drill for due in last if due.drill is not None]
    passed = sum(due.passed for due in last)
    recent = max((due.at for due in known if due.drill is not None), default=None)
    recoveries = [drill.recovery / 60 for drill in executed if drill.recovery is not None]
    return sample.reading(
        replace(
            ESTIMATOR,
            boundary="drills of the way back"
            + (f" from changes of category {c}" if (c := sample.scope.category) else "")
            + "; passed when restored within RTO and RPO",
            window=ESTIMATOR.window.replace(str(LAST), str(_last(sample)), 1),
        ),
        share(passed, len(last)),
        len(last),
        interval=wilson(passed, len(last)),
        beside={
            "passed": passed,
            "executed": len(executed),
            "passed_per_executed": share(passed, len(executed)),
            "n_missed": len(last) - len(executed),
            "recency_days": None if recent is None else (sample.window.end - recent) / DAY,
            "self_reported": sum(succeeded(drill)[1] for drill in executed),
            "worst_recovery_minutes": max(recoveries, default=None),
            "in_window": share(sum(due.passed for due in inside), len(inside)),
            "n_in_window": len(inside),
        },
        why=f"no drill was due in the last {TOO_OLD.days} days",
        entries=(due.seq for due in last),
    )


def succeeded(drill: Drilled) -> tuple[bool, bool]:
    """Say whether a drill succeeded, and whether that is only somebody's word.

    Restored, recovery within RTO and loss within RPO, where measured; the flag counts only where
    that leaves it open (fit.md 1.3).
    """
    if drill.restored is False or _over(drill.recovery, drill.rto) or _over(drill.loss, drill.rpo):
        return False, drill.self_reported
    measured = drill.restored is True
    measured = measured and (drill.rto is None or drill.recovery is not None)
    measured = measured and (drill.rpo is None or drill.loss is not None)
    return (True, drill.self_reported) if measured else (drill.passed, True)


def _over(measured: int | None, limit: int | None) -> bool:
    return measured is not None and limit is not None and measured > limit


def _last(sample: Sample) -> int:
    asked = (b.when.last for b in sample.policy.breakers if b.when.metric == "rdpr")
    return next((last for last in asked if last is not None), LAST)


def _due(sample: Sample) -> list[_Due]:
    history, end, of = sample.history, sample.window.end, _changes(sample)
    executed = [
        _Due(told.at, told.seq, told.record)
        for told in history.drilled
        if told.at <= end and (of is None or told.record.change in of)
    ]
    missed = [
        _Due(told.at, told.seq)
        for told in history.missed
        if told.at <= end and (of is None or told.record.change in of)
    ]
    return executed + missed


def _changes(sample: Sample) -> frozenset[str] | None:
    """Return the changes that a drill must be of; None: it counts whatever it is of."""
    category = sample.scope.category
    if category is None:
        return None
    rows = sample.history.rows
    return frozenset(row.change for row in rows if category in row.nature.categories)
