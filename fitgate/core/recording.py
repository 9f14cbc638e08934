"""What is written down of a landing that was judged: its verdict, and that it took effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from fitgate.core.bypasses import LANDINGS, Before, Practice, is_push, passed_by
from fitgate.core.chronicle import Chronicle, Told
from fitgate.core.entries import Draft, moment
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.passage import UNSEEN, Passage
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature
from fitgate.core.records import draft
from fitgate.core.records.changes import (
    Decided,
    Judge,
    Landed,
    Reclassified,
    RegisterReviewed,
    Reverted,
    Said,
    Stage,
)
from fitgate.core.records.controls import GateChanged, PolicyChanged
from fitgate.core.register import RegisterEntry
from fitgate.core.review import Review
from fitgate.core.standing import Standing
from fitgate.core.values import Instant
from fitgate.core.verdict import Verdict

STAGES: dict[str, Stage] = {"deployment": "deployment", "release": "release"}
"""How a change landed → the stage at which it did; what is not named here was merged."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A landing, the verdict on it as of then, the policy that it was judged by, and its way.

    `forced`: it came by a forced push; null: that is not known. A clone's reflog tells; a hosted
    forge tells in the facts.
    """

    facts: Facts
    verdict: Verdict
    standing: Standing
    policy: Policy
    passage: Passage = UNSEEN
    forced: bool | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that judged last: the digest of its bytes, and the policy if it can be had."""

    digest: str
    policy: Policy | None


class Recorder:
    """Turns judgements into drafts, oldest first; it remembers how the team lands its changes."""

    def __init__(
        self,
        practice: Practice | None = None,
        in_force: InForce | None = None,
        decisions: Sequence[Told[Decided]] = (),
    ) -> None:
        self._practice = practice or Practice()
        self._in_force = in_force
        proposals = [told for told in decisions if told.record.of == "proposal"]
        # Who looks late decides as of the landing, but nobody could have read it by then.
        self._began = min((told.recorded_at for told in proposals), default=None)
        self._decided = {told.record.change: told.recorded_at for told in reversed(proposals)}
        self._proposals = proposals

    @classmethod
    def after(
        cls, told: Chronicle, at: datetime, policy: Callable[[str], Policy | None]
    ) -> Recorder:
        """Return one that knows what a ledger tells of the time before a moment.

        `policy` returns the one with a digest, if it can still be had.
        """
        earlier = (r for r in told.rows() if r.stage == "merge" and r.landed_at < at)
        before = sorted(earlier, key=lambda r: r.landed_at)
        practice = Practice()
        for row in before[-LANDINGS:]:
            practice.add(pushed=row.route == "push")
        changes = [change for change in told.told(PolicyChanged) if change.at < at]
        if not changes:
            return cls(practice, decisions=told.told(Decided))
        last = max(changes, key=lambda change: (change.at, change.seq)).record.after
        return cls(practice, InForce(last, policy(last)), told.told(Decided))

    def record(self, judged: Judgement) -> Iterator[Draft]:
        """Yield what is to be written down of the next landing."""
        yield from _policy_moves(self._in_force, judged)
        decided = decided_draft(judged.facts, judged.verdict, "landing")
        yield decided
        facts, verdict, change = judged.facts, judged.verdict, judged.facts.change
        landed_at = change.landed_at or facts.as_of
        undecided = self._is_undecided(change.id, landed_at)
        passage = self._told_by_us(judged.passage, change.id, landed_at)
        forced = judged.forced if facts.forge == "git" else _forced(facts)
        before = Before(
            self._practice, undecided, passage, self._let_go(change.id), forced=forced is True
        )
        stage = STAGES.get(change.landed_as or "", "merge")
        record = Landed(
            change=change.id,
            stage=stage,
            nature=nature_of(verdict),
            standing=judged.standing,
            mode=verdict.mode,
            layer=verdict.layer,
            environment=change.environment,
            commit=change.landing or change.head,
            number=change.number,
            route=change.landed_as,
            required=judged.policy.boundary.closure.checks or None,
            decided=decided.key,
            bypasses=passed_by(facts, verdict, judged.standing, judged.policy, before),
            forced=forced,
        )
        yield draft(record, landed_at, landed_key(change.id, stage, change.environment))
        if stage == "merge":  # how it is deployed tells nothing of how it was reviewed
            self._practice.add(pushed=is_push(facts))
        self._in_force = InForce(verdict.policy.digest, judged.policy)

    def _told_by_us(self, passage: Passage, change: str, landed_at: datetime) -> Passage:
        """Return how our check stood where the forge only tells how it stood later.

        It says what was decided last: only if that was no yes, it cannot have passed by then.
        """
        if passage.check != "later":
            return passage
        mine = (told for told in self._proposals if told.record.change == change)
        said = [told for told in mine if told.recorded_at <= landed_at]
        allowed = not said or said[-1].record.outcome is Outcome.ALLOW
        return replace(passage, check=None if allowed else "not-passed")

    def _let_go(self, change: str) -> tuple[datetime, ...]:
        """Return when it was decided that a change may pass; in shadow mode everything may."""
        mine = (told for told in self._proposals if told.record.change == change)
        passes = (t for t in mine if t.record.mode == "shadow" or t.record.outcome is Outcome.ALLOW)
        return tuple(told.recorded_at for told in passes)

    def _is_undecided(self, change: str, landed_at: datetime) -> bool:
        """Say whether nothing was decided on a change before it landed, though on others it was."""
        decided = self._decided.get(change)
        had_decided = self._began is not None and self._began < landed_at
        return had_decided and (decided is None or decided > landed_at)


