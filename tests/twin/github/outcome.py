"""What a twin came to, without ids and times: two runs that did the same have equal outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.github.description import Json

if TYPE_CHECKING:
    from tests.twin.github.checks import CheckRun
    from tests.twin.github.repository import Repository
    from tests.twin.github.twin import Twin


def outcome(twin: Twin) -> Json:
    """Return, by repository, what can be seen there: checks, labels, comments, deployments.

    Shas are Git's, so they are the same in two runs that pushed the same at the same times.
    """
    return {name: _repository(repo) for name, repo in sorted(twin.repos.items())}


def _repository(repo: Repository) -> Json:
    shas = {run.head_sha for run in repo.check_runs.values()}
    return {
        "branches": repo.branches(),
        "labels": sorted((one.name, one.color, one.description) for one in repo.labels.values()),
        "issues": {
            number: {
                "state": "merged"
                if number in repo.pulls and repo.pulls[number].merged_at
                else one.state,
                "labels": sorted(one.labels),
                "comments": [(said.author.login, said.body) for said in one.comments],
            }
            for number, one in repo.issues.items()
        },
        "checks": {sha: [_check(run) for run in _sorted(repo, sha)] for sha in sorted(shas)},
        "statuses": sorted(
            (sha, one.context, one.state)
            for sha in {one.sha for one in repo.statuses}
            for one in repo.latest_statuses(sha)
        ),
        "deployments": [
            {
                "environment": one.environment,
                "sha": one.sha,
                "states": [status.state for status in one.statuses],
                "reports": [(app.slug, comment) for app, comment in one.reports],
            }
            for one in repo.deployments.values()
        ],
        "queue": [entry.pull.number for entry in repo.queue],
    }


def _sorted(repo: Repository, sha: str) -> list[CheckRun]:
    return sorted(repo.runs_on(sha), key=lambda run: (run.app.slug, run.name, run.id))


def _check(run: CheckRun) -> Json:
    return {
        "app": run.app.slug,
        "name": run.name,
        "status": run.status,
        "conclusion": run.conclusion,
        "output": run.output,
        "annotations": run.annotations,
        "actions": run.actions,
    }
