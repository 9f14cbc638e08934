"""The IO register: an entry for each change that is, or may be, an irreversible operation."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.types import JsonValue

from fitgate.core.classes import Ground
from fitgate.core.facts import STRICT
from fitgate.core.findings import Finding, Match, Outcome
from fitgate.core.policy import ChangeClass, Layer
from fitgate.core.reclassified import Nature, Reclassified
from fitgate.core.standing import Standing
from fitgate.core.values import Instant

ReviewStatus = Literal["proposed", "confirmed", "amended", "disputed"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: where it is (`uri`) or in words (`text`), and how it stands.

    `status` is the gate's own word (`resolved`, `unproven`, `undeclared`, `passed`, `unknown` …),
    or `declared` where no gate looked, or `reviewed` where a review names it.
    """

    __pydantic_config__ = STRICT
    uri: str | None
    digest: str | None
    status: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Approvals:
    """Who signed; null: nobody, or it could not be read."""

    __pydantic_config__ = STRICT
    release_owner: str | None = None
    safety_or_assurance_owner: str | None = None


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """A breaker of the policy that judged, as the pilot pack writes it."""

    __pydantic_config__ = STRICT
    name: str
    threshold: str
    action: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of the policy's breakers."""

    __pydantic_config__ = STRICT
    vl_max_hours: float | None = None
    rdpr_min_percent: float | None = None
    gbr_max_per_week: float | None = None


@dataclass(frozen=True, slots=True)
class Bypass:
    """A landing against the verdict (`approved_by` null: silent) and the gates it passed by."""

    __pydantic_config__ = STRICT
    bypassed: tuple[str, ...]
    reason: str | None
    approved_by: str | None
    remediation: str | None = None


@dataclass(frozen=True, slots=True)
class Proof(Match):
    """A match, and the sentence that says it."""

    __pydantic_config__ = STRICT
    sentence: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """What people said of the proposed entry; `categories` are those of who amended it."""

    __pydantic_config__ = STRICT
    status: ReviewStatus = "proposed"
    by: str | None = None
    at: Instant | None = None
    why: str | None = None
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """The policy that judged, its mode, and the commit it stood at; null: not in the repository."""

    __pydantic_config__ = STRICT
    source: str
    commit: str | None
    mode: Literal["shadow", "enforce"]


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """An entry as somebody else's register has it, so that it can be handed back without loss."""

    __pydantic_config__ = STRICT
    schema: Literal["pilot", "sriocs"]
    entry: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register, in the canonical schema (fit.md 3.2) and ours; unknown is null.

    `is_io` null: whether it is one could not be told. `is_io`, `io_category`, `classes` and `io_sr`
    are what the rules proposed, whatever people say; `counted` is what counts. `imported`: nothing
    was judged, it came from another register, which may leave its day open.
    """

    __pydantic_config__ = STRICT
    change_id: str
    date_utc: date | None
    owner: str | None
    system: str | None
    description: str
    io_category: tuple[str, ...]
    why_io: tuple[str, ...]
    required_evidence: dict[str, Evidence | None]
    approvals: Approvals
    cooldown_hours: float | None
    circuit_breakers: tuple[CircuitBreaker, ...]
    thresholds: Thresholds
    bypass_events: tuple[Bypass, ...]
    notes: str | None
    is_io: bool | None
    sha: str | None
    number: int | None
    landed_at: Instant | None
    landed_as: str | None
    classes: tuple[ChangeClass, ...]
    io_sr: tuple[int, ...]
    layer: Layer | None
    standing: Standing | None
    outcome: Outcome
    judged_by: JudgedBy
    matches: tuple[Proof, ...]
    findings: tuple[Finding, ...]
    reverted_by: str | None
    hotfix: bool | None
    review: ReviewMark = ReviewMark()

    grounds: tuple[Ground, ...] = ()
    reclassified: Reclassified | None = None
    imported: ImportedEntry | None = None

    @property
    def proposed(self) -> Nature:
        """Return what the rules said that the change is."""
        return Nature(self.is_io, self.io_category, self.classes, self.io_sr)

    @property
    def counted(self) -> Nature:
        """Return what the change counts as: what people say that counts, else what was proposed."""
        if self.reclassified is not None:
            return self.reclassified.counted
        amended = self.review.categories  # of a register that an earlier version wrote
        return self.proposed if amended is None else replace(self.proposed, categories=amended)

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories that count."""
        return self.counted.categories


