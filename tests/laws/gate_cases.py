"""Strategies: gates and cases in which little is certain and names, times and contents collide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from pydantic import TypeAdapter

from fitgate.core.facts import (
    Approval,
    Artifact,
    BreakerState,
    Change,
    Drill,
    Evaluation,
    Facts,
    Person,
    Restoration,
    Trailer,
)
from fitgate.core.findings import Case
from fitgate.core.policy import (
    DrillTerms,
    Gate,
    Layer,
)
from tests.builders import (
    DAY,
    DIGEST,
    HOUR,
    NOW,
    OTHER_DIGEST,
    PUSHED,
    a_change,
    a_policy,
    facts_of,
)

A_GATE: TypeAdapter[Gate] = TypeAdapter(Gate)
T = TypeVar("T")
Draw = st.DrawFn

TICK = timedelta(microseconds=1)
ROLES = ("release-owner", "safety-owner", "named-owner")
LOGINS = {"alice": "alice", "rita": "rita", "sam": "sam", "7": "rita", "ben": "BEN"}
IDS = ("github:rita", "github:sam", "github:alice", "github:ben", "gitlab:7", "git:sam@acme.io")
AGES = (-30 * DAY - TICK, -30 * DAY, -96 * HOUR, -48 * HOUR, 0 * HOUR, TICK, 20 * DAY)
ENDS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
REFS = ("v1.4.0", "docs/rollback.md", "TBD", "\x00{0}\n")
DATES = ("2026-01-31", "2026-02-14", "9999-12-31", "0001-01-01", "2026-02-30", "soon")

moments = st.sampled_from([*(NOW + age for age in AGES), *ENDS])
lengths = st.sampled_from([timedelta(0), HOUR, HOUR + TICK, 48 * HOUR, 30 * DAY, timedelta.max])
MOSTLY_YES = (True, True, True, False, None)
ids = st.sampled_from(IDS)
refs = st.sampled_from(REFS)


def many(each: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """Return short lists that are known."""
    return st.lists(each, max_size=most).map(tuple)


def mostly(usual: T, other: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Return what meets every gate, five times in six, so that one other thing decides."""
    return st.sampled_from(range(6)).flatmap(lambda n: st.just(usual) if n else other)


