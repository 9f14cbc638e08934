"""Rehearsals of the way back: what passes, what is due, what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft, moment
from fitgate.core.policy import DrillSchedule, Policy, RollbackWindow
from fitgate.core.records import draft
from fitgate.core.records.controls import Drilled, DrillMissed, DrillScheduled

MOST_MISSED = 1_000
"""Of one schedule so many are told at once; what is left is told the next time."""
BY_POLICY = "policy"
_SECOND = timedelta(seconds=1)


class Shortfall(StrEnum):
    """Why a drill did not pass."""

    NOT_RESTORED = "not-restored"
    RECOVERY_UNKNOWN = "recovery-unknown"
    TOO_SLOW = "too-slow"
    LOSS_UNKNOWN = "loss-unknown"
    LOST_TOO_MUCH = "lost-too-much"


@dataclass(frozen=True, slots=True)
class Objectives:
    """How long recovery may take and how much may be lost; None: nothing is asked."""

    rto: timedelta | None = None
    rpo: timedelta | None = None


def objectives(policy: Policy, name: str | None) -> Objectives:
    """Return what a drill must meet: of the schedule of that name, else of the gate.

    Where several rollback windows ask, it is the shorter.
    """
    schedule = next((s for s in policy.drills if s.name == name), None)
    terms = [g.drill for g in policy.gates if isinstance(g, RollbackWindow) and g.drill]
    rto = min((t.rto for t in terms if t.rto is not None), default=None)
    rpo = min((t.rpo for t in terms if t.rpo is not None), default=None)
    if schedule is None:
        return Objectives(rto, rpo)
    return Objectives(
        rto if schedule.rto is None else schedule.rto,
        rpo if schedule.rpo is None else schedule.rpo,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a drill; None: not known."""

    restored: bool | None
    recovery: timedelta | None = None
    loss: timedelta | None = None


def shortfalls(found: Measured, asked: Objectives) -> tuple[Shortfall, ...]:
    """Return why a drill did not pass; none: it did.

    Success is restored, within RTO, losing at most the RPO (fit.md 1.3); equal is within. What was
    not measured meets no objective.
    """
    return (
        *(() if found.restored else (Shortfall.NOT_RESTORED,)),
        *_over(found.recovery, asked.rto, Shortfall.RECOVERY_UNKNOWN, Shortfall.TOO_SLOW),
        *_over(found.loss, asked.rpo, Shortfall.LOSS_UNKNOWN, Shortfall.LOST_TOO_MUCH),
    )


def _over(
    measured: timedelta | None, limit: timedelta | None, unknown: Shortfall, over: Shortfall
) -> tuple[Shortfall, ...]:
    if limit is None or (measured is not None and measured <= limit):
        return ()
    return (unknown,) if measured is None else (over,)


