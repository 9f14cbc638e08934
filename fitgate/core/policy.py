"""The shape of a policy file: every key there is, whether or not this version can do it yet."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fitgate.core.conditions import Condition, Globs, OneOrMany, Shape
from fitgate.core.events import ChangeKind

POLICY_RULE = "fitgate-policy-changed"
"""The one rule that no policy removes: a policy file is an IO by itself."""
POLICY_CATEGORY = "evaluation"
"""Of which category that is."""
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)")


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        msg = "is not an ISO 8601 length of time from weeks down to seconds, as in PT48H"
        raise ValueError(msg)
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Names = Annotated[tuple[str, ...], OneOrMany()]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
ChangeClass = Literal["T", "R", "C", "D"]
Layer = Literal["fast", "medium", "slow"]
BreakerAction = Literal["freeze", "degrade", "audit"]


class Closure(Shape):
    """When a change counts as validated: these checks, within this time."""

    checks: Names = ()
    within: Duration | None = None


class Boundary(Shape):
    """What the numbers are about; printed beside every figure."""

    effective: Literal["merge", "deployment", "release"] = "merge"
    environments: Names = ()
    closure: Closure = Closure()


class Role(Shape):
    """Who may sign as this role."""

    users: Names = ()
    teams: Names = ()
    permission: Literal["maintain", "admin"] | None = None


class PersonEntry(Shape):
    """One person on several forges."""

    github: str | None = None
    gitlab: str | None = None
    slack: str | None = None
    email: Names = ()


class Category(Shape):
    """One kind of irreversible operation, in the words of this team."""

    name: str
    name_zh: str = ""
    classes: tuple[ChangeClass, ...] = ()
    pilot: Names = Field((), description="the pilot pack's keys that mean this category")


class Rule(Shape):
    """What makes a change an irreversible operation, and why."""

    id: Id
    category: str
    why: str = Field(min_length=1)
    classes: tuple[ChangeClass, ...] = ()
    io_sr: tuple[Annotated[int, Field(ge=1, le=5)], ...] = ()
    when: Condition


class Layers(Shape):
    """Paths by the tempo at which they may change; what is in neither list is medium."""

    slow: Globs | tuple[()] = ()
    fast: Globs | tuple[()] = ()


class _Gate(Shape):
    categories: Names | None = None
    classes: tuple[ChangeClass, ...] | None = None
    environments: Names | None = None
    kinds: tuple[ChangeKind, ...] | None = None


class SlowAuthority(_Gate):
    """Delay, distinct signatures, a rationale."""

    type: Literal["slow-authority"]
    cooldown: Duration = timedelta(hours=48)
    signatures: Names = ()
    rationale: Literal["required", "optional"] = "required"


class DrillTerms(Shape):
    """How recent a passed drill must be, and the recovery objectives that it must have met."""

    within: Duration
    rto: Duration | None = None
    rpo: Duration | None = None


class RollbackWindow(_Gate):
    """A proven way back: an artifact, a plan, a drill."""

    type: Literal["rollback-window"]
    artifact: Literal["required", "optional"] = "required"
    plan: Literal["required", "optional"] = "required"
    drill: DrillTerms | None = None


class Validation(_Gate):
    """It must be said how the change will be evaluated."""

    type: Literal["validation"]
    plan: Literal["required", "optional"] = "required"
    checks: Names = ()


class TempoLayers(_Gate):
    """An irreversible operation does not mix what changes fast with what changes slowly."""

    type: Literal["tempo-layers"]
    mixed: Literal["hold", "allow"] = "hold"


class BreakerGate(_Gate):
    """No irreversible operation passes a tripped breaker."""

    type: Literal["breaker"]
    names: Names = ()


class RegoGate(_Gate):
    """A team's own rule."""

    type: Literal["rego"]
    package: str
    config: dict[str, Any] = {}


Gate = Annotated[
    SlowAuthority | RollbackWindow | Validation | TempoLayers | BreakerGate | RegoGate,
    Field(discriminator="type"),
]


class Trigger(Shape):
    """When a breaker trips."""

    metric: Literal[
        "vl_hours", "rdpr", "gbr_ratio", "gbr_per_week", "gbr_unauthorised", "tempo_ratio",
        "open_unvalidated", "io_approval_latency_hours", "io_count", "declared",
    ]  # fmt: skip
    limit: float | None = None
    consecutive: int | None = Field(None, ge=1)
    last: int | None = Field(None, ge=1)
    window: Duration | None = None
    any_unauthorised: bool = False


class Breaker(Shape):
    """A circuit breaker: when it trips, what it then does, and who puts its cause right."""

    name: str
    when: Trigger
    then: BreakerAction
    environments: Names = ()
    owner: str = Field("", description="a login or a role: files the recovery plan, cannot reset")


class Threshold(Shape):
    """Bands for display."""

    yellow: float | None = None
    red: float | None = None


class OverridePolicy(Shape):
    """Who may break the glass, and for how long."""

    roles: Names = ()
    expires: Duration = timedelta(hours=4)


class DrillSchedule(Shape):
    """A rehearsal that is due again and again."""

    name: str
    every: Duration
    rto: Duration | None = None
    rpo: Duration | None = None
    command: str | None = None


class ExceptionEntry(Shape):
    """A rule that somebody answers for not applying, until a date."""

    rule: str
    owner: str
    reason: str
    until: str
    files: Globs = ("**",)


class Policy(Shape):
    """A whole policy file."""

    version: Literal[1]
    mode: Literal["shadow", "enforce"] = "shadow"
    system: str = ""
    use: Names = ()
    extends: Names = ()
    boundary: Boundary = Boundary()
    roles: dict[str, Role] = {}
    people: dict[str, PersonEntry] = {}
    taxonomy: dict[str, Category] = {}
    rules: tuple[Rule, ...] = ()
    layers: Layers = Layers()
    gates: tuple[Gate, ...] = ()
    thresholds: dict[str, Threshold] = {}
    breakers: tuple[Breaker, ...] = ()
    drills: tuple[DrillSchedule, ...] = ()
    exceptions: tuple[ExceptionEntry, ...] = ()
    override: OverridePolicy = OverridePolicy()
    auditors: Names = ()
    ledger: Literal["branch", "service"] | None = None
    slack: dict[str, Any] = {}
    digest: dict[str, Any] = {}
    commands: dict[str, Any] = {}
    ignore: Globs | tuple[()] = ()
