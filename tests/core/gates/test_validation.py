"""Validation: an evaluation plan, and checks that have passed."""

import pytest

from fitgate.core.facts import Evaluation, Facts
from fitgate.core.gates.validation import validation
from fitgate.core.policy import Policy, Validation
from tests.builders import HOUR, NOW, a_case, a_change, a_policy, facts_of, outcomes, trailers

PLAN = Validation(type="validation")
CHECKS = Validation(type="validation", plan="optional", checks=("eval/*",))


def judged(facts: Facts, gate: Validation = CHECKS, policy: Policy | None = None) -> dict[str, str]:
    return outcomes(validation(gate, a_case(facts, policy)))


def with_evaluations(*evaluations: Evaluation) -> Facts:
    return facts_of(evaluations=evaluations)


def test_a_plan_must_be_declared() -> None:
    assert judged(facts_of(), PLAN) == {"evaluation-plan-given": "ALLOW"}
    undeclared = facts_of(a_change(trailers=trailers(Evaluation_Plan="todo")))
    assert judged(undeclared, PLAN) == {"evaluation-plan-missing": "HOLD"}


def test_a_plan_may_be_declared_where_nobody_could_read() -> None:
    facts = facts_of(a_change(trailers=(), body=None))
    assert judged(facts, PLAN) == {"evaluation-plan-unknown": "UNDECIDED"}


def test_a_policy_that_says_what_validates_is_a_plan() -> None:
    policy = a_policy(boundary={"closure": {"checks": ["eval/*"]}})
    facts = facts_of(a_change(trailers=()))
    assert judged(facts, PLAN, policy) == {"closure-declared": "ALLOW"}


def test_a_check_must_have_passed() -> None:
    passed = Evaluation("eval/safety", "passed")
    assert judged(with_evaluations(passed)) == {"evaluation-passed": "ALLOW"}


def test_one_failure_outweighs_what_passed() -> None:
    evaluations = (Evaluation("eval/safety", "passed"), Evaluation("eval/bias", "failed"))
    (found,) = validation(CHECKS, a_case(with_evaluations(*evaluations)))
    assert (found.code, found.outcome) == ("evaluation-failed", "HOLD")
    assert found.params["failed"] == ("eval/bias",)


def test_what_has_not_ended_holds() -> None:
    evaluations = (Evaluation("eval/safety", "passed"), Evaluation("eval/bias", "pending"))
    assert judged(with_evaluations(*evaluations)) == {"evaluation-pending": "HOLD"}


def test_what_ended_later_had_not_ended() -> None:
    later = Evaluation("eval/safety", "passed", NOW + HOUR)
    assert judged(with_evaluations(later)) == {"evaluation-pending": "HOLD"}
    just_now = Evaluation("eval/safety", "passed", NOW)
    assert judged(with_evaluations(just_now)) == {"evaluation-passed": "ALLOW"}


def test_a_check_that_never_ran_holds() -> None:
    lint = Evaluation("lint", "passed")
    assert judged(with_evaluations(lint)) == {"evaluation-missing": "HOLD"}


def test_unknown_evaluations_are_not_no_evaluations() -> None:
    assert judged(facts_of(evaluations=None)) == {"evaluation-unknown": "UNDECIDED"}


@pytest.mark.parametrize("name", ["test (3.12)", "test [3.12]", "test [3.12", "build / {a"])
def test_a_check_is_found_by_its_exact_name_even_if_that_is_no_glob(name: str) -> None:
    gate = Validation(type="validation", plan="optional", checks=(name,))
    assert judged(with_evaluations(Evaluation(name, "passed")), gate) == {
        "evaluation-passed": "ALLOW"
    }
    assert judged(with_evaluations(), gate) == {"evaluation-missing": "HOLD"}
