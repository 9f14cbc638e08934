"""How a landing stands to the gate: bypass, would-hold, unjudged and the rest, kept apart."""

from __future__ import annotations

from enum import StrEnum

from fitgate.core.findings import Outcome
from fitgate.core.verdict import Verdict


class Standing(StrEnum):
    """What a landing was, by the verdict as of that moment (contract.md, "Bypass")."""

    NOT_IO = "not-io"
    ALLOWED = "allowed"
    OVERRIDDEN = "overridden"
    WOULD_HOLD = "would-hold"
    BYPASS = "bypass"
    UNJUDGED = "unjudged"


def standing(verdict: Verdict) -> Standing:
    """Return how a landing stands.

    A bypass needs a gate in force: a policy in enforce mode that stood in the repository itself.
    What cannot be judged neither accuses nor acquits.
    """
    if any(f.code == "override-used" for f in verdict.findings):
        return Standing.OVERRIDDEN
    match verdict.outcome:
        case Outcome.ALLOW:
            return Standing.NOT_IO if verdict.is_io is False else Standing.ALLOWED
        case Outcome.UNDECIDED:
            return Standing.UNJUDGED
        case Outcome.HOLD | Outcome.DENY:
            in_force = verdict.mode == "enforce" and verdict.policy.commit is not None
            return Standing.BYPASS if in_force else Standing.WOULD_HOLD
