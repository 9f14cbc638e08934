"""Check runs, suites and statuses as GitHub says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.github.clock import maybe_stamp, stamp
from tests.twin.github.description import Json
from tests.twin.github.shapes.accounts import app, node_id, repository, user
from tests.twin.github.shapes.trees import commit

if TYPE_CHECKING:
    from tests.twin.github.checks import CheckRun, Checks, Status, Suite
    from tests.twin.github.pulls import Pull


def pull_minimal(one: Pull) -> Json:
    """Return a `pull-request-minimal`."""
    repo = one.repo
    here = {"id": repo.id, "url": repo.url, "name": repo.name}
    return {
        "id": one.id,
        "number": one.number,
        "url": f"{repo.url}/pulls/{one.number}",
        "head": {"ref": one.head_ref, "sha": one.head_sha, "repo": here},
        "base": {"ref": one.base_ref, "sha": one.base_sha, "repo": here},
    }


def check_run(repo: Checks, run: CheckRun) -> Json:
    """Return a `check-run`."""
    url = f"{repo.url}/check-runs/{run.id}"
    html = f"{repo.html}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id or "",
        "url": url,
        "html_url": html,
        "details_url": run.details_url or html,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": maybe_stamp(run.started_at),
        "completed_at": maybe_stamp(run.completed_at),
        "output": {
            "title": run.output.get("title"),
            "summary": run.output.get("summary"),
            "text": run.output.get("text"),
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite.id},
        "app": app(repo.twin, run.app),
        "pull_requests": [pull_minimal(one) for one in repo.pulls_with_head(run.head_sha)],
    }


def annotation(repo: Checks, run: CheckRun, said: Json) -> Json:
    """Return a `check-annotation`."""
    return {
        "path": said["path"],
        "start_line": said["start_line"],
        "end_line": said["end_line"],
        "start_column": said.get("start_column"),
        "end_column": said.get("end_column"),
        "annotation_level": said["annotation_level"],
        "title": said.get("title"),
        "message": said["message"],
        "raw_details": said.get("raw_details"),
        "blob_href": f"{repo.html}/blob/{run.head_sha}/{said['path']}",
    }


def _suite(repo: Checks, suite: Suite) -> Json:
    status, conclusion = repo.suite_conclusion(suite)
    url = f"{repo.url}/check-suites/{suite.id}"
    runs = [one for one in repo.latest_runs(suite.head_sha) if one.suite is suite]
    return {
        "id": suite.id,
        "node_id": node_id("CheckSuite", suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": status,
        "conclusion": conclusion,
        "url": url,
        "before": None,
        "after": suite.head_sha,
        "pull_requests": [pull_minimal(one) for one in repo.pulls_with_head(suite.head_sha)],
        "app": app(repo.twin, suite.app),
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.created_at),
        "latest_check_runs_count": len(runs),
        "check_runs_url": f"{url}/check-runs",
        "head_commit": head_commit(repo, suite.head_sha),
    }


def suite(repo: Checks, one: Suite) -> Json:
    """Return a `check-suite`."""
    return {**_suite(repo, one), "repository": repository(repo)}


def heard_suite(repo: Checks, one: Suite) -> Json:
    """Return a suite as its events carry it."""
    return _suite(repo, one)


def head_commit(repo: Checks, sha: str) -> Json:
    """Return a `simple-commit`."""
    one = repo.git.show(sha)
    return {
        "id": sha,
        "tree_id": one.tree,
        "message": one.message.removesuffix("\n"),
        "timestamp": stamp(one.committer.at),
        "author": {"name": one.author.name, "email": one.author.email},
        "committer": {"name": one.committer.name, "email": one.committer.email},
    }


def status(repo: Checks, one: Status) -> Json:
    """Return a `status`."""
    return {
        "id": one.id,
        "node_id": node_id("StatusContext", one.id),
        "url": f"{repo.url}/statuses/{one.sha}",
        "avatar_url": None,
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "creator": user(repo.twin, one.creator),
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
    }


def heard_status(repo: Checks, one: Status) -> Json:
    """Return what a `status` event says beside the repository."""
    return {
        "id": one.id,
        "sha": one.sha,
        "name": repo.full_name,
        "context": one.context,
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "commit": commit(repo, one.sha),
        "branches": [
            {
                "name": name,
                "commit": {"sha": tip, "url": f"{repo.url}/commits/{tip}"},
                "protected": False,
            }
            for name, tip in repo.branches().items()
            if tip == one.sha
        ],
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
    }
