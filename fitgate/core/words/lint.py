"""What `policy lint` says of a policy that can be used."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.policy import Policy

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


def not_acted_on(policy: Policy) -> Iterator[str]:
    """Name what this version reads and cannot, or not yet, act on."""
    for key, effect in _LATER_KEYS.items():
        if getattr(policy, key):
            yield f"`{key}` is read, and not acted on in this version: {effect}"
    for index, gate in enumerate(policy.gates):
        if gate.type == "rego":
            yield f"gate {index}: `rego` {_LATER}: UNDECIDED where it applies"
