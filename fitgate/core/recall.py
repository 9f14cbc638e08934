"""What the ledger remembers that bears on a change, put into its facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from fitgate.core.breaker.recorded import states
from fitgate.core.chronicle import Chronicle
from fitgate.core.deploying import recalled
from fitgate.core.facts import Drill, Evaluation, Facts, Override
from fitgate.core.policy import Policy
from fitgate.core.records.changes import Decided, Evaluated, Overridden
from fitgate.core.records.controls import Drilled, DrillScheduled

RECALLED = frozenset({"drills", "overrides", "breakers"})
"""What is known of every change once there is a ledger; `evaluations` only where some were told."""


def recall(facts: Facts, told: Chronicle, policy: Policy) -> Facts:
    """Return the facts with the drills, overrides, breakers and evaluations on record as of then.

    What the forge itself said of any of them stands.
    """
    breakers = states(policy, told, facts.as_of, facts.change.environment)
    evaluations = tuple(_evaluations(facts, told)) or None
    known = replace(
        facts,
        drills=tuple(_drills(facts, told)) if facts.drills is None else facts.drills,
        overrides=tuple(_overrides(facts, told)) if facts.overrides is None else facts.overrides,
        breakers=breakers if facts.breakers is None else facts.breakers,
        evaluations=evaluations if facts.evaluations is None else facts.evaluations,
    )
    answered = RECALLED | ({"evaluations"} if known.evaluations is not None else set())
    known = replace(known, unknown=tuple(u for u in facts.unknown if u.what not in answered))
    return recalled(known, told)


def _drills(facts: Facts, told: Chronicle) -> Iterator[Drill]:
    """Yield the rehearsals that were done, and those that are planned."""
    for done in told.told(Drilled):
        if done.at <= facts.as_of:
            drill = done.record
            yield Drill(
                drill.drill, done.at, drill.passed, _length(drill.recovery), _length(drill.loss)
            )
    for planned in told.told(DrillScheduled):
        if planned.recorded_at <= facts.as_of < planned.at:
            yield Drill(planned.record.name, planned.at)


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _overrides(facts: Facts, told: Chronicle) -> Iterator[Override]:
    """Yield who broke the glass for this change or this content; one landing uses it up."""
    change = facts.change
    landed = {
        t.record.content
        for t in told.told(Decided)
        if t.record.of == "landing" and t.at < facts.as_of and t.record.change != change.id
    }
    for said in told.told(Overridden):
        record = said.record
        meant = record.change == change.id or record.content is not None
        if meant and said.at <= facts.as_of:
            yield Override(
                record.by,
                record.reason,
                record.until,
                record.content,
                used=record.content is not None and record.content in landed,
            )


def _evaluations(facts: Facts, told: Chronicle) -> Iterator[Evaluation]:
    for ended in told.told(Evaluated):
        record = ended.record
        if record.change == facts.change.id and ended.at <= facts.as_of:
            yield Evaluation(record.name, record.result, ended.at)
