"""Commands in comments without a server: what reads is answered at once, the rest by schedule."""

from __future__ import annotations

from tests.action.job import Ran, Workshop
from tests.action.test_pulls import NOT_THERE, lowered
from tests.twin.github.pulls import Pull


def said(shop: Workshop, pull: Pull, by: str, text: str) -> Ran:
    """Run for a comment that somebody writes now."""
    pull.comment(by, text)
    return shop.run("issue_comment", shop.heard("issue_comment.created"))


def answers(pull: Pull) -> list[str]:
    """Return what we said, but for the one comment with the verdict."""
    ours = [c.body for c in pull.comments if c.author.login == "github-actions[bot]"]
    return [body for body in ours if not body.startswith("<!-- fitgate -->")]


def test_what_only_reads_is_answered_at_once(shop: Workshop) -> None:
    pull = lowered(shop)
    shop.on_pull()
    ran = said(shop, pull, "carol", "/fitgate explain bar-lowered")
    assert (ran.code, ran.errors) == (0, "")
    (answer,) = answers(pull)
    assert "bar-lowered" in answer
    assert NOT_THERE not in shop.repo.git.refs()


def test_what_writes_is_carried_out_and_answered_by_the_next_run_that_may(shop: Workshop) -> None:
    pull = lowered(shop)
    shop.on_pull()
    ran = said(shop, pull, "alice", "/fitgate evaluated nightly passed\n/fitgate explain")
    assert (ran.code, ran.outputs["outcome"]) == (0, "HOLD")
    assert answers(pull) == []
    for _ in range(2):
        assert shop.on_schedule().code == 0
    (entry,) = (e for e in shop.ledger() if e.kind == "Evaluated")
    assert entry.body["name"] == "nightly"
    assert len(answers(pull)) == 1


def test_who_may_not_is_told_so(shop: Workshop) -> None:
    pull = lowered(shop)
    said(shop, pull, "mallory", "/fitgate override it is urgent")
    shop.on_schedule()
    (answer,) = answers(pull)
    assert "✗" in answer
    assert "Overridden" not in shop.kinds()
