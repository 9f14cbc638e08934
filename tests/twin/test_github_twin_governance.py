"""Rules, bypasses, deployments and the merge queue of the twin."""

from __future__ import annotations

from typing import Any

import pytest
from github import Github, GithubException

from tests.twin.conftest import as_app
from tests.twin.github import Deployment, Protection, Refusal, Repository, Twin, outcome

OWN = "/repos/acme/app"


def ask(client: Github, path: str) -> Any:
    """Ask for what PyGithub has no method for."""
    return client.requester.requestJsonAndCheck("GET", f"{OWN}{path}")[1]


def answer(client: Github, deployment: Deployment, **said: str) -> None:
    """Answer for our gate of an environment."""
    assert deployment.run is not None
    path = f"{OWN}/actions/runs/{deployment.run.id}/deployment_protection_rule"
    body = {"environment_name": deployment.environment, **said}
    client.requester.requestJsonAndCheck("POST", path, input=body)


def conclude(client: Github, sha: str, conclusion: str) -> None:
    """Post our check."""
    client.get_repo("acme/app").create_check_run("fitgate", sha, conclusion=conclusion)


def test_a_required_check_must_be_ours_and_good(
    twin: Twin, repo: Repository, client: Github
) -> None:
    repo.require(checks=[("fitgate", twin.app.id)], approvals=1)
    repo.push("fix", {"a": "1\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    repo.check("fitgate", pull.head_sha, "success", app="impostor")
    pull.approve("rita")
    assert client.get_repo("acme/app").get_pull(1).mergeable_state == "blocked"
    with pytest.raises(Refusal, match='Required status check "fitgate" is expected'):
        pull.merge("bob")
    conclude(client, pull.head_sha, "success")
    with pytest.raises(Refusal, match="1 approving reviews"):  # rita may only read
        pull.merge("bob")
    pull.approve("bob")
    pull.merge("bob")
    assert client.get_repo("acme/app").get_pull(1).merged


def test_a_neutral_check_passes_which_is_a_trap(
    twin: Twin, repo: Repository, client: Github
) -> None:
    repo.require(checks=[("fitgate", twin.app.id)])
    repo.push("fix", {"a": "1\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    conclude(client, pull.head_sha, "neutral")
    assert pull.merge("bob") == repo.commit("main")


def test_who_goes_past_a_ruleset_is_in_the_rule_suites(twin: Twin, repo: Repository) -> None:
    twin.install("acme", {**twin.app.permissions, "administration": "write"})
    client = as_app(twin)
    repo.require(checks=[("fitgate", None)], bypass=[("alice", "always"), ("bob", "exempt")])
    with pytest.raises(Refusal):
        repo.push("main", {"a": "1\n"}, by="alice")
    repo.push("main", {"a": "1\n"}, by="alice", bypass=True)
    repo.push("main", {"a": "2\n"}, by="bob")
    found = ask(client, "/rulesets/rule-suites?rule_suite_result=bypass")
    assert [(one["actor_name"], one["result"]) for one in found] == [("alice", "bypass")]
    whole = ask(client, f"/rulesets/rule-suites/{found[0]['id']}")
    assert [one["rule_type"] for one in whole["rule_evaluations"]] == ["required_status_checks"]
    every = ask(client, "/rulesets/rule-suites")
    assert [one["actor_name"] for one in every] == ["alice", "alice"]  # bob's leave no trace
    twin.clock.forward(days=2)
    assert ask(client, "/rulesets/rule-suites") == []
    assert len(ask(client, "/rulesets/rule-suites?time_period=week")) == 2


def test_rule_suites_and_bypass_lists_are_hidden_without_the_permission(
    repo: Repository, client: Github
) -> None:
    ruleset = repo.require(checks=[("fitgate", None)], bypass=[("alice", "always")])
    with pytest.raises(GithubException, match="not accessible"):
        ask(client, "/rulesets/rule-suites")
    assert "bypass_actors" not in ask(client, f"/rulesets/{ruleset.id}")
    assert [one["type"] for one in ask(client, "/rules/branches/main")] == [
        "required_status_checks"
    ]
    assert [one["name"] for one in ask(client, "/rulesets")] == ["main"]


def test_administrators_go_past_classic_protection_unless_it_holds_for_them(
    twin: Twin, repo: Repository, client: Github
) -> None:
    repo.protect("main", Protection(checks={"fitgate": twin.app.id}, approvals=1))
    with pytest.raises(Refusal, match="is expected"):
        repo.push("main", {"a": "1\n"}, by="alice", bypass=True)
    repo.push("main", {"a": "1\n"}, by="maintainer", bypass=True)
    assert repo.rule_suites == {}
    said = client.get_repo("acme/app").get_branch("main").get_protection()
    assert said.required_status_checks.contexts == ["fitgate"]
    repo.protect("main", Protection(approvals=1, enforce_admins=True))
    with pytest.raises(Refusal):
        repo.push("main", {"a": "2\n"}, by="maintainer", bypass=True)


def test_what_moved_is_in_the_activity(repo: Repository, client: Github) -> None:
    first = repo.commit("main")
    repo.push("fix", {"a": "1\n"}, by="alice")
    repo.open_pull("fix", by="alice").merge("bob")
    direct = repo.push("main", {"b": "1\n"}, by="alice")
    repo.reset("main", first, by="maintainer")
    kinds = [(one["activity_type"], one["actor"]["login"]) for one in ask(client, "/activity")]
    assert kinds[:4] == [
        ("force_push", "maintainer"),
        ("push", "alice"),
        ("pr_merge", "bob"),
        ("branch_creation", "alice"),
    ]
    forced = ask(client, "/activity?activity_type=force_push&ref=refs/heads/main")
    assert [(one["before"], one["after"]) for one in forced] == [(direct, first)]
    there = client.get_repo("acme/app")
    assert list(there.get_commit(direct).get_pulls()) == []


def test_commits_pushed_to_the_base_merge_their_pull_request(
    repo: Repository, client: Github
) -> None:
    sha = repo.push("fix", {"a": "1\n"}, by="alice")
    repo.open_pull("fix", by="alice")
    repo.push_commit("main", sha, repo.actor("bob"))
    assert client.get_repo("acme/app").get_pull(1).merged
    assert ask(client, "/activity")[0]["activity_type"] == "push"


def test_a_gate_holds_a_deployment_until_it_is_answered(repo: Repository, client: Github) -> None:
    repo.environment("production")
    deployment = repo.deploy("production", by="alice")
    assert deployment.state == "waiting"
    with pytest.raises(Refusal):
        deployment.succeed()
    for number in range(10):
        answer(client, deployment, comment=f"Held, report {number}")
    with pytest.raises(GithubException, match="at most 10 status reports"):
        answer(client, deployment, comment="One more")
    with pytest.raises(GithubException, match="too long"):
        answer(client, deployment, state="approved", comment="x" * 1025)
    answer(client, deployment, state="approved", comment="Cool-down is over")
    with pytest.raises(GithubException, match="No pending deployment"):
        answer(client, deployment, state="approved")
    deployment.succeed()
    there = client.get_repo("acme/app").get_deployment(deployment.id)
    assert [one.state for one in there.get_statuses()] == ["success", "in_progress", "waiting"]
    (run,) = client.get_repo("acme/app").get_workflow_runs()
    assert (run.status, run.conclusion) == ("completed", "success")
    (said,) = ask(client, f"/actions/runs/{run.id}/approvals")
    assert (said["state"], said["user"]["login"]) == ("approved", "fitgate[bot]")


def test_a_rejection_fails_the_run(repo: Repository, client: Github) -> None:
    repo.environment("production")
    deployment = repo.deploy("production", by="alice")
    answer(client, deployment, state="rejected", comment="Frozen")
    assert deployment.run is not None
    assert (deployment.state, deployment.run.conclusion) == ("failure", "failure")


def test_any_one_reviewer_suffices_and_an_administrator_needs_none(
    repo: Repository, client: Github
) -> None:
    repo.environment("production", reviewers=("bob", "carol"))
    reviewed = repo.deploy("production", by="alice")
    reviewed.approve("carol", "Go")
    assert reviewed.state == "waiting"  # our gate still holds it
    answer(client, reviewed, state="approved")
    forced = repo.deploy("production", by="alice")
    forced.start(by="maintainer")
    assert (reviewed.state, forced.state) == ("in_progress", "in_progress")
    assert forced.run is not None
    assert ask(client, f"/actions/runs/{forced.run.id}/approvals") == []
    assert ask(client, "/environments/production")["can_admins_bypass"] is True
    repo.environment("locked", admins_bypass=False)
    with pytest.raises(Refusal, match="lets nobody bypass"):
        repo.deploy("locked", by="alice").start(by="maintainer")


def test_a_deployment_by_the_api_meets_no_gate(repo: Repository, client: Github) -> None:
    repo.environment("staging/eu")
    first = repo.deploy_by_api("staging/eu", by="alice")
    first.report("success", by="alice")
    second = client.get_repo("acme/app").create_deployment(
        "main", environment="staging/eu", required_contexts=[], auto_merge=False
    )
    second.create_status("success")
    assert [one.state for one in first.statuses] == ["success", "inactive"]
    assert ask(client, "/environments/staging%2Feu")["name"] == "staging/eu"
    gates = ask(client, "/environments/staging%2Feu/deployment_protection_rules")
    assert gates["custom_deployment_protection_rules"][0]["app"]["slug"] == "fitgate"
    repo.check("ci", repo.commit("main"), "failure")
    with pytest.raises(GithubException, match="status checks failed"):
        client.get_repo("acme/app").create_deployment("main")


def test_the_queue_merges_what_its_group_passed(
    twin: Twin, repo: Repository, client: Github
) -> None:
    repo.use_queue()
    repo.require("checks", checks=[("fitgate", twin.app.id)])
    pulls = []
    for name in ("one", "two"):
        repo.push(name, {name: "1\n"}, by="alice")
        pulls.append(repo.open_pull(name, by="alice"))
        conclude(client, pulls[-1].head_sha, "success")  # a green head does not carry over
    with pytest.raises(Refusal, match="merge queue"):
        pulls[0].merge("bob")
    first, second = (repo.enqueue(pull, by="bob") for pull in pulls)
    assert repo.git.is_ancestor(first.head_sha, second.head_sha)
    assert repo.settle() == []
    conclude(client, first.head_sha, "success")
    assert repo.settle() == pulls[:1]
    conclude(client, second.head_sha, "failure")
    assert repo.settle() == []
    assert repo.queue == []
    assert repo.commit("main") == first.head_sha
    heard = [name for name, _ in twin.hooks.heard if name.startswith("merge_group")]
    requested = ["merge_group.checks_requested"] * 2
    assert heard == [*requested, *["merge_group.destroyed"] * 2]
    reasons = [said["reason"] for name, said in twin.hooks.heard if name.endswith("dequeued")]
    assert reasons == ["MERGE", "CI_FAILURE"]
    assert ask(client, "/activity?activity_type=merge_queue_merge")[0]["after"] == first.head_sha


def test_in_a_queue_by_heads_a_failure_rides_along(
    twin: Twin, repo: Repository, client: Github
) -> None:
    repo.use_queue(grouping="HEADGREEN")
    repo.require("checks", checks=[("fitgate", twin.app.id)])
    entries = []
    for name in ("one", "two"):
        repo.push(name, {name: "1\n"}, by="alice")
        entries.append(repo.enqueue(repo.open_pull(name, by="alice"), by="bob"))
    conclude(client, entries[0].head_sha, "failure")
    conclude(client, entries[1].head_sha, "success")
    assert [pull.number for pull in repo.settle()] == [1, 2]
    assert repo.commit("main") == entries[1].head_sha
    heard = [name for name, _ in twin.hooks.heard if name == "pull_request.closed"]
    assert len(heard) == 2


def test_two_runs_that_did_the_same_come_to_the_same() -> None:
    came_to = []
    for extra in (0, 3):
        with Twin() as twin:
            for _ in range(extra):
                twin.fresh()
            repo = twin.repo("acme/app", roles={"alice": "write"})
            repo.push("fix", {"a": "1\n"}, by="alice")
            pull = repo.open_pull("fix", by="alice")
            conclude(as_app(twin), pull.head_sha, "success")
            pull.label("io:data", by="alice")
            came_to.append(outcome(twin))
    assert came_to[0]["acme/app"]["issues"][1]["labels"] == ["io:data"]
    assert came_to[0] == came_to[1]
