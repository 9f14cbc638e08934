"""Environments, deployments and workflow runs as GitHub says them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.shapes.accounts import app, node_id, user
from tests.twin.github.shapes.runs import run, workflow

if TYPE_CHECKING:
    from tests.twin.github.deployments import Deployment, DeploymentStatus, Environment
    from tests.twin.github.people import User
    from tests.twin.github.repository import Repository


def environment(repo: Repository, one: Environment) -> Json:
    """Return an `environment`; `can_admins_bypass` is sent although it is in no description."""
    rules: list[Json] = []
    if one.reviewers:
        people = [{"type": "User", "reviewer": user(repo.twin, who)} for who in one.reviewers]
        kind = {"type": "required_reviewers", "prevent_self_review": False, "reviewers": people}
        rules.append({"id": one.id, "node_id": node_id("GateRule", one.id), **kind})
    rules += [
        {"id": one.id + gate.id, "node_id": node_id("GateRule", gate.id), "type": "custom"}
        for gate in one.gates
    ]
    return {
        "id": one.id,
        "node_id": node_id("Environment", one.id),
        "name": one.name,
        "url": f"{repo.url}/environments/{quote(one.name, safe='')}",
        "html_url": f"{repo.html}/deployments/activity_log?environments_filter={one.name}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "can_admins_bypass": one.admins_bypass,
        "protection_rules": rules,
        "deployment_branch_policy": None,
    }


def gates(repo: Repository, one: Environment) -> Json:
    """Return the custom protection rules of an environment."""
    found = [
        {
            "id": one.id + gate.id,
            "node_id": node_id("GateRule", gate.id),
            "enabled": True,
            "app": {
                "id": gate.id,
                "slug": gate.slug,
                "integration_url": f"{repo.twin.url}/apps/{gate.slug}",
                "node_id": node_id("App", gate.id),
            },
        }
        for gate in one.gates
    ]
    return {"total_count": len(found), "custom_deployment_protection_rules": found}


def deployment(one: Deployment) -> Json:
    """Return a `deployment`."""
    repo = one.repo
    url = f"{repo.url}/deployments/{one.id}"
    by = one.run is not None
    return {
        "id": one.id,
        "node_id": node_id("Deployment", one.id),
        "url": url,
        "sha": one.sha,
        "ref": one.ref,
        "task": one.task,
        "payload": one.payload,
        "original_environment": one.environment,
        "environment": one.environment,
        "description": one.description or None,
        "creator": user(one.twin, one.creator),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": repo.url,
        "transient_environment": one.transient,
        "production_environment": one.production,
        "performed_via_github_app": app(one.twin, one.twin.other_app("github-actions"))
        if by
        else None,
    }


def status(one: Deployment, state: DeploymentStatus) -> Json:
    """Return a `deployment-status`."""
    url = f"{one.repo.url}/deployments/{one.id}"
    return {
        "id": state.id,
        "node_id": node_id("DeploymentStatus", state.id),
        "url": f"{url}/statuses/{state.id}",
        "state": state.state,
        "creator": user(one.twin, state.creator),
        "description": state.description,
        "environment": one.environment,
        "target_url": state.target_url,
        "log_url": state.target_url,
        "environment_url": state.environment_url,
        "created_at": stamp(state.at),
        "updated_at": stamp(state.at),
        "deployment_url": url,
        "repository_url": one.repo.url,
        "performed_via_github_app": None,
    }


def _beside(one: Deployment) -> Json:
    """Return the run that a deployment comes from; null for one by the API."""
    if one.run is None:
        return {"workflow": None, "workflow_run": None}
    whole = {**run(one.repo, one.run), "head_commit": None}
    return {"workflow": workflow(one.repo, one.run), "workflow_run": whole}


def heard_deployment(one: Deployment) -> Json:
    """Return what a `deployment` event says."""
    return {"deployment": deployment(one), **_beside(one)}


def heard_status(one: Deployment, state: DeploymentStatus) -> Json:
    """Return what a `deployment_status` event says."""
    return {"deployment_status": status(one, state), "deployment": deployment(one), **_beside(one)}


def heard_gate(one: Deployment) -> Json:
    """Return what a `deployment_protection_rule` event says: the run only in the callback's URL."""
    assert one.run is not None
    run_url = f"{one.repo.url}/actions/runs/{one.run.id}"
    return {
        "environment": one.environment,
        "event": one.run.event,
        "deployment_callback_url": f"{run_url}/deployment_protection_rule",
        "deployment": deployment(one),
        "pull_requests": [],
    }


def heard_review(one: Deployment, who: User, state: str, comment: str) -> Json:
    """Return what a `deployment_review` event says."""
    assert one.run is not None
    repo, twin = one.repo, one.twin
    people = [{"type": "User", "reviewer": user(twin, each)} for each in one.reviewers]
    job = {
        "id": one.id,
        "name": "deploy",
        "environment": one.environment,
        "status": "waiting",
        "conclusion": None,
        "html_url": f"{repo.html}/actions/runs/{one.run.id}/job/{one.id}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }
    said: Json = {
        "since": stamp(one.created_at),
        "workflow_run": run(repo, one.run),
        "reviewers": people,
    }
    if state == "requested":
        return {
            **said,
            "environment": one.environment,
            "requestor": user(twin, who),
            "workflow_job_run": job,
        }
    return {**said, "approver": user(twin, who), "comment": comment, "workflow_job_runs": [job]}


def pending(one: Deployment) -> Json:
    """Return a `pending-deployment`."""
    repo = one.repo
    where = repo.environments[one.environment]
    return {
        "environment": {
            "id": where.id,
            "node_id": node_id("Environment", where.id),
            "name": where.name,
            "url": f"{repo.url}/environments/{quote(where.name, safe='')}",
            "html_url": f"{repo.html}/deployments",
        },
        "wait_timer": 0,
        "wait_timer_started_at": None,
        "current_user_can_approve": False,
        "reviewers": [{"type": "User", "reviewer": user(one.twin, who)} for who in one.reviewers],
    }


def approval(repo: Repository, said: Json) -> Json:
    """Return an `environment-approvals`."""
    return {
        "environments": [
            {
                "id": where.id,
                "node_id": node_id("Environment", where.id),
                "name": where.name,
                "url": f"{repo.url}/environments/{quote(where.name, safe='')}",
                "html_url": f"{repo.html}/deployments",
                "created_at": stamp(where.created_at),
                "updated_at": stamp(where.created_at),
            }
            for where in repo.environments.values()
            if where.name == said["environment"]
        ],
        "state": said["state"],
        "user": user(repo.twin, said["user"]),
        "comment": said["comment"],
    }
