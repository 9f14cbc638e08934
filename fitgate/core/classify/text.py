"""Evidence of the kinds `text` and `environment`: what is said of the change as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import re2

from fitgate.core.classify.answers import NO, Answer, all_of, answer
from fitgate.core.conditions import EnvironmentCondition, TextCondition
from fitgate.core.facts import Change, Unknown
from fitgate.core.findings import Match
from fitgate.core.globs import GlobSet
from fitgate.core.policy import Rule


def text(rule: Rule, condition: TextCondition, change: Change, author: str | None) -> Answer:
    """Say whether every asked-for text matches; a text that could not be read is unknown."""
    if condition.trailer and not change.trailers:
        return NO
    return all_of(_answers(rule, condition, change, author))


def _answers(
    rule: Rule, condition: TextCondition, change: Change, author: str | None
) -> Iterator[Answer]:
    fields = {
        "title": (condition.title, change.title),
        "body": (condition.body, change.body),
        "branch": (condition.branch, change.branch),
        "author": (condition.author, author),
    }
    for name, (pattern, value) in fields.items():
        if pattern is not None:
            yield _search(rule, name, pattern, None if value is None else (value,))
    if condition.label is not None:
        yield _search(rule, "label", condition.label, change.labels)
    for key, pattern in (condition.trailer or {}).items():
        # A declaration can only add to what the content says: one that nobody read was not made.
        found = tuple(t.value for t in change.trailers if t.key.lower() == key.lower())
        yield _search(rule, key, pattern, found)


def _search(rule: Rule, name: str, pattern: str, values: tuple[str, ...] | None) -> Answer:
    if values is None:
        return _unseen(name)
    return answer(
        (
            Match(rule.id, rule.category, "text", key=name, after=value)
            for value in values
            if re2.search(pattern, value)
        ),
        (),
    )


def environment(
    rule: Rule, condition: EnvironmentCondition, change: Change, exposure: float | None = None
) -> Answer:
    """Say whether a change is a deployment to such an environment, of such a ref, for so many."""
    if change.environment is None:
        return NO
    asked = [(condition.environment, change.environment), (condition.ref, change.branch)]
    parts = [
        _unseen("ref") if name is None else Answer(bool(GlobSet([globs]).match(name)))
        for globs, name in asked
        if globs is not None
    ]
    if condition.exposure is not None:
        told = None if exposure is None else Answer(exposure >= condition.exposure)
        parts.append(told or _unseen("exposure"))
    said = all_of(parts)
    match = Match(
        rule.id, rule.category, "environment", key="environment", after=change.environment
    )
    return replace(said, matches=(match,)) if said.holds else said


def _unseen(name: str) -> Answer:
    return answer((), (Unknown(name, f"the {name} could not be read"),))
