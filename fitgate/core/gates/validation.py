"""Validation: it is said how the change will be evaluated, and what must pass has passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from fitgate.core.check_names import names_it
from fitgate.core.facts import Evaluation, Facts
from fitgate.core.findings import Case, Finding, Outcome, finding
from fitgate.core.gates.bounds import declared
from fitgate.core.policy import Validation

_GATE = "validation"


def validation(gate: Validation, case: Case) -> tuple[Finding, ...]:
    """Judge the evaluation plan (TAS 5.3.1) and the evaluations that must have passed."""
    return (
        *(_plan(case) if gate.plan == "required" else ()),
        *(_check(check, case.facts) for check in gate.checks),
    )


def _plan(case: Case) -> Iterator[Finding]:
    change, closure = case.facts.change, case.policy.boundary.closure
    if declared(change, "Evaluation-Plan"):
        yield finding(_GATE, Outcome.ALLOW, "evaluation-plan-given")
    elif closure.checks:
        yield finding(_GATE, Outcome.ALLOW, "closure-declared", checks=closure.checks)
    elif change.body is None:
        yield finding(_GATE, Outcome.UNDECIDED, "evaluation-plan-unknown", who=("author",))
    else:
        yield finding(_GATE, Outcome.HOLD, "evaluation-plan-missing", who=("author",))


def _check(check: str, facts: Facts) -> Finding:
    if facts.evaluations is None:
        return finding(_GATE, Outcome.UNDECIDED, "evaluation-unknown", check=check)
    named = [e for e in facts.evaluations if names_it(check, e.name)]
    failed, pending = (_names(named, result, facts.as_of) for result in ("failed", "pending"))
    if failed:
        return finding(_GATE, Outcome.HOLD, "evaluation-failed", check=check, failed=failed)
    if pending:
        return finding(_GATE, Outcome.HOLD, "evaluation-pending", check=check, pending=pending)
    if not named:
        return finding(_GATE, Outcome.HOLD, "evaluation-missing", check=check)
    return finding(_GATE, Outcome.ALLOW, "evaluation-passed", check=check)


def _names(named: Iterable[Evaluation], result: str, as_of: datetime) -> tuple[str, ...]:
    return tuple(sorted({e.name for e in named if _result(e, as_of) == result}))


def _result(evaluation: Evaluation, as_of: datetime) -> str:
    """Return how an evaluation stood at that moment: what ended later was pending then."""
    later = evaluation.at is not None and evaluation.at > as_of
    return "pending" if later else evaluation.result
