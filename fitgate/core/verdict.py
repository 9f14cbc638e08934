"""The verdict: the worst finding of every gate that applies, with its reasons."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate import __version__
from fitgate.core.classes import Ground, in_order
from fitgate.core.classify.deployed import derived as derive
from fitgate.core.classify.deployed import slowest
from fitgate.core.classify.looks import Looks
from fitgate.core.facts import STRICT, Facts, Override
from fitgate.core.facts_file import facts_digest
from fitgate.core.findings import Case, Classification, Finding, Match, Outcome, finding, worst
from fitgate.core.gates import judge
from fitgate.core.in_force import Rulebook
from fitgate.core.people import may_override
from fitgate.core.policy import BreakerGate, ChangeClass, Gate, Layer, Policy
from fitgate.core.values import Instant

if TYPE_CHECKING:
    from fitgate.core.reclassified import Reclassified

_LAYERS: tuple[Layer, ...] = ("fast", "medium", "slow")


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """Which policy judged: where it came from and the digest of its bytes."""

    __pydantic_config__ = STRICT
    source: str
    commit: str | None
    digest: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decider:
    """Which program judged."""

    __pydantic_config__ = STRICT
    version: str = __version__
    engine: str = "built-in"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of a change as of a moment, and everything it was decided by.

    `grounds` say what class and IO-SR number come from. `reclassified` is what people say of a
    change that has landed; it alters nothing of what was decided.
    """

    __pydantic_config__ = STRICT
    outcome: Outcome
    mode: Literal["shadow", "enforce"]
    is_io: bool | None
    categories: tuple[str, ...]
    classes: tuple[ChangeClass, ...]
    io_sr: tuple[int, ...]
    layer: Layer | None
    digest: str | None
    as_of: Instant
    eligible_at: Instant | None
    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    policy: PolicyRef
    facts: str
    decider: Decider = Decider()
    grounds: tuple[Ground, ...] = ()
    reclassified: Reclassified | None = None
    verdict: Literal[1] = field(default=1, kw_only=True)


def decide(
    facts: Facts, found: Classification, book: Rulebook, *, digest: str | None = None
) -> Verdict:
    """Return the verdict on a change as of `facts.as_of`; the worst finding wins.

    `digest` is that of the facts, where it is known or nobody asks for it.

    A change known not to be an IO is allowed and meets no gate. One of which that is unknown is
    UNDECIDED until a role that may override settles it.
    """
    policy, looks = book.file.policy, book.looks
    layers = _layers(facts, looks)
    categories = in_order(policy, (match.category for match in found.matches))
    derived = derive(policy, found, facts)
    if found.is_io is None and _live_override(facts, policy, "io"):
        found = replace(found, is_io=True)
    findings = tuple(
        _findings(
            facts, found, Case(facts, policy, categories, derived.classes, layers, found.unknown)
        )
    )
    passed = any(f.code in {"override-used", "settled"} for f in findings)
    settled = any(f.code == "settled" for f in findings)
    outcome = Outcome.ALLOW if passed else worst(f.outcome for f in findings)
    return Verdict(
        outcome=outcome,
        mode=policy.mode,
        is_io=False if settled else found.is_io,
        categories=categories,
        classes=derived.classes,
        io_sr=derived.io_sr,
        layer=layers[-1] if layers else None,
        digest=facts.change.digest,
        as_of=facts.as_of,
        eligible_at=max((f.until for f in findings if f.until), default=None),
        matches=found.matches,
        findings=findings,
        policy=PolicyRef(book.file.source, book.file.commit, book.file.digest, book.file.note),
        facts=facts_digest(facts) if digest is None else digest,
        grounds=derived.grounds,
    )


def _layers(facts: Facts, looks: Looks) -> tuple[Layer, ...]:
    if facts.deployment is not None:
        return slowest(facts.deployment)
    touched = {
        looks.layer(path)
        for file in facts.files or ()
        for path in {file.path, file.old_path or file.path}
    }
    return tuple(layer for layer in _LAYERS if layer in touched)


def _findings(facts: Facts, found: Classification, case: Case) -> Iterator[Finding]:
    if found.is_io is False:
        return
    if found.is_io is None:
        settled = _live_override(facts, case.policy, "not-io")
        if settled is not None:
            yield finding(
                "override", Outcome.ALLOW, "settled", by=settled.by, name=_name(settled, facts),
                reason=settled.reason,
            )  # fmt: skip
            return
        for unknown in found.unknown:
            yield finding(
                "classification",
                Outcome.UNDECIDED,
                "unclassifiable",
                who=case.policy.override.roles,
                what=unknown.what,
                why=unknown.why,
            )
        return
    for gate in _gates(case):
        yield from judge(gate, case)
    if case.policy.extends:
        yield finding("policy", Outcome.UNDECIDED, "extends-not-available", key="extends")
    if case.policy.exceptions:
        yield finding("policy", Outcome.UNDECIDED, "exception-not-available", key="exceptions")
    override = _live_override(facts, case.policy, None)
    if override is not None:
        yield finding(
            "override", Outcome.ALLOW, "override-used", by=override.by,
            name=_name(override, facts), reason=override.reason,
        )  # fmt: skip


def _name(override: Override, facts: Facts) -> str:
    """Return the name that people know somebody by."""
    return facts.person(override.by).login or override.by


def _gates(case: Case) -> tuple[Gate, ...]:
    """Return the policy's gates; breakers are a gate for every IO, named or not."""
    gates, every = case.policy.gates, BreakerGate(type="breaker")
    declared = bool(case.policy.breakers or case.facts.breakers)
    # A breaker gate for some IOs only does not let the others pass.
    return (*gates, every) if declared and every not in gates else gates


def _live_override(
    facts: Facts, policy: Policy, settles: Literal["io", "not-io"] | None
) -> Override | None:
    """Return an override that counts now: of a role that may, in time, unused, for this content."""
    for override in facts.overrides or ():
        bound = override.digest is not None and override.digest == facts.change.digest
        if facts.change.digest is None and settles:  # what cannot be listed has no digest
            bound = override.digest is None
        live = facts.as_of < override.until and not override.used and bool(override.reason.strip())
        if override.settles == settles and live and bound and may_override(override, facts, policy):
            return override
    return None


@functools.cache
def verdict_adapter() -> TypeAdapter[Verdict]:
    """Return the reader and writer of verdicts; built once, on first use."""
    from fitgate.core.reclassified import Reclassified  # noqa: F401 - pydantic looks for it

    return TypeAdapter(Verdict)


def verdict_json(verdict: Verdict) -> dict[str, JsonValue]:
    """Return the verdict as JSON values, in the shape of `schemas/verdict.v1.json`."""
    document: dict[str, JsonValue] = verdict_adapter().dump_python(verdict, mode="json")
    return document
