"""From a command to what is to be written down, or why nobody is to do that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from fitgate.core.chronicle import Chronicle
from fitgate.core.commands.asked import (
    Asked,
    Command,
    Comment,
    Evaluate,
    Explain,
    FollowUp,
    Help,
    Override,
    Rationale,
    Recheck,
    Reclassify,
    Rehearse,
    Speaker,
)
from fitgate.core.commands.entitled import ENTITLED, SETTLING, Refusal, refused
from fitgate.core.commands.reclassifying import reclassification, settles
from fitgate.core.drills import Measured, Objectives, objectives, seconds, shortfalls
from fitgate.core.entries import Draft
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.followups import open_follow_ups
from fitgate.core.policy import Policy
from fitgate.core.recall import reclassifications
from fitgate.core.reclassification import Reclassification
from fitgate.core.records import Record, draft, record_of
from fitgate.core.records.changes import (
    Evaluated,
    FollowUpClosed,
    Landed,
    Overridden,
    RationaleGiven,
    RegisterReviewed,
)
from fitgate.core.records.controls import Drilled
from fitgate.core.remedies import plain
from fitgate.core.shapes import did_you_mean
from fitgate.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Situation:
    """All that commands in one comment are weighed by; `words` is what was said in it so far."""

    comment: Comment
    speaker: Speaker
    facts: Facts
    verdict: Verdict
    policy: Policy
    told: Chronicle
    now: datetime
    words: tuple[Reclassification, ...] = ()

    @property
    def change(self) -> str:
        """Return the id of the change that the comment is on."""
        return self.facts.change.id

    @property
    def has_landed(self) -> bool:
        """Say whether the change took effect before this was said, or stands as landed already."""
        landed_at = self.facts.change.landed_at
        if landed_at is None:
            return False
        recorded = any(told.record.change == self.change for told in self.told.told(Landed))
        return recorded or landed_at <= self.comment.at


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a line that asks for something: entries, or why there are none.

    Neither: it asks for an answer alone.
    """

    asked: Asked
    drafts: tuple[Draft, ...] = ()
    refusal: Refusal | None = None

    @property
    def is_good(self) -> bool:
        """Say whether it was done."""
        return self.refusal is None and not self.asked.problems


def key_of(comment: int, place: int, part: str = "") -> str:
    """Return the key of the entry of a comment's command; `place` counts commands from 1.

    The same comment read twice is one entry, whatever it has become meanwhile.
    """
    return "/".join(filter(None, (f"comment/{comment}/{place}", part)))


def carry_out(asked: Sequence[Asked], here: Situation) -> tuple[Result, ...]:
    """Weigh the commands of a comment, in their order; what one says counts for the next."""
    results: list[Result] = []
    for place, each in enumerate(asked, start=1):
        if each.command is None:
            results.append(Result(each))
            continue
        found = _weighed(each.command, each.name, place, here)
        if isinstance(found, Refusal):
            results.append(Result(each, refusal=found))
            continue
        results.append(Result(each, tuple(found)))
        here = replace(here, words=(*here.words, *_words(found)))
    return tuple(results)


def _words(drafts: Sequence[Draft]) -> Iterator[Reclassification]:
    """Yield what drafts say that the change is."""
    for each in drafts:
        record = record_of(each)
        if isinstance(record, RegisterReviewed):
            is_io = record.status != "disputed"
            yield Reclassification(record.by, each.at, record.why, is_io, record.categories)


def _weighed(  # noqa: PLR0911 - one branch a command
    command: Command, name: str, place: int, here: Situation
) -> Refusal | Sequence[Draft]:
    settling = isinstance(command, Reclassify) and settles(command, here.verdict)
    entitlement = SETTLING if settling else ENTITLED[name]
    if why := refused(entitlement, here.speaker, here.facts, here.policy):
        return why
    by = here.speaker.person.id
    match command:
        case Rationale(why_so):
            record = RationaleGiven(here.change, by, why_so)
            return Refusal.of("landed") if here.has_landed else _one(record, place, here)
        case Override():
            return _overridden(command.why, place, here, (command.long, command.until))
        case Reclassify(said) if settling:
            return _overridden(said, place, here, settling=True)
        case Reclassify():
            return _reclassified(command, place, here)
        case Evaluate():
            return _one(_evaluated(command, here), place, here)
        case Rehearse():
            return _drilled(command, place, here)
        case FollowUp(note):
            is_open = any(row.change == here.change for row in open_follow_ups(here.told))
            done = FollowUpClosed(here.change, by, note)
            return _one(done, place, here) if is_open else Refusal.of("no-follow-up")
        case Recheck() | Explain() | Help():
            return _answered(command, here)
        case _ as never:
            assert_never(never)


