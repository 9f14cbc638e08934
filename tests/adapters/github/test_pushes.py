"""Pushes on the twin become facts: of pull requests, and of commits that came without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.events import Happening, Pointer
from fitgate.core.findings import Outcome
from fitgate.pipeline import Judged, Policies, run
from tests.adapters.github.hosted import POLICY, Hosted, hosted, whys
from tests.adapters.github.test_client import reads
from tests.shipped import LIBRARY
from tests.twin.github.pulls import Pull

LOWER = {"eval.yaml": "threshold: 0.5\n"}


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def tip(here: Hosted) -> str:
    return here.repo.commit("main")


def pointer(
    here: Hosted, before: str | None, after: str | None, ref: str = "refs/heads/main"
) -> Pointer:
    name = here.repo.full_name
    return Pointer(
        Happening.LANDED, f"github:{here.repo.id}", name, "push", base=before, head=after, ref=ref
    )


def pushed(here: Hosted, before: str | None, ref: str = "refs/heads/main") -> list[Judged]:
    """Judge what a push to a branch brought since a commit; calls are counted from here."""
    after = here.repo.commit(ref.removeprefix("refs/heads/"))
    here.twin.calls.clear()
    event = pointer(here, before, after, ref).event(here.twin.clock.now)
    return [*run(event, here.forge, Policies(here.forge, LIBRARY))]


def ids(judged: list[Judged]) -> list[str]:
    return [one.facts.change.id for one in judged]


def moved(here: Hosted, pull: Pull, how: str) -> str:
    """Let the base move on under a pull request and merge it; return where the base was."""
    here.repo.push("main", {f"beside-{how}": "x\n"}, by="bob")
    before = tip(here)
    pull.merge("carol", how)
    return before


class TestDirect:
    def test_a_commit_without_a_pull_request_is_a_push_as_of_then(self, here: Hosted) -> None:
        before = tip(here)
        here.twin.clock.forward(hours=1)
        after = here.repo.push("main", LOWER, by="bob", message="Lower it\n\nIO-Rationale: so")
        at = here.twin.clock.now
        here.twin.clock.forward(hours=9)
        (judged,) = pushed(here, before)
        change, bob = judged.facts.change, f"github:{here.twin.user('bob').id}"
        assert (change.id, change.kind, change.landed_as) == (
            f"github:acme/app@{after}", "push", "push",
        )  # fmt: skip
        assert (change.base, change.head, change.landed_at) == (before, after, at)
        assert (change.title, change.author, change.contributors) == ("Lower it", bob, (bob,))
        assert [(t.key, t.source) for t in change.trailers] == [("IO-Rationale", "message")]
        assert (judged.verdict.outcome, judged.standing) == (Outcome.HOLD, "bypass")
        assert judged.facts.as_of == change.material_at == at
        assert not change.forced

    def test_it_costs_six_reads_and_the_same_again_less(self, here: Hosted) -> None:
        before = tip(here)
        here.repo.push("main", LOWER, by="bob")
        pushed(here, before)
        assert sorted(reads(here)) == [
            "GET /repos/{owner}/{repo}/activity",
            "GET /repos/{owner}/{repo}/compare/{basehead}",
            "POST /graphql",  # the line of first parents, and who brought them
            "POST /graphql",  # what stood at these paths
            "POST /graphql",  # the policy
            "POST /graphql",  # contents
        ]
        pushed(here, before)
        assert "POST /graphql" not in reads(here)

    def test_every_commit_is_judged_by_the_policy_before_the_push(self, here: Hosted) -> None:
        before = tip(here)
        mild = POLICY.replace("mode: enforce", "mode: shadow")
        here.repo.push("main", {".fitgate.yaml": mild}, by="bob")
        here.repo.push("main", LOWER, by="bob")
        first, second = pushed(here, before)
        assert [one.verdict.policy.commit for one in (first, second)] == [before, before]
        assert (second.verdict.mode, second.standing) == ("enforce", "bypass")
        assert [file.path for file in second.facts.files or ()] == ["eval.yaml"]

    def test_what_is_checked_before_the_push_counts_and_what_ends_later_does_not(
        self, here: Hosted
    ) -> None:
        before = tip(here)
        sha = here.repo.push("side", LOWER, by="bob")
        here.repo.check("evals", sha, "success")
        here.repo.push_commit("main", sha, here.twin.user("bob"))
        here.twin.clock.forward(hours=1)
        here.repo.check("slow", sha, "success")
        (judged,) = pushed(here, before)
        found = {(one.name, one.result) for one in judged.facts.evaluations or ()}
        assert found == {("evals", "passed"), ("slow", "pending")}

    def test_a_merge_made_by_hand_has_contributors_that_are_not_known(self, here: Hosted) -> None:
        before = tip(here)
        here.repo.push("side", LOWER, by="alice")
        here.repo.merge_branch("main", "side", by="bob")
        (judged,) = pushed(here, before)
        assert (judged.facts.change.contributors, judged.standing) == (None, "bypass")
        assert whys(judged.facts, "contributors") == ["the commits that it merges are not read"]
        assert [file.path for file in judged.facts.files or ()] == ["eval.yaml"]


class TestPulls:
    @pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
    def test_what_a_pull_request_brought_is_its_landing(self, here: Hosted, how: str) -> None:
        pull = here.lowered()
        pull.push({"more.txt": "x\n"})
        before = moved(here, pull, how)
        (judged,) = pushed(here, before)
        change = judged.facts.change
        assert (change.id, change.landing) == ("github:acme/app#1", tip(here))
        assert change.landed_as == ("merge" if how == "merge" else "squash")
        assert change.base == before
        assert judged.standing == "bypass"

    @pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
    def test_it_is_the_same_whichever_event_tells_of_it(self, here: Hosted, how: str) -> None:
        pull = here.lowered()
        pull.push({"more.txt": "x\n"})
        before = moved(here, pull, how)
        (told,) = pushed(here, before)
        assert here.judge(pull, forge=here.restarted(), landed=True) == told

    def test_a_push_may_bring_both(self, here: Hosted) -> None:
        before = tip(here)
        alone = here.repo.push("main", {"a": "x"}, by="bob")
        here.lowered().merge("carol", "squash")
        last = here.repo.push("main", {"b": "x"}, by="bob")
        assert ids(pushed(here, before)) == [
            f"github:acme/app@{alone}", "github:acme/app#1", f"github:acme/app@{last}",
        ]  # fmt: skip

    @pytest.mark.parametrize("commits", [1, 2])
    def test_one_whose_commits_are_pushed_by_hand_has_landed_so(
        self, here: Hosted, commits: int
    ) -> None:
        pull, before = here.lowered(), tip(here)
        for _ in range(commits - 1):
            pull.push({"more.txt": "x\n"})
        here.repo.push_commit("main", pull.head_sha, here.twin.user("bob"))
        (judged,) = pushed(here, before)
        assert (judged.facts.change.id, judged.standing) == ("github:acme/app#1", "bypass")
        assert judged.facts.change.base == before

    def test_a_pull_request_into_another_branch_brought_nothing_here(self, here: Hosted) -> None:
        before = tip(here)
        here.repo.push("develop", {"a": "x"}, by="bob")
        here.repo.push("fix", LOWER, by="alice", onto="develop")
        here.repo.open_pull("fix", "develop", "Lower", "", by="alice").merge("carol", "squash")
        sha = here.repo.commit("develop")
        here.repo.push_commit("main", sha, here.twin.user("bob"))
        assert ids(pushed(here, before))[-1] == f"github:acme/app@{sha}"

    def test_who_may_not_read_pull_requests_cannot_tell_a_push_from_one(self, here: Hosted) -> None:
        before = tip(here)
        here.repo.push("main", LOWER, by="bob")
        for installation in here.twin.installations.values():
            installation.permissions.pop("pull_requests")
        (judged,) = pushed(here, before)
        assert (judged.facts.change.landed_as, judged.standing) == (None, "unjudged")
        assert whys(judged.facts, "files") == [
            "GitHub does not tell which pull request brought it, if one did"
        ]


class TestPolicies:
    def test_one_on_top_of_another_is_judged_by_the_policy_of_that_branch(
        self, here: Hosted
    ) -> None:
        first = here.lowered()
        mild = POLICY.replace("mode: enforce", "mode: shadow")
        here.repo.push("main", {".fitgate.yaml": mild}, by="carol")
        here.repo.push("more", {"eval.yaml": "threshold: 0.7\n"}, by="alice", onto="fix")
        second = here.repo.open_pull("more", "fix", "Lower more", "", by="alice")
        policies = Policies(here.forge, LIBRARY)
        now = here.twin.clock.now
        modes = [
            policies.judging(here.forge.pull(pull.number, now)).file.policy.mode
            for pull in (first, second)
        ]
        assert modes == ["shadow", "enforce"]
