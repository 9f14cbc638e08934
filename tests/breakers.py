"""Policies with breakers, and ledgers in which they move: a test says only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fitgate.core.breaker.recorded import states
from fitgate.core.breaker.told import move_draft
from fitgate.core.breaker.watched import Watched
from fitgate.core.breaker.watching import Breakers, watch
from fitgate.core.chain import read
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft
from fitgate.core.policy import Policy
from fitgate.core.records.controls import RecoveryPlanned, Reset, Tripped
from tests.builders import NOW
from tests.fakes import MemoryLedger

LATE = {"metric": "vl_hours", "limit": 72, "consecutive": 3}
BYPASSED = {"metric": "gbr_per_week", "limit": 1, "any_unauthorised": True}
DRILLS = {"metric": "rdpr", "limit": 0.8, "last": 5}
BY_HAND = {"metric": "declared"}


def policy_with(
    *triggers: dict[str, Any],
    mode: str = "enforce",
    then: str = "freeze",
    environments: Iterable[str] = (),
    owner: str = "",
    **over: Any,
) -> Policy:
    """Make a policy whose breakers CB-0, CB-1 and so on trip so."""
    breakers = [
        {"name": f"CB-{n}", "when": when, "then": then, "environments": [*environments]}
        | {"owner": owner}
        for n, when in enumerate(triggers)
    ]
    return Policy.model_validate({"version": 1, "mode": mode, "breakers": breakers, **over})


def tripped(at: datetime, by: str | None = None, breaker: str = "CB-0", **over: Any) -> Draft:
    """Return that a breaker was tripped."""
    told: dict[str, Any] = {"metric": "declared", "value": "1", "limit": "0"} | over
    return move_draft(Tripped(breaker, "freeze", "a reason", by=by, **told), at)


def planned(at: datetime, by: str = "rita", breaker: str = "CB-0", **over: Any) -> Draft:
    """Return that a recovery plan was filed."""
    return move_draft(RecoveryPlanned(breaker, by, "put it right", **over), at)


def reset(at: datetime, by: str | None = "sam", breaker: str = "CB-0", **over: Any) -> Draft:
    """Return that somebody reset a breaker."""
    told: dict[str, Any] = {"to": "probation"} | over
    return move_draft(Reset(breaker, by=by, **told), at)


def told(ledger: MemoryLedger, as_of: datetime = NOW) -> Chronicle:
    """Return what a ledger tells up to a moment."""
    return Chronicle(read(ledger.stored(), as_of))


def ledger_with(*drafts: Draft) -> MemoryLedger:
    """Return a ledger with these entries."""
    ledger = MemoryLedger()
    ledger.append(drafts, NOW)
    return ledger


def watched(ledger: MemoryLedger, policy: Policy, as_of: datetime = NOW) -> list[Draft]:
    """Watch, write down what has come about and that somebody looked; return the moves."""
    due = watch(policy, told(ledger, as_of), as_of)
    ledger.append(due, as_of)
    return [draft for draft in due if draft.kind != "BreakersWatched"]


def state(
    ledger: MemoryLedger, policy: Policy, as_of: datetime = NOW, where: str | None = None
) -> str:
    """Return the state of the first breaker, as a verdict sees it that knows the whole ledger."""
    return states(policy, told(ledger, max(as_of, NOW)), as_of, where)[0].state


def breakers(ledger: MemoryLedger, policy: Policy, as_of: datetime = NOW) -> Breakers:
    """Return all breakers of a policy over a ledger."""
    return Breakers(policy, told(ledger, as_of), as_of)


def the_one(ledger: MemoryLedger, policy: Policy, as_of: datetime = NOW) -> Watched:
    """Return the only breaker of a policy, over a ledger."""
    (found,) = breakers(ledger, policy, as_of).all
    return found
