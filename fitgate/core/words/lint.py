"""What `policy lint` says of a policy that can be used."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.policy import Policy
from fitgate.core.reading import rules_of

_LATER_KEYS = {
    "extends": "every change is UNDECIDED",
    "exceptions": "every irreversible operation is UNDECIDED",
    "drills": "nothing is scheduled",
    "ledger": "nothing is recorded",
    "slack": "nothing is sent",
    "digest": "nothing is sent",
    "commands": "no command is obeyed",
}
_LATER = "is not available in this version"
_LATER_KINDS = ("dependency", "workflow", "migration", "environment")


def not_acted_on(policy: Policy) -> Iterator[str]:
    """Name what this version reads and cannot, or not yet, act on."""
    for key, effect in _LATER_KEYS.items():
        if getattr(policy, key):
            yield f"`{key}` is read, and not acted on in this version: {effect}"
    for rule, conditions in rules_of(policy):
        kinds = [k for k in _LATER_KINDS if any(k in c.model_fields_set for c in conditions)]
        for kind in kinds:
            yield f"rule {rule.id}: `{kind}` {_LATER}: UNDECIDED where it may match"
    for index, gate in enumerate(policy.gates):
        if gate.type == "rego":
            yield f"gate {index}: `rego` {_LATER}: UNDECIDED where it applies"
