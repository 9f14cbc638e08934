"""Evidence of the kind `text`: what people wrote about the change."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from fitgate.core.classify.answers import NO, Answer, all_of, answer
from fitgate.core.conditions import TextCondition
from fitgate.core.facts import Change, Unknown
from fitgate.core.findings import Match
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
        return answer((), (Unknown(name, f"the {name} could not be read"),))
    return answer(
        (
            Match(rule.id, rule.category, "text", key=name, after=value)
            for value in values
            if re2.search(pattern, value)
        ),
        (),
    )
