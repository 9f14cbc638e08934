"""Gates, roles, breakers and thresholds that can have no effect, or that nobody can satisfy."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fitgate.core.globs import GlobSet
from fitgate.core.lint.rules import classes
from fitgate.core.people import Signer, match_roles
from fitgate.core.places import Located, Path
from fitgate.core.policy import (
    POLICY_CATEGORY,
    Breaker,
    BreakerGate,
    Gate,
    Policy,
    RollbackWindow,
    SlowAuthority,
    TempoLayers,
    Validation,
)
from fitgate.core.reading import rules_of
from fitgate.errors import Problem

_LESS_IS_WORSE = frozenset({"rdpr"})
_SHARES = frozenset({"rdpr", "gbr_ratio"})
"""Metrics between nought and one."""


def gates_in_vain(policy: Policy, located: Located) -> Iterator[Problem]:
    """Yield what the gates of a policy say in vain, and all that they lean on."""
    for n, gate in enumerate(policy.gates):
        at: Path = ("gates", n)
        yield from _for_nothing(gate, at, policy, located)
        if _asks_nothing(gate, policy):
            message = f"the gate `{gate.type}` asks for nothing, so it holds nothing"
            yield located.problem(at, message, "say what it asks for, or take it out")
        if isinstance(gate, SlowAuthority):
            yield from _too_few(gate, at, policy, located)
        if isinstance(gate, BreakerGate):
            known = {breaker.name for breaker in policy.breakers}
            for name in gate.names:
                if name not in known:
                    message = f"there is no breaker `{name}`"
                    yield located.problem((*at, "names"), message, "name one of `breakers`")
    yield from _roles(policy, located)
    yield from _environments(policy, located)
    for n, breaker in enumerate(policy.breakers):
        if why := _never_trips(breaker):
            message = f"the breaker `{breaker.name}` can never trip: {why}"
            yield located.problem(("breakers", n, "when"), message, "give it a `limit` to pass")
    yield from _thresholds(policy, located)


def _for_nothing(gate: Gate, at: Path, policy: Policy, located: Located) -> Iterator[Problem]:
    """Yield filters by which a gate is for no operation that the rules can find."""
    found = {rule.category for rule in policy.rules} | {POLICY_CATEGORY}
    for category in gate.categories or ():
        if category not in found:
            message = f"the gate `{gate.type}` waits for `{category}`, which no rule finds"
            yield located.problem((*at, "categories"), message, "add a rule, or take it out")
    built_in = policy.taxonomy.get(POLICY_CATEGORY)
    own = {*(built_in.classes if built_in else ())}
    known = own.union(*(classes(rule, policy) for rule in policy.rules))
    numbered = any(rule.io_sr for rule in policy.rules)  # a number may bring classes of its own
    for letter in gate.classes or ():
        if letter not in known and not numbered:
            message = f"the gate `{gate.type}` waits for class {letter}, which no rule finds"
            yield located.problem((*at, "classes"), message, "add a rule, or take it out")
    for name in ("categories", "classes", "environments", "kinds"):
        if getattr(gate, name) == ():
            message = f"the gate `{gate.type}` is for no {name}, so it is for nothing"
            yield located.problem((*at, name), message, f"leave `{name}` out: then it is for all")
    if gate.environments and gate.kinds and "deployment" not in gate.kinds:
        message = f"the gate `{gate.type}` is for environments, and not for deployments"
        yield located.problem((*at, "environments"), message, "add `deployment` to `kinds`")


def _asks_nothing(gate: Gate, policy: Policy) -> bool:
    match gate:
        case SlowAuthority():
            return not (gate.cooldown or gate.signatures or gate.rationale == "required")
        case RollbackWindow():
            return {gate.artifact, gate.plan} == {"optional"} and gate.drill is None
        case Validation():
            return gate.plan == "optional" and not gate.checks
        case TempoLayers():
            return gate.mixed == "allow" or not policy.layers.fast
        case _:
            return False


def _too_few(gate: SlowAuthority, at: Path, policy: Policy, located: Located) -> Iterator[Problem]:
    """Yield a gate that no set of people can satisfy, where only people by name have its roles."""
    asked = frozenset(gate.signatures)
    if not asked <= policy.roles.keys():
        return
    roles = {name: policy.roles[name] for name in asked}
    open_to_more = {name for name, role in roles.items() if role.teams or role.permission}
    logins = {login.casefold() for role in roles.values() for login in role.users}
    people = [
        Signer(login, login, frozenset(n for n in asked if login in _logins(n, policy)))
        for login in logins
    ]
    others = (
        Signer(f"\0{n}", "", frozenset(open_to_more)) for n in range(len(gate.signatures) + 1)
    )
    people += others
    seats = [frozenset({role}) for role in gate.signatures]
    degrading = any(breaker.then == "degrade" for breaker in policy.breakers)
    for more, when in ((False, ""), (True, ", and one more while a breaker degrades")):
        wanted = [*seats, asked] if more else seats
        filled = sum(signer is not None for signer in match_roles(wanted, people))
        if filled < len(wanted) and (degrading or not more) and asked:
            message = f"{_people(len(seats))} must sign{when}, and its roles can give {filled}"
            yield located.problem((*at, "signatures"), message, "name more people in `roles`")
            return


def _people(number: int) -> str:
    return "one person" if number == 1 else f"{number} distinct people"


def _logins(role: str, policy: Policy) -> set[str]:
    return {login.casefold() for login in policy.roles[role].users}


def _roles(policy: Policy, located: Located) -> Iterator[Problem]:
    """Yield roles that nobody uses, and roles that nobody can have."""
    used = {*policy.override.roles}.union(*(getattr(g, "signatures", ()) for g in policy.gates))
    own_rule = any(gate.type == "rego" for gate in policy.gates)  # it may ask for any role
    for name, role in policy.roles.items():
        if not (role.users or role.teams or role.permission):
            message = f"nobody can have the role `{name}`"
            remedy = "give it `users`, `teams` or `permission`"
            yield located.problem(("roles", name), message, remedy)
        if name not in used and not own_rule:
            message = f"nothing asks for the role `{name}`"
            yield located.problem(("roles", name), message, "name it in a gate, or take it out")


def _environments(policy: Policy, located: Located) -> Iterator[Problem]:
    """Yield environments that are spoken of, and are none of the boundary's."""
    known = policy.boundary.environments
    remedy = "add it to `boundary.environments`"
    named = [(("gates", n), gate.environments or ()) for n, gate in enumerate(policy.gates)]
    named += [(("breakers", n), breaker.environments) for n, breaker in enumerate(policy.breakers)]
    for at, environments in named:
        for name in environments:
            if name not in known:
                message = f"the boundary has no environment `{name}`"
                yield located.problem((*at, "environments"), message, remedy)
    places = {rule.id: n for n, rule in enumerate(policy.rules)}
    for rule, conditions in rules_of(policy):
        for globs in (c.environment.environment for c in conditions if c.environment):
            if globs and not any(GlobSet([globs]).match(name) for name in known):
                message = f"rule `{rule.id}`: the boundary has no environment {', '.join(globs)}"
                yield located.problem(("rules", places[rule.id], "when"), message, remedy)


def _never_trips(breaker: Breaker) -> str:
    """Return why a breaker can never trip; nothing if it may."""
    when = breaker.when
    if when.metric == "declared" or when.any_unauthorised:
        return ""
    if when.limit is None:
        return "it has no limit"
    if math.isnan(when.limit):
        return "its limit is no number"
    less = when.metric in _LESS_IS_WORSE
    if less and when.limit <= 0:
        return f"`{when.metric}` is never below {when.limit:g}"
    if not less and when.limit >= (1 if when.metric in _SHARES else math.inf):
        return f"`{when.metric}` is never above {when.limit:g}"
    return ""


def _thresholds(policy: Policy, located: Located) -> Iterator[Problem]:
    for name, band in policy.thresholds.items():
        if band.yellow is None or band.red is None:
            continue
        less = name in _LESS_IS_WORSE
        if band.yellow < band.red if less else band.yellow > band.red:
            worse = "below" if less else "above"
            message = f"yellow is worse than red: `{name}` is worse the more it is {worse}"
            yield located.problem(("thresholds", name), message, "change the two about")
