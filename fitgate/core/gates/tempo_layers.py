"""Tempo layers: no irreversible operation mixes what changes fast with what changes slowly."""

from __future__ import annotations

from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.policy import TempoLayers

_GATE = "tempo-layers"


def tempo_layers(gate: TempoLayers, case: Case) -> tuple[Finding, ...]:
    """Judge tempo stratification: fast may not modify slow directly (TAS 5.3.3)."""
    if gate.mixed == "allow":
        return ()
    if {"fast", "slow"} <= {*case.layers}:
        found = finding(_GATE, Outcome.HOLD, "layers-mixed", who=("author",), layers=case.layers)
    elif case.facts.files is None:
        found = finding(_GATE, Outcome.UNDECIDED, "layers-unknown")
    else:
        found = finding(_GATE, Outcome.ALLOW, "layers-apart", layers=case.layers)
    return (found,)
