"""A policy as a picture: categories and their rules, gates, breakers, layers, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from fitgate.core.lint.rules import classes
from fitgate.core.policy import (
    POLICY_CATEGORY,
    POLICY_RULE,
    BreakerGate,
    Gate,
    Policy,
    RegoGate,
    RollbackWindow,
    Rule,
    SlowAuthority,
    TempoLayers,
    Validation,
)
from fitgate.core.proposal import circuit_breaker
from fitgate.core.reading import rules_of
from fitgate.core.remedies import plain


@dataclass(frozen=True, slots=True)
class RuleBox:
    """One rule: why it is there, and the kinds of evidence that it asks for."""

    id: str
    why: str
    evidence: tuple[str, ...]
    io_sr: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The rules of one category, and the classes that they give a change."""

    category: str
    name: str
    classes: tuple[str, ...]
    rules: tuple[RuleBox, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A gate, a breaker or a layer, and what it says; `of` are the categories that meet it."""

    title: str
    lines: tuple[str, ...]
    of: tuple[str, ...] = ()
    for_all: bool = True

    @property
    def whom(self) -> str:
        """Say which operations meet it."""
        return "every operation" if self.for_all else ", ".join(self.of) or "nothing"


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that a picture of a policy shows."""

    title: str
    mode: str
    groups: tuple[Group, ...]
    gates: tuple[Box, ...]
    breakers: tuple[Box, ...]
    layers: tuple[Box, ...]

    @property
    def summary(self) -> str:
        """Say in sentences what the picture shows, for whoever does not see it."""
        groups = (f"{g.category}: {', '.join(rule.id for rule in g.rules)}" for g in self.groups)
        gates = (
            f"{box.title} for {box.whom} asks for {'; '.join(box.lines) or 'nothing'}"
            for box in self.gates
        )
        breakers = (f"{box.title}: {'; '.join(box.lines)}" for box in self.breakers)
        layers = (f"{box.title}: {', '.join(box.lines)}" for box in self.layers)
        told = {"Rules": groups, "Gates": gates, "Breakers": breakers, "Layers": layers}
        return " ".join(f"{name}: {'. '.join(said) or 'none'}." for name, said in told.items())


def diagram_of(policy: Policy, title: str) -> Diagram:
    """Return the picture of a policy; without a system's name it is called by the title given."""
    groups = tuple(_groups(policy))
    return Diagram(
        title=policy.system or title,
        mode=policy.mode,
        groups=groups,
        gates=tuple(_gate(gate, groups, policy) for gate in policy.gates),
        breakers=tuple(
            Box(told.name, (told.threshold, f"then {told.action}"))
            for told in map(circuit_breaker, policy.breakers)
        ),
        layers=tuple(
            Box(name, globs)
            for name, globs in (("slow", policy.layers.slow), ("fast", policy.layers.fast))
            if globs
        ),
    )


def _groups(policy: Policy) -> Iterator[Group]:
    """Yield the categories that some rule finds, as the taxonomy orders them."""
    kinds = {rule.id: {name: None for c in conditions for name in c.model_fields_set}
             for rule, conditions in rules_of(policy)}  # fmt: skip
    by_category: dict[str, list[Rule]] = {name: [] for name in policy.taxonomy}
    for rule in policy.rules:
        by_category.setdefault(rule.category, []).append(rule)
    by_category.setdefault(POLICY_CATEGORY, [])
    for name, rules in by_category.items():
        known = policy.taxonomy.get(name)
        letters = {*(known.classes if known else ())}.union(*(classes(r, policy) for r in rules))
        boxes = [
            RuleBox(rule.id, rule.why, tuple(k for k in kinds[rule.id] if k[-1] != "_"), rule.io_sr)
            for rule in rules
        ]
        if name == POLICY_CATEGORY:
            boxes.append(RuleBox(POLICY_RULE, "it changes what judges it", ("built-in",)))
        if boxes:
            order = tuple(letter for letter in "TRCD" if letter in letters)
            yield Group(name, known.name if known else name, order, tuple(boxes))


def _gate(gate: Gate, groups: tuple[Group, ...], policy: Policy) -> Box:
    met = tuple(
        group.category
        for group in groups
        if (gate.categories is None or group.category in gate.categories)
        and (gate.classes is None or {*gate.classes} & {*group.classes})
    )
    where = (("only in", gate.environments), ("only a", gate.kinds), ("only class", gate.classes))
    limits = (f"{word} {', '.join(names)}" for word, names in where if names is not None)
    every = gate.categories is None and gate.classes is None
    return Box(gate.type, (*_asks(gate, policy), *limits), () if every else met, every)


def _asks(gate: Gate, policy: Policy) -> Iterator[str]:
    """Yield what a gate asks for, a line each."""
    match gate:
        case SlowAuthority():
            yield from _authority(gate, policy)
        case RollbackWindow():
            yield from _way_back(gate)
        case Validation():
            if gate.plan == "required":
                yield "an evaluation plan"
            yield from (f"the check {check}" for check in gate.checks)
        case TempoLayers():
            if gate.mixed == "hold":
                yield "slow and fast paths apart"
        case BreakerGate():
            yield f"no tripped breaker: {', '.join(gate.names) or 'none at all'}"
        case RegoGate():
            yield f"the rules of {gate.package}"
        case _ as never:
            assert_never(never)


def _authority(gate: SlowAuthority, policy: Policy) -> Iterator[str]:
    if gate.cooldown:
        yield f"cool-down of {plain(gate.cooldown)}"
    for role in gate.signatures:
        yield f"signed by {role}: {_held_by(role, policy)}"
    if gate.rationale == "required":
        yield "a rationale"


def _way_back(gate: RollbackWindow) -> Iterator[str]:
    if gate.artifact == "required":
        yield "an artifact to go back to"
    if gate.plan == "required":
        yield "a plan of the way back"
    if gate.drill:
        ends = {"back in": gate.drill.rto, "losing at most": gate.drill.rpo}
        met = "".join(f", {words} {plain(end)}" for words, end in ends.items() if end)
        yield f"a drill within {plain(gate.drill.within)}{met}"


def _held_by(role: str, policy: Policy) -> str:
    """Say who may sign as a role."""
    found = policy.roles.get(role)
    if found is None:
        return "nobody"
    may = [f"permission {found.permission}"] if found.permission else []
    return ", ".join((*found.users, *found.teams, *may)) or "nobody"
