"""Rulesets, classic branch protection, and the record of what they said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.twin.github.description import Json
from tests.twin.github.people import User


@dataclass(slots=True)
class Ruleset:
    """Rules for refs; `bypass`: bypass actors in GitHub's shape; `rules` too."""

    id: int
    name: str
    refs: list[str]
    rules: list[Json]
    bypass: list[Json]
    enforcement: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Protection:
    """Classic protection of one branch; checks: name → the App that must report it, if any."""

    checks: dict[str, int | None] = field(default_factory=dict)
    approvals: int = 0
    enforce_admins: bool = False
    allow_force_pushes: bool = False
    allow_deletions: bool = False
    dismiss_stale: bool = False
    code_owners: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one rule said of one movement; ruleset None: classic protection."""

    ruleset: Ruleset | None
    rule: str
    passed: bool
    details: str | None = None


@dataclass(frozen=True, slots=True)
class RuleSuite:
    """All that the rulesets said of one movement of a ref."""

    id: int
    actor: User
    before: str
    after: str
    ref: str
    at: datetime
    result: str
    evaluations: tuple[Evaluation, ...]
