"""What rules and gates say of a change: matches, findings, outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from fitgate.core.facts import STRICT, Facts, Unknown
from fitgate.core.policy import ChangeClass, Layer, Policy
from fitgate.core.remedies import remedy_for
from fitgate.core.values import Instant, Scalar

Param = str | int | bool | None | tuple[str, ...]
Kind = Literal[
    "path", "line", "setting", "text", "dependency", "workflow", "migration", "environment",
    "absence", "built-in", "word", "contained",
]  # fmt: skip


class Outcome(StrEnum):
    """What may happen now, from better to worse."""

    ALLOW = "ALLOW"
    HOLD = "HOLD"
    UNDECIDED = "UNDECIDED"
    DENY = "DENY"

    @property
    def rank(self) -> int:
        """Return how bad it is: 0 for ALLOW."""
        return _RANKS[self]


_RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of some outcomes; of none, ALLOW."""
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.ALLOW)


@dataclass(frozen=True, slots=True)
class Match:
    """The proof that a change falls in a category: a rule, and what it saw.

    `change` is what became of a thing that is read as structure, see `effects`.
    """

    __pydantic_config__ = STRICT
    rule: str
    category: str
    kind: Kind
    file: str | None = None
    line: int | None = None
    key: str | None = None
    before: Scalar = None
    after: Scalar = None
    change: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one gate says: the outcome, a code with its parameters, who can act, until when."""

    __pydantic_config__ = STRICT
    gate: str
    outcome: Outcome
    code: str
    params: dict[str, Param] = field(default_factory=dict)
    who: tuple[str, ...] = ()
    until: Instant | None = None
    remedy: str = ""


def finding(
    gate: str,
    outcome: Outcome,
    code: str,
    *,
    who: Iterable[str] = (),
    until: Instant | None = None,
    **params: Param,
) -> Finding:
    """Make a finding whose remedy comes from the one table of words."""
    return Finding(gate, outcome, code, params, tuple(who), until, remedy_for(code, params))


@dataclass(frozen=True, slots=True)
class Classification:
    """Whether a change is an IO (None: not to be told), by which matches, and what was not seen."""

    is_io: bool | None
    matches: tuple[Match, ...] = ()
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One irreversible operation before the gates: facts, policy, and what it was found to be.

    `unseen` is what could not be classified: it may be of further categories.
    """

    facts: Facts
    policy: Policy
    categories: tuple[str, ...]
    classes: tuple[ChangeClass, ...]
    layers: tuple[Layer, ...]
    unseen: tuple[Unknown, ...] = ()
