"""Breaker: no irreversible operation passes a tripped breaker, except on the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from fitgate.core.facts import BreakerState
from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.gates.bounds import both, breakers, restoration
from fitgate.core.people import named, some, voices
from fitgate.core.policy import BreakerGate

_GATE = "breaker"


def breaker(gate: BreakerGate, case: Case) -> tuple[Finding, ...]:
    """Judge by the state of the breakers, which is a fact (TAS 5.3.4, fit.md 2.6)."""
    states = breakers(case)
    if states is None:
        return (finding(_GATE, Outcome.UNDECIDED, "breakers-unknown"),)
    minded = [b for b in states if not gate.names or b.name in gate.names]
    tripped = sorted((b for b in minded if b.state != "closed"), key=_order)
    if not tripped:
        return (finding(_GATE, Outcome.ALLOW, "breakers-closed"),)
    unseen = _unattended(minded)
    return (*unseen, *(_judge(state, case) for state in tripped if state.state != "unknown"))


def _unattended(states: Iterable[BreakerState]) -> tuple[Finding, ...]:
    """Return which breakers may have tripped, once for each reason why that is not known."""
    names: dict[str, list[str]] = {}
    for state in states:
        if state.state == "unknown":
            names.setdefault(state.why, []).append(state.name)
    return tuple(
        finding(
            _GATE, Outcome.UNDECIDED, "breakers-unattended", breakers=tuple(sorted(each)), why=why
        )
        for why, each in sorted(names.items())
    )


def is_unattended(findings: Iterable[Finding]) -> bool:
    """Say whether a verdict waits for somebody to look at the breakers."""
    return any(found.code == "breakers-unattended" for found in findings)


def _order(state: BreakerState) -> tuple[str, ...]:
    return (state.name, state.state, state.then, state.owner)


def _judge(state: BreakerState, case: Case) -> Finding:
    if state.state == "probation":
        return finding(_GATE, Outcome.ALLOW, "breaker-probation", breaker=state.name)
    match state.then:
        case "freeze":
            return _freeze(state, case)
        case "degrade":
            return finding(_GATE, Outcome.ALLOW, "breaker-degrades", breaker=state.name)
        case "audit":
            return _audit(state, case)
        case _ as never:
            assert_never(never)


def _freeze(state: BreakerState, case: Case) -> Finding:
    """Return the answer of a freeze; a change that brings back an accepted state passes it."""
    passes = restoration(case.facts)
    if passes:
        return finding(_GATE, Outcome.ALLOW, "freeze-passed", breaker=state.name)
    if passes is None:
        return finding(_GATE, Outcome.UNDECIDED, "freeze-unknown", breaker=state.name)
    who = (state.owner,) if state.owner else ()
    owner = state.owner or "unnamed"
    return finding(_GATE, Outcome.DENY, "freeze", who=who, breaker=state.name, owner=owner)


def _audit(state: BreakerState, case: Case) -> Finding:
    who = case.policy.auditors
    if not who:
        return finding(_GATE, Outcome.HOLD, "auditors-unnamed", breaker=state.name)
    signed = _audited(case)
    if signed:
        return finding(_GATE, Outcome.ALLOW, "audit-signed", breaker=state.name)
    if signed is None:
        return finding(
            _GATE, Outcome.UNDECIDED, "audit-unknown", who=who, breaker=state.name, auditors=who
        )
    return finding(_GATE, Outcome.HOLD, "audit-missing", who=who, breaker=state.name, auditors=who)


def _audited(case: Case) -> bool | None:
    """Say whether an auditor who may sign has signed."""
    if case.facts.approvals is None:
        return None
    said = voices(case.facts, case.policy)
    return some(both(v.counts, named(v.person, case.policy.auditors)) for v in said)
