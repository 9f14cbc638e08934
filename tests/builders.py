"""Facts, cases and policies with full defaults: a test says only what it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fitgate.core.facts import (
    Approval,
    Artifact,
    BreakerState,
    Change,
    Drill,
    Evaluation,
    Facts,
    File,
    Person,
    Repo,
    Trailer,
)
from fitgate.core.findings import Case, Finding
from fitgate.core.policy import Policy

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PUSHED = NOW - timedelta(hours=50)
DIGEST = "sha256:" + "a" * 64
OTHER_DIGEST = "sha256:" + "b" * 64
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

TRAILERS = {
    "IO-Rationale": "the old index cannot hold the new keys",
    "Rollback-Artifact": "v1.4.0",
    "Rollback-Plan": "docs/rollback.md",
    "Evaluation-Plan": "eval/regression on the release candidate",
}
# The default case meets every gate of the default policy, so that one change shows one effect.
_CHANGE = Change(
    id="github:acme/app#7",
    kind="pull",
    title="Drop the old index",
    body="Nobody reads it any more.",
    number=7,
    branch="drop-index",
    author="github:alice",
    contributors=("github:alice",),
    labels=(),
    trailers=tuple(Trailer(key, value) for key, value in TRAILERS.items()),
    base="1" * 40,
    head="2" * 40,
    digest=DIGEST,
    material_at=PUSHED,
    restores=(),
)
_PEOPLE = (
    Person("github:alice", "alice", "human", ()),
    Person("github:rita", "rita", "human", ("release-owner",)),
    Person("github:sam", "sam", "human", ("safety-owner",)),
)
_DRILL = Drill("drill-1", NOW - 10 * DAY, passed=True, recovery=HOUR / 2, loss=HOUR / 12)
_FACTS = Facts(
    as_of=NOW,
    forge="github",
    repo=Repo("github:1", "acme/app"),
    change=_CHANGE,
    files=(File("db/index.sql", "removed"),),
    people=_PEOPLE,
    approvals=tuple(Approval(f"github:{login}", NOW - HOUR, DIGEST) for login in ("rita", "sam")),
    evaluations=(Evaluation("eval/regression", "passed", NOW - HOUR),),
    artifacts=(
        Artifact("v1.4.0", "tag", resolved=True, made_at=PUSHED - DAY),
        Artifact("docs/rollback.md", "plan", resolved=True),
    ),
    drills=(_DRILL,),
    breakers=(),
    overrides=(),
)
_POLICY: dict[str, object] = {
    "version": 1,
    "mode": "enforce",
    "roles": {
        "release-owner": {"teams": ["acme/release"]},
        "safety-owner": {"teams": ["acme/safety"]},
    },
    "taxonomy": {"data": {"name": "Data", "classes": ["R"]}},
    "gates": [
        {"type": "slow-authority", "signatures": ["release-owner", "safety-owner"]},
        {"type": "rollback-window", "drill": {"within": "P30D", "rto": "PT1H", "rpo": "PT15M"}},
        {"type": "validation", "checks": ["eval/*"]},
        {"type": "tempo-layers"},
        {"type": "breaker"},
    ],
    "breakers": [{"name": "CB-VL", "when": {"metric": "vl_hours", "limit": 72}, "then": "freeze"}],
}


def a_change(**changes: Any) -> Change:
    return replace(_CHANGE, **changes)


def a_person(name: str = "rita", /, *roles: str, **changes: Any) -> Person:
    return replace(Person(f"github:{name}", name, "human", roles), **changes)


def an_approval(by: str = "rita", **changes: Any) -> Approval:
    """Make an approval; `by` is a login, or an id that names its forge."""
    person = by if ":" in by else f"github:{by}"
    return replace(Approval(person, NOW - HOUR, DIGEST), **changes)


def an_artifact(ref: str = "v1.4.0", **changes: Any) -> Artifact:
    return replace(Artifact(ref, "tag", resolved=True, made_at=PUSHED - DAY), **changes)


def a_drill(**changes: Any) -> Drill:
    return replace(_DRILL, **changes)


def a_breaker(then: str = "freeze", **changes: Any) -> BreakerState:
    return BreakerState(**{"name": "CB-VL", "state": "open", "then": then, **changes})


def trailers(**changes: str | None) -> tuple[Trailer, ...]:
    """Return the default trailers but for these: `IO_Rationale="…"`; None takes one away."""
    given = TRAILERS | {key.replace("_", "-"): value for key, value in changes.items()}
    return tuple(Trailer(key, value) for key, value in given.items() if value is not None)


def facts_of(change: Change | None = None, **changes: Any) -> Facts:
    return replace(_FACTS, change=change or _CHANGE, **changes)


def a_policy(**changes: object) -> Policy:
    """Make a policy from what a file would say."""
    return Policy.model_validate(_POLICY | changes)


def a_case(facts: Facts | None = None, policy: Policy | None = None, **changes: Any) -> Case:
    case = Case(facts or _FACTS, policy or a_policy(), ("data",), ("R",), ("medium",))
    return replace(case, **changes)


def outcomes(findings: Iterable[Finding]) -> dict[str, str]:
    """Return what was found: code → outcome."""
    return {finding.code: finding.outcome.value for finding in findings}