def seconds(length: timedelta | None) -> int | None:
    """Return a length of time in whole seconds, rounded up: no drill gets faster by being told."""
    return None if length is None else -(-length // _SECOND)


def length(told: int | None) -> timedelta | None:
    """Return seconds as a length of time."""
    return None if told is None else timedelta(seconds=told)


@dataclass(frozen=True, slots=True)
class Due:
    """One rehearsal of a schedule: when it is or was due; `last` is when it was last done."""

    name: str
    due: datetime
    every: timedelta | None = None
    change: str | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to come, soonest first; what was missed and is not in the ledger as missed yet.

    `begins` are schedules of the policy that are seen for the first time: until their first date is
    in the ledger nothing of theirs can be missed.
    """

    ahead: tuple[Due, ...] = ()
    missed: tuple[Due, ...] = ()
    begins: tuple[Due, ...] = ()

    def drafts(self) -> list[Draft]:
        """Return what is to be written down, so that all of it is known to the ledger."""
        return [*map(_missed, self.missed), *map(_begun, self.begins)]


def _missed(each: Due) -> Draft:
    key = f"drill-missed/{each.name}/{moment(each.due)}"
    return draft(DrillMissed(each.name, each.change), each.due, key)


def _begun(each: Due) -> Draft:
    record = DrillScheduled(each.name, seconds(each.every), each.change, BY_POLICY)
    return draft(record, each.due, scheduled_key(each.name, each.due))


def scheduled_key(name: str, at: datetime) -> str:
    """Return what a rehearsal that is due then is called by."""
    return f"drill-scheduled/{name}/{moment(at)}"


def due(policy: Policy, chronicle: Chronicle, as_of: datetime) -> Agenda:
    """Return which rehearsals are due and which were missed, as of a moment.

    A schedule is due again `every` so long after it was last done, or was last missed; one without
    `every` is due once. It is missed when the time is over and it was not done, whatever came of
    doing it. The chronicle has to hold entries whose time is yet to come: those are the schedules.
    """
    schedules = {schedule.name: schedule for schedule in policy.drills}
    words = {w.record.name: w for w in chronicle.told(DrillScheduled) if w.recorded_at <= as_of}
    missed = {m.record.name: m for m in chronicle.told(DrillMissed) if m.recorded_at <= as_of}
    drilled = [d for d in chronicle.told(Drilled) if d.at <= as_of]
    plans = [
        _plan(_Known(name, schedules.get(name), words.get(name), missed.get(name)), drilled, as_of)
        for name in dict.fromkeys([*schedules, *words])
    ]
    ahead = sorted((d for plan in plans for d in plan.ahead), key=lambda d: (d.due, d.name))
    return Agenda(
        ahead=tuple(ahead),
        missed=tuple(d for plan in plans for d in plan.missed),
        begins=tuple(d for plan in plans for d in plan.begins),
    )


class _Known(NamedTuple):
    """All that is said of one schedule: by the policy, and last by the ledger."""

    name: str
    schedule: DrillSchedule | None
    word: Told[DrillScheduled] | None
    missed: Told[DrillMissed] | None


def _plan(known: _Known, drilled: Sequence[Told[Drilled]], as_of: datetime) -> Agenda:
    name, schedule, word, missed = known
    change = word.record.change if word else None
    done = sorted(d.at for d in drilled if _is_of(d.record, name, change))
    last = done[-1] if done else None
    every = schedule.every if schedule else length(word.record.every) if word else None
    every = every or None  # a schedule of no length would be due without end
    if word is None:
        planned = last and _then(last, every)
        first = planned if planned and planned > as_of else _then(as_of, every)
        begins = () if first is None else (Due(name, first, every, change, last),)
        return Agenda(begins, (), begins)
    if schedule is None and word.record.source == BY_POLICY:
        return Agenda()
    if missed is not None and missed.seq > word.seq:
        since, at = missed.at, _then(missed.at, every)
    else:
        since, at = min(word.recorded_at, word.at), word.at
    dates, ahead = _walk(at, every, [d for d in done if d > since], as_of)
    return Agenda(
        () if ahead is None else (Due(name, ahead, every, change, last),),
        tuple(Due(name, date, every, change, last) for date in dates),
    )


def _is_of(drill: Drilled, name: str, change: str | None) -> bool:
    return drill.name == name or (change is not None and drill.change == change)


def _walk(
    at: datetime | None, every: timedelta | None, done: Sequence[datetime], as_of: datetime
) -> tuple[list[datetime], datetime | None]:
    """Return which dates were missed, and the next one; None: there is none, or not yet told.

    `done` are the drills since the schedule was last heard of, in their order.
    """
    missed: list[datetime] = []
    for end in (*done, None):
        while at is not None and at < (end or as_of) and len(missed) < MOST_MISSED:
            missed.append(at)
            at = _then(at, every)
        if len(missed) == MOST_MISSED:
            return missed, None
        if end is not None and at is not None:
            at = _then(end, every)
    return missed, at


def _then(at: datetime, every: timedelta | None) -> datetime | None:
    """Return when it is due again; None: never, or beyond what a calendar holds."""
    try:
        return None if every is None else at + every
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is to be run: the way back, what tells that it is all there, what tells the loss."""

    command: tuple[str, ...]
    limit: timedelta
    verify: tuple[str, ...] = ()
    loss: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it: how it went in words (`went`), and what the commands said, cut in length."""

    found: Measured
    went: str
    log: bytes
