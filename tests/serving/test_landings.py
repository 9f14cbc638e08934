"""What lands, from its deliveries to the ledger: once, with what it undoes and what closes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.records.changes import Decided, Evaluated, Landed
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import POLICY
from tests.serving.office import Office, office
from tests.twin.github.pulls import Pull

CLOSING = POLICY.replace("roles:", 'boundary: {closure: {checks: ["eval/*"]}}\nroles:')
LOWER = {"eval.yaml": "threshold: 0.5\n"}


@pytest.fixture
def here() -> Iterator[Office]:
    with office() as opened:
        yield opened


@pytest.fixture
def closing() -> Iterator[Office]:
    """Give an office whose policy waits for evaluations."""
    with office(policy=CLOSING) as opened:
        yield opened


def changes(here: Office) -> list[str]:
    return [landed.change for landed in here.told(Landed)]


def accepted(here: Office, pull: Pull) -> None:
    """Let a pull request be signed and its cool-down pass."""
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=49)


class TestOnce:
    @pytest.mark.parametrize(
        "told", [("push", "pull_request"), ("push",), ("pull_request",)], ids=" ".join
    )
    @pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
    def test_a_landing_is_written_down_once_whichever_event_tells_of_it(
        self, here: Office, how: str, told: tuple[str, ...]
    ) -> None:
        pull = here.hosted.lowered()
        pull.push({"more.txt": "x\n"})
        accepted(here, pull)
        pull.merge("bob", how)
        here.only(*told)
        here.settle()
        (landed,) = here.told(Landed)
        assert (landed.change, landed.standing) == ("github:acme/app#1", "allowed")
        assert landed.commit == here.repo.commit("main")
        assert [d.of for d in here.told(Decided)].count("landing") == 1

    def test_the_second_event_costs_a_question_and_writes_nothing(self, here: Office) -> None:
        pull = here.hosted.lowered()
        here.settle()
        pull.merge("bob", "squash")
        pushes = [each for each in here.twin.hooks.heard if each[0] == "push"]
        here.only("pull_request")
        here.settle()
        before = here.ledger.head()
        here.twin.calls.clear()
        here.twin.hooks.heard += pushes[-1:]
        here.settle()
        assert here.ledger.head() == before
        assert here.twin.calls.kinds() == {"graphql": 1}

    def test_a_direct_push_passes_the_gate_by(self, here: Office) -> None:
        sha = here.repo.push("main", LOWER, by="bob")
        here.settle()
        (landed,) = here.told(Landed)
        assert (landed.change, landed.commit) == (f"github:acme/app@{sha}", sha)
        assert [passed.how for passed in landed.bypasses] == ["direct-push"]

    def test_pushes_to_other_branches_land_nothing(self, here: Office) -> None:
        here.repo.push("side", LOWER, by="bob")
        here.repo.delete_branch("side", by="bob")
        here.settle()
        assert changes(here) == []

    def test_what_was_cut_off_half_way_is_made_whole(self, closing: Office) -> None:
        """The landing is written down, and whoever did it dies before what closes it."""
        sha = closing.repo.push("main", LOWER, by="bob")
        closing.twin.clock.forward(hours=1)
        closing.repo.check("eval/safety", sha, "success")
        closing.only("push")
        asked = "POST /graphql"

        def watch(when: str, operation: str) -> None:
            landed = any(entry.kind == "Landed" for entry in closing.ledger.entries)
            if (when, operation) == ("before", asked) and landed:
                closing.twin.troubles.fail(asked, 502)

        closing.twin.troubles.watching = watch
        with pytest.raises(ForgeError, match="could not be read"):
            closing.settle()
        assert (len(changes(closing)), closing.told(Evaluated)) == (1, [])
        closing.twin.troubles.watching = None
        closing.twin.troubles.waiting.clear()
        closing.twin.hooks.heard.append(closing.twin.hooks.heard[-1])
        closing.settle()
        assert (len(changes(closing)), len(closing.told(Evaluated))) == (1, 1)


class TestClosure:
    def test_a_required_check_on_the_landing_commit_closes_it(self, closing: Office) -> None:
        closing.hosted.lowered().merge("bob", "squash")
        closing.settle(hours=1)
        sha = closing.repo.commit("main")
        closing.repo.check("eval/safety", sha, "success")
        closing.repo.check("lint", sha, "success")
        closing.settle()
        (ended,) = closing.told(Evaluated)
        assert (ended.change, ended.name, ended.result) == (
            "github:acme/app#1", "eval/safety", "passed",
        )  # fmt: skip
        assert not ended.pre_landing
        (row,) = closing.memory.told.rows()
        assert row.closed_at == closing.twin.clock.now
        assert row.lag is not None
        assert row.lag.total_seconds() == 3600

    def test_a_status_closes_too_and_a_failure_does_not(self, closing: Office) -> None:
        sha = closing.repo.push("main", LOWER, by="bob")
        closing.repo.status("eval/safety", sha, "failure", by="carol")
        closing.settle()
        (row,) = closing.memory.told.rows()
        assert row.closed_at is None
        closing.twin.clock.forward(hours=1)
        closing.repo.status("eval/safety", sha, "success", by="carol")
        closing.settle()
        assert [ended.result for ended in closing.told(Evaluated)] == ["failed", "passed"]
        (row,) = closing.memory.told.rows()
        assert row.closed_at == closing.twin.clock.now

    def test_the_head_counts_where_its_tree_is_what_landed(self, closing: Office) -> None:
        pull = closing.hosted.lowered()
        closing.repo.check("eval/safety", pull.head_sha, "success")
        closing.settle(hours=1)
        pull.merge("bob", "squash")
        closing.settle()
        (ended,) = closing.told(Evaluated)
        assert (ended.pre_landing, ended.source) == (True, pull.head_sha)
        (row,) = closing.memory.told.rows()
        assert row.pre_landing
        assert row.lag is not None
        assert row.lag.total_seconds() < 0

    def test_the_head_of_another_tree_counts_for_nothing(self, closing: Office) -> None:
        pull = closing.hosted.lowered()
        closing.repo.check("eval/safety", pull.head_sha, "success")
        closing.repo.push("main", {"beside": "x\n"}, by="bob")
        closing.settle(hours=1)
        pull.merge("bob", "squash")
        closing.settle()
        assert closing.told(Evaluated) == []

    def test_a_check_that_ends_on_the_head_after_the_landing_counts_likewise(
        self, closing: Office
    ) -> None:
        pull = closing.hosted.lowered()
        pull.merge("bob", "squash")
        closing.settle(hours=1)
        closing.repo.check("eval/safety", pull.head_sha, "success")
        closing.settle()
        (ended,) = closing.told(Evaluated)
        assert (ended.change, ended.pre_landing) == ("github:acme/app#1", True)

    def test_what_is_closed_asks_nothing_more(self, closing: Office) -> None:
        sha = closing.repo.push("main", LOWER, by="bob")
        closing.settle()
        closing.repo.check("eval/safety", sha, "success")
        closing.settle()
        before = closing.ledger.head()
        closing.twin.calls.clear()
        closing.repo.check("eval/safety", sha, "failure")
        closing.settle()
        assert closing.ledger.head() == before
        assert closing.twin.calls.kinds() == {"graphql": 1}  # who else has this head

    def test_more_checks_than_a_page_has_are_all_read(self, closing: Office) -> None:
        sha = closing.repo.push("main", LOWER, by="bob")
        for n in range(104):
            closing.repo.status(f"unit/{n:03}", sha, "success", by="carol")
        closing.repo.status("eval/safety", sha, "success", by="carol")
        closing.only("push")
        closing.settle()
        assert [ended.name for ended in closing.told(Evaluated)] == ["eval/safety"]

    def test_an_evaluation_of_an_open_pull_request_judges_it_anew(self) -> None:
        gated = POLICY + "  - {type: validation, plan: optional, checks: [evals]}\n"
        with office(policy=gated) as here:
            pull = here.hosted.lowered()
            accepted(here, pull)
            assert here.check(pull.head_sha).conclusion == "action_required"
            here.repo.check("evals", pull.head_sha, "success")
            here.settle()
            assert here.check(pull.head_sha).conclusion == "success"
