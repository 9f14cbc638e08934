"""What must hold of every gate, whatever the facts are."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from fitgate.core.facts import Approval, Facts
from fitgate.core.findings import Case, Finding, Outcome, worst
from fitgate.core.gates import judge
from fitgate.core.gates.slow_authority import slow_authority
from fitgate.core.people import Signer, match_roles
from fitgate.core.policy import BreakerGate, Gate, SlowAuthority
from fitgate.core.remedies import sentence_for
from tests.builders import a_case, a_policy
from tests.laws.faults import FAULTS
from tests.laws.gate_cases import approvals, cases, gates, lengths, with_less_known

BREAKER = BreakerGate(type="breaker")
SLOW = SlowAuthority(type="slow-authority", signatures=("release-owner", "safety-owner"))
NEARER_TO_YES = (Outcome.DENY, Outcome.HOLD, Outcome.UNDECIDED, Outcome.ALLOW)
MORE = settings(max_examples=300)
"""For laws that only a rare combination could break."""
FINDINGS = TypeAdapter(tuple[Finding, ...])


def outcome(gate: Gate, case: Case) -> Outcome:
    return worst(finding.outcome for finding in judge(gate, case))


def nearness(findings: Iterable[Finding]) -> list[int]:
    return [NEARER_TO_YES.index(finding.outcome) for finding in findings]


def never_less(before: Iterable[Finding], after: Iterable[Finding]) -> bool:
    pairs = zip(nearness(before), nearness(after), strict=True)
    return all(earlier <= later for earlier, later in pairs)


@given(gates(), cases())
@example(SLOW, a_case())
def test_a_gate_always_has_an_answer_in_words(gate: Gate, case: Case) -> None:
    found = judge(gate, case)
    assert FINDINGS.validate_json(FINDINGS.dump_json(found)) == found
    for finding in found:
        assert finding.gate == gate.type
        assert "\n" not in finding.remedy + sentence_for(finding.code, finding.params)


@given(gates(), cases())
def test_the_same_facts_have_the_same_answer(gate: Gate, case: Case) -> None:
    assert judge(gate, case) == judge(gate, case)


@MORE
@given(gates(), cases())
def test_what_is_unknown_never_turns_a_no_into_a_yes(gate: Gate, case: Case) -> None:
    if outcome(gate, case) is Outcome.ALLOW:
        return
    for less in with_less_known(case):
        assert outcome(gate, less) is not Outcome.ALLOW


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
def test_no_single_fault_is_hidden_by_what_is_unknown(case: Case) -> None:
    broken = [gate for gate in a_policy().gates if outcome(gate, case) is not Outcome.ALLOW]
    assert len(broken) == 1
    for less in with_less_known(case):
        assert outcome(broken[0], less) is not Outcome.ALLOW


@MORE
@given(gates(), cases())
def test_what_is_unknown_never_turns_a_yes_into_a_no(gate: Gate, case: Case) -> None:
    if outcome(gate, case) is not Outcome.ALLOW:
        return
    for less in with_less_known(case):
        assert outcome(gate, less) in {Outcome.ALLOW, Outcome.UNDECIDED}


@given(cases(), approvals, st.sampled_from([SLOW, BREAKER]))
def test_another_approval_never_worsens(case: Case, more: Approval, gate: Gate) -> None:
    signed = replace(
        case, facts=replace(case.facts, approvals=(*(case.facts.approvals or ()), more))
    )
    unsigned = replace(case, facts=replace(case.facts, approvals=case.facts.approvals or ()))
    assert never_less(judge(gate, unsigned), judge(gate, signed))


@given(cases(), lengths, lengths)
def test_waiting_never_worsens_an_approval(
    case: Case, cooldown: timedelta, more: timedelta
) -> None:
    gate = SLOW.model_copy(update={"cooldown": cooldown})
    try:
        later = replace(case, facts=replace(case.facts, as_of=case.facts.as_of + more))
    except OverflowError:
        return
    assert never_less(slow_authority(gate, case), slow_authority(gate, later))


@given(gates(), cases(), st.data())
def test_the_order_of_what_is_known_does_not_matter(
    gate: Gate, case: Case, data: st.DataObject
) -> None:
    facts = case.facts
    shuffled: dict[str, Any] = {
        name: tuple(data.draw(st.permutations(getattr(facts, name))))
        for name in ("people", "approvals", "artifacts", "evaluations", "drills", "breakers")
        if getattr(facts, name)
    }
    assert judge(gate, replace(case, facts=replace(facts, **shuffled))) == judge(gate, case)


@given(gates(), cases())
def test_taking_evidence_away_never_turns_a_no_into_a_yes(gate: Gate, case: Case) -> None:
    if outcome(gate, case) is Outcome.ALLOW:
        return
    for facts in with_less(case.facts, "approvals", "artifacts", "drills"):
        assert outcome(gate, replace(case, facts=facts)) is not Outcome.ALLOW


def with_less(facts: Facts, *names: str) -> Iterable[Facts]:
    for name in names:
        whole = getattr(facts, name) or ()
        for index in range(len(whole)):
            rest: dict[str, Any] = {name: whole[:index] + whole[index + 1 :]}
            yield replace(facts, **rest)


seats = st.lists(st.frozensets(st.sampled_from("abc"), min_size=1, max_size=2), max_size=4)
crowds = st.lists(
    st.builds(
        lambda human, held: Signer(human, human, held),
        st.sampled_from("vwxyz"),
        st.frozensets(st.sampled_from("abc"), max_size=2),
    ),
    max_size=4,
    unique_by=lambda signer: signer.human,
)


@MORE
@given(seats, crowds)
def test_roles_are_matched_as_well_as_by_trying_everything(
    asked: list[frozenset[str]], crowd: list[Signer]
) -> None:
    nobody = Signer("", "", frozenset())
    everybody = [*crowd, *(nobody for _ in asked)]
    best = max(
        sum(bool(seat & signer.roles) for seat, signer in zip(asked, tried, strict=False))
        for tried in itertools.permutations(everybody, len(asked))
    )
    filled = match_roles(asked, crowd)
    seated = [signer for signer in filled if signer]
    assert len(seated) == best
    assert len({signer.human for signer in seated}) == len(seated)
    assert all(seat & signer.roles for seat, signer in zip(asked, filled, strict=True) if signer)


@given(st.permutations(range(3)), seats, crowds)
def test_roles_are_matched_the_same_in_whatever_order_people_come(
    order: list[int], asked: list[frozenset[str]], crowd: list[Signer]
) -> None:
    shuffled = [crowd[n] for n in order if n < len(crowd)] + crowd[3:]
    assert match_roles(asked, shuffled) == match_roles(asked, crowd)
