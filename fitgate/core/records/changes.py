"""What ledger entries say of one change, in whole numbers and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fitgate.core.facts import STRICT
from fitgate.core.findings import Outcome
from fitgate.core.policy import Layer
from fitgate.core.reclassified import Nature
from fitgate.core.standing import Standing
from fitgate.core.values import Digest, Instant

Stage = Literal["merge", "deployment", "release"]
"""How a change took effect; `boundary.effective` chooses which one the figures read."""
Mode = Literal["shadow", "enforce"]
How = Literal[
    "direct-push", "forced-push", "no-decision", "against-verdict", "approvals-not-counted",
    "gate-weakened", "label-lowered", "own-review-skipped", "own-check-skipped", "override",
    "imported", "before-eligible", "check-not-passed", "rule-skipped", "environment-skipped",
]  # fmt: skip
"""How a gate was passed by (fit.md 1.4, platform.md)."""


@dataclass(frozen=True, slots=True)
class PassedBy:
    """One bypass: how, which gates were passed by, and whether somebody answers for it.

    `visibility` tells an escalation (said openly, with a reason) from a silent skip.
    """

    __pydantic_config__ = STRICT
    how: How
    gates: tuple[str, ...] = ()
    authorised: bool = False
    visibility: Literal["escalation", "silent"] = "silent"
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """Which policy judged, and which program."""

    __pydantic_config__ = STRICT
    source: str
    commit: str | None
    policy: Digest
    version: str
    engine: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one gate said."""

    __pydantic_config__ = STRICT
    gate: str
    outcome: Outcome
    code: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A change was proposed."""

    __pydantic_config__ = STRICT
    change: str
    change_kind: str
    number: int | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict: on a proposal, or on a landing as of its moment; `facts` and `judge` by digest."""

    __pydantic_config__ = STRICT
    change: str
    of: Literal["proposal", "landing"]
    outcome: Outcome
    mode: Mode
    nature: Nature
    content: Digest | None
    facts: Digest
    judge: Judge
    layer: Layer | None = None
    eligible_at: Instant | None = None
    findings: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """A person said yes to the content with this digest."""

    __pydantic_config__ = STRICT
    change: str
    by: str
    content: Digest | None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RationaleGiven:
    """Why the change must be made was said; `why` empty: where it was said, not here."""

    __pydantic_config__ = STRICT
    change: str
    by: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Landed:
    """A change took effect. `required` are the evaluations that close it, null: none declared.

    `decided` is the key of the verdict as of this moment; null: what it is was told from outside.
    `forced`: it came by a forced push; null: nobody can tell.
    """

    __pydantic_config__ = STRICT
    change: str
    stage: Stage
    nature: Nature
    standing: Standing
    mode: Mode
    layer: Layer | None = None
    environment: str | None = None
    commit: str | None = None
    number: int | None = None
    route: str | None = None
    required: tuple[str, ...] | None = None
    decided: str | None = None
    bypasses: tuple[PassedBy, ...] = ()
    note: str = ""
    forced: bool | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation ended. `pre_landing`: on the head, whose tree is the landing's.

    With `commit`: of that head alone, before anything landed; gates read it, and it closes nothing.
    """

    __pydantic_config__ = STRICT
    change: str
    name: str
    result: Literal["passed", "failed"]
    pre_landing: bool = False
    source: str = ""
    commit: str | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """All that was required of a change has been validated."""

    __pydantic_config__ = STRICT
    change: str
    pre_landing: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Overridden:
    """Somebody who may broke the glass, for this content, until then.

    `settles`: what could not be told, whether it is an IO, is so until then; no gate is passed by.
    """

    __pydantic_config__ = STRICT
    change: str
    by: str
    reason: str
    until: Instant
    content: Digest | None = None
    settles: Literal["io", "not-io"] | None = None


@dataclass(frozen=True, slots=True)
class FollowUpClosed:
    """What an override left to be done is done."""

    __pydantic_config__ = STRICT
    change: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reclassified:
    """What a change counts as from now on. `lowered`: fewer than the rules said."""

    __pydantic_config__ = STRICT
    change: str
    nature: Nature
    by: str
    why: str
    lowered: bool
    seconded_by: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterReviewed:
    """A person confirmed, amended or disputed an entry of the register, or what it would be.

    `categories` are those of who amended it; null: not told here.
    """

    __pydantic_config__ = STRICT
    change: str
    status: Literal["confirmed", "amended", "disputed"]
    by: str
    why: str | None = None
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reverted:
    """A later change undid this one."""

    __pydantic_config__ = STRICT
    change: str
    by: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Something failed; `change` is what is thought to have caused it."""

    __pydantic_config__ = STRICT
    incident: str
    change: str | None = None
    severity: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """A second, blind label of a landing. `sample` is the seed it was drawn by; empty: by hand."""

    __pydantic_config__ = STRICT
    change: str
    by: str
    sample: str
    is_io: bool
    categories: tuple[str, ...] = ()
    why: str = ""
