"""Breaker: freeze, degrade, audit, probation."""

from fitgate.core.facts import BreakerState, Facts, Restoration
from fitgate.core.gates.breaker import breaker
from fitgate.core.policy import BreakerGate
from tests.builders import (
    OTHER_DIGEST,
    a_breaker,
    a_case,
    a_change,
    a_person,
    a_policy,
    an_approval,
    facts_of,
    outcomes,
)

GATE = BreakerGate(type="breaker")
AUDITED = a_policy(auditors=["Sam"])


def judged(*states: BreakerState, gate: BreakerGate = GATE) -> dict[str, str]:
    return outcomes(breaker(gate, a_case(facts_of(breakers=states))))


def frozen(*restores: Restoration) -> dict[str, str]:
    facts = facts_of(a_change(restores=restores), breakers=(a_breaker("freeze"),))
    return outcomes(breaker(GATE, a_case(facts)))


def audited(facts: Facts) -> dict[str, str]:
    tripped = facts_of(
        facts.change,
        breakers=(a_breaker("audit"),),
        people=facts.people,
        approvals=facts.approvals,
    )
    return outcomes(breaker(GATE, a_case(tripped, AUDITED)))


def test_closed_breakers_let_pass() -> None:
    assert judged() == {"breakers-closed": "ALLOW"}
    assert judged(a_breaker("freeze", state="closed")) == {"breakers-closed": "ALLOW"}


def test_an_open_freeze_denies_and_names_its_owner() -> None:
    (found,) = breaker(GATE, a_case(facts_of(breakers=(a_breaker("freeze", owner="olga"),))))
    assert (found.code, found.outcome, found.who) == ("freeze", "DENY", ("olga",))


def test_unknown_breakers_are_not_closed_breakers() -> None:
    case = a_case(facts_of(breakers=None))
    assert outcomes(breaker(GATE, case)) == {"breakers-unknown": "UNDECIDED"}


def test_what_nobody_has_looked_at_is_undecided_and_says_what_to_run() -> None:
    why = "nobody has looked at its figure yet"
    states = [a_breaker(name=name, state="unknown", why=why) for name in ("CB-VL", "CB-GBR")]
    case = a_case(facts_of(breakers=(*states,)))
    assert outcomes(breaker(GATE, case)) == {"breakers-unattended": "UNDECIDED"}
    (found,) = breaker(GATE, case)
    assert found.params == {"breakers": ("CB-GBR", "CB-VL"), "why": why}
    assert "fitgate breaker watch" in found.remedy
    frozen = a_breaker("freeze", name="CB-RDPR")
    assert judged(*states, frozen) == {"breakers-unattended": "UNDECIDED", "freeze": "DENY"}
    only = BreakerGate(type="breaker", names=("CB-RDPR",))
    assert judged(*states, frozen, gate=only) == {"freeze": "DENY"}


def test_where_the_policy_has_no_breakers_their_unknown_state_changes_nothing() -> None:
    case = a_case(facts_of(breakers=None), a_policy(breakers=[]))
    assert outcomes(breaker(GATE, case)) == {"breakers-closed": "ALLOW"}


def test_an_accepted_restoration_passes_a_freeze() -> None:
    assert frozen(Restoration("1" * 40, accepted=True)) == {"freeze-passed": "ALLOW"}


def test_a_state_that_was_never_accepted_does_not_pass_a_freeze() -> None:
    assert frozen(Restoration("1" * 40, accepted=False)) == {"freeze": "DENY"}


def test_a_restoration_perhaps_leaves_a_freeze_undecided() -> None:
    assert frozen(Restoration("1" * 40)) == {"freeze-unknown": "UNDECIDED"}
    facts = facts_of(a_change(restores=None), breakers=(a_breaker("freeze"),))
    assert outcomes(breaker(GATE, a_case(facts))) == {"freeze-unknown": "UNDECIDED"}


def test_only_the_breakers_that_are_named_are_minded() -> None:
    other = BreakerGate(type="breaker", names=("CB-GBR",))
    assert judged(a_breaker("freeze"), gate=other) == {"breakers-closed": "ALLOW"}
    named = BreakerGate(type="breaker", names=("CB-VL",))
    assert judged(a_breaker("freeze"), gate=named) == {"freeze": "DENY"}


def test_degrading_and_probation_let_pass_and_say_so() -> None:
    assert judged(a_breaker("degrade")) == {"breaker-degrades": "ALLOW"}
    assert judged(a_breaker("freeze", state="probation")) == {"breaker-probation": "ALLOW"}


def test_every_tripped_breaker_has_its_say() -> None:
    assert judged(a_breaker("degrade"), a_breaker("freeze", name="CB-RDPR")) == {
        "breaker-degrades": "ALLOW",
        "freeze": "DENY",
    }


def test_an_audit_needs_an_auditor() -> None:
    assert audited(facts_of()) == {"audit-signed": "ALLOW"}
    assert audited(facts_of(approvals=(an_approval("rita"),))) == {"audit-missing": "HOLD"}


def test_an_auditor_does_not_audit_their_own_change() -> None:
    assert audited(facts_of(a_change(author="github:sam"))) == {"audit-missing": "HOLD"}


def test_an_audit_of_other_content_does_not_count() -> None:
    approvals = (an_approval("sam", digest=OTHER_DIGEST),)
    assert audited(facts_of(approvals=approvals)) == {"audit-missing": "HOLD"}


def test_an_audit_perhaps_is_undecided() -> None:
    assert audited(facts_of(approvals=None)) == {"audit-unknown": "UNDECIDED"}
    people = (a_person("sam", kind="unknown"),)
    assert audited(facts_of(people=people)) == {"audit-unknown": "UNDECIDED"}
    nameless = (a_person("sam", login=""),)
    assert audited(facts_of(people=nameless)) == {"audit-unknown": "UNDECIDED"}


def test_where_the_policy_names_no_auditor_nobody_can_audit() -> None:
    facts = facts_of(breakers=(a_breaker("audit"),), approvals=None)
    assert outcomes(breaker(GATE, a_case(facts))) == {"auditors-unnamed": "HOLD"}
