"""A verdict with full defaults: an enforced policy allowed an IO."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fitgate.core.findings import Outcome
from fitgate.core.verdict import PolicyRef, Verdict
from tests.builders import DIGEST, NOW

_VERDICT = Verdict(
    outcome=Outcome.ALLOW,
    mode="enforce",
    is_io=True,
    categories=("data",),
    classes=("R",),
    io_sr=(3,),
    layer="medium",
    digest=DIGEST,
    as_of=NOW,
    eligible_at=None,
    matches=(),
    findings=(),
    policy=PolicyRef(".fitgate.yaml", "1" * 40, DIGEST),
    facts=DIGEST,
)


def a_verdict(outcome: Outcome = Outcome.ALLOW, **changes: Any) -> Verdict:
    """Make a verdict with some fields changed."""
    return replace(_VERDICT, outcome=outcome, **changes)
