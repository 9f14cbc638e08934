"""What the ledger remembers that bears on a change, put into its facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from fitgate.core.breaker.recorded import states
from fitgate.core.chronicle import Chronicle
from fitgate.core.deploying import recalled
from fitgate.core.facts import Drill, Evaluation, Facts, Override, Trailer
from fitgate.core.policy import Policy
from fitgate.core.reclassification import Reclassification
from fitgate.core.records.changes import (
    Decided,
    Evaluated,
    Overridden,
    RationaleGiven,
    RegisterReviewed,
)
from fitgate.core.records.controls import Drilled, DrillScheduled

RECALLED = frozenset({"drills", "overrides", "breakers"})
"""What is known of every change once there is a ledger; `evaluations` only where some were told."""


def recall(facts: Facts, told: Chronicle, policy: Policy) -> Facts:
    """Return the facts with all that is on record as of then.

    That is drills, overrides, breakers, evaluations, rationales, and what people say that it is.
    What the forge itself said of any of them stands.
    """
    breakers = states(policy, told, facts.as_of, facts.change.environment)
    said = tuple(_rationales(facts, told))
    evaluations: tuple[Evaluation, ...] | None = (
        *(facts.evaluations or ()),
        *_evaluations(facts, told),
    )
    if facts.evaluations is None and (facts.forge != "git" or not evaluations):
        evaluations = None  # a forge that could not be read may know of others that failed
    known = replace(
        facts,
        change=replace(facts.change, trailers=(*facts.change.trailers, *said)),
        reclassified=(*facts.reclassified, *reclassifications(facts.change.id, told, facts.as_of)),
        drills=tuple(_drills(facts, told)) if facts.drills is None else facts.drills,
        overrides=tuple(_overrides(facts, told)) if facts.overrides is None else facts.overrides,
        breakers=breakers if facts.breakers is None else facts.breakers,
        evaluations=evaluations,
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
    """Yield who broke the glass for this change or this content; one landing uses it up.

    What was said of another change and has run out, or is used up, can count for nothing here.
    """
    change = facts.change
    landed = {
        t.record.content
        for t in told.told(Decided)
        if t.record.of == "landing" and t.at < facts.as_of and t.record.change != change.id
    }
    for said in told.told(Overridden):
        record = said.record
        used = record.content is not None and record.content in landed
        live = record.content is not None and not used and facts.as_of < record.until
        if (record.change == change.id or live) and said.at <= facts.as_of:
            yield Override(
                record.by, record.reason, record.until, record.content, used, record.settles
            )


def _evaluations(facts: Facts, told: Chronicle) -> Iterator[Evaluation]:
    """Yield how evaluations ended last that the forge knows nothing of, each once."""
    known = {evaluation.name for evaluation in facts.evaluations or ()}
    last: dict[str, Evaluation] = {}
    for ended in sorted(told.told(Evaluated), key=lambda each: (each.at, each.seq)):
        record = ended.record
        of_it = record.change == facts.change.id and record.commit in {None, facts.change.head}
        if of_it and ended.at <= facts.as_of and record.name not in known:
            last[record.name] = Evaluation(record.name, record.result, ended.at)
    yield from last.values()


def _rationales(facts: Facts, told: Chronicle) -> Iterator[Trailer]:
    """Yield why the change must be made, as a description would declare it."""
    for given in told.told(RationaleGiven):
        record = given.record
        if record.change == facts.change.id and given.at <= facts.as_of and record.why:
            yield Trailer("IO-Rationale", record.why, f"said by {record.by or 'somebody'}")


def reclassifications(change: str, told: Chronicle, as_of: datetime) -> Iterator[Reclassification]:
    """Yield what people had said by then that a change is, the earliest word first."""
    for said in sorted(told.told(RegisterReviewed), key=lambda each: (each.at, each.seq)):
        record = said.record
        if record.change == change and said.at <= as_of:
            is_io = record.status != "disputed"
            if not is_io or record.categories is not None:
                yield Reclassification(record.by, said.at, record.why, is_io, record.categories)
