"""Which gates an operation meets, and what each of them says."""

from typing import get_args

import pytest

from fitgate.core.findings import Outcome
from fitgate.core.gates import applies, judge
from fitgate.core.policy import BreakerGate, Gate, RegoGate, SlowAuthority, Validation
from tests.builders import a_breaker, a_case, a_change, a_policy, facts_of, outcomes

FROZEN = facts_of(breakers=(a_breaker("freeze"),))
DEPLOYMENT = a_change(kind="deployment", environment="production")
SOMEWHERE = a_change(kind="deployment")


def a_gate(**filters: object) -> BreakerGate:
    return BreakerGate.model_validate({"type": "breaker", **filters})


def test_a_gate_without_filters_applies_to_every_operation() -> None:
    assert applies(a_gate(), a_case()) is True


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"categories": ["data", "deployment"]}, True),
        ({"categories": ["deployment"]}, False),
        ({"categories": []}, False),
        ({"classes": ["R", "D"]}, True),
        ({"classes": ["T"]}, False),
        ({"kinds": ["pull"]}, True),
        ({"kinds": ["deployment"]}, False),
        ({"environments": ["production"]}, False),
        ({"categories": ["data"], "classes": ["T"]}, False),
    ],
)
def test_a_filter_must_name_what_the_operation_is(
    filters: dict[str, object], expected: object
) -> None:
    assert applies(a_gate(**filters), a_case()) is expected


def test_an_environment_is_asked_of_a_deployment() -> None:
    case = a_case(facts_of(DEPLOYMENT))
    assert applies(a_gate(environments=["production"]), case) is True
    assert applies(a_gate(environments=["staging"]), case) is False


def test_where_the_environment_of_a_deployment_is_unknown_nothing_can_be_told() -> None:
    assert applies(a_gate(environments=["production"]), a_case(facts_of(SOMEWHERE))) is None


def test_what_is_surely_excluded_does_not_wait_for_the_environment() -> None:
    gate = a_gate(environments=["production"], categories=["deployment"])
    assert applies(gate, a_case(facts_of(SOMEWHERE))) is False


def test_a_gate_that_does_not_apply_says_nothing() -> None:
    assert judge(a_gate(categories=["deployment"]), a_case(FROZEN)) == ()


def test_a_gate_that_may_apply_is_undecided_at_worst() -> None:
    facts = facts_of(SOMEWHERE, breakers=(a_breaker("freeze"),))
    (found,) = judge(a_gate(environments=["production"]), a_case(facts))
    assert (found.gate, found.code, found.outcome) == ("breaker", "gate-may-apply", "UNDECIDED")


def test_a_gate_that_may_apply_and_is_satisfied_anyway_is_satisfied() -> None:
    found = judge(a_gate(environments=["production"]), a_case(facts_of(SOMEWHERE)))
    assert outcomes(found) == {"breakers-closed": "ALLOW"}


def test_the_default_case_meets_every_gate_of_the_default_policy() -> None:
    for gate in a_policy().gates:
        found = judge(gate, a_case())
        assert found
        assert {f.outcome for f in found} == {Outcome.ALLOW}
        assert {f.gate for f in found} == {gate.type}


def test_every_type_of_gate_is_judged() -> None:
    gates: list[Gate] = [*a_policy().gates, RegoGate(type="rego", package="acme.rule")]
    assert {type(gate) for gate in gates} == {*get_args(get_args(Gate)[0])}
    assert all(judge(gate, a_case()) for gate in gates)


def test_a_rule_for_an_engine_is_undecided_and_never_passed_over() -> None:
    gate = RegoGate(type="rego", package="acme.rule")
    assert outcomes(judge(gate, a_case())) == {"not-available": "UNDECIDED"}


def test_a_requirement_has_one_finding() -> None:
    case = a_case(facts_of(a_change(trailers=(), body=""), approvals=(), evaluations=()))
    gates = (
        SlowAuthority(type="slow-authority", signatures=("release-owner", "safety-owner")),
        Validation(type="validation", checks=("eval/*", "redteam")),
    )
    assert [len(judge(gate, case)) for gate in gates] == [3, 3]