@functools.cache
def register_adapter() -> TypeAdapter[RegisterEntry]:
    """Return the reader and writer of entries; built once, on first use."""
    return TypeAdapter(RegisterEntry)


def entry_json(entry: RegisterEntry) -> dict[str, JsonValue]:
    """Return an entry as JSON values, its keys in the order of the schema."""
    document: dict[str, JsonValue] = register_adapter().dump_python(entry, mode="json")
    if entry.imported is None:
        del document["imported"]
    return document


@dataclass(frozen=True, slots=True)
class Line:
    """One judged change as a scan notes it down; only what is or may be an IO has an entry.

    `verdict` is in the shape of `schemas/verdict.v1.json`; `facts` are the canonical bytes of what
    it was decided on, kept where a ledger is to have them.
    """

    __pydantic_config__ = STRICT
    change: str
    verdict: dict[str, Any]
    standing: Standing | None
    entry: RegisterEntry | None = None
    facts: str | None = None


@functools.cache
def line_adapter() -> TypeAdapter[Line]:
    """Return the reader and writer of lines; built once, on first use."""
    return TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes a register is about, and how they fall.

    `standings` and `reviews` count IOs; `categories` too, where an IO of two counts twice. `weeks`
    is by the Monday of the landing. `policies` counts changes by (policy, its mode, note).
    `lowered` are those that the rules took for one and two people do not; they are not IOs.
    """

    changes: int
    io: int
    unknown: int
    categories: Mapping[str, int]
    standings: Mapping[Standing, int]
    reviews: Mapping[ReviewStatus, int]
    weeks: Mapping[date, Mapping[str, int]]
    policies: Mapping[tuple[str, str, str], int]
    lowered: int = 0

    @property
    def other(self) -> int:
        """Return how many changes are known not to be IOs."""
        return self.changes - self.io - self.unknown


def count(lines: Iterable[Line]) -> Tally:
    """Count what a scan found; the lines' entries are those that the register shows."""
    changes = 0
    seen: Counter[bool | None] = Counter()
    categories: Counter[str] = Counter()
    standings: Counter[Standing] = Counter()
    reviews: Counter[ReviewStatus] = Counter()
    weeks: defaultdict[date, Counter[str]] = defaultdict(Counter)
    policies: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        changes += 1
        judged = line.verdict["policy"]
        policies[judged["source"], line.verdict["mode"], judged["note"]] += 1
        if line.entry is None:
            continue
        counted = line.entry.counted
        seen[counted.is_io] += 1
        if counted.is_io:
            categories.update(counted.categories)
            reviews[line.entry.review.status] += 1
            if (day := line.entry.date_utc) is not None:
                weeks[day - timedelta(days=day.weekday())].update(counted.categories)
            # What the rules called none met no gate: it does not stand to one either.
            if line.standing not in {None, Standing.NOT_IO}:
                standings[line.standing] += 1
    return Tally(
        changes,
        seen[True],
        seen[None],
        categories,
        standings,
        reviews,
        weeks,
        policies,
        seen[False],
    )


@dataclass(frozen=True, slots=True)
class Register:
    """All that the files about one scan are written from.

    `entries` and `verdicts` begin anew at each call, oldest change first, so that nothing need be
    held in memory. `unclaimed` names the changes that have a review and are not in this scan.
    """

    repository: str
    scope: str
    at: datetime
    version: str
    tally: Tally
    unclaimed: tuple[str, ...]
    entries: Callable[[], Iterator[RegisterEntry]]
    verdicts: Callable[[], Iterator[Mapping[str, JsonValue]]]
