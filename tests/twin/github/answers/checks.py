"""Check runs and suites, annotations, commit statuses."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, counted, listed, page_of, serves
from tests.twin.github.checks import CheckRun, Suite
from tests.twin.github.description import Json
from tests.twin.github.shapes import checks as shapes
from tests.twin.github.shapes.accounts import repository

READS, WRITES = "checks=read", "checks=write"
RUN = "/repos/{owner}/{repo}/check-runs/{check_run_id}"
SUITE = "/repos/{owner}/{repo}/check-suites/{check_suite_id}"
COMMIT = "/repos/{owner}/{repo}/commits/{ref}"


def _run(asked: Asked) -> CheckRun:
    found = asked.repo.check_runs.get(asked.number("check_run_id"))
    if found is None:
        raise NOT_FOUND
    return found


def _suite(asked: Asked) -> Suite:
    found = asked.repo.suites.get(asked.number("check_suite_id"))
    if found is None:
        raise NOT_FOUND
    return found


def _only_apps(asked: Asked) -> None:
    if asked.caller.kind != "installation":
        raise Refusal(403, "You must authenticate via a GitHub App.")


def _writable(body: Json) -> None:
    """Refuse what only GitHub itself may say, and what its description cannot express."""
    if body.get("conclusion") == "stale":
        raise Refusal(422, "Invalid request.", "stale is for GitHub to conclude")
    output = body.get("output") or {}
    if output and not output.get("title"):
        raise Refusal(422, "Invalid request.", "output.title is missing")
    for one in output.get("annotations", ()):
        if one["start_line"] != one["end_line"] and one.keys() & {"start_column", "end_column"}:
            raise Refusal(422, "Invalid request.", "columns only where start_line is end_line")


@serves("POST /repos/{owner}/{repo}/check-runs", WRITES)
def new_check(asked: Asked) -> Answer:
    _only_apps(asked)
    _writable(asked.body)
    assert asked.caller.app is not None
    run = asked.repo.new_check(asked.caller.app, asked.body)
    return Answer(shapes.check_run(asked.repo, run), 201)


@serves(f"GET {RUN}", READS)
def check(asked: Asked) -> Answer:
    return Answer(shapes.check_run(asked.repo, _run(asked)))


@serves(f"PATCH {RUN}", WRITES)
def update_check(asked: Asked) -> Answer:
    _only_apps(asked)
    _writable(asked.body)
    run = _run(asked)
    if run.app is not asked.caller.app:
        raise Refusal(
            403, "Invalid app_id `0` - it can only be modified by the App that created it."
        )
    asked.repo.checked(run, asked.body, run.app)
    return Answer(shapes.check_run(asked.repo, run))


@serves(f"GET {RUN}/annotations", READS)
def annotations_of(asked: Asked) -> Answer:
    run = _run(asked)
    return listed(asked, [shapes.annotation(asked.repo, run, one) for one in run.annotations])


def _filtered(asked: Asked, runs: list[CheckRun]) -> Answer:
    query = asked.query
    if name := query.get("check_name"):
        runs = [one for one in runs if one.name == name]
    if status := query.get("status"):
        runs = [one for one in runs if one.status == status]
    if app := query.get("app_id"):
        runs = [one for one in runs if str(one.app.id) == app]
    return counted(asked, "check_runs", [shapes.check_run(asked.repo, one) for one in runs])


def _commit(asked: Asked) -> str:
    sha = asked.repo.sha_of(asked.given["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {asked.given['ref']}")
    return sha


@serves(f"GET {COMMIT}/check-runs", READS)
def checks_on(asked: Asked) -> Answer:
    every = asked.query.get("filter") == "all"
    sha = _commit(asked)
    return _filtered(asked, asked.repo.runs_on(sha) if every else asked.repo.latest_runs(sha))


@serves(f"GET {SUITE}/check-runs", READS)
def checks_in(asked: Asked) -> Answer:
    suite = _suite(asked)
    found = asked.repo.latest_runs(suite.head_sha)
    return _filtered(asked, [one for one in found if one.suite is suite])


@serves(f"GET {SUITE}", READS)
def suite(asked: Asked) -> Answer:
    return Answer(shapes.suite(asked.repo, _suite(asked)))


@serves(f"GET {COMMIT}/check-suites", READS)
def suites_on(asked: Asked) -> Answer:
    sha = _commit(asked)
    found = [one for one in asked.repo.suites.values() if one.head_sha == sha]
    if app := asked.query.get("app_id"):
        found = [one for one in found if str(one.app.id) == app]
    return counted(asked, "check_suites", [shapes.suite(asked.repo, one) for one in found])


@serves("POST /repos/{owner}/{repo}/statuses/{sha}", "statuses=write")
def new_status(asked: Asked) -> Answer:
    sha = asked.repo.commit(asked.given["sha"])
    return Answer(
        shapes.status(asked.repo, asked.repo.new_status(sha, asked.body, asked.user)), 201
    )


@serves(f"GET {COMMIT}/statuses", "statuses=read")
def statuses(asked: Asked) -> Answer:
    sha = _commit(asked)
    found = [one for one in reversed(asked.repo.statuses) if one.sha == sha]
    return listed(asked, [shapes.status(asked.repo, one) for one in found])


@serves(f"GET {COMMIT}/status", "statuses=read")
def combined(asked: Asked) -> Answer:
    repo, sha = asked.repo, _commit(asked)
    found = repo.latest_statuses(sha)
    states = {one.state for one in found}
    worst = "failure" if states & {"error", "failure"} else "pending"
    said = [shapes.status(repo, one) for one in found]
    for one in said:
        del one["creator"]
    page, headers = page_of(asked, said)
    return Answer(
        {
            "state": "success" if states == {"success"} else worst,
            "statuses": page,
            "sha": sha,
            "total_count": len(found),
            "repository": repository(repo),
            "commit_url": f"{repo.url}/commits/{sha}",
            "url": f"{repo.url}/commits/{sha}/status",
        },
        headers=headers,
    )
