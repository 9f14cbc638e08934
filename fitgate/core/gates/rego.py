"""Rego: a team's own rule, judged by an outside engine."""

from __future__ import annotations

from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.policy import RegoGate


def rego(gate: RegoGate, case: Case) -> tuple[Finding, ...]:  # noqa: ARG001 - every gate type has this shape
    """Say that this version consults no engine: what cannot be judged is not passed over."""
    what = f"the rule {gate.package}"
    return (finding("rego", Outcome.UNDECIDED, "not-available", what=what),)