def perhaps(known: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Return what may be unknown."""
    return st.one_of(known, known, st.none())


def and_more(
    usual: tuple[T, ...] | None, each: st.SearchStrategy[T]
) -> st.SearchStrategy[tuple[T, ...] | None]:
    """Return a list that meets every gate; or with more in it, with other things, unknown."""
    more = many(each).map(lambda added: (*(usual or ()), *added))
    return mostly(usual, st.one_of(more, many(each, 5), st.none()))


some_roles = mostly(ROLES[:2], many(st.sampled_from(ROLES)))
approvals = st.builds(
    Approval,
    ids,
    mostly(NOW - HOUR, moments),
    mostly(DIGEST, st.sampled_from([OTHER_DIGEST, None])),
)
artifacts = st.builds(
    Artifact,
    refs,
    st.sampled_from(["tag", "plan"]),
    st.sampled_from(MOSTLY_YES),
    mostly(PUSHED - DAY, perhaps(moments)),
    st.sampled_from([False, False, True]),
    refs,
)
measures = mostly(HOUR / 4, perhaps(lengths))
drills = st.builds(Drill, refs, moments, st.sampled_from(MOSTLY_YES), measures, measures)
evaluations = st.builds(
    Evaluation,
    st.sampled_from(["eval/a", "eval/b", "lint"]),
    st.sampled_from(["passed", "passed", "failed", "pending"]),
    mostly(NOW, perhaps(moments)),
)
breakers = st.builds(
    BreakerState,
    st.sampled_from(["CB-VL", "CB-GBR"]),
    st.sampled_from(["closed", "open", "open", "probation", "unknown"]),
    st.sampled_from(["freeze", "degrade", "audit"]),
)
people = st.builds(
    lambda person_id, kind, roles: Person(
        person_id, LOGINS.get(person_id.partition(":")[2], ""), kind, roles
    ),
    ids,
    mostly("human", st.sampled_from(["bot", "unknown"])),
    mostly(ROLES[:2], perhaps(many(st.sampled_from(ROLES)))),
)
trailers = st.one_of(
    st.builds(Trailer, st.sampled_from(["Rollback-Artifact", "rollback-plan"]), refs),
    st.builds(Trailer, st.sampled_from(["IO-Rationale", "Evaluation-Plan"]), refs),
    st.builds(Trailer, st.just("Rollback-Drill"), st.sampled_from(DATES)),
)


@st.composite
def changes(draw: Draw) -> Change:
    """Draw a change; what is not proposed first becomes material when it lands."""
    usual = a_change()
    kind = draw(mostly("pull", st.sampled_from(["group", "push", "deployment", "release"])))
    landed = draw(mostly(None, moments))
    material = draw(mostly(PUSHED, perhaps(moments)))
    if landed is not None and material is not None:
        material = min(material, landed) if kind in {"pull", "group"} else landed
    return a_change(
        kind=kind,
        body=draw(mostly("", st.none())),
        author=draw(mostly(usual.author, perhaps(ids))),
        contributors=draw(mostly(usual.contributors, perhaps(many(ids)))),
        trailers=(*draw(mostly(usual.trailers, st.just(()))), *draw(many(trailers))),
        digest=draw(mostly(DIGEST, st.none())),
        material_at=material,
        landed_at=landed,
        environment=draw(st.sampled_from(["production", None])) if kind == "deployment" else None,
        restores=draw(
            mostly((), perhaps(many(st.builds(Restoration, refs, st.sampled_from(MOSTLY_YES)))))
        ),
    )


@st.composite
def facts(draw: Draw) -> Facts:
    """Draw facts that a facts file could hold."""
    usual = facts_of()
    others = st.lists(people, max_size=5, unique_by=lambda person: person.id).map(tuple)
    return facts_of(
        draw(changes()),
        as_of=draw(mostly(NOW, moments)),
        files=draw(mostly((), st.none())),
        people=draw(mostly(usual.people, others)),
        approvals=draw(and_more(usual.approvals, approvals)),
        evaluations=draw(and_more(usual.evaluations, evaluations)),
        artifacts=draw(and_more(usual.artifacts, artifacts)),
        drills=draw(and_more(usual.drills, drills)),
        breakers=draw(and_more(usual.breakers, breakers)),
    )


MORE: tuple[dict[str, object], ...] = (
    {},
    {"auditors": ["rita", "Ben"], "boundary": {"closure": {"checks": ["eval/a"]}}},
    {
        "auditors": ["sam"],
        "people": {
            "rita": {"github": "rita", "gitlab": "rita"},
            "sam": {"github": "sam", "email": "sam@acme.io"},
        },
    },
)
NAMED = {
    "release-owner": {"teams": ["acme/release"]},
    "safety-owner": {"permission": "admin"},
    "named-owner": {"users": ["RITA", "ben"]},
}
POLICIES = tuple(a_policy(roles=NAMED, **more) for more in MORE)
required = st.sampled_from(["required", "optional"])


@st.composite
def gates(draw: Draw) -> Gate:
    """Draw a gate of any type."""
    objectives = mostly(HOUR, perhaps(lengths))
    options: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "slow-authority": {
            "cooldown": mostly(48 * HOUR, lengths), "signatures": some_roles, "rationale": required,
        },
        "rollback-window": {
            "artifact": required, "plan": required,
            "drill": perhaps(
                st.builds(
                    DrillTerms, within=mostly(30 * DAY, lengths), rto=objectives, rpo=objectives
                )
            ),
        },
        "validation": {"plan": required, "checks": many(st.sampled_from(["eval/*", "x["]), 1)},
        "tempo-layers": {},
        "breaker": {"names": many(st.just("CB-VL"), 1)},
        "rego": {"package": st.just("acme.rule")},
    }  # fmt: skip
    weights = [*(3 * [*options]), "slow-authority", "rollback-window", "rollback-window"]
    kind = draw(st.sampled_from(weights))
    where = {"environments": draw(st.sampled_from([None] * 5 + [("production",)]))}
    return A_GATE.validate_python(
        where | {"type": kind} | draw(st.fixed_dictionaries(options[kind]))
    )


@st.composite
def cases(draw: Draw) -> Case:
    """Draw an operation before the gates."""
    layers: tuple[Layer, ...] = draw(mostly((), st.just(("fast", "slow"))))
    return Case(draw(facts()), draw(st.sampled_from(POLICIES)), ("data",), ("R",), layers)


PARTS = (
    ("approvals", "digest"),
    ("artifacts", "resolved"),
    ("artifacts", "made_at"),
    ("drills", "recovery"),
    ("drills", "loss"),
)


def with_less_known(case: Case) -> Iterator[Case]:
    """Yield the case with each fact in turn made unknown.

    An evaluation without a time ended before `as_of`, and a drill that neither passed nor failed is
    one that is planned: there, null is no unknown.
    """
    known, change = case.facts, case.facts.change
    for name in ("files", "approvals", "evaluations", "artifacts", "drills", "breakers"):
        yield _but(case, {name: None})
    unread = ("body", "author", "contributors", "digest", "material_at", "landed_at", "restores")
    for name in (*unread, "environment"):
        nothing: dict[str, Any] = {name: None}
        yield _but(case, {"change": replace(change, **nothing)})
    for index, person in enumerate(known.people):
        before, after = known.people[:index], known.people[index + 1 :]
        yield _but(case, {"people": (*before, *after)})
        for less in (replace(person, kind="unknown"), replace(person, roles=None, login="")):
            yield _but(case, {"people": (*before, less, *after)})
    for name, field in PARTS:
        nothing = {field: None}
        yield _but(case, {name: tuple(replace(e, **nothing) for e in getattr(known, name) or ())})
    unsure = tuple(replace(state, accepted=None) for state in change.restores or ())
    yield _but(case, {"change": replace(change, restores=unsure or change.restores)})


def _but(case: Case, changes: dict[str, Any]) -> Case:
    kept = {name: value for name, value in changes.items() if getattr(case.facts, name) is not None}
    return replace(case, facts=replace(case.facts, **kept))
