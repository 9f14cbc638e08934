"""From when on a breaker that ran dry, or was not watched, trips for real."""

from __future__ import annotations

from fitgate.core.records.changes import PassedBy
from fitgate.core.records.controls import PolicyChanged
from tests.breakers import BYPASSED, DRILLS, LATE, ledger_with, policy_with, state, tripped, watched
from tests.builders import DAY, DIGEST, NOW
from tests.chronicles import closed, drilled, landed, noted

PUSH = PassedBy("direct-push")
THREE = [landed(f"c{n}", NOW - (10 - n) * DAY) for n in range(3)]
DONE = [closed(f"c{n}", NOW - 3 * DAY) for n in range(3)]
POLICY = policy_with(LATE)
SHADOW = [
    landed("s0", NOW - 6 * DAY, mode="shadow", bypasses=(PUSH,)),
    landed("s1", NOW - 5 * DAY, mode="shadow"),
]


def test_what_is_still_bad_when_a_policy_by_hand_first_enforces_trips_then_not_before() -> None:
    ledger = ledger_with(*SHADOW)
    dry, *_ = watched(ledger, policy_with(BYPASSED, mode="shadow"))
    enforced = policy_with(BYPASSED)
    (real,) = watched(ledger, enforced)
    assert (dry.at, real.at) == (NOW - 6 * DAY, NOW)
    assert state(ledger, enforced) == "open"
    assert watched(ledger, enforced) == watched(ledger, enforced, NOW + 5 * DAY) == []


def test_what_was_bad_before_a_policy_given_by_hand_first_enforces_trips_nothing() -> None:
    ledger = ledger_with(*SHADOW)
    assert watched(ledger, policy_with(BYPASSED), NOW + 2 * DAY) == []


def test_enforcement_begins_where_the_ledger_tells_of_it_whenever_it_is_watched() -> None:
    policy, shadowed = (PolicyChanged("x", None, None, DIGEST, m) for m in ("enforce", "shadow"))
    drafts = [*SHADOW, noted(shadowed, NOW - 6 * DAY), noted(policy, NOW - 4 * DAY)]
    ledger = ledger_with(*drafts)
    (real,) = watched(ledger, policy_with(BYPASSED))
    assert real.at == NOW - 4 * DAY
    assert watched(ledger, policy_with(BYPASSED), NOW + DAY) == []


def test_a_landing_in_shadow_mode_does_not_put_off_what_was_enforced_by_hand() -> None:
    ledger = ledger_with(noted(PolicyChanged("x", None, None, DIGEST, "shadow"), NOW - 6 * DAY))
    ledger.append([*SHADOW, tripped(NOW - 3 * DAY, "rita", "CB-9")], NOW)
    ledger.append([landed("s2", NOW - 2 * DAY, mode="shadow")], NOW)
    (real,) = watched(ledger, policy_with(BYPASSED))
    assert real.at == NOW - 3 * DAY


def test_without_any_word_of_a_mode_enforcement_begins_with_the_first_watch() -> None:
    policy = policy_with(DRILLS)
    ledger = ledger_with(drilled(1, NOW - 3 * DAY, passed=False))
    assert [draft.at for draft in watched(ledger, policy)] == [NOW]
    assert watched(ledger, policy, NOW + DAY) == []


def test_a_change_of_the_policy_tells_of_shadow_mode_too() -> None:
    moved = PolicyChanged("here", None, None, DIGEST, "shadow")
    ledger = ledger_with(*THREE, *DONE, noted(moved, NOW - DAY))
    assert watched(ledger, POLICY) == []
