"""What the twin tells the world, and how it can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from github import Auth, GithubIntegration

from tests.twin.github import Protection, Repository, Twin
from tests.twin.listener import Listener


@pytest.fixture
def listener(twin: Twin, repo: Repository) -> Iterator[Listener]:
    one = Listener()
    assert repo.full_name == "acme/app"
    twin.hooks.to(one.url)
    yield one
    one.close()


def _as_app(twin: Twin) -> GithubIntegration:
    app = Auth.AppAuth(twin.app.id, twin.app.private_key)
    return GithubIntegration(auth=app, base_url=twin.url)


def _ask(twin: Twin, method: str, path: str) -> Any:
    return _as_app(twin).requester.requestJsonAndCheck(method, path)[1]


def test_each_change_of_state_is_told(twin: Twin, repo: Repository, listener: Listener) -> None:
    repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    pull.label("risky", by="bob")
    pull.unlabel("risky", by="bob")
    pull.request_review("bob", by="alice")
    review = pull.approve("bob")
    pull.dismiss(review, by="bob")
    pull.edit(by="alice", title="Better")
    pull.to_draft(by="alice")
    pull.ready(by="alice")
    pull.auto_merge(by="alice")
    pull.auto_merge(by="alice", on=False)
    pull.push({"a": "1\n"})
    comment = pull.comment("rita", "/fitgate explain")
    pull.reword(comment, "/fitgate recheck", by="rita")
    pull.unsay(comment, by="bob")
    pull.close(by="alice")
    pull.reopen(by="alice")
    pull.merge("bob")
    repo.delete_branch("fix", by="alice")
    twin.hooks.drain()
    assert listener.events == [
        "create", "push", "check_suite.requested", "pull_request.opened", "label.created",
        "pull_request.labeled", "pull_request.unlabeled", "pull_request.review_requested",
        "pull_request_review.submitted", "pull_request_review.dismissed", "pull_request.edited",
        "pull_request.converted_to_draft", "pull_request.ready_for_review",
        "pull_request.auto_merge_enabled", "pull_request.auto_merge_disabled", "push",
        "check_suite.requested", "pull_request.synchronize", "issue_comment.created",
        "issue_comment.edited", "issue_comment.deleted", "pull_request.closed",
        "pull_request.reopened", "push", "check_suite.requested", "pull_request.closed", "delete",
        "push",
    ]  # fmt: skip


def test_so_are_changes_of_rules_people_and_installations(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    ruleset = repo.require("main", checks=[("fitgate", twin.app.id)])
    repo.enforce(ruleset, "disabled")
    repo.delete_ruleset(ruleset)
    repo.protect("main", Protection(approvals=1))
    repo.protect("main", Protection(approvals=2))
    repo.unprotect("main")
    repo.collaborator("dora", "write")
    repo.collaborator("dora", "admin")
    repo.collaborator("dora", "none")
    team = twin.team("acme/release")
    twin.join(team, "dora")
    twin.leave(team, "dora")
    issue = repo.open_issue("Down", by="alice", labels=("incident",))
    issue.close(by="alice")
    repo.delete_label("incident", by="alice")
    run = repo.check("ci", repo.commit("main"), None)
    repo.checked(run, {"conclusion": "success"}, run.app)
    one = twin.install("acme", repos={"acme/app"})
    twin.suspend(one)
    twin.suspend(one, back=True)
    twin.uninstall(one)
    twin.hooks.drain()
    assert listener.events == [
        "repository_ruleset.created", "repository_ruleset.edited", "repository_ruleset.deleted",
        "branch_protection_rule.created", "branch_protection_rule.edited",
        "branch_protection_rule.deleted", "member.added", "member.edited", "member.removed",
        "membership.added", "membership.removed", "issues.opened", "label.created",
        "issues.labeled", "issues.closed", "label.deleted", "check_run.created",
        "check_run.completed", "installation.created", "installation.suspend",
        "installation.unsuspend", "installation.deleted",
    ]  # fmt: skip


def test_a_delivery_is_signed_and_says_what_it_is(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    repo.open_issue("Ümläut & <markup>", by="alice")
    twin.hooks.drain()
    (heard,) = listener.heard
    assert heard.signed_with(twin.app.webhook_secret)
    assert not heard.signed_with("another secret")
    assert heard.headers["x-github-event"] == "issues"
    assert heard.headers["x-github-hook-installation-target-type"] == "integration"
    assert heard.headers["x-github-hook-installation-target-id"] == str(twin.app.id)
    assert heard.headers["x-github-hook-id"] == str(twin.hooks.hooks[0].id)
    assert heard.payload["issue"]["title"] == "Ümläut & <markup>"
    assert heard.payload["installation"]["id"] == next(iter(twin.installations))
    assert heard.payload["repository"]["full_name"] == "acme/app"


def test_a_changed_base_is_told_as_edited(twin: Twin, repo: Repository, listener: Listener) -> None:
    repo.push("release", {"b": "1\n"}, by="alice")
    repo.push("fix", {"a": "1\n"}, by="alice")
    pull = repo.open_pull("fix", by="alice")
    pull.retarget("release", by="alice")
    twin.hooks.drain()
    last = listener.heard[-1]
    assert last.event == "pull_request.edited"
    assert last.payload["changes"]["base"]["ref"] == {"from": "main"}
    assert last.payload["pull_request"]["base"]["ref"] == "release"


def test_a_push_says_what_moved_and_how(twin: Twin, repo: Repository, listener: Listener) -> None:
    first = repo.commit("main")
    second = repo.push("main", {"a": "1\n", "README.md": None}, by="alice", message="Tidy up")
    repo.reset("main", first, by="maintainer")
    twin.hooks.drain()
    push, back = (one.payload for one in listener.heard if one.event == "push")
    assert (push["before"], push["after"], push["forced"]) == (first, second, False)
    (commit,) = push["commits"]
    assert (commit["added"], commit["removed"], commit["modified"]) == (["a"], ["README.md"], [])
    assert (back["before"], back["after"], back["forced"]) == (second, first, True)
    assert back["pusher"]["name"] == "maintainer"


def test_the_buttons_of_a_check_are_heard_by_its_app_alone(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    sha = repo.commit("main")
    button = {"label": "Re-check", "description": "Look again", "identifier": "recheck"}
    said = {"name": "fitgate", "head_sha": sha, "conclusion": "success", "actions": [button]}
    mine, theirs = repo.new_check(twin.app, said), repo.check("ci", sha, "success")
    repo.press(mine, "recheck", by="rita")
    repo.rerun(mine, by="alice")
    repo.rerun(theirs, by="alice")
    repo.rerun_suite(mine.suite, by="alice")
    twin.hooks.drain()
    last = listener.heard[-3:]
    assert [one.event for one in last] == [
        "check_run.requested_action",
        "check_run.rerequested",
        "check_suite.rerequested",
    ]
    assert last[0].payload["requested_action"] == {"identifier": "recheck"}
    assert last[0].payload["sender"]["login"] == "rita"


def test_deliveries_are_held_reordered_repeated_and_lost(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    twin.hooks.hold()
    repo.open_issue("One", by="alice")
    repo.open_issue("Two", by="alice")
    twin.hooks.release(order=lambda held: held[::-1], times=2)
    twin.hooks.lose(lambda one: one.event == "issues")
    repo.open_issue("Three", by="alice")
    twin.hooks.lose_nothing()
    repo.open_issue("Four", by="alice")
    twin.hooks.drain()
    titles = [one.payload["issue"]["title"] for one in listener.heard]
    assert titles == ["Two", "Two", "One", "One", "Four"]
    assert listener.heard[0].guid == listener.heard[1].guid
    assert len({one.guid for one in listener.heard}) == 3


def test_what_failed_is_listed_and_sent_again_with_its_guid(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    listener.status = 500
    repo.open_issue("One", by="alice")
    twin.hooks.drain()
    (failed,) = _ask(twin, "GET", "/app/hook/deliveries?status=failure")
    assert (failed["event"], failed["action"], failed["status_code"]) == ("issues", "opened", 500)
    listener.status = 202
    _ask(twin, "POST", f"/app/hook/deliveries/{failed['id']}/attempts")
    twin.hooks.drain()
    again, first = _ask(twin, "GET", "/app/hook/deliveries")
    assert (again["guid"], again["redelivery"], again["status"]) == (first["guid"], True, "OK")
    assert again["id"] != first["id"]
    assert listener.heard[0].guid == listener.heard[1].guid
    whole = _ask(twin, "GET", f"/app/hook/deliveries/{again['id']}")
    assert whole["request"]["payload"]["issue"]["title"] == "One"


def test_what_never_connected_is_listed_but_is_not_among_the_failures(
    twin: Twin, repo: Repository
) -> None:
    twin.hooks.to("http://127.0.0.1:9/hooks/github")
    repo.open_issue("One", by="alice")
    twin.hooks.drain()
    (listed,) = _ask(twin, "GET", "/app/hook/deliveries")
    assert listed["status"] == "failed to connect to host"
    assert _ask(twin, "GET", "/app/hook/deliveries?status=failure") == []


def test_deliveries_are_kept_for_three_days_and_paged(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    for number in range(3):
        repo.open_issue(f"Issue {number}", by="alice")
    twin.hooks.drain()
    assert len(listener.heard) == 3
    headers, page = _as_app(twin).requester.requestJsonAndCheck(
        "GET", "/app/hook/deliveries?per_page=2"
    )
    assert len(page) == 2
    following = headers["link"].split(">")[0].removeprefix("<")
    assert len(_ask(twin, "GET", following)) == 1
    twin.clock.forward(days=3, minutes=1)
    assert _ask(twin, "GET", "/app/hook/deliveries") == []


def test_a_repositorys_own_hook_hears_the_same_with_the_same_guid(
    twin: Twin, repo: Repository, listener: Listener
) -> None:
    twin.hooks.repository_hook("acme/app", listener.url, "shared")
    repo.open_issue("One", by="alice")
    twin.hooks.drain()
    mine, theirs = listener.heard
    assert mine.guid == theirs.guid
    assert theirs.headers["content-type"] == "application/x-www-form-urlencoded"
    assert theirs.signed_with("shared")
    assert theirs.payload["issue"] == mine.payload["issue"]
    assert "installation" not in theirs.payload
