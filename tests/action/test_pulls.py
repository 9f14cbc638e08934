"""A pull request in a repository without a server: judged, shown, and the ledger left alone."""

from __future__ import annotations

import json

import pytest

from tests.action.job import READ_ONLY, Workshop
from tests.twin.github.pulls import Pull

NOT_THERE = "refs/heads/fitgate-ledger"


def lowered(shop: Workshop, branch: str = "fix") -> Pull:
    """Open a pull request of alice's that lowers a bar, an hour ago."""
    shop.twin.clock.forward(hours=71)
    shop.repo.push(branch, {"eval.yaml": "threshold: 0.8\n"}, by="alice", message="Lower it")
    body = "IO-Rationale: it flakes"
    return shop.repo.open_pull(branch, "main", "Lower the bar", body, by="alice")


def test_an_io_is_held_labelled_and_explained(shop: Workshop) -> None:
    pull = lowered(shop)
    ran = shop.on_pull()
    assert (ran.code, ran.errors) == (0, "")
    check = shop.check(pull.head_sha)
    assert (check.conclusion, check.suite.app.slug) == ("action_required", "github-actions")
    assert check.actions == []  # nobody would hear of a button
    labels = {label.name for label in pull.label_objects()}
    assert {"io:evaluation"} <= labels
    assert ran.outputs["outcome"] == "HOLD"
    assert ran.outputs["categories"] == "evaluation"
    assert ran.outputs["eligible-at"].endswith("Z")
    verdict = json.loads(ran.outputs["verdict-json"])
    assert (verdict["outcome"], verdict["facts"]) == ("HOLD", check.external_id)
    assert {ran.outputs[name] for name in ("vl-hours", "rdpr", "gbr-ratio")} == {""}
    assert ran.summary.startswith("## HOLD: waits for owner, keeper")
    assert "threshold" in ran.summary
    assert "https://github.com/acme/app/blob/" in ran.summary
    assert NOT_THERE not in shop.repo.git.refs()


def test_what_is_no_io_passes(shop: Workshop) -> None:
    shop.repo.push("docs", {"README.md": "# Hello\n"}, by="alice")
    pull = shop.repo.open_pull("docs", "main", "Say hello", "", by="alice")
    ran = shop.on_pull()
    assert (ran.code, ran.outputs["outcome"], ran.outputs["categories"]) == (0, "ALLOW", "")
    assert shop.check(pull.head_sha).conclusion == "success"


def test_a_second_run_finds_nothing_to_write(shop: Workshop) -> None:
    lowered(shop)
    shop.on_pull()
    shop.twin.calls.clear()
    assert shop.on_pull().code == 0
    assert shop.twin.calls.writes == 0


def test_an_approval_counts_at_once_and_a_comment_asks_again(shop: Workshop) -> None:
    pull = lowered(shop)
    pull.approve("bob")
    ran = shop.run("pull_request_review", shop.heard("pull_request_review"))
    assert ran.code == 0
    assert "waits for keeper" in ran.summary
    pull.approve("carol")
    pull.comment("carol", "/fitgate recheck")
    ran = shop.run("issue_comment", shop.heard("issue_comment.created"))
    assert (ran.code, ran.outputs["outcome"]) == (0, "HOLD")
    assert "waits until" in ran.summary


def test_a_remark_that_asks_for_nothing_costs_nothing(shop: Workshop) -> None:
    pull = lowered(shop)
    pull.comment("carol", "nice")
    shop.twin.calls.clear()
    ran = shop.run("issue_comment", shop.heard("issue_comment.created"))
    assert (ran.code, ran.outputs["outcome"]) == (0, "")
    assert "Nothing is to be done for this event (issue_comment)" in ran.log
    assert shop.twin.calls.writes == 0


@pytest.mark.parametrize("event", ["pull_request", "pull_request_review"])
def test_a_forks_token_reads_only_and_the_verdict_is_shown_on_the_run(
    shop: Workshop, event: str
) -> None:
    shop.repo.push("forks/mallory/fix", {"eval.yaml": "threshold: 0.1\n"}, by="mallory")
    pull = shop.repo.open_pull("mallory:fix", "main", "Trust me", "", by="mallory")
    pull.approve("bob")
    ran = shop.run(event, shop.heard(event), permissions=READ_ONLY)
    assert (ran.code, ran.outputs["outcome"]) == (0, "UNDECIDED")  # no clock of a private fork
    assert "::notice title=FITGate::The token of a fork's event reads only" in ran.log
    assert "::warning file=eval.yaml,line=1,title=evaluation" in ran.log
    assert ran.summary.startswith("## UNDECIDED")
    assert shop.repo.latest_runs(pull.head_sha) == []
    # what it could not show, the next scheduled run does
    assert shop.on_schedule().code == 0
    assert shop.check(pull.head_sha).conclusion == "action_required"


def test_who_forgot_the_permissions_is_told_which(shop: Workshop) -> None:
    lowered(shop)
    ran = shop.run("pull_request_target", shop.heard("pull_request"), permissions=READ_ONLY)
    assert ran.code == 4
    assert "::error title=FITGate::" in ran.log
    assert "checks: write, pull-requests: write" in ran.log
    assert "Resource not accessible" in ran.errors
