"""One sentence for each match: what the rule saw, and where."""

from __future__ import annotations

from typing import assert_never

from fitgate.core.findings import Match
from fitgate.core.inert import inert, quoted
from fitgate.core.values import Scalar

PATH_LIMIT = 120
VALUE_LIMIT = 60


def match_sentence(match: Match) -> str:
    """Say a match: `evals/safety.yaml line 3: toxicity lowered from 0.9 to 0.7 (rule …)`."""
    return f"{_seen(match)} (rule {inert(match.rule, VALUE_LIMIT)})"


def _seen(match: Match) -> str:
    path = inert(match.file or "", PATH_LIMIT)
    place = path if match.line is None else f"{path} line {match.line}"
    match match.kind:
        case "path":
            return _happened(path, match)
        case "built-in":
            return f"{_happened(path, match)}: a policy is always looked at"
        case "line":
            added = match.after is not None
            line = match.after if added else match.before
            return f"{place}: {'added' if added else 'removed'} {quoted(str(line))}"
        case "setting":
            return f"{place}: {_moved(match)}"
        case "text":
            return f"{_where(match.key or '')} says {quoted(str(match.after))}"
        case "absence":
            return "what the rule looks for is missing"
        case _ as never:
            assert_never(never)


def _happened(path: str, match: Match) -> str:
    if match.after == "renamed" and match.before is not None:
        return f"{inert(str(match.before), PATH_LIMIT)} renamed to {path}"
    return f"{path} {inert(str(match.after), VALUE_LIMIT)}"


def _where(key: str) -> str:
    if key in {"title", "body", "branch", "author", "label"}:
        return f"the {'description' if key == 'body' else key}"
    return f"the trailer {inert(key, VALUE_LIMIT)}"


def _moved(match: Match) -> str:
    if match.key is None:
        return inert(str(match.after), 2 * PATH_LIMIT)
    key, before, after = inert(match.key, PATH_LIMIT), _value(match.before), _value(match.after)
    if match.before is None:
        return f"{key} added: {after}"
    if match.after is None:
        return f"{key} removed, was {before}"
    return f"{key} {_direction(match.before, match.after)} from {before} to {after}"


def _direction(before: Scalar, after: Scalar) -> str:
    if isinstance(before, bool) or isinstance(after, bool):
        return "changed"
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return "changed"
    return "lowered" if after < before else "raised"


def _value(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value, VALUE_LIMIT) if isinstance(value, str) else f"{value}"
