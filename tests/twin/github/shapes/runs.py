"""Workflow runs as GitHub says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.shapes.accounts import node_id, reference, user
from tests.twin.github.shapes.checks import head_commit

if TYPE_CHECKING:
    from tests.twin.github.checks import Checks
    from tests.twin.github.runs import Run


def run(repo: Checks, one: Run) -> Json:
    """Return a `workflow-run`."""
    url = f"{repo.url}/actions/runs/{one.id}"
    return {
        "id": one.id,
        "name": one.name,
        "node_id": node_id("WorkflowRun", one.id),
        "head_branch": one.branch,
        "head_sha": one.sha,
        "path": one.path,
        "display_title": repo.git.show(one.sha).message.split("\n", 1)[0],
        "run_number": one.id,
        "run_attempt": one.attempt,
        "event": one.event,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": sum(map(ord, one.path)),
        "check_suite_id": one.id,
        "check_suite_node_id": node_id("CheckSuite", one.id),
        "url": url,
        "html_url": f"{repo.html}/actions/runs/{one.id}",
        "pull_requests": [],
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "run_started_at": stamp(one.created_at),
        "actor": user(repo.twin, one.actor),
        "triggering_actor": user(repo.twin, one.actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{repo.url}/check-suites/{one.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{repo.url}/actions/workflows/{sum(map(ord, one.path))}",
        "head_commit": head_commit(repo, one.sha),
        "repository": reference(repo),
        "head_repository": reference(repo),
        "referenced_workflows": [],
    }


def heard_run(repo: Checks, one: Run) -> Json:
    """Return what a `workflow_run` event says."""
    said = run(repo, one)
    if one.status == "in_progress":
        del said["display_title"]
    return {"workflow_run": said, "workflow": workflow(repo, one)}


def workflow(repo: Checks, one: Run) -> Json:
    number = sum(map(ord, one.path))
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": one.name,
        "path": one.path,
        "state": "active",
        "url": f"{repo.url}/actions/workflows/{number}",
        "html_url": f"{repo.html}/blob/{repo.default_branch}/{one.path}",
        "badge_url": f"{repo.html}/workflows/{one.name}/badge.svg",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
    }
