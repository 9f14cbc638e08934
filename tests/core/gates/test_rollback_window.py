"""Rollback window: artifact, plan, drill."""

from datetime import timedelta

import pytest

from fitgate.core.facts import Artifact, Drill, Facts, Trailer
from fitgate.core.gates.rollback_window import rollback_window
from fitgate.core.policy import DrillTerms, RollbackWindow
from tests.builders import (
    DAY,
    HOUR,
    NOW,
    PUSHED,
    a_case,
    a_change,
    a_drill,
    an_artifact,
    facts_of,
    outcomes,
    trailers,
)

ARTIFACT = RollbackWindow(type="rollback-window", plan="optional")
PLAN = RollbackWindow(type="rollback-window", artifact="optional")
DRILL = RollbackWindow(
    type="rollback-window",
    artifact="optional",
    plan="optional",
    drill=DrillTerms(within=30 * DAY, rto=HOUR, rpo=HOUR / 4),
)
TICK = timedelta(microseconds=1)


def judged(facts: Facts, gate: RollbackWindow) -> dict[str, str]:
    return outcomes(rollback_window(gate, a_case(facts)))


def with_artifact(artifact: Artifact) -> Facts:
    return facts_of(artifacts=(artifact,))


def a_plan(*, resolved: bool | None = True) -> Artifact:
    return Artifact("docs/rollback.md", "plan", resolved)


def with_drills(*drills: Drill) -> Facts:
    return facts_of(drills=drills)


def planned(day: str) -> Facts:
    return facts_of(a_change(trailers=trailers(Rollback_Drill=day)), drills=())


def test_a_resolved_artifact_that_is_older_than_the_change_is_a_way_back() -> None:
    assert judged(with_artifact(an_artifact()), ARTIFACT) == {"artifact-resolved": "ALLOW"}


def test_an_artifact_must_be_declared() -> None:
    facts = facts_of(a_change(trailers=trailers(Rollback_Artifact=None)))
    assert judged(facts, ARTIFACT) == {"artifact-undeclared": "HOLD"}


def test_a_placeholder_declares_no_artifact() -> None:
    facts = facts_of(a_change(trailers=trailers(Rollback_Artifact="n/a")))
    assert judged(facts, ARTIFACT) == {"artifact-undeclared": "HOLD"}


def test_an_artifact_may_be_declared_where_nobody_could_read() -> None:
    facts = facts_of(a_change(trailers=trailers(Rollback_Artifact=None), body=None))
    assert judged(facts, ARTIFACT) == {"artifact-unknown": "UNDECIDED"}


def test_an_artifact_that_is_not_found_holds_and_says_why() -> None:
    facts = with_artifact(an_artifact(resolved=False, why="no such tag"))
    (found,) = rollback_window(ARTIFACT, a_case(facts))
    assert (found.code, found.outcome) == ("artifact-unproven", "HOLD")
    assert found.params["why"] == ("v1.4.0 was not found (no such tag)",)


def test_an_artifact_that_could_not_be_looked_up_is_undecided() -> None:
    assert judged(with_artifact(an_artifact(resolved=None)), ARTIFACT) == {
        "artifact-unknown": "UNDECIDED"
    }
    assert judged(facts_of(artifacts=None), ARTIFACT) == {"artifact-unknown": "UNDECIDED"}


def test_nothing_declared_is_held_whether_or_not_artifacts_could_be_looked_up() -> None:
    facts = facts_of(a_change(trailers=()), artifacts=None)
    assert judged(facts, ARTIFACT) == {"artifact-undeclared": "HOLD"}


def test_an_artifact_that_nobody_found_among_those_looked_up_holds() -> None:
    assert judged(with_artifact(an_artifact("v9")), ARTIFACT) == {"artifact-unproven": "HOLD"}


def test_a_name_that_can_be_pointed_elsewhere_is_no_evidence() -> None:
    facts = with_artifact(an_artifact(movable=True))
    assert judged(facts, ARTIFACT) == {"artifact-unproven": "HOLD"}


