"""What comes beside a landing: what it undoes, incidents, and what never lands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fitgate.core.events import Happening, Pointer
from fitgate.core.records.changes import Decided, Incident, Landed, Reverted, Seen
from fitgate.core.work import look
from fitgate.serving import undone
from tests.serving.office import Office, office

LOWER = {"eval.yaml": "threshold: 0.5\n"}


@pytest.fixture
def here() -> Iterator[Office]:
    with office() as opened:
        yield opened


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


class TestBeside:
    def test_a_pull_request_that_is_closed_was_seen_and_no_more(self, here: Office) -> None:
        pull = here.hosted.lowered()
        here.only()
        pull.close("alice")
        here.settle()
        (seen,) = here.told(Seen)
        assert seen.number == 1
        assert not here.told(Decided)
        assert not here.told(Landed)

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
