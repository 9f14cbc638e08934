"""What `policy lint` says of a policy that can be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from fitgate.core.inert import inert
from fitgate.core.lint.history import Seen
from fitgate.core.policy import Policy
from fitgate.core.reading import rules_of
from fitgate.core.remedies import plain
from fitgate.errors import Problem

_LATER_KEYS = {
    "extends": "every change is UNDECIDED",
    "exceptions": "every irreversible operation is UNDECIDED",
    "ledger": "nothing is recorded",
    "slack": "nothing is sent",
    "digest": "nothing is sent",
    "commands": "no command is obeyed",
}
_LATER = "is not available in this version"


def not_acted_on(policy: Policy) -> Iterator[str]:
    """Name what this version reads and cannot, or not yet, act on."""
    for key, effect in _LATER_KEYS.items():
        if getattr(policy, key):
            yield f"`{key}` is read, and not acted on in this version: {effect}"
    for index, gate in enumerate(policy.gates):
        if gate.type == "rego":
            yield f"gate {index}: `rego` {_LATER}: UNDECIDED where it applies"
    for rule, conditions in rules_of(policy):
        if any(c.text and c.text.label is not None for c in conditions):
            yield (
                f"rule `{rule.id}` asks for a label, and a clone holds none: where that decides, a"
                " change is UNDECIDED in `scan`, and in `check` of a clone"
            )


def labelled(source: str, label: str, problem: Problem) -> str:
    """Return a problem as editors find it: `p.yaml:3:5: warning: rules.0: what (what to do)`."""
    place = "" if problem.line is None else f":{problem.line}:{problem.column}"
    return inert(f"{source}{place}: {label}: {replace(problem, line=None, column=None)}")


def looked_at(seen: Seen, since: datetime | None) -> str:
    """Say how much history was looked at."""
    begin = f"since {plain(since)}" if since else "from the beginning"
    return f"{_many(seen.changes, 'change')} looked at, {begin}"


def can_be_used(policy: Policy, warnings: int) -> str:
    """Say that a policy can be used, and how much is in it."""
    much = f"{_many(len(policy.rules), 'rule')}, {_many(len(policy.gates), 'gate')}, {policy.mode}"
    but = f", with {_many(warnings, 'warning')}" if warnings else ""
    return f"can be used ({much}){but}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
