"""Landings and cases with full defaults."""

from datetime import timedelta
from typing import Any

from fitgate.core.facts import Facts
from fitgate.core.findings import Classification, Match, Outcome
from fitgate.core.in_force import Rulebook, rulebook
from fitgate.core.reading import PolicyFile
from fitgate.core.replay.cases import Hold, Landing, Replayed, Ruling, Wait
from fitgate.core.replay.faults import Fault
from tests.builders import NOW, a_change, a_policy, facts_of

SLOW = {"type": "slow-authority", "cooldown": "PT48H", "rationale": "optional"}
ROLES = {"release-owner": {"teams": ["acme/release"]}, "safety-owner": {"teams": ["acme/safety"]}}
IS_IO = Classification(True, (Match("r", "data", "path"),))  # noqa: FBT003 - it is a value


def a_book(*gates: object, **changes: object) -> Rulebook:
    """Return a policy with these gates."""
    policy = a_policy(gates=list(gates) or [SLOW], roles=ROLES, **changes)
    return rulebook(PolicyFile(policy, "candidate.yaml", "sha256:" + "c" * 64))


def a_landing_of_a_clone(**changes: Any) -> Facts:
    """Return the facts of a direct push as a clone has them."""
    parts = {"kind": "push", "number": None, "landed_at": NOW, "material_at": NOW} | changes
    return facts_of(
        a_change(**parts), approvals=None, evaluations=None, drills=None, breakers=None,
        overrides=None,
    )  # fmt: skip


def a_ruling(*, is_io: bool | None = True, held: str = "held", **changes: Any) -> Ruling:
    """Return a ruling of a gate that holds."""
    outcome = Outcome.HOLD if held == "held" else Outcome.UNDECIDED
    waits = (Wait("slow-authority", outcome, "cooldown-running"),) if is_io else ()
    said = {"categories": ("data",) if is_io else (), "waits": waits} | changes
    return Ruling(is_io, held, outcome, **said)  # type: ignore[arg-type] # its fields


def a_replayed(hours: float = 48, most: float | None = None, **changes: Any) -> Replayed:
    """Return a landing that the candidate holds for so many hours."""
    landing = Landing("git:1@2", "2" * 40, None, "Drop the old index", NOW)
    hold = Hold(timedelta(hours=hours), timedelta(hours=hours if most is None else most))
    said = {"landing": landing, "against": a_ruling(), "candidate": a_ruling(), "hold": hold}
    return Replayed(**{**said, **changes})


def a_fault(hours: float, how: Any = "reverted") -> Fault:
    """Return a fault that was known so many hours after the landing."""
    return Fault(how, "3" * 40, NOW + timedelta(hours=hours))
