"""What ledger entries say of controls: drills, breakers, gates, policies, pilots, people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from fitgate.core.facts import STRICT
from fitgate.core.policy import BreakerAction
from fitgate.core.records.changes import Mode
from fitgate.core.values import Digest, Instant

Seconds = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class DrillScheduled:
    """A rehearsal is to be done; the time of the entry is when it is due.

    `source`: `policy` where its `drills` say so, and no longer due when they stop to.
    """

    __pydantic_config__ = STRICT
    name: str
    every: Seconds | None = None
    change: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Drilled:
    """A rehearsal of the way back ended. Lengths are in seconds, null: not measured.

    `self_reported`: somebody says so, nothing was measured; `told` is what of a measured one
    somebody says. `log` is the digest of what was said.
    """

    __pydantic_config__ = STRICT
    drill: str
    passed: bool
    what: Literal["rollback", "purge", "disable", "staged-rollback"] = "rollback"
    name: str | None = None
    change: str | None = None
    restored: bool | None = None
    recovery: Seconds | None = None
    loss: Seconds | None = None
    rto: Seconds | None = None
    rpo: Seconds | None = None
    self_reported: bool = False
    source: str = ""
    log: Digest | None = None
    note: str = ""
    told: tuple[Literal["restored", "recovery", "loss"], ...] = ()


@dataclass(frozen=True, slots=True)
class DrillMissed:
    """A rehearsal that was due was not done; the time of the entry is when it was due."""

    __pydantic_config__ = STRICT
    name: str
    change: str | None = None


@dataclass(frozen=True, slots=True)
class GateChanged:
    """A gate of the forge was changed: a rule of a branch, a required check, a review.

    `observed` is what was seen of it without its having become weaker or stronger, `unobserved`
    that it may no longer be looked at. `level` is how strong it is now, higher is stronger, 0 is
    none. `change` is the only one that it is a gate of, as a label is.
    """

    __pydantic_config__ = STRICT
    gate: str
    moved: Literal["weakened", "strengthened", "observed", "unobserved"]
    by: str | None = None
    detail: str = ""
    level: int | None = None
    change: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """Another policy judges from here on."""

    __pydantic_config__ = STRICT
    source: str
    commit: str | None
    before: Digest | None
    after: Digest
    mode: Mode


@dataclass(frozen=True, slots=True)
class ExceptionGranted:
    """Somebody answers for a rule not applying, until a date."""

    __pydantic_config__ = STRICT
    rule: str
    owner: str
    reason: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Tripped:
    """A breaker opened. `dry`: in shadow mode, it stops nothing. `drill`: on purpose, to test it.

    `because` says the trigger in words; `metric`, `value` and `limit` the same as text; `changes`
    are the landings that it was about.
    """

    __pydantic_config__ = STRICT
    breaker: str
    then: BreakerAction
    because: str
    metric: str
    value: str
    limit: str
    environment: str | None = None
    owner: str | None = None
    by: str | None = None
    dry: bool = False
    drill: bool = False
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryPlanned:
    """How a breaker's cause will be put right."""

    __pydantic_config__ = STRICT
    breaker: str
    by: str
    plan: str
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """A breaker moved on. A waiver says why, and until when, its figure may be bad.

    `by` null: it proved itself. `dry`: of a trip that stopped nothing.
    """

    __pydantic_config__ = STRICT
    breaker: str
    to: Literal["probation", "closed", "open"]
    by: str | None = None
    because: str = ""
    environment: str | None = None
    waiver: str | None = None
    waiver_until: Instant | None = None
    drill: bool = False
    dry: bool = False


@dataclass(frozen=True, slots=True)
class BreakersWatched:
    """Somebody looked at the figures of these breakers, whether any moved or not.

    `breakers`: the name of each, and the digest of what would trip it then. `through`: the number
    of the last entry that was looked at.
    """

    __pydantic_config__ = STRICT
    breakers: dict[str, Digest]
    through: Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class IdentityVerified:
    """A person proved to be the same on another forge or in chat."""

    __pydantic_config__ = STRICT
    person: str
    same_as: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person has seen a notice."""

    __pydantic_config__ = STRICT
    of: str
    by: str


@dataclass(frozen=True, slots=True)
class PilotStarted:
    """A pilot began; it ends then."""

    __pydantic_config__ = STRICT
    until: Instant
    mode: Mode
    system: str = ""
    by: str | None = None
    reviewer: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken over from another place: its digest, its rows, the end of its chain."""

    __pydantic_config__ = STRICT
    source: str
    digest: Digest
    rows: int
    head: str | None = None