def _forced(facts: Facts) -> bool | None:
    """Say whether a forge knows that it came by force; None: it was not told of the push itself."""
    change = facts.change
    return None if change.kind == "push" and change.branch is None else change.forced


def landed_key(change: str, stage: str, environment: str | None = None) -> str:
    """Return the key of the entry that a change took effect at a stage."""
    return "/".join(filter(None, ("landed", change, stage, environment)))


def decided_draft(facts: Facts, verdict: Verdict, of: Literal["proposal", "landing"]) -> Draft:
    """Return what is written down of a verdict."""
    key = f"decided/{facts.change.id}/{verdict.facts}/{verdict.policy.digest}"
    return draft(decided_record(facts, verdict, of), verdict.as_of, key)


def decided_record(facts: Facts, verdict: Verdict, of: Literal["proposal", "landing"]) -> Decided:
    """Return what an entry says of a verdict."""
    policy, decider = verdict.policy, verdict.decider
    return Decided(
        change=facts.change.id,
        of=of,
        outcome=verdict.outcome,
        mode=verdict.mode,
        nature=nature_of(verdict),
        content=verdict.digest,
        facts=verdict.facts,
        judge=Judge(policy.source, policy.commit, policy.digest, decider.version, decider.engine),
        layer=verdict.layer,
        eligible_at=verdict.eligible_at,
        findings=tuple(Said(f.gate, f.outcome, f.code) for f in verdict.findings),
    )


def reverted_draft(change: str, by: str, at: Instant) -> Draft:
    """Return what is written down of a change that another one undid."""
    return draft(Reverted(change, by), at, f"reverted/{change}/{by}")


def review_drafts(entry: RegisterEntry, reviews: Iterable[Review]) -> Iterator[Draft]:
    """Yield what people say of a register entry, and what its change counts as because of it."""
    change = entry.change_id
    for review in reviews:
        if review.is_of(entry):
            record = RegisterReviewed(change, review.status, review.by, review.why)
            key = f"register-reviewed/{change}/{review.by}/{moment(review.at)}"
            yield draft(record, review.at, key)
    told = entry.reclassified
    counting = [said for said in told.said if said.counts] if told else []
    if told is None or not counting or told.counted == entry.proposed:
        return
    last = counting[-1]
    counted = Reclassified(
        change,
        told.counted,
        last.by,
        last.why or "",
        lowered=any(said.lowers for said in counting),
        seconded_by=next((name for said in counting for name in said.seconded_by), None),
    )
    yield draft(counted, last.at, f"reclassified/{change}/{last.by}/{moment(last.at)}")


def nature_of(verdict: Verdict) -> Nature:
    """Return what a verdict says that the change is."""
    return Nature(verdict.is_io, verdict.categories, verdict.classes, verdict.io_sr)


def _policy_moves(before: InForce | None, judged: Judgement) -> Iterator[Draft]:
    """Yield that another policy judges now, and which of its gates went or came."""
    now, change = judged.verdict.policy, judged.facts.change
    then = before.digest if before else None
    if then == now.digest:
        return
    at = change.landed_at or judged.facts.as_of
    record = PolicyChanged(now.source, now.commit, then, now.digest, judged.verdict.mode)
    yield draft(record, at, f"policy-changed/{change.id}/{now.digest}")
    if before is not None and before.policy is not None:
        for moved in _gate_moves(before.policy, judged.policy):
            yield draft(moved, at, f"gate-changed/{moved.gate}/{change.id}")


def _gate_moves(before: Policy, after: Policy) -> Iterator[GateChanged]:
    """Yield which of FITGate's own gates one policy has weaker, or stronger, than the last."""
    if before.mode != after.mode:
        detail = f"{before.mode} → {after.mode}"
        yield _moved("mode", detail, weaker=after.mode == "shadow")
    had, has = ({gate.type for gate in policy.gates} for policy in (before, after))
    for gate in sorted(had ^ has):
        yield _moved(gate, "went" if gate in had else "came", weaker=gate in had)


def _moved(gate: str, detail: str, *, weaker: bool) -> GateChanged:
    return GateChanged(gate, "weakened" if weaker else "strengthened", detail=detail)
