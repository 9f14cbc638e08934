"""Who may ask the twin what, how often, and what can go wrong on the way."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from github import (
    Auth,
    BadCredentialsException,
    Github,
    GithubException,
    GithubIntegration,
    UnknownObjectException,
)

from tests.twin.conftest import as_app, as_person
from tests.twin.github import Repository, Twin
from tests.twin.github.people import key_pair

OWN = "/repos/acme/app"


def test_an_app_mints_one_token_and_keeps_it(twin: Twin, client: Github) -> None:
    for _ in range(3):
        client.get_repo("acme/app")
    assert twin.calls.kinds() == {"token": 1, "read": 3}


def test_a_token_lives_for_an_hour(twin: Twin, client: Github) -> None:
    client.get_repo("acme/app")
    twin.clock.ahead += twin.keys.life
    with pytest.raises(BadCredentialsException):
        client.get_repo("acme/app")


def test_an_app_signs_with_its_own_key(twin: Twin, repo: Repository) -> None:
    stranger, _ = key_pair(99)
    forged = Auth.AppAuth(twin.app.id, stranger)
    with pytest.raises(GithubException, match="could not be decoded"):
        GithubIntegration(auth=forged, base_url=twin.url).get_app()
    mine = Auth.AppAuth(twin.app.client_id, twin.app.private_key)
    app = GithubIntegration(auth=mine, base_url=twin.url)
    assert app.get_app().slug == "fitgate"
    assert app.get_repo_installation("acme", repo.name).app_id == twin.app.id


def test_tokens_are_long_and_have_dots_since_2026(twin: Twin, client: Github) -> None:
    client.get_repo("acme/app")
    call = twin.calls.of("POST /app/installations/{installation_id}/access_tokens")
    assert call[0].status == 201
    token = twin.keys.of_installation(next(iter(twin.installations.values())))
    assert len(token.text) > 200
    assert "." in token.text


def test_what_a_permission_is_lacking_for_is_refused_as_github_does(
    twin: Twin, repo: Repository
) -> None:
    twin.install("acme", {"metadata": "read", "contents": "read", "checks": "read"})
    there = as_app(twin).get_repo("acme/app")
    with pytest.raises(GithubException) as caught:
        there.create_check_run("fitgate", repo.commit("main"), status="queued")
    assert (caught.value.status, caught.value.message) == (
        403,
        "Resource not accessible by integration",
    )
    with pytest.raises(GithubException, match="not accessible"):
        there.get_pulls().totalCount  # noqa: B018 - reading it asks


def test_a_token_may_be_narrowed_and_never_widened(twin: Twin, repo: Repository) -> None:
    there = as_app(twin, {"contents": "read"}).get_repo("acme/app")
    assert there.get_branch("main").commit.sha == repo.commit("main")
    with pytest.raises(GithubException, match="not accessible"):
        there.get_pulls().totalCount  # noqa: B018 - reading it asks
    with pytest.raises(GithubException, match="not granted"):
        as_app(twin, {"contents": "write"}).get_repo("acme/app")


def test_what_is_hidden_is_not_found(twin: Twin, client: Github) -> None:
    twin.repo("other/secret", install=False)
    twin.repo("other/open", install=False, private=False)
    with pytest.raises(UnknownObjectException):
        client.get_repo("other/secret")
    assert client.get_repo("other/open").full_name == "other/open"
    with pytest.raises(UnknownObjectException):
        as_person(twin, "rita").get_repo("other/secret")


def test_a_renamed_repository_is_found_by_its_old_name_in_any_case(
    twin: Twin, repo: Repository, client: Github
) -> None:
    twin.rename(repo, "engine")
    for name in ("acme/app", "acme/engine", "Acme/Engine"):
        found = client.get_repo(name)
        assert (found.full_name, found.id) == ("acme/engine", repo.id)
    assert [name for name, _ in twin.hooks.heard][-1] == "repository.renamed"


def test_an_installation_may_have_some_repositories_only(twin: Twin, repo: Repository) -> None:
    twin.repo("acme/other")
    one = twin.install("acme", repos={repo.full_name})
    client = as_app(twin)
    with pytest.raises(UnknownObjectException):
        client.get_repo("acme/other")
    twin.give(one, "acme/other")
    assert client.get_repo("acme/other").full_name == "acme/other"


def test_a_suspended_app_is_told_so(twin: Twin, client: Github) -> None:
    client.get_repo("acme/app")
    twin.suspend(next(iter(twin.installations.values())))
    with pytest.raises(GithubException, match="suspended"):
        client.get_repo("acme/app")


def test_checks_are_for_apps_and_pending_deployments_for_people(
    twin: Twin, repo: Repository, client: Github
) -> None:
    sha = repo.commit("main")
    with pytest.raises(GithubException, match="You must authenticate via a GitHub App"):
        as_person(twin, "alice").get_repo("acme/app").create_check_run("fitgate", sha)
    repo.environment("production", gate=False, reviewers=("bob",))
    run = repo.deploy("production", by="alice").run
    assert run is not None
    path = f"{OWN}/actions/runs/{run.id}/pending_deployments"
    review = {
        "environment_ids": [repo.environments["production"].id],
        "state": "approved",
        "comment": "Fine",
    }
    with pytest.raises(GithubException, match="not accessible"):
        client.requester.requestJsonAndCheck("POST", path, input=review)
    as_person(twin, "bob").requester.requestJsonAndCheck("POST", path, input=review)
    assert run.status == "in_progress"


def test_long_lists_come_in_pages(repo: Repository, client: Github) -> None:
    for number in range(5):
        repo.open_issue(f"Issue {number}", by="alice")
    client.per_page = 2
    found = client.get_repo("acme/app").get_issues(state="all", direction="asc")
    assert found.totalCount == 5
    assert [one.number for one in found] == [1, 2, 3, 4, 5]


def test_what_has_not_changed_is_304_and_free(twin: Twin, client: Github) -> None:
    repo = client.get_repo("acme/app")
    left = client.rate_limiting[0]
    assert repo.update() is False
    assert repo.update() is False
    twin.repo("acme/app").push("main", {"a": "1\n"}, by="alice")
    twin.clock.forward(hours=1)
    twin.repo("acme/app").push("main", {"a": "2\n"}, by="alice")
    assert repo.update() is True
    assert left - client.rate_limiting[0] == 1


def test_the_limit_of_an_hour_is_counted_down_and_kept(twin: Twin, client: Github) -> None:
    client.get_repo("acme/app")
    budget = twin.keys.budget(f"installation {next(iter(twin.installations))}")
    assert client.rate_limiting == (budget.limit - 1, budget.limit)
    budget.limit = 1
    with pytest.raises(GithubException, match="API rate limit exceeded") as caught:
        client.get_repo("acme/app")
    headers = caught.value.headers or {}
    assert headers["x-ratelimit-remaining"] == "0"
    assert int(headers["x-ratelimit-reset"]) > time.monotonic()
    budget.reset = None
    assert client.get_rate_limit().resources.core.remaining == 1


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_limit_says_when_to_come_again(
    status: int, twin: Twin, client: Github
) -> None:
    client.get_repo("acme/app")
    twin.troubles.limit(status=status, retry_after=7)
    with pytest.raises(GithubException, match="secondary rate limit") as caught:
        client.get_repo("acme/app")
    assert caught.value.status == status
    assert (caught.value.headers or {})["retry-after"] == "7"
    client.get_repo("acme/app")


def test_a_request_may_fail_before_it_is_done_or_after(
    twin: Twin, repo: Repository, client: Github
) -> None:
    issue = repo.open_issue("Broken", by="alice")
    there = client.get_repo("acme/app").get_issue(1)
    twin.troubles.fail("POST /repos/{owner}/{repo}/issues/{issue_number}/comments")
    with pytest.raises(GithubException, match="502"):
        there.create_comment("One")
    assert issue.comments == []
    twin.troubles.fail("*", 500, after=True)
    with pytest.raises(GithubException, match="500"):
        there.create_comment("Two")
    assert [one.body for one in issue.comments] == ["Two"]


def test_an_answer_may_break_off(twin: Twin, client: Github) -> None:
    client.get_repo("acme/app")
    twin.troubles.cut()
    text = httpx.get(f"{twin.url}/meta").text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_the_twin_is_as_slow_as_a_test_wants(twin: Twin) -> None:
    twin.troubles.latency = 0.1
    started = time.monotonic()
    httpx.get(f"{twin.url}/meta").raise_for_status()
    assert time.monotonic() - started >= 0.1


def test_a_place_to_die_at_is_before_and_after_each_request(twin: Twin, client: Github) -> None:
    seen: list[tuple[str, str]] = []
    client.get_repo("acme/app")
    twin.troubles.watching = lambda when, operation: seen.append((when, operation))
    client.get_repo("acme/app")
    assert seen == [("before", "GET /repos/{owner}/{repo}"), ("after", "GET /repos/{owner}/{repo}")]


def test_an_app_is_made_from_a_manifest(twin: Twin) -> None:
    manifest = {
        "name": "Gate of Acme",
        "url": "https://gate.example",
        "default_permissions": {"checks": "write", "contents": "read"},
        "default_events": ["pull_request"],
    }
    code = twin.accept_manifest(manifest)
    made = httpx.post(f"{twin.url}/app-manifests/{code}/conversions")
    assert made.status_code == 201
    said = made.json()
    assert (said["name"], said["permissions"]) == (
        manifest["name"],
        manifest["default_permissions"],
    )
    app = GithubIntegration(auth=Auth.AppAuth(said["id"], said["pem"]), base_url=twin.url)
    assert app.get_app().slug == "gate-of-acme"
    assert httpx.post(f"{twin.url}/app-manifests/{code}/conversions").status_code == 404