def test_an_artifact_must_be_older_than_the_change() -> None:
    assert judged(with_artifact(an_artifact(made_at=PUSHED)), ARTIFACT) == {
        "artifact-unproven": "HOLD"
    }
    assert judged(with_artifact(an_artifact(made_at=PUSHED - TICK)), ARTIFACT) == {
        "artifact-resolved": "ALLOW"
    }


def test_an_artifact_of_unknown_age_is_undecided() -> None:
    facts = with_artifact(an_artifact(made_at=None))
    assert judged(facts, ARTIFACT) == {"artifact-unknown": "UNDECIDED"}


@pytest.mark.parametrize("kind", ["push", "deployment", "release"])
def test_what_is_not_proposed_first_begins_with_its_landing(kind: str) -> None:
    change = a_change(kind=kind, material_at=None, landed_at=PUSHED)
    assert judged(facts_of(change), ARTIFACT) == {"artifact-resolved": "ALLOW"}


def test_an_artifact_made_after_the_landing_is_too_young_for_any_change() -> None:
    change = a_change(material_at=None, landed_at=PUSHED - 2 * DAY)
    assert judged(facts_of(change), ARTIFACT) == {"artifact-unproven": "HOLD"}


def test_a_proposal_may_be_older_than_an_artifact_that_is_older_than_the_landing() -> None:
    change = a_change(material_at=None, landed_at=PUSHED)
    assert judged(facts_of(change), ARTIFACT) == {"artifact-unknown": "UNDECIDED"}


def test_a_change_of_unknown_age_has_no_older_artifact() -> None:
    change = a_change(kind="push", material_at=None)
    assert judged(facts_of(change), ARTIFACT) == {"artifact-unknown": "UNDECIDED"}


def test_one_artifact_that_holds_is_enough() -> None:
    declared = (Trailer("Rollback-Artifact", "v1"), Trailer("Rollback-Artifact", "v2"))
    artifacts = (an_artifact("v1", resolved=False), an_artifact("v2"))
    facts = facts_of(a_change(trailers=declared), artifacts=artifacts)
    assert judged(facts, ARTIFACT) == {"artifact-resolved": "ALLOW"}


def test_a_plan_is_no_artifact() -> None:
    change = a_change(trailers=trailers(Rollback_Artifact="docs/rollback.md"))
    facts = facts_of(change, artifacts=(a_plan(),))
    assert judged(facts, ARTIFACT) == {"artifact-unproven": "HOLD"}


def test_a_plan_must_be_declared_and_found() -> None:
    assert judged(with_artifact(a_plan()), PLAN) == {"plan-resolved": "ALLOW"}
    assert judged(with_artifact(a_plan(resolved=False)), PLAN) == {"plan-unproven": "HOLD"}
    assert judged(with_artifact(a_plan(resolved=None)), PLAN) == {"plan-unknown": "UNDECIDED"}
    assert judged(facts_of(artifacts=None), PLAN) == {"plan-unknown": "UNDECIDED"}


def test_without_a_plan_the_change_is_held() -> None:
    undeclared = trailers(Rollback_Plan=None)
    assert judged(facts_of(a_change(trailers=undeclared)), PLAN) == {"plan-undeclared": "HOLD"}
    unread = facts_of(a_change(trailers=undeclared, body=None))
    assert judged(unread, PLAN) == {"plan-unknown": "UNDECIDED"}


def test_an_artifact_is_no_plan() -> None:
    facts = with_artifact(an_artifact("docs/rollback.md"))
    assert judged(facts, PLAN) == {"plan-unproven": "HOLD"}


def test_a_recent_drill_within_its_objectives_is_proof() -> None:
    assert judged(facts_of(), DRILL) == {"drill-passed": "ALLOW"}


def test_objectives_are_met_when_equal() -> None:
    assert judged(with_drills(a_drill(recovery=HOUR, loss=HOUR / 4)), DRILL) == {
        "drill-passed": "ALLOW"
    }


def test_a_drill_that_recovered_too_slowly_is_no_proof() -> None:
    facts = with_drills(a_drill(recovery=HOUR + TICK))
    assert judged(facts, DRILL) == {"drill-missing": "HOLD"}


