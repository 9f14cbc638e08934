"""The default case with one fault each, which exactly one gate of the default policy minds."""

from typing import Any

from fitgate.core.facts import Artifact, Evaluation, Person, Restoration
from fitgate.core.findings import Case
from tests.builders import (
    DAY,
    HOUR,
    NOW,
    OTHER_DIGEST,
    PUSHED,
    a_breaker,
    a_case,
    a_change,
    a_drill,
    a_person,
    a_policy,
    an_approval,
    an_artifact,
    facts_of,
    trailers,
)

PLAN = Artifact("docs/rollback.md", "plan", resolved=True)
RITA = a_person("rita", "release-owner")
ALICE = a_person("alice")
TWO_ACCOUNTS = a_policy(people={"rita": {"github": "rita", "gitlab": "r.ita"}})
REJECTED = Restoration("1" * 40, accepted=False)


def _changed(**changes: object) -> Case:
    return a_case(facts_of(a_change(**changes)))


def _but(**changes: Any) -> Case:
    return a_case(facts_of(**changes))


FAULTS = {
    "the author signs": _changed(author="github:rita"),
    "a contributor signs": _changed(contributors=("github:alice", "github:sam")),
    "the author signs by a second account": a_case(
        facts_of(
            a_change(author="gitlab:9"),
            people=(*facts_of().people, Person("gitlab:9", "r.ita", "human", ())),
        ),
        TWO_ACCOUNTS,
    ),
    "a bot signs": _but(people=(ALICE, RITA, a_person("sam", "safety-owner", kind="bot"))),
    "somebody without the role signs": _but(people=(ALICE, RITA, a_person("sam"))),
    "one person signs twice": _but(approvals=(an_approval("rita"), an_approval("rita", at=NOW))),
    "nobody else signs": _but(approvals=(an_approval("rita"),)),
    "a signature is for other content": _but(
        approvals=(an_approval("rita"), an_approval("sam", digest=OTHER_DIGEST))
    ),
    "a signature comes later": _but(
        approvals=(an_approval("rita"), an_approval("sam", at=NOW + HOUR))
    ),
    "the change is young": _changed(material_at=NOW - HOUR),
    "there is no rationale": _changed(trailers=trailers(IO_Rationale=None)),
    "a breaker tightens the terms": _but(breakers=(a_breaker("degrade"),)),
    "a breaker freezes": _but(breakers=(a_breaker("freeze"),)),
    "a breaker freezes what brings back a rejected state": a_case(
        facts_of(a_change(restores=(REJECTED,)), breakers=(a_breaker("freeze"),))
    ),
    "an auditor is missing": a_case(
        facts_of(breakers=(a_breaker("audit"),)), a_policy(auditors=["olga"])
    ),
    "the artifact is not declared": _changed(trailers=trailers(Rollback_Artifact="none")),
    "the artifact is not there": _but(artifacts=(PLAN, an_artifact(resolved=False))),
    "the artifact can be moved": _but(artifacts=(PLAN, an_artifact(movable=True))),
    "the artifact is as young as the change": _but(artifacts=(PLAN, an_artifact(made_at=PUSHED))),
    "the artifact is younger than the proposal": a_case(
        facts_of(a_change(landed_at=NOW), artifacts=(PLAN, an_artifact(made_at=PUSHED + HOUR)))
    ),
    "the plan is not there": _but(artifacts=(an_artifact(),)),
    "there is no drill": _but(drills=()),
    "the drill failed": _but(drills=(a_drill(passed=False),)),
    "the drill is old": _but(drills=(a_drill(at=NOW - 31 * DAY),)),
    "the drill took long": _but(drills=(a_drill(recovery=2 * HOUR),)),
    "the drill lost much": _but(drills=(a_drill(loss=HOUR),)),
    "the drill took long and lost much": _but(drills=(a_drill(recovery=2 * HOUR, loss=HOUR),)),
    "an evaluation failed": _but(evaluations=(Evaluation("eval/a", "failed"),)),
    "an evaluation goes on": _but(evaluations=(Evaluation("eval/a", "pending"),)),
    "an evaluation was not run": _but(evaluations=(Evaluation("lint", "passed"),)),
    "there is no evaluation plan": _changed(trailers=trailers(Evaluation_Plan="")),
    "fast and slow are mixed": a_case(layers=("fast", "slow")),
}
