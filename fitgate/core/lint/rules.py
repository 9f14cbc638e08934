"""Rules that match nothing, everything, or what another rule matches anyway."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.lint.evidence import in_vain
from fitgate.core.lint.reach import implies, never, parts, proofs, unfailing
from fitgate.core.places import Located, Path
from fitgate.core.policy import ChangeClass, Policy, Rule
from fitgate.errors import Problem


def rules_in_vain(policy: Policy, located: Located) -> Iterator[Problem]:
    """Yield what the rules of a file say in vain; of those of packs, only what the file undoes."""
    own = policy.rules[: own_rules(located)]
    used = (r for r in policy.rules[len(own) :] if never(r.when, policy.ignore))
    if hidden := [f"`{rule.id}`" for rule in used if not never(rule.when)]:
        message = (
            f"it hides all files of rules of `use`, which can never match: {', '.join(hidden)}"
        )
        yield located.problem(("ignore",), message, "narrow it")
    for n, rule in enumerate(own):
        at: Path = ("rules", n, "when")
        said = _said(rule, policy)
        for proof in proofs(rule.when, policy.ignore):
            yield located.problem((*at, *proof.at), f"{said}: {proof.why}", proof.remedy)
        for inner, condition in parts(rule.when):
            for proof in in_vain(condition):
                message = f"rule `{rule.id}`: {proof.why}"
                yield located.problem((*at, *inner, *proof.at), message, proof.remedy)
        other = _other(n, own, policy)
        if other:
            message = f"rule `{rule.id}` adds nothing: `{other.id}` matches wherever it does"
            yield located.problem(("rules", n), message, "take it out, or narrow the other")


def own_rules(located: Located) -> int:
    """Return how many rules stand in the file itself; they come before those of packs."""
    return len(located.document.get("rules") or ())


def _said(rule: Rule, policy: Policy) -> str:
    if never(rule.when, policy.ignore):
        return f"rule `{rule.id}` can never match"
    if unfailing(rule.when, policy.ignore):
        return f"rule `{rule.id}` matches every change"
    return f"a part of rule `{rule.id}` decides nothing"


def _other(n: int, own: tuple[Rule, ...], policy: Policy) -> Rule | None:
    """Return a rule that makes another one superfluous; of two that are the same, the earlier."""
    rule = policy.rules[n]
    if never(rule.when, policy.ignore):
        return None
    for m, other in enumerate(policy.rules):
        if m == n or not _marks_as_much(other, rule, policy) or not implies(rule.when, other.when):
            continue
        later = n < m < len(own)
        if not (later and _marks_as_much(rule, other, policy) and implies(other.when, rule.when)):
            return other
    return None


def _marks_as_much(other: Rule, rule: Rule, policy: Policy) -> bool:
    """Say whether one rule surely gives a change all the marks that another gives it.

    Classes of its own stand instead of those that its category and IO-SR numbers bring.
    """
    if rule.category != other.category or not {*rule.io_sr} <= {*other.io_sr}:
        return False
    if rule.classes:
        return {*rule.classes} <= classes(other, policy)
    return not other.classes


def classes(rule: Rule, policy: Policy) -> set[ChangeClass]:
    """Return classes of what a rule matches: its own, else those of its category."""
    category = policy.taxonomy.get(rule.category)
    return {*(rule.classes or (category.classes if category else ()))}
