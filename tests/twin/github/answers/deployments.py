"""Environments, deployments, their statuses, workflow runs and gates."""

from __future__ import annotations

from tests.twin.github.access import FORBIDDEN, NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, counted, listed, serves
from tests.twin.github.clock import moment
from tests.twin.github.deployments import Deployment, Environment
from tests.twin.github.runs import Run
from tests.twin.github.shapes import deployments as shapes
from tests.twin.github.shapes import runs as run_shapes

READS, WRITES = "deployments=read", "deployments=write"
ONE = "/repos/{owner}/{repo}/deployments/{deployment_id}"
RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"
WHERE = "/repos/{owner}/{repo}/environments/{environment_name}"


def _deployment(asked: Asked) -> Deployment:
    found = asked.repo.deployments.get(asked.number("deployment_id"))
    if found is None:
        raise NOT_FOUND
    return found


def _run(asked: Asked) -> Run:
    found = asked.repo.runs.get(asked.number("run_id"))
    if found is None:
        raise NOT_FOUND
    return found


def _environment(asked: Asked) -> Environment:
    found = asked.repo.environments.get(asked.given["environment_name"])
    if found is None:
        raise NOT_FOUND
    return found


@serves("GET /repos/{owner}/{repo}/environments", "actions=read")
def environments(asked: Asked) -> Answer:
    repo = asked.repo
    found = [shapes.environment(repo, one) for one in repo.environments.values()]
    return counted(asked, "environments", found)


@serves(f"GET {WHERE}", "actions=read")
def environment(asked: Asked) -> Answer:
    return Answer(shapes.environment(asked.repo, _environment(asked)))


@serves(f"GET {WHERE}/deployment_protection_rules", "actions=read")
def gates(asked: Asked) -> Answer:
    return Answer(shapes.gates(asked.repo, _environment(asked)))


@serves("GET /repos/{owner}/{repo}/deployments", READS)
def deployments(asked: Asked) -> Answer:
    query = asked.query
    found = list(reversed(asked.repo.deployments.values()))
    for name in ("sha", "ref", "task", "environment"):
        if query.get(name, "none") != "none":
            found = [one for one in found if getattr(one, name) == query[name]]
    return listed(asked, [shapes.deployment(one) for one in found])


@serves("POST /repos/{owner}/{repo}/deployments", WRITES)
def new_deployment(asked: Asked) -> Answer:
    made = asked.repo.new_deployment(asked.body, asked.user)
    return Answer(shapes.deployment(made), 201)


@serves(f"GET {ONE}", READS)
def deployment(asked: Asked) -> Answer:
    return Answer(shapes.deployment(_deployment(asked)))


@serves(f"GET {ONE}/statuses", READS)
def statuses(asked: Asked) -> Answer:
    one = _deployment(asked)
    return listed(asked, [shapes.status(one, state) for state in reversed(one.statuses)])


@serves(f"POST {ONE}/statuses", WRITES)
def new_status(asked: Asked) -> Answer:
    one = _deployment(asked)
    return Answer(shapes.status(one, one.stated(asked.body, asked.user)), 201)


@serves("GET /repos/{owner}/{repo}/actions/runs", "actions=read")
def runs(asked: Asked) -> Answer:
    query, repo = asked.query, asked.repo
    found = list(reversed(repo.runs.values()))
    if sha := query.get("head_sha"):
        found = [one for one in found if one.sha == sha]
    if branch := query.get("branch"):
        found = [one for one in found if one.branch == branch]
    if event := query.get("event"):
        found = [one for one in found if one.event == event]
    if status := query.get("status"):
        found = [one for one in found if status in (one.status, one.conclusion)]
    if created := query.get("created"):
        since = moment(created.removeprefix(">="))
        found = [one for one in found if one.created_at >= since]
    return counted(asked, "workflow_runs", [run_shapes.run(repo, one) for one in found])


@serves(f"GET {RUN}", "actions=read")
def run(asked: Asked) -> Answer:
    return Answer(run_shapes.run(asked.repo, _run(asked)))


@serves(f"GET {RUN}/approvals", "actions=read")
def approvals(asked: Asked) -> Answer:
    return listed(asked, [shapes.approval(asked.repo, said) for said in _run(asked).approvals])


def _waiting(asked: Asked) -> list[Deployment]:
    run = _run(asked)
    return [one for one in asked.repo.deployments.values() if one.run is run and one.waiting]


@serves(f"GET {RUN}/pending_deployments", "actions=read")
def pending(asked: Asked) -> Answer:
    return Answer([shapes.pending(one) for one in _waiting(asked)])


@serves(f"POST {RUN}/pending_deployments", "actions=write")
def review(asked: Asked) -> Answer:
    """Approve as a required reviewer: for people only, as the description says."""
    body = asked.body
    chosen = [
        one
        for one in _waiting(asked)
        if asked.repo.environments[one.environment].id in body["environment_ids"]
    ]
    for one in chosen:
        one.reviewed(asked.user, body["state"], body["comment"])
    return Answer([shapes.deployment(one) for one in chosen])


@serves(f"POST {RUN}/deployment_protection_rule", WRITES)
def rule(asked: Asked) -> Answer:
    """Take an App's word on one environment of a run."""
    if asked.caller.app is None:
        raise FORBIDDEN
    name = asked.body["environment_name"]
    waiting = [one for one in _waiting(asked) if one.environment == name]
    if not waiting:
        raise Refusal(422, f"No pending deployment to {name}")
    for one in waiting:
        one.ruled(asked.caller.app, asked.body.get("state"), asked.body.get("comment", ""))
    return Answer(status=204)
