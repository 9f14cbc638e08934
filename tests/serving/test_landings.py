"""What lands, from its deliveries to the ledger: once, with what it undoes and what closes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fitgate.core.events import Happening, Pointer
from fitgate.core.records.changes import Decided, Evaluated, Incident, Landed, Reverted, Seen
from fitgate.core.work import look
from fitgate.errors import ForgeError
from fitgate.serving import undone
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


class TestReverts:
    def test_git_revert_pushed_by_hand_undoes_a_push(self, here: Office) -> None:
        sha = here.repo.push("main", LOWER, by="bob")
        here.settle(hours=1)
        back = here.repo.revert(sha, by="bob")
        here.settle()
        (undone,) = here.told(Reverted)
        assert (undone.change, undone.by) == (f"github:acme/app@{sha}", f"github:acme/app@{back}")

    def test_the_revert_button_undoes_a_pull_request(self, here: Office) -> None:
        here.hosted.lowered().merge("bob", "squash")
        here.settle(hours=1)
        here.repo.push("revert-1-fix", {"eval.yaml": "threshold: 0.9\n"}, by="alice")
        title, body = 'Revert "Lower the bar"', "Reverts acme/app#1"
        here.repo.open_pull("revert-1-fix", "main", title, body, by="alice").merge("bob", "squash")
        here.settle()
        (undone,) = here.told(Reverted)
        assert (undone.change, undone.by) == ("github:acme/app#1", "github:acme/app#2")

    def test_a_merge_commit_is_undone_by_its_own_name(self, here: Office) -> None:
        here.hosted.lowered().merge("bob", "merge")
        here.settle(hours=1)
        back = here.repo.revert(here.repo.commit("main"), by="bob")
        here.settle()
        (undone,) = here.told(Reverted)
        assert (undone.change, undone.by) == ("github:acme/app#1", f"github:acme/app@{back}")

    def test_what_is_taken_back_without_a_word_is_found_after_a_restart(self, here: Office) -> None:
        sha = here.repo.push("main", LOWER, by="bob")
        here.settle(hours=1)
        here.restart()
        here.repo.push("main", {"eval.yaml": "threshold: 0.9\n"}, by="bob", message="Hm")
        here.settle()
        assert [undone.change for undone in here.told(Reverted)] == [f"github:acme/app@{sha}"]

    def test_of_older_landings_only_what_they_are_called_is_known(
        self, here: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(undone, "LOOKED_INTO", 0)
        sha = here.repo.push("main", LOWER, by="bob")
        here.settle(hours=1)
        here.restart()
        here.repo.push("main", {"eval.yaml": "threshold: 0.9\n"}, by="bob", message="Hm")
        here.settle(hours=1)
        assert here.told(Reverted) == []
        here.repo.revert(sha, by="bob", branch="back")
        here.repo.open_pull(
            "back", "main", "Back", f"This reverts commit {sha}.", by="alice"
        ).merge("bob", "squash")
        here.settle()
        assert [one.change for one in here.told(Reverted)] == [f"github:acme/app@{sha}"]


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


class TestBeside:
    def test_a_pull_request_that_is_closed_was_seen_and_no_more(self, here: Office) -> None:
        pull = here.hosted.lowered()
        here.only()
        pull.close("alice")
        here.settle()
        (seen,) = here.told(Seen)
        assert seen.number == 1
        assert [e.kind for e in here.ledger.entries if e.kind != "GateChanged"] == ["Seen"]

    def test_an_issue_with_the_label_is_an_incident_that_blames_a_landing(
        self, here: Office
    ) -> None:
        here.hosted.lowered().merge("bob", "squash")
        here.settle(hours=1)
        body = "Everything is down.\n\nCaused-by: #1\nCaused-by: #99"
        issue = here.repo.open_issue(
            "Down @all", by="carol", body=body, labels=("incident", "sev1")
        )
        here.settle()
        (told,) = here.told(Incident)
        assert (told.incident, told.change, told.severity) == (
            f"github:acme/app#{issue.number}", "github:acme/app#1", "sev1",
        )  # fmt: skip
        (row,) = here.memory.told.rows()
        assert row.incidents == (told.incident,)

    def test_an_issue_without_it_is_none_and_twice_is_once(self, here: Office) -> None:
        here.repo.open_issue("Not so bad", by="carol")
        bad = here.repo.open_issue("Bad", by="carol", labels=("Incident",))
        here.settle(hours=1)
        bad.label("sev2", by="carol")
        here.settle()
        (told,) = here.told(Incident)
        assert (told.incident, told.change) == (f"github:acme/app#{bad.number}", None)

    def test_a_pull_request_with_the_label_is_no_incident(self, here: Office) -> None:
        pull = here.hosted.lowered()
        pull.label("incident", by="carol")
        here.settle()
        pointer = Pointer(Happening.INCIDENT, here.ledger.repo, "acme/app", number=pull.number)
        here.queue.put([look(pointer, here.twin.clock.now)])
        here.queue.put([look(replace(pointer, number=99), here.twin.clock.now)])
        here.settle()
        assert here.told(Incident) == []

    def test_a_label_on_what_landed_makes_no_new_decision(self, here: Office) -> None:
        pull = here.hosted.lowered()
        pull.merge("bob", "squash")
        here.settle(hours=1)
        before = here.ledger.head()
        pull.label("bug", by="bob")
        here.settle()
        assert here.ledger.head() == before

    def test_a_check_is_asked_for_again_where_it_names_no_pull_request(self, here: Office) -> None:
        here.repo.collaborator("mallory", "read")
        here.repo.push("forks/mallory/fix", {"README.md": "x\n"}, by="mallory")
        pull = here.repo.open_pull("mallory:fix", "main", "Words", "", by="mallory")
        here.settle()
        run = here.check(pull.head_sha)
        run.conclusion = "failure"
        here.repo.rerun(run, by="bob")
        here.settle()
        assert here.check(pull.head_sha).conclusion == "success"
