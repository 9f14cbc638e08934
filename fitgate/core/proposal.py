"""The entry that FITGate proposes for a change; people confirm, amend or dispute it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from fitgate.core.facts import Change, Facts
from fitgate.core.findings import Finding, Match, Outcome
from fitgate.core.policy import Breaker, ChangeClass, Policy, SlowAuthority
from fitgate.core.register import (
    Approvals,
    Bypass,
    CircuitBreaker,
    Evidence,
    JudgedBy,
    Proof,
    RegisterEntry,
    Thresholds,
)
from fitgate.core.standing import Standing
from fitgate.core.values import Scalar
from fitgate.core.verdict import Verdict

LONGEST = 500
"""Characters of a stranger's text that an entry keeps; a minified line can have a million."""
WHY_BY_CLASS: Mapping[ChangeClass, str] = {
    "T": "escalates update tempo without matching governance",
    "R": "reduces rollback feasibility",
    "C": "shifts authority outside audit/override",
    "D": "creates downstream entanglement",
}
"""The pilot pack's vocabulary."""
EVIDENCE = {
    "config_or_data_lineage": "config-or-data-lineage",
    "closure_definition": "closure-definition",
    "evaluation_plan": "evaluation-plan",
    "rollback_procedure": "rollback-plan",
    "rollback_drill": "rollback-drill",
    "rollback_artifact": "rollback-artifact",
}
"""What the canonical schema asks for, and the trailer that declares it."""
_FINDINGS = {
    "evaluation_plan": "evaluation-plan-",
    "closure_definition": "closure-",
    "rollback_procedure": "plan-",
    "rollback_drill": "drill-",
    "rollback_artifact": "artifact-",
}

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HOTFIX = re.compile(r"\bhot-?fix(es)?\b", re.IGNORECASE)


def entry_of(
    facts: Facts,
    verdict: Verdict,
    standing: Standing | None,
    policy: Policy,
    sentences: Sequence[str],
) -> RegisterEntry:
    """Propose the entry for a change; `sentences` say the verdict's matches, in their order."""
    change = facts.change
    moment = change.landed_at or facts.as_of
    delays = [gate.cooldown for gate in policy.gates if isinstance(gate, SlowAuthority)]
    slow = any(f.gate == "slow-authority" for f in verdict.findings)
    return RegisterEntry(
        change_id=change.id,
        date_utc=moment.date(),
        owner=None,
        system=policy.system or None,
        description=_short(change.title),
        io_category=verdict.categories,
        why_io=tuple(_why(verdict, policy)),
        required_evidence={key: _evidence(key, change, verdict.findings) for key in EVIDENCE},
        approvals=_approvals(facts),
        cooldown_hours=max(delays) / timedelta(hours=1) if delays and slow else None,
        circuit_breakers=tuple(map(circuit_breaker, policy.breakers)),
        thresholds=_thresholds(policy.breakers),
        bypass_events=tuple(_bypasses(verdict, standing)),
        notes=None,
        is_io=verdict.is_io,
        sha=change.head,
        number=change.number,
        landed_at=change.landed_at,
        landed_as=change.landed_as,
        classes=verdict.classes,
        io_sr=verdict.io_sr,
        layer=verdict.layer,
        standing=standing,
        outcome=verdict.outcome,
        judged_by=JudgedBy(verdict.policy.source, verdict.policy.commit, verdict.mode),
        matches=tuple(map(_proof, verdict.matches, sentences)),
        findings=verdict.findings,
        reverted_by=None,
        hotfix=_is_hotfix(change),
        grounds=verdict.grounds,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _why(verdict: Verdict, policy: Policy) -> Iterator[str]:
    hit = {match.rule for match in verdict.matches}
    said = [rule.why for rule in policy.rules if rule.id in hit]
    yield from dict.fromkeys([*said, *(WHY_BY_CLASS[c] for c in verdict.classes)])


def _evidence(key: str, change: Change, findings: Iterable[Finding]) -> Evidence | None:
    declared = [t.value.strip() for t in change.trailers if t.key.lower() == EVIDENCE[key]]
    start = _FINDINGS.get(key)
    codes = [f.code for f in findings if start and f.code.startswith(start)]
    if not declared and not codes:
        return None
    status = codes[0].removeprefix(start or "") if codes else "declared"
    return evidence(declared[0], status) if declared else Evidence(None, None, status)


def evidence(said: str, status: str) -> Evidence:
    """Make evidence of what somebody wrote: a place if it looks like one, else words."""
    said = _short(said)
    digest = _DIGEST.search(said)
    found = digest.group() if digest else None
    return Evidence(None, found, status, said) if " " in said else Evidence(said, found, status)


def _approvals(facts: Facts) -> Approvals:
    signed: dict[str, str] = {}
    for approval in facts.approvals or ():
        person = facts.person(approval.by)
        for role in person.roles or ():
            signed.setdefault(role.replace("_", "-"), person.login or person.id)
    safety = ("safety-owner", "assurance-owner", "safety-or-assurance-owner")
    return Approvals(
        signed.get("release-owner"), next((signed[r] for r in safety if r in signed), None)
    )


def circuit_breaker(breaker: Breaker) -> CircuitBreaker:
    """Return a breaker as the register tells it, its trigger in words."""
    when = breaker.when
    sign = "<" if when.metric == "rdpr" else ">"
    parts = [when.metric if when.limit is None else f"{when.metric} {sign} {when.limit:g}"]
    if when.consecutive:
        parts.append(f"{when.consecutive} in a row")
    if when.last:
        parts.append(f"of the last {when.last}")
    if when.any_unauthorised:
        parts.append("or any unauthorised")
    return CircuitBreaker(breaker.name, ", ".join(parts), breaker.then)


def _thresholds(breakers: Iterable[Breaker]) -> Thresholds:
    limits = {b.when.metric: b.when.limit for b in breakers if b.when.limit is not None}
    rdpr = limits.get("rdpr")
    percent = None if rdpr is None else round(rdpr * 100, 6)
    return Thresholds(limits.get("vl_hours"), percent, limits.get("gbr_per_week"))


def _bypasses(verdict: Verdict, standing: Standing | None) -> Iterator[Bypass]:
    against = [f.gate for f in verdict.findings if f.outcome is not Outcome.ALLOW]
    passed_by = tuple(dict.fromkeys(against))
    if standing is Standing.BYPASS:
        yield Bypass(passed_by, reason=None, approved_by=None)
    for found in verdict.findings:
        if found.code == "override-used":
            by, reason = found.params.get("by"), found.params.get("reason")
            yield Bypass(passed_by, _short(str(reason)), str(by))


def _proof(match: Match, sentence: str) -> Proof:
    return Proof(
        match.rule,
        match.category,
        match.kind,
        match.file,
        match.line,
        match.key,
        _kept(match.before),
        _kept(match.after),
        sentence=sentence,
    )


def _kept(value: Scalar) -> Scalar:
    return _short(value) if isinstance(value, str) else value


def _is_hotfix(change: Change) -> bool | None:
    """Say whether a change calls itself a hotfix; None where labels could tell and are unknown."""
    words = (change.title, change.branch or "", *(change.labels or ()))
    if any(_HOTFIX.search(word) for word in words):
        return True
    return None if change.labels is None else False
