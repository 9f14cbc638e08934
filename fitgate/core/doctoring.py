"""Is a repository governed as its people think? From what a forge shows to findings: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from fitgate.core.controls import (
    ACTORS,
    ENVIRONMENTS,
    PROTECTION,
    RULES,
    Area,
    Controls,
    Level,
)
from fitgate.core.facts import Unread

CHECK = "fitgate"
POLICY = ".fitgate.yaml"
GRADES = ("none", "read", "write", "admin")
"""What a permission may be, least first ("app-permissions")."""
_PINNED = 2

State = Literal["good", "bad", "unknown"]
Code = Literal[
    "app-installed", "app-suspended", "app-missing", "app-untold",
    "permissions-granted", "permission-missing", "events-heard", "event-missing",
    "check-pinned", "check-of-anybody", "check-not-required", "check-untold",
    "nobody-past", "somebody-past", "exempt-past", "administrators-past", "past-untold",
    "policy-valid", "policy-broken", "policy-absent", "policy-untold",
    "policy-owned", "policy-unowned", "owners-not-asked", "owners-untold",
    "environment-guarded", "environment-open", "environment-past", "environment-untold",
    "environment-absent",
    "deliveries-arrive", "deliveries-missed", "deliveries-silent", "deliveries-untold",
    "area-hidden",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked at: how it stands, and what it is about (`words/doctor.py` says it)."""

    code: Code
    state: State
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A permission that the App needs, what for, and the events that are heard with it."""

    name: str
    level: str
    why: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installation:
    """The App as it is installed on a repository's account."""

    permissions: Mapping[str, str]
    events: tuple[str, ...]
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """The policy of the default branch: `trouble` says why it is not the one in force.

    `absent`: there is none. `environments` are those that count by its boundary.
    """

    source: str
    mode: str
    trouble: str = ""
    absent: bool = False
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns the policy file by CODEOWNERS, if anybody does; `file` null: there is none."""

    file: str | None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of deliveries: when the last one arrived, and which arrived nowhere."""

    last: datetime | None
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """All that could be seen of a repository. What is unread says why.

    `installation` null: the App is not installed there.
    """

    wanted: tuple[Wanted, ...]
    installation: Installation | Unread | None
    controls: Controls
    policy: PolicySeen | Unread
    owners: Owners | Unread
    deliveries: Arrived | Unread


def examined(seen: Observed, now: datetime) -> tuple[Found, ...]:
    """Say of each thing how it stands; what could not be seen is unknown, never good."""
    return (
        *_installed(seen),
        *_check(seen.controls),
        *_past(seen.controls),
        *_policy(seen.policy),
        *_owned(seen.owners, seen.controls),
        *_environments(seen.policy, seen.controls),
        *_deliveries(seen.deliveries, now),
        *_hidden(seen.controls),
    )


def _installed(seen: Observed) -> Iterator[Found]:
    one = seen.installation
    if one is None:
        yield Found("app-missing", "bad")
        return
    if isinstance(one, Unread):
        yield Found("app-untold", "unknown", {"why": one.why})
        return
    yield Found("app-suspended", "bad") if one.suspended else Found("app-installed", "good")
    lacking = [each for each in seen.wanted if not _granted(one, each)]
    for each in lacking:
        has = one.permissions.get(each.name, "none")
        about = {"name": each.name, "level": each.level, "why": each.why, "has": has}
        yield Found("permission-missing", "bad", about)
    if not lacking:
        yield Found("permissions-granted", "good", {"count": str(len(seen.wanted))})
    unheard = [event for each in seen.wanted for event in each.events if event not in one.events]
    for event in unheard:
        yield Found("event-missing", "bad", {"name": event})
    if not unheard:
        yield Found("events-heard", "good", {"count": str(len(one.events))})


def _granted(one: Installation, wanted: Wanted) -> bool:
    has = one.permissions.get(wanted.name, "none")
    return has in GRADES and GRADES.index(has) >= GRADES.index(wanted.level)


def _check(controls: Controls) -> Iterator[Found]:
    """Say whether our check is required, and of our App alone: of anybody, anybody may give it."""
    levels, whys = _levels(controls, RULES, PROTECTION, f"check {CHECK}")
    ours = any(level.rank >= _PINNED and level.words.endswith("our App") for level in levels)
    if ours:
        yield Found("check-pinned", "good")
    elif levels:
        yield Found("check-of-anybody", "bad", {"words": levels[0].words})
    elif whys:
        yield Found("check-untold", "unknown", {"why": "; ".join(whys)})
    else:
        yield Found("check-not-required", "bad")


def _levels(
    controls: Controls, first: str, second: str, gate: str
) -> tuple[list[Level], list[str]]:
    """Return how strong a gate is in each of two areas, and why one of them may not be seen."""
    levels: list[Level] = []
    whys: list[str] = []
    for area in (controls.get(first), controls.get(second)):
        if area is None or area.hidden:
            whys.append("it was not looked at" if area is None else area.hidden)
        elif area.gates and gate in area.gates:
            levels.append(area.gates[gate])
    return levels, whys


