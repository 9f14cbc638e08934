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
    if match.kind == "contained":
        return seen(match)
    return f"{seen(match)} (rule {inert(match.rule, VALUE_LIMIT)})"


def seen(match: Match) -> str:  # noqa: C901, PLR0911 - one return a kind
    """Say what was seen, and where."""
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
        case "dependency" | "workflow" | "migration":
            return f"{place}: {_effect(match)}"
        case "environment":
            return f"it is deployed to {inert(str(match.after), VALUE_LIMIT)}"
        case "contained":
            what = "takes out" if match.change == "taken-out" else "contains"
            return f"it {what} {inert(str(match.key), PATH_LIMIT)}: {inert(match.category)}"
        case "word":
            return f"{inert(match.key or '', PATH_LIMIT)} says so: {quoted(str(match.after))}"
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


_EFFECTS = {
    "added": "{key} came: {after}",
    "removed": "{key} went, was {before}",
    "upgraded": "{key} upgraded from {before} to {after}",
    "major": "{key} has a new major version, {after} after {before}",
    "downgraded": "{key} downgraded from {before} to {after}",
    "unpinned": "{key} was pinned to {before} and is now {after}",
    "unbounded": "{key} had an upper bound, {before}, and now has none, {after}",
    "movable": "{key} is now given by a name that can be moved: {after}",
    "hash-dropped": "{key} comes without the hashes it had",
    "source-changed": "{key} comes from elsewhere: {after}, before {before}",
    "published": "{key} comes from its registry, {after}, before {before}",
    "group-emptied": "nothing is left of the group that had {before}",
    "job-removed": "{key} is gone; it ran {before}",
    "step-removed": "{key} is gone; it ran {before}",
    "gate-removed": "{key} demands nothing now, before {before}",
    "environment-removed": "{key} is gone, was {before}",
    "needs-removed": "{key} no longer waits for {before}",
    "continue-on-error-added": "{key} may now fail",
    "or-true-added": "{key} can no longer fail: {after}",
    "disabled": "{key} is there and never runs",
    "trigger-added": "{key} now starts it: {after}",
    "trigger-removed": "{key} no longer starts it, was {before}",
    "permission-widened": "{key} widened from {before} to {after}",
    "matrix-shrunk": "{key} is smaller, {after} after {before}",
    "manual-removed": "{key} started by hand and now starts by itself",
    "action-unpinned": "{key} was pinned to {before} and is now {after}",
    "drops": "{key} is dropped",
    "truncates": "{key} is emptied",
    "deletes": "rows of {key} are deleted",
    "narrows": "{key} is narrowed from {before} to {after}",
    "no-way-down": "{key} has no way down",
}
"""What is said of each change of a thing read as structure."""


def _effect(match: Match) -> str:
    key, before, after = inert(match.key or "", PATH_LIMIT), match.before, match.after
    said = _EFFECTS.get(match.change or "", "{key} changed from {before} to {after}")
    return said.format(key=key, before=_value(before), after=_value(after))


def _direction(before: Scalar, after: Scalar) -> str:
    if isinstance(before, bool) or isinstance(after, bool):
        return "changed"
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return "changed"
    return "lowered" if after < before else "raised"


def _value(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    return quoted(value, VALUE_LIMIT) if isinstance(value, str) else f"{value}"
