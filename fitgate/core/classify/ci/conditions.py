"""Conditions of CI jobs and steps, taken apart into what must all hold."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"'(?:[^']|'')*+'|[()]|&&|\|\|")
_EXPRESSION = re.compile(r"\$\{\{(.*)\}\}", re.DOTALL)
STATUS = {"always()", "success()", "failure()", "cancelled()", "!cancelled()", "!failure()", "true"}
_REGARDLESS = {"always()", "failure()", "cancelled()", "!cancelled()", "!success()"}


def conjuncts(condition: str) -> tuple[str, ...]:
    """Return the parts of a GitHub expression that must all be true, written alike.

    Those joined by `||` at the top are one part, see
    https://docs.github.com/actions/reference/workflows-and-actions/expressions.
    """
    text = " ".join(condition.split())
    if found := _EXPRESSION.fullmatch(text):
        text = found[1].strip()
    parts, start, depth = list[str](), 0, 0
    for token in _TOKEN.finditer(text):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if token[0] == "||" and depth == 0:
            return (text,)
        if token[0] == "&&" and depth == 0:
            parts.append(text[start : token.start()].strip())
            start = token.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


def gates(condition: str) -> dict[str, str]:
    """Return the parts of a condition that restrict: not those that ask how earlier steps ended."""
    found = conjuncts(condition)
    return {part: part for part in found if part.lower() not in STATUS | {"false"}}


def is_never(condition: str) -> bool:
    """Say whether a condition is plainly false."""
    return any(part.lower() == "false" for part in conjuncts(condition))


def ignores_failures(condition: str) -> bool:
    """Say whether a job with this condition runs though one that it needs has failed."""
    return any(part.lower() in _REGARDLESS for part in conjuncts(condition))
