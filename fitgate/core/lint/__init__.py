"""What a policy that can be used says in vain; only what is proved, nothing that is guessed."""

from __future__ import annotations

from fitgate.core.lint.gates import gates_in_vain
from fitgate.core.lint.rules import rules_in_vain
from fitgate.core.places import Located
from fitgate.core.policy import Policy
from fitgate.errors import Problem

__all__ = ["lint"]


def lint(policy: Policy, located: Located) -> tuple[Problem, ...]:
    """Return every warning on a policy, in the order of the file that it was read from."""
    found = (*rules_in_vain(policy, located), *gates_in_vain(policy, located))
    return tuple(sorted(dict.fromkeys(found), key=by_place))


def by_place(problem: Problem) -> tuple[int, int, str]:
    """Return where a problem stands, to sort by."""
    return problem.line or 0, problem.column or 0, problem.message
