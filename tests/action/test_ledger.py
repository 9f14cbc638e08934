"""The ledger without a server: written by runs that no stranger can cause, of facts read again."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.action.job import POLICY, READ_ONLY, WORKFLOW, Workshop
from tests.action.test_pulls import NOT_THERE, lowered
from tests.twin.github.pulls import Pull

BODY = "IO-Rationale: it flakes"


def merged(shop: Workshop, pull: Pull) -> None:
    """Let it be approved by two, judged after its cool-down, and merged."""
    pull.approve("bob")
    pull.approve("carol")
    assert shop.on_pull("pull_request_review", "pull_request_review").code == 0
    pull.merge("carol", "squash")


def held(shop: Workshop) -> Pull:
    """Open a pull request whose cool-down is over by now."""
    shop.repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice", message="Lower it")
    pull = shop.repo.open_pull("fix", "main", "Lower", "IO-Rationale: it flakes", by="alice")
    shop.on_pull()
    shop.twin.clock.forward(hours=60)
    return pull


def test_a_landing_is_written_down_with_the_decision_that_its_check_proves(shop: Workshop) -> None:
    pull = held(shop)
    merged(shop, pull)
    check = shop.check(pull.head_sha)
    assert check.conclusion == "success"
    assert NOT_THERE not in shop.repo.git.refs()
    shop.twin.clock.forward(hours=1)
    ran = shop.on_push()
    assert (ran.code, ran.errors) == (0, "")
    assert "1 landing written down" in ran.log
    entries = shop.ledger()
    assert [e.kind for e in entries[:2]] == ["Seen", "Decided"]
    proof = entries[1]
    assert (proof.body["of"], proof.body["outcome"]) == ("proposal", "ALLOW")
    assert (proof.body["facts"], proof.at) == (check.external_id, check.completed_at)
    (landed,) = (e for e in entries if e.kind == "Landed")
    assert landed.body["change"] == "github:acme/app#1"
    assert landed.body["standing"] == "allowed"
    assert "bypasses" not in landed.body
    assert {ran.outputs["vl-hours"], ran.outputs["rdpr"]} == {"unknown"}


@pytest.mark.parametrize("shown", [True, False])
def test_a_forks_landing_is_a_bypass_only_if_no_check_proves_a_decision(
    shop: Workshop, *, shown: bool
) -> None:
    policy = POLICY.replace("cooldown: PT48H, signatures: [owner, keeper]", "signatures: [owner]")
    shop.repo.push(
        "main", {".fitgate.yaml": policy.replace("rationale: required", "cooldown: PT0S")}
    )
    merged(shop, held(shop))  # so that something had been decided
    shop.on_push()
    shop.repo.push("forks/mallory/fix", {"eval.yaml": "threshold: 0.7\n"}, by="mallory")
    pull = shop.repo.open_pull("mallory:fix", "main", "Lower", BODY, by="mallory")
    pull.approve("bob")
    if shown:
        assert shop.on_pull().outputs["outcome"] == "ALLOW"
    shop.twin.clock.forward(minutes=1)
    pull.merge("carol", "squash")
    shop.on_push()
    landed = [e for e in shop.ledger() if e.kind == "Landed"][-1]
    assert landed.body["change"] == "github:acme/app#2"
    assert ("bypasses" in landed.body) is not shown


def test_a_landing_is_written_once_and_a_cancelled_run_is_made_up_for(shop: Workshop) -> None:
    merged(shop, held(shop))
    assert shop.on_schedule().code == 0  # the push's own run was cancelled
    before = Counter(shop.kinds())
    assert before["Landed"] == 1
    for again in (shop.on_push, shop.on_schedule):
        ran = again()
        assert ran.code == 0
        assert "0 landings written down" in ran.log
    assert Counter(shop.kinds()) == before


def test_who_merges_against_the_verdict_passes_the_gate_by(shop: Workshop) -> None:
    pull = lowered(shop)
    shop.on_pull()
    pull.merge("carol", "squash")
    shop.on_push()
    (landed,) = (e for e in shop.ledger() if e.kind == "Landed")
    assert landed.body["standing"] == "bypass"
    ran = shop.on_schedule()
    assert ran.outputs["gbr-ratio"] == "1"
    assert "| `gbr_ratio` | 100 % | 1 |" in ran.summary


def test_schedule_ends_a_cool_down_and_writes_down_what_it_saw(shop: Workshop) -> None:
    pull = held(shop)
    pull.approve("bob")
    pull.approve("carol")
    assert shop.check(pull.head_sha).conclusion == "action_required"
    ran = shop.on_schedule()
    assert (ran.code, ran.errors) == (0, "")
    assert "1 open pull request looked at" in ran.log
    assert shop.check(pull.head_sha).conclusion == "success"
    assert Counter(shop.kinds())["Signed"] == 2
    assert {"Seen", "Decided"} <= set(shop.kinds())
    assert ran.outputs["outcome"] == ""


def test_a_breaker_that_trips_denies_what_is_open(shop: Workshop) -> None:
    breaker = "breakers:\n  - {name: CB-GBR, when: {metric: gbr_ratio, limit: 0.5}, then: freeze}\n"
    shop.repo.push("main", {".fitgate.yaml": POLICY + breaker})
    first = lowered(shop)
    shop.on_pull()
    first.merge("carol", "squash")
    shop.repo.push("other", {"eval.yaml": "threshold: 0.7\n"}, by="alice")
    second = shop.repo.open_pull("other", "main", "More", "IO-Rationale: it flakes", by="alice")
    shop.on_pull()
    assert shop.check(second.head_sha).conclusion == "action_required"
    shop.on_push()
    assert "Tripped" in shop.kinds()
    assert shop.check(second.head_sha).conclusion == "failure"
    # and a later run of a stranger's event knows it from the branch
    second.edit(title="More of it", by="alice")
    assert shop.on_pull().outputs["outcome"] == "DENY"


def test_a_missed_drill_is_written_down(shop: Workshop) -> None:
    drills = "drills:\n  - {name: restore, every: P1D}\n"
    shop.repo.push("main", {".fitgate.yaml": POLICY + drills})
    merged(shop, held(shop))
    shop.on_schedule()
    assert "DrillScheduled" in shop.kinds()


def test_a_pilot_begins_once_with_the_first_run_for_the_default_branch(shop: Workshop) -> None:
    lowered(shop)
    more = {"FITGATE_PILOT": "shop"}
    shop.run("pull_request_target", shop.heard("pull_request"), more=more)
    assert NOT_THERE not in shop.repo.git.refs()
    for _ in range(2):
        shop.run("schedule", {"schedule": "7,37 * * * *"}, more=more)
    (pilot,) = (e for e in shop.ledger() if e.kind == "PilotStarted")
    assert (pilot.body["system"], pilot.body["mode"]) == ("shop", "enforce")


@pytest.mark.parametrize("event", ["push", "workflow_dispatch"])
def test_what_runs_on_another_branch_writes_nothing(shop: Workshop, event: str) -> None:
    lowered(shop)
    payload = dict(shop.heard("push"))
    ran = shop.run(event, payload, ref="refs/heads/fix")
    assert ran.code == 0
    assert NOT_THERE not in shop.repo.git.refs()


def test_a_person_may_ask_for_all_of_it(shop: Workshop) -> None:
    lowered(shop)
    repository = shop.heard("push")["repository"]
    ran = shop.run("workflow_dispatch", {"inputs": None, "repository": repository})
    assert "1 open pull request looked at" in ran.log
    assert "Decided" in shop.kinds()


def test_without_the_right_to_write_the_ledger_it_says_so(shop: Workshop) -> None:
    lowered(shop)
    payload = {"schedule": "7,37 * * * *"}
    ran = shop.run("schedule", payload, permissions={**WORKFLOW, "contents": "read"})
    assert ran.code == 4
    assert "permissions: contents: write" in ran.errors
    assert READ_ONLY["contents"] == "read"


def test_one_pull_request_that_cannot_be_read_keeps_nobody_from_the_others(shop: Workshop) -> None:
    lowered(shop)
    shop.repo.push("docs", {"README.md": "# Hi\n"}, by="alice")
    other = shop.repo.open_pull("docs", "main", "Say hi", "", by="alice")
    shop.twin.troubles.fail("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", 418)
    ran = shop.on_schedule()
    assert ran.code == 4
    assert "::error title=FITGate%3A it could not be looked at::acme/app#" in ran.log
    assert (
        len([run for run in shop.repo.latest_runs(other.head_sha) if run.name == "fitgate"])
        + (len(shop.repo.latest_runs(shop.repo.pulls[1].head_sha)))
        == 1
    )


def test_a_direct_push_is_a_landing_too(shop: Workshop) -> None:
    shop.repo.push("main", {"eval.yaml": "threshold: 0.1\n"}, by="carol", message="Quickly")
    ran = shop.on_push()
    assert (ran.code, ran.errors) == (0, "")
    (landed,) = (e for e in shop.ledger() if e.kind == "Landed")
    assert (landed.body["route"], landed.body["standing"]) == ("push", "bypass")


def test_an_evaluation_that_ended_closes_what_waited_for_it(shop: Workshop) -> None:
    boundary = "boundary: {closure: {checks: [nightly]}}\n"
    shop.repo.push("main", {".fitgate.yaml": POLICY + boundary})
    merged(shop, held(shop))
    shop.on_push()
    shop.twin.clock.forward(hours=2)
    shop.repo.check("nightly", shop.repo.commit("main"), "success")
    ran = shop.on_schedule()
    assert (ran.code, ran.errors) == (0, "")
    assert {"Evaluated", "Closed"} & set(shop.kinds())
    assert ran.outputs["vl-hours"] == "2"
