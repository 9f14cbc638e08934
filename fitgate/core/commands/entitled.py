"""Who may use which command: one table, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from fitgate.core.commands.asked import Permission, Speaker
from fitgate.core.facts import Facts
from fitgate.core.people import had_a_hand, holds, some
from fitgate.core.policy import Policy

_LEVELS: tuple[Permission, ...] = get_args(Permission)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whose word is heard: any one of these is enough.

    `least` is a permission on the repository; `hand`: the author and the contributors; `roles`: any
    of the policy's, or those that its `override` names. `apart`: never who had a hand in it.
    """

    least: Permission | None = None
    hand: bool = False
    roles: Literal["any", "override"] | None = None
    apart: bool = False


ENTITLED: Mapping[str, Entitlement] = {
    "rationale": Entitlement("write", hand=True),
    "override": Entitlement(roles="override", apart=True),
    "reclassify": Entitlement("write", hand=True, roles="any"),
    "evaluated": Entitlement("write", roles="any"),
    "drill": Entitlement("write", roles="any"),
    "followup": Entitlement("write", roles="any"),
    "recheck": Entitlement("read"),
    "explain": Entitlement("read"),
    "help": Entitlement("read"),
}
SETTLING = ENTITLED["override"]
"""To settle that what cannot be told is no IO asks as much as to pass the gates of one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not heard: a code, and what its sentence is filled with."""

    code: str
    params: Mapping[str, str]

    @classmethod
    def of(cls, code: str, **params: str) -> Refusal:
        """Return the refusal with this code."""
        return cls(code, params)


def roles_named(asked: Entitlement, policy: Policy) -> tuple[str, ...]:
    """Return the roles that may, by this policy."""
    match asked.roles:
        case "any":
            return tuple(policy.roles)
        case "override":
            return policy.override.roles
        case None:
            return ()


def refused(asked: Entitlement, speaker: Speaker, facts: Facts, policy: Policy) -> Refusal | None:
    """Say why somebody may not; None: they may. What cannot be read lets nobody do anything."""
    hand = had_a_hand(speaker.person.id, facts, policy) if asked.hand or asked.apart else False
    roles = roles_named(asked, policy)
    if asked.roles == "override" and not roles:
        return Refusal.of("no-role-named")
    may = some(
        (
            _has(speaker.permission, asked.least),
            hand if asked.hand else False,
            *(holds(speaker.person, role, policy) for role in roles),
        )
    )
    if may is not True:
        code = "not-entitled" if may is False else "rights-unknown"
        return Refusal.of(code, who=_who(asked, roles))
    if asked.apart and hand is not False:
        return Refusal.of("own-change" if hand else "perhaps-own-change")
    return None


def _has(permission: Permission | None, least: Permission | None) -> bool | None:
    if least is None:
        return False
    if permission is None:
        return None
    return _LEVELS.index(permission) >= _LEVELS.index(least)


def _who(asked: Entitlement, roles: tuple[str, ...]) -> str:
    """Name those who may, as in `the author, a contributor, or somebody who may write here`."""
    return whose(asked, " or ".join(roles))


def whose(asked: Entitlement, roles: str) -> str:
    """Say who may; `roles` is what those of `override` are called."""
    parts = [
        *(("the author", "a contributor") if asked.hand else ()),
        *((f"whoever may {asked.least} here",) if asked.least else ()),
        *(("whoever has a role of the policy",) if asked.roles == "any" else ()),
        *((f"the role {roles}",) if asked.roles == "override" else ()),
    ]
    said = " or ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return said + (", but neither the author nor a contributor" if asked.apart else "")
