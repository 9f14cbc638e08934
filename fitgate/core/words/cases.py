"""What came of the cases of a policy: a line each, what was not covered, and the sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from pydantic.types import JsonValue

from fitgate.core.cases import PolicyCase
from fitgate.core.classify.looks import Looks
from fitgate.core.inert import inert
from fitgate.core.trying import Trial, Tried, not_matched
from fitgate.core.verdict import verdict_json
from fitgate.core.words.check import Branch, draw, gate_branches
from fitgate.core.words.explaining import rule_branches
from fitgate.core.words.matches import match_sentence

NAME_LIMIT = 200


def trial_lines(trial: Trial, looks: Looks, width: int = 100) -> Iterator[str]:
    """Say what came of each case, which rules no case covers, and the sum."""
    for tried in trial.tried:
        yield from _case_lines(tried, looks, width)
    if trial.uncovered:
        said = f"no case covers: {', '.join(trial.uncovered)}"
        yield from wrap(said, width, subsequent_indent="  ", break_on_hyphens=False)
    yield summary(trial)


def summary(trial: Trial) -> str:
    """Say how many passed, and how much of the policy they cover."""
    failed, covered = len(trial.failed), len(trial.rules) - len(trial.uncovered)
    passed = len(trial.tried) - failed
    return f"{passed} passed, {failed} failed; {covered} of {len(trial.rules)} rules covered"


def _case_lines(tried: Tried, looks: Looks, width: int) -> Iterator[str]:
    name = inert(tried.placed.case.name, NAME_LIMIT)
    if tried.passed:
        yield f"ok      {name}"
        return
    yield f"FAILED  {name} ({inert(tried.placed.source, NAME_LIMIT)}:{tried.placed.line})"
    yield from draw(_failure(tried, looks), width, "        ")


def _failure(tried: Tried, looks: Looks) -> list[Branch]:
    """Say what was expected, what came, by which matches, and why the rest did not.

    What the gates say is told where the outcome is another, unless nobody knows if they are met.
    """
    verdict, expected = tried.verdict, tried.placed.case.outcome
    other = expected not in {None, verdict.outcome} and verdict.is_io is not None
    return [
        Branch(f"expected: {expected_words(tried.placed.case)}"),
        Branch(f"got: {_got_words(tried)}"),
        *(Branch(match_sentence(match)) for match in tried.found.matches),
        *(Branch(f"unknown: {inert(f'{u.what}: {u.why}')}") for u in tried.found.unknown),
        *rule_branches(not_matched(tried, looks)),
        *(gate_branches(verdict) if other else ()),
    ]


def expected_words(case: PolicyCase) -> str:
    """Say in one line what a case expects."""
    said = "not to be told" if case.unknown else _io_words(case.categories or ())
    rules = f", by {_listed(case.rules)}" if case.rules else ""
    return f"{said}{rules}{f', {case.outcome}' if case.outcome else ''}"


def _got_words(tried: Tried) -> str:
    case, untold = tried.placed.case, tried.found.is_io is None
    said = "not to be told" if untold else _io_words(tried.verdict.categories)
    rules = f", by {_listed(tried.rules)}" if case.rules and tried.rules else ""
    return f"{said}{rules}{f', {tried.verdict.outcome}' if case.outcome else ''}"


def _io_words(categories: tuple[str, ...]) -> str:
    return f"an IO of {_listed(categories)}" if categories else "no IO"


def _listed(names: tuple[str, ...]) -> str:
    return inert(", ".join(names), NAME_LIMIT)


@dataclass(frozen=True, slots=True)
class Reported:
    """One test as test reports know it: its suite, its name, its place, and why it failed."""

    suite: str
    name: str
    file: str
    line: int
    failure: str | None


def reports(trial: Trial, looks: Looks, policy: str, *, coverage: bool) -> Iterator[Reported]:
    """Yield a test for each case; for `coverage` also one for each rule of the policy."""
    for tried in trial.tried:
        placed = tried.placed
        why = None if tried.passed else "\n".join(_failure_lines(tried, looks))
        yield Reported(placed.source, placed.case.name, placed.source, placed.line, why)
    for rule in trial.rules if coverage else ():
        why = "no case covers it" if rule in trial.uncovered else None
        yield Reported("coverage", rule, policy, 1, why)


def _failure_lines(tried: Tried, looks: Looks) -> Iterator[str]:
    expected, got, *why = _failure(tried, looks)
    yield f"{expected.text}; {got.text}"
    yield from draw(why, 100)


def trial_json(trial: Trial) -> dict[str, JsonValue]:
    """Return what came of the cases as JSON values."""
    return {
        "cases": [_case_json(tried) for tried in trial.tried],
        "passed": len(trial.tried) - len(trial.failed),
        "failed": len(trial.failed),
        "rules": list(trial.rules),
        "uncovered": list(trial.uncovered),
    }


def _case_json(tried: Tried) -> dict[str, JsonValue]:
    placed = tried.placed
    expected = placed.case.model_dump(
        mode="json", include={"categories", "unknown", "rules", "outcome"}
    )
    return {
        "name": placed.case.name,
        "file": placed.source,
        "line": placed.line,
        "passed": tried.passed,
        "expected": expected,
        "rules": list(tried.rules),
        "unknown": [{"what": u.what, "why": u.why} for u in tried.found.unknown],
        "verdict": verdict_json(tried.verdict),
    }
