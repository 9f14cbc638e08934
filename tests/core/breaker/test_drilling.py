"""A breaker drill sees whether a breaker holds what it should; nothing real is held by it."""

from __future__ import annotations

from typing import Any

import pytest

from fitgate.core.breaker.drilling import BreakerDrill, drafts, drill
from fitgate.core.policy import Policy
from fitgate.core.reading import PolicyFile
from tests.breakers import (
    BY_HAND,
    BYPASSED,
    breakers,
    ledger_with,
    policy_with,
    state,
    the_one,
    tripped,
    watched,
)
from tests.builders import DAY, DIGEST, NOW
from tests.fakes import MemoryLedger

SLOW: dict[str, Any] = {
    "roles": {"release": {"users": ["rita"]}, "safety": {"users": ["sam"]}},
    "gates": [{"type": "slow-authority", "signatures": ["release", "safety"]}],
    "auditors": ["zoe"],
}


def drilled(policy: Policy, ledger: MemoryLedger | None = None) -> BreakerDrill:
    known = breakers(ledger or ledger_with(), policy)
    file = PolicyFile(policy, "a policy", DIGEST)
    breaker = policy.breakers[0]
    return drill(file, known, breaker, known.all[0].environment, "rita")


@pytest.mark.parametrize(
    ("then", "saw"),
    [
        ("freeze", "DENY (freeze)"),
        ("audit", "HOLD (audit-missing)"),
        ("degrade", "HOLD (signatures-missing), HOLD (cooldown-running)"),
    ],
)
@pytest.mark.parametrize("mode", ["shadow", "enforce"])
def test_a_drill_sees_what_an_open_breaker_holds(then: str, saw: str, mode: str) -> None:
    done = drilled(policy_with(BY_HAND, then=then, mode=mode, **SLOW))
    assert [step.saw for step in done.steps] == [
        "a made-up operation passes it",
        "tripped, it is open",
        saw,
        "reset by who tripped it, it stays open",
        "reset by somebody else, it is on probation",
        "a made-up operation passes it",
    ]
    assert done.worked


def test_a_drill_fails_where_a_breaker_degrades_and_there_is_nothing_to_tighten() -> None:
    done = drilled(policy_with(BY_HAND, then="degrade"))
    assert not done.worked
    assert done.said == (
        "a drill, it FAILED: while it is open: degrade: nothing more is asked: no slow-authority "
        "gate has a cool-down or signatures"
    )


def test_a_drill_of_one_environment_judges_a_deployment_there() -> None:
    place: dict[str, Any] = {
        "boundary": {"environments": ["production"]},
        "environments": ["production"],
    }
    assert drilled(policy_with(BY_HAND, **place)).worked


def test_what_is_written_down_of_a_drill_moves_nothing() -> None:
    policy, ledger = policy_with(BY_HAND), ledger_with()
    done = drilled(policy, ledger)
    made = drafts(done, the_one(ledger, policy), "rita", NOW)
    ledger.append(made, NOW)
    assert [(d.kind, d.key) for d in made] == [
        ("Tripped", "tripped/CB-0/*/2026-01-31T12:00:00Z/drill"),
        ("Reset", "reset/CB-0/*/2026-01-31T12:00:00Z/drill"),
    ]
    assert state(ledger, policy) == "closed"
    assert watched(ledger, policy) == []


def test_of_a_drill_that_failed_only_the_trip_is_written_down() -> None:
    policy, ledger = policy_with(BY_HAND, then="degrade"), ledger_with()
    made = drafts(drilled(policy), the_one(ledger, policy), "rita", NOW)
    assert [draft.kind for draft in made] == ["Tripped"]
    assert str(made[0].body["because"]).startswith("a drill, it FAILED")


def test_a_breaker_that_is_open_holds_before_the_drill_and_the_drill_says_so() -> None:
    done = drilled(policy_with(BYPASSED), ledger_with(tripped(NOW - DAY, "sam")))
    assert done.steps[0].saw == "a made-up operation is held: DENY (freeze)"
    assert not done.worked
