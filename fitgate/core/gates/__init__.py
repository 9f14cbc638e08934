"""The gates: one pure function a gate type, and which of them an irreversible operation meets."""

from __future__ import annotations

from typing import assert_never

from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.gates.breaker import breaker
from fitgate.core.gates.rego import rego
from fitgate.core.gates.rollback_window import rollback_window
from fitgate.core.gates.slow_authority import slow_authority
from fitgate.core.gates.tempo_layers import tempo_layers
from fitgate.core.gates.validation import validation
from fitgate.core.policy import (
    BreakerGate,
    Gate,
    RegoGate,
    RollbackWindow,
    SlowAuthority,
    TempoLayers,
    Validation,
)

__all__ = ["applies", "judge"]


def applies(gate: Gate, case: Case) -> bool | None:
    """Say whether a gate is for this operation; None if what its filters ask could not be read."""
    change = case.facts.change
    if gate.kinds is not None and change.kind not in gate.kinds:
        return False
    found = ((gate.categories, case.categories), (gate.classes, case.classes))
    if any(asked is not None and {*asked}.isdisjoint(has) for asked, has in found):
        return None if case.unseen else False  # what was not seen may be what the gate is for
    if gate.environments is None:
        return True
    if change.environment is None:
        # Only a deployment has an environment that could have been missed.
        return None if change.kind == "deployment" else False
    return change.environment in gate.environments


def judge(gate: Gate, case: Case) -> tuple[Finding, ...]:
    """Return what a gate says: one finding a requirement, those that are satisfied too."""
    concerned = applies(gate, case)
    if concerned is False:
        return ()
    found = _findings(gate, case)
    if concerned or all(f.outcome is Outcome.ALLOW for f in found):
        return found
    if case.unseen:
        what = tuple(unseen.what for unseen in case.unseen)
        return (finding(gate.type, Outcome.UNDECIDED, "gate-may-apply-unseen", what=what),)
    return (finding(gate.type, Outcome.UNDECIDED, "gate-may-apply"),)


def _findings(gate: Gate, case: Case) -> tuple[Finding, ...]:
    match gate:
        case SlowAuthority():
            return slow_authority(gate, case)
        case RollbackWindow():
            return rollback_window(gate, case)
        case Validation():
            return validation(gate, case)
        case TempoLayers():
            return tempo_layers(gate, case)
        case BreakerGate():
            return breaker(gate, case)
        case RegoGate():
            return rego(gate, case)
        case _ as never:
            assert_never(never)