def test_a_drill_that_lost_too_much_is_no_proof() -> None:
    facts = with_drills(a_drill(loss=HOUR / 4 + TICK))
    assert judged(facts, DRILL) == {"drill-missing": "HOLD"}


def test_a_drill_that_was_not_measured_is_undecided() -> None:
    assert judged(with_drills(a_drill(recovery=None)), DRILL) == {"drill-unknown": "UNDECIDED"}
    assert judged(with_drills(a_drill(loss=None)), DRILL) == {"drill-unknown": "UNDECIDED"}


def test_nothing_needs_to_be_measured_where_no_objective_is_set() -> None:
    gate = DRILL.model_copy(update={"drill": DrillTerms(within=30 * DAY)})
    assert judged(with_drills(a_drill(recovery=None, loss=None)), gate) == {"drill-passed": "ALLOW"}


def test_a_drill_counts_to_the_last_moment_of_its_time() -> None:
    assert judged(with_drills(a_drill(at=NOW - 30 * DAY)), DRILL) == {"drill-passed": "ALLOW"}
    too_old = with_drills(a_drill(at=NOW - 30 * DAY - TICK))
    assert judged(too_old, DRILL) == {"drill-missing": "HOLD"}


def test_a_drill_that_passed_later_proves_nothing_now() -> None:
    assert judged(with_drills(a_drill(at=NOW)), DRILL) == {"drill-passed": "ALLOW"}
    assert judged(with_drills(a_drill(at=NOW + TICK)), DRILL) == {"drill-missing": "HOLD"}


def test_a_failed_drill_is_no_proof() -> None:
    assert judged(with_drills(a_drill(passed=False)), DRILL) == {"drill-missing": "HOLD"}


def test_an_older_drill_that_passed_outweighs_a_newer_one_that_failed() -> None:
    drills = (a_drill(), a_drill(id="drill-2", at=NOW - DAY, passed=False))
    assert judged(with_drills(*drills), DRILL) == {"drill-passed": "ALLOW"}


def test_without_any_drill_the_change_is_held() -> None:
    assert judged(with_drills(), DRILL) == {"drill-missing": "HOLD"}


def test_unknown_drills_are_not_no_drills() -> None:
    assert judged(facts_of(drills=None), DRILL) == {"drill-unknown": "UNDECIDED"}


def test_a_drill_may_be_planned_where_nobody_could_read() -> None:
    facts = facts_of(a_change(body=None), drills=())
    assert judged(facts, DRILL) == {"drill-unknown": "UNDECIDED"}


def test_a_drill_planned_soon_enough_will_do() -> None:
    soon = with_drills(a_drill(passed=None, at=NOW + 30 * DAY))
    assert judged(soon, DRILL) == {"drill-planned": "ALLOW"}
    too_late = with_drills(a_drill(passed=None, at=NOW + 30 * DAY + TICK))
    assert judged(too_late, DRILL) == {"drill-missing": "HOLD"}
    never_run = with_drills(a_drill(passed=None, at=NOW - TICK))
    assert judged(never_run, DRILL) == {"drill-missing": "HOLD"}


@pytest.mark.parametrize(
    "day", ["2026-01-31", "on 2026-02-14, with the database team", "2026-03-02"]
)
def test_a_declared_date_is_a_plan(day: str) -> None:
    assert judged(planned(day), DRILL) == {"drill-planned": "ALLOW"}


@pytest.mark.parametrize("day", ["2026-01-30", "2026-03-03", "2026-02-31", "soon", "12026-02-14"])
def test_a_date_that_is_past_too_far_or_none_is_no_plan(day: str) -> None:
    assert judged(planned(day), DRILL) == {"drill-missing": "HOLD"}


def test_a_declared_date_will_do_even_where_drills_are_unknown() -> None:
    change = a_change(trailers=trailers(Rollback_Drill="2026-02-14"))
    assert judged(facts_of(change, drills=None), DRILL) == {"drill-planned": "ALLOW"}
