"""What we know of a change, and what we could not learn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ConfigDict

from fitgate.core.contained import Deployment
from fitgate.core.effects import Effect
from fitgate.core.events import ChangeKind, LandedAs
from fitgate.core.reclassification import Reclassification
from fitgate.core.values import Digest, Instant, Length, Scalar

STRICT = ConfigDict(extra="forbid")

POLICY_FILES = frozenset({".fitgate.yaml", ".fitgate.yml", ".fitgate/policy.yaml"})
"""Where a repository keeps its policy; no policy can stop looking at these."""
SUBMODULE = "160000"
"""The Git file mode of a submodule (git-fast-import, "filemodify")."""
Status = Literal["added", "modified", "removed", "renamed"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something a decision may need that could not be learnt."""

    __pydantic_config__ = STRICT
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Contents that were asked for and could not be had."""

    why: str


Contents = Mapping[str, bytes | Unread]
"""Blob id → its bytes, or why there are none."""

SHALLOW_ID = "git:shallow"
"""The id of every repository that is seen through a shallow clone: it ends before its root."""


@dataclass(frozen=True, slots=True)
class Repo:
    """The governed repository: the host's id (or the root commit of a clone) and a name to show."""

    __pydantic_config__ = STRICT
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the change added to a file or took out of it, and its number on that side."""

    __pydantic_config__ = STRICT
    sign: Literal["+", "-"]
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a parsed settings file before and after; absent is not the same as null.

    `line` counts in the file after the change, or before it when the key is gone. `whole`: it came
    or went together with the mapping or list that it stands in.
    """

    __pydantic_config__ = STRICT
    key: str
    moved: Literal["added", "removed", "changed"]
    before: Scalar = None
    after: Scalar = None
    line: int | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """One file that the change touches.

    `oid_*` are blob ids, `mode_*` Git file modes (`160000` is a submodule). `lines`, `settings` and
    `effects` hold what the rules' looks asked for, never whole files: null was not read, `unread`
    says why. `broken` says why a file cannot be parsed after that could be before.
    """

    __pydantic_config__ = STRICT
    path: str
    status: Status
    old_path: str | None = None
    mode_before: str | None = None
    mode_after: str | None = None
    oid_before: str | None = None
    oid_after: str | None = None
    size: int | None = None
    binary: bool | None = None
    lfs: bool | None = None
    lines: tuple[Line, ...] | None = None
    settings: tuple[Setting, ...] | None = None
    unread: str | None = None
    broken: str | None = None
    effects: tuple[Effect, ...] | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Return its path, and the one it had before if that was another."""
        return (self.path,) if self.old_path is None else (self.path, self.old_path)

    @property
    def is_policy(self) -> bool:
        """Say whether the file is, or was, where a repository keeps its policy."""
        return self.path in POLICY_FILES or self.old_path in POLICY_FILES

    def looked_into(
        self,
        lines: tuple[Line, ...],
        settings: tuple[Setting, ...] | None,
        effects: tuple[Effect, ...] | None,
    ) -> "File":
        """Return the file with what was found in it; a scan does this for every file."""
        return File(  # `dataclasses.replace` takes three times as long
            self.path, self.status, self.old_path, self.mode_before, self.mode_after,
            self.oid_before, self.oid_after, self.size, self.binary, self.lfs,
            lines, settings, effects=effects,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trailer:
    """A declaration such as `Rollback-Plan: docs/rollback.md`, and where it was found."""

    __pydantic_config__ = STRICT
    key: str
    value: str
    source: str = "message"


@dataclass(frozen=True, slots=True)
class Restoration:
    """An earlier state that the change brings back, and whether it was recorded as accepted."""

    __pydantic_config__ = STRICT
    of: str
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The thing judged. `body` null: the description could not be read; `trailers`: those found.

    `material_at` is the time of the last push that altered the content digest. `landing` is the
    commit that it landed as where that is not its head; `forced`: its push took away what was.
    """

    __pydantic_config__ = STRICT
    id: str
    kind: ChangeKind
    title: str = ""
    body: str | None = None
    number: int | None = None
    branch: str | None = None
    author: str | None = None
    contributors: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    trailers: tuple[Trailer, ...] = ()
    base: str | None = None
    head: str | None = None
    digest: Digest | None = None
    material_at: Instant | None = None
    landed_at: Instant | None = None
    landed_as: LandedAs | None = None
    environment: str | None = None
    restores: tuple[Restoration, ...] | None = None
    landing: str | None = None
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by the forge's id; `roles` null: their roles could not be read."""

    __pydantic_config__ = STRICT
    id: str
    login: str = ""
    kind: Literal["human", "bot", "unknown"] = "unknown"
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A standing yes of a person to the content with this digest, given on a commit."""

    __pydantic_config__ = STRICT
    by: str
    at: Instant
    digest: Digest | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One required or declared evaluation and how it ended."""

    __pydantic_config__ = STRICT
    name: str
    result: Literal["passed", "failed", "pending"]
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A declared rollback artifact; `resolved` null: it could not be looked up.

    `made_at` is when what it resolves to came to be. `movable`: a name that carries no digest.
    """

    __pydantic_config__ = STRICT
    ref: str
    kind: str
    resolved: bool | None = None
    made_at: Instant | None = None
    movable: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Drill:
    """A rehearsal of the way back; `passed` null: planned, not yet run."""

    __pydantic_config__ = STRICT
    id: str
    at: Instant
    passed: bool | None = None
    recovery: Length | None = None
    loss: Length | None = None


@dataclass(frozen=True, slots=True)
class BreakerState:
    """The state of one circuit breaker for the scope of this change; `why` it is unknown."""

    __pydantic_config__ = STRICT
    name: str
    state: Literal["closed", "open", "probation", "unknown"]
    then: Literal["freeze", "degrade", "audit"]
    owner: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A break-glass: a person, a reason, an expiry, the content it is for; or a settled question.

    `settles` answers "is this an IO?" where that could not be decided.
    """

    __pydantic_config__ = STRICT
    by: str
    reason: str
    until: Instant
    digest: Digest | None = None
    used: bool = False
    settles: Literal["io", "not-io"] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision may look at, as of a moment.

    A list that is null is unknown, `[]` known to be empty.
    `looked` names the looks whose answers stand in the files; null: they are complete for any rule.
    """

    __pydantic_config__ = STRICT
    as_of: Instant
    forge: Literal["git", "github", "gitlab"]
    repo: Repo
    change: Change
    files: tuple[File, ...] | None = None
    people: tuple[Person, ...] = ()
    approvals: tuple[Approval, ...] | None = None
    evaluations: tuple[Evaluation, ...] | None = None
    artifacts: tuple[Artifact, ...] | None = None
    drills: tuple[Drill, ...] | None = None
    breakers: tuple[BreakerState, ...] | None = None
    overrides: tuple[Override, ...] | None = None
    looked: tuple[str, ...] | None = None
    unknown: tuple[Unknown, ...] = ()
    deployment: Deployment | None = None
    reclassified: tuple[Reclassification, ...] = ()
    facts: Literal[1] = field(default=1, kw_only=True)

    def person(self, person_id: str) -> Person:
        """Return the person with this id; whoever nobody described is of unknown kind and roles."""
        return next((p for p in self.people if p.id == person_id), Person(person_id))
