"""An irreversible operation that is made up to drill a breaker with; it meets slow authority."""

from __future__ import annotations

from datetime import datetime, timedelta

from fitgate.core.facts import Approval, BreakerState, Change, Facts, Person, Repo, Trailer
from fitgate.core.findings import Classification, Match
from fitgate.core.policy import Policy, SlowAuthority

_DIGEST = "sha256:" + "d" * 64


def made_up_operation(
    policy: Policy, environment: str | None, as_of: datetime, breaker: BreakerState
) -> tuple[Facts, Classification]:
    """Return an operation of every category, signed by one person a role, just out of cool-down.

    So one signature more, or a longer cool-down, is what it lacks once a breaker degrades.
    """
    gates = [gate for gate in policy.gates if isinstance(gate, SlowAuthority)]
    most = max((gate.signatures for gate in gates), key=len, default=())
    signers = tuple(
        Person(f"drill:{number}", f"signer-{number}", "human", (role,))
        for number, role in enumerate(most)
    )
    cooldown = max((gate.cooldown for gate in gates), default=timedelta(0))
    change = Change(
        id="drill",
        kind="pull" if environment is None else "deployment",
        title="A made-up operation, to drill a breaker with",
        body="",
        author="drill:author",
        contributors=("drill:author",),
        labels=(),
        trailers=(Trailer("IO-Rationale", "a drill"),),
        digest=_DIGEST,
        material_at=as_of - cooldown,
        environment=environment,
        restores=(),
    )
    facts = Facts(
        as_of=as_of,
        forge="git",
        repo=Repo("drill", "drill"),
        change=change,
        files=(),
        people=(Person("drill:author", "author", "human", ()), *signers),
        approvals=tuple(Approval(person.id, as_of, _DIGEST) for person in signers),
        evaluations=(),
        artifacts=(),
        drills=(),
        breakers=(breaker,),
        overrides=(),
    )
    categories = {*policy.taxonomy, *(rule.category for rule in policy.rules)} or {"data"}
    matches = tuple(Match("drill", category, "built-in") for category in sorted(categories))
    return facts, Classification(is_io=True, matches=matches)
