"""Approvals and the clock, from the twin: bound to content, and nobody signs their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.facts import Approval, Facts
from fitgate.core.findings import Outcome
from tests.adapters.github.hosted import Hosted, hosted, whys
from tests.builders import HOUR, NOW
from tests.twin.github.pulls import Pull


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def rebased(here: Hosted, pull: Pull, *, by: str = "alice") -> None:
    """Let the base move, and put the one commit of a pull request on it again."""
    here.repo.push("main", {"other.txt": f"{here.twin.clock.now}\n"}, by="carol")
    tip = here.repo.commit("main")
    here.repo.push(pull.head_branch, {"eval.yaml": "threshold: 0.8\n"}, by=by, onto=tip, force=True)


def signed(facts: Facts) -> set[str]:
    """Return the logins of those whose approval is bound to what the change is now."""
    digest = facts.change.digest
    found = (each for each in facts.approvals or () if each.digest == digest)
    return {facts.person(each.by).login for each in found}


class TestApprovals:
    def test_one_on_the_head_counts(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.approve("bob")
        pull.approve("carol")
        facts = here.judge(pull).facts
        assert signed(facts) == {"bob", "carol"}
        assert {p.login: p.roles for p in facts.people if p.roles} == {
            "bob": ("owner",), "carol": ("keeper",),
        }  # fmt: skip

    @pytest.mark.parametrize("restart", [False, True])
    def test_a_rebase_that_changes_nothing_keeps_them_and_the_clock(
        self, here: Hosted, *, restart: bool
    ) -> None:
        pull = here.lowered()
        pull.approve("bob")
        pushed = here.twin.clock.now
        for _ in range(2):
            here.twin.clock.forward(hours=5)
            rebased(here, pull)
        facts = here.judge(pull, forge=here.restarted() if restart else None).facts
        assert (signed(facts), facts.change.material_at) == ({"bob"}, pushed)

    def test_a_material_change_voids_them_and_the_clock(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.approve("bob")
        here.twin.clock.forward(hours=50)
        pull.push({"eval.yaml": "threshold: 0.1\n"})
        judged = here.judge(pull)
        facts = judged.facts
        assert (signed(facts), facts.change.material_at) == (set(), here.twin.clock.now)
        assert [isinstance(each.digest, str) for each in facts.approvals or ()] == [True]
        assert judged.verdict.eligible_at == here.twin.clock.now + 48 * HOUR

    def test_what_was_pushed_back_is_approved_again_but_the_clock_is_not(
        self, here: Hosted
    ) -> None:
        pull = here.lowered()
        pull.approve("bob")
        here.twin.clock.forward(hours=1)
        pull.push({"eval.yaml": "threshold: 0.1\n"})
        here.twin.clock.forward(hours=1)
        pull.push({"eval.yaml": "threshold: 0.8\n"})
        facts = here.judge(pull).facts
        assert (signed(facts), facts.change.material_at) == ({"bob"}, here.twin.clock.now)

    def test_the_last_word_of_each_counts_and_a_remark_is_none(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.approve("bob")
        pull.remark("bob", "by the way")
        pull.approve("carol")
        pull.request_changes("carol")
        here.twin.user("dave")
        here.repo.collaborator("dave", "write")
        pull.dismiss(pull.approve("dave"), "carol")
        assert signed(here.judge(pull).facts) == {"bob"}

    def test_nobody_signs_what_they_helped_to_write_or_pushed(self, here: Hosted) -> None:
        bob = here.twin.user("bob")
        here.repo.push(
            "fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice",
            message=f"Lower\n\nCo-authored-by: Bob <{bob.email}>",
        )  # fmt: skip
        pull = here.repo.open_pull("fix", "main", "Lower", "IO-Rationale: it flakes", by="alice")
        here.repo.push(
            "fix", {"a": "x\n"}, by="carol", author=("alice", here.twin.user("alice").email)
        )
        pull.approve("bob")
        pull.approve("carol")
        here.twin.clock.forward(hours=49)
        judged = here.judge(pull)
        (missing,) = (f for f in judged.verdict.findings if f.code == "signatures-missing")
        assert missing.params["not_counted"] == ("bob: a contributor", "carol: a contributor")

    def test_a_commit_of_nobody_that_github_knows_leaves_the_contributors_unknown(
        self, here: Hosted
    ) -> None:
        here.repo.push(
            "fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice", author=("X", "x@nowhere.example")
        )
        pull = here.repo.open_pull("fix", "main", "Lower", "IO-Rationale: it flakes", by="alice")
        pull.approve("bob")
        pull.approve("carol")
        judged = here.judge(pull)
        assert judged.facts.change.contributors is None
        assert whys(judged.facts, "contributors") == [
            "GitHub knows no account of x@nowhere.example"
        ]
        assert judged.verdict.outcome is Outcome.UNDECIDED

    def test_without_the_permission_to_read_teams_roles_are_unknown(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.approve("bob")
        pull.approve("carol")
        for installation in here.twin.installations.values():
            installation.permissions.pop("members")
        judged = here.judge(pull)
        assert whys(judged.facts, "roles")
        assert judged.verdict.outcome is Outcome.UNDECIDED

    def test_a_change_before_there_was_a_pull_request_starts_no_clock(self, here: Hosted) -> None:
        here.repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice")
        here.twin.clock.forward(hours=100)
        pull = here.repo.open_pull("fix", "main", "Lower", "", by="alice")
        assert here.judge(pull).facts.change.material_at == here.twin.clock.now

    def test_an_approval_that_is_stale_for_github_is_looked_up_by_its_commit(
        self, here: Hosted
    ) -> None:
        pull = here.lowered()
        first = pull.head_sha
        pull.push({"eval.yaml": "threshold: 0.7\n"})
        pull.approve("bob", commit=first)
        facts = here.judge(pull).facts
        assert [each.commit for each in facts.approvals or ()] == [first]
        assert signed(facts) == set()


def test_an_approval_says_on_which_commit_it_was_given() -> None:
    assert Approval("github:1", NOW).commit is None