def _past(controls: Controls) -> Iterator[Found]:
    actors = controls.get(ACTORS, Area(hidden="bypass actors were not looked at"))
    protection = controls.get(PROTECTION, Area(hidden="branch protection was not looked at"))
    past = [(gate, level) for gate, level in sorted((actors.gates or {}).items()) if level.rank < 0]
    for gate, level in past:
        code: Code = "exempt-past" if level.words == "exempt" else "somebody-past"
        rules, _, who = gate.rpartition(", ")
        yield Found(code, "bad", {"who": who, "rules": rules, "mode": level.words})
    unbound = bool(protection.gates) and "administrators" not in (protection.gates or {})
    if unbound:
        yield Found("administrators-past", "bad")
    whys = [area.hidden for area in (actors, protection) if area.hidden]
    if whys:
        yield Found("past-untold", "unknown", {"why": "; ".join(dict.fromkeys(whys))})
    elif not past and not unbound and _has_rules(controls):
        yield Found("nobody-past", "good")


def _has_rules(controls: Controls) -> bool:
    """Say whether there is anything to go past."""
    areas = (controls.get(name) for name in (RULES, PROTECTION))
    return any(area is not None and area.gates for area in areas)


def _policy(seen: PolicySeen | Unread) -> Iterator[Found]:
    if isinstance(seen, Unread):
        yield Found("policy-untold", "unknown", {"why": seen.why})
    elif seen.absent:
        yield Found("policy-absent", "bad", {"mode": seen.mode})
    elif seen.trouble:
        yield Found("policy-broken", "bad", {"why": seen.trouble})
    else:
        yield Found("policy-valid", "good", {"source": seen.source, "mode": seen.mode})


def _owned(seen: Owners | Unread, controls: Controls) -> Iterator[Found]:
    """Say whether a change to the policy needs its owners: named, and asked."""
    if isinstance(seen, Unread):
        yield Found("owners-untold", "unknown", {"why": seen.why})
        return
    if not seen.owners:
        yield Found("policy-unowned", "bad", {"file": seen.file or "CODEOWNERS"})
        return
    asked, whys = _levels(controls, RULES, PROTECTION, "code owners")
    about = {"owners": ", ".join(seen.owners), "file": str(seen.file)}
    if asked:
        yield Found("policy-owned", "good", about)
    elif whys:
        yield Found("owners-untold", "unknown", {"why": "; ".join(whys)})
    else:
        yield Found("owners-not-asked", "bad", about)


def _environments(policy: PolicySeen | Unread, controls: Controls) -> Iterator[Found]:
    """Say of those that count, and of those that our rule guards, whether it can be gone past."""
    area = controls.get(ENVIRONMENTS, Area(hidden="the environments were not looked at"))
    counting = () if isinstance(policy, Unread) else policy.environments
    if area.hidden:
        for name in counting:
            yield Found("environment-untold", "unknown", {"name": name, "why": area.hidden})
        return
    gates = area.gates or {}
    guarded = [name.removesuffix(" guarded") for name, level in gates.items()
               if name.endswith(" guarded") and level.rank > 0]  # fmt: skip
    for name in dict.fromkeys((*counting, *sorted(guarded))):
        about = {"name": name}
        admins = gates.get(f"{name} administrators")
        if f"{name} guarded" not in gates:
            yield Found("environment-absent", "unknown", about)
        elif name not in guarded:
            yield Found("environment-open", "bad", about)
        elif admins is None:
            why = "GitHub does not tell whether administrators may go past its gates"
            yield Found("environment-untold", "unknown", {**about, "why": why})
        elif admins.rank < 0:
            yield Found("environment-past", "bad", about)
        else:
            yield Found("environment-guarded", "good", about)


def _deliveries(seen: Arrived | Unread, now: datetime) -> Iterator[Found]:
    if isinstance(seen, Unread):
        yield Found("deliveries-untold", "unknown", {"why": seen.why})
        return
    if seen.missed:
        names = ", ".join(sorted({*seen.missed}))
        yield Found("deliveries-missed", "bad", {"count": str(len(seen.missed)), "events": names})
    if seen.last is None:
        yield Found("deliveries-silent", "unknown")
    elif not seen.missed:
        hours = (now - seen.last) // timedelta(hours=1)
        yield Found("deliveries-arrive", "good", {"hours": str(max(hours, 0))})


def _hidden(controls: Controls) -> Iterator[Found]:
    """Yield what is not observed at all, but for what `past-untold` says already."""
    for name, area in controls.items():
        if area.hidden and name not in {ACTORS, PROTECTION}:
            yield Found("area-hidden", "unknown", {"area": name, "why": area.hidden})