def _answered(command: Recheck | Explain | Help, here: Situation) -> Refusal | Sequence[Draft]:
    """Write nothing down: it is an answer that is asked for."""
    rules = [rule.id for rule in here.policy.rules]
    rule = command.rule if isinstance(command, Explain) else None
    if rule is None or rule in rules:
        return ()
    named = did_you_mean(rule, rules) or "it has none"
    return Refusal.of("no-such-rule", rule=rule, rules=named)


def _one(record: Record, place: int, here: Situation) -> Sequence[Draft]:
    return (draft(record, here.comment.at, key_of(here.comment.id, place)),)


def _overridden(
    why: str,
    place: int,
    here: Situation,
    asked: tuple[timedelta | None, datetime | None] = (None, None),
    *,
    settling: bool = False,
) -> Refusal | Sequence[Draft]:
    """Break the glass, or settle that what cannot be told is no IO: for this content, for a time.

    What could not even be listed has no content to be bound to: only that question can be settled.
    """
    if here.has_landed:
        return Refusal.of("landed")
    content, verdict = here.facts.change.digest, here.verdict
    if not settling and (why_not := _needs_no_override(verdict, content)):
        return why_not
    until = _until(here, *asked)
    if isinstance(until, Refusal):
        return until
    record = Overridden(
        here.change, here.speaker.person.id, why, until, content,
        "not-io" if settling else None,
    )  # fmt: skip
    return _one(record, place, here)


def _needs_no_override(verdict: Verdict, content: str | None) -> Refusal | None:
    if verdict.is_io is False:
        return Refusal.of("not-an-io")
    if verdict.is_io is None:
        return Refusal.of("to-be-settled")
    if verdict.outcome is Outcome.ALLOW:
        return Refusal.of("nothing-held")
    return Refusal.of("content-unknown") if content is None else None


def _until(here: Situation, long: timedelta | None, until: datetime | None) -> datetime | Refusal:
    """Return until when an override counts: from when it was said, and no longer than may be."""
    most, said = here.policy.override.expires, here.comment.at
    length = until - said if until is not None else most if long is None else long
    if length > most:
        return Refusal.of("too-long", most=plain(most))
    if said + length <= here.now:
        return Refusal.of("over-already", until=plain(said + length))
    return said + length


def _reclassified(command: Reclassify, place: int, here: Situation) -> Refusal | Sequence[Draft]:
    words = (*reclassifications(here.change, here.told, here.now), *here.words)
    facts = replace(here.facts, reclassified=words)
    by = here.speaker.person.id
    found = reclassification(command, facts, here.policy, by, here.comment.at)
    if isinstance(found, Refusal):
        return found
    parts = zip(found, ("", "counted"), strict=False)
    keys = (key_of(here.comment.id, place, part) for _, part in parts)
    return [draft(each, here.comment.at, key) for each, key in zip(found, keys, strict=True)]


def _evaluated(command: Evaluate, here: Situation) -> Evaluated:
    landed = here.facts.change.landed_at is not None
    return Evaluated(
        here.change,
        command.name,
        "passed" if command.passed else "failed",
        pre_landing=not landed,
        source=_source(here),
        commit=None if landed else here.facts.change.head,
        evidence=command.evidence,
    )


def _source(here: Situation) -> str:
    return f"comment {here.comment.id} by {here.speaker.person.id}"


def _drilled(command: Rehearse, place: int, here: Situation) -> Refusal | Sequence[Draft]:
    """Take somebody's word for a drill; one that by its own figures failed is no pass."""
    asks = objectives(here.policy, command.name)
    known = Objectives(
        None if command.recovery is None else asks.rto, None if command.loss is None else asks.rpo
    )
    found = Measured(command.passed or None, command.recovery, command.loss)
    if command.passed and shortfalls(found, known):
        return Refusal.of("no-pass", over="; ".join(_over(found, known)))
    record = Drilled(
        drill=f"comment-{here.comment.id}-{place}",
        passed=command.passed,
        name=command.name,
        change=here.change,
        restored=found.restored,
        recovery=seconds(found.recovery),
        loss=seconds(found.loss),
        rto=seconds(asks.rto),
        rpo=seconds(asks.rpo),
        self_reported=True,
        source=_source(here),
        note=command.note,
    )
    return _one(record, place, here)


def _over(found: Measured, asked: Objectives) -> Iterator[str]:
    for what, told, most in (
        ("recovery", found.recovery, asked.rto), ("loss", found.loss, asked.rpo)
    ):  # fmt: skip
        if told is not None and most is not None and told > most:
            yield f"{what} {plain(told)}, and the policy allows {plain(most)}"
