"""Deployments from their deliveries to the gate of their environment and to their check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.events import Happening, Pointer
from fitgate.core.records.changes import Decided, Signed
from fitgate.core.redeciding import Again, Redecider
from fitgate.core.words.deployment import REPORT_LIMIT
from fitgate.errors import ForgeError
from fitgate.serving.looking import looked
from tests.serving.deployed import (
    POLICY,
    check,
    decided,
    deployed,
    id_of,
    landed,
    merged,
    opened,
    plain,
    signed,
)
from tests.serving.office import Office


@pytest.fixture
def here() -> Iterator[Office]:
    with opened() as at_work:
        yield at_work


class TestWhatItIs:
    def test_a_deployment_without_an_io_is_let_go_at_once(self, here: Office) -> None:
        plain(here)
        one = deployed(here, "staging")
        assert one.state == "in_progress"
        assert check(here, one).conclusion == "success"
        (first,) = {d.nature.is_io for d in decided(here, one)}
        assert first is False

    def test_it_is_of_the_categories_recorded_of_the_changes_in_it(self, here: Office) -> None:
        plain(here)
        merged(here)
        here.twin.calls.clear()
        one = deployed(here)
        nature = decided(here, one)[-1].nature
        assert (nature.categories, nature.io_sr) == (("evaluation",), (4,))
        assert one.waiting
        assert check(here, one).conclusion == "action_required"
        assert "evaluation" in check(here, one).output["text"]
        asked = here.twin.calls.counts()
        assert not any("/files" in name or "/git/blobs" in name for name in asked), asked

    def test_a_change_that_the_ledger_never_heard_of_is_judged_by_its_diff(
        self, here: Office
    ) -> None:
        pull = here.hosted.lowered()
        pull.merge("bob", "squash")
        here.only()
        one = deployed(here)
        last = decided(here, one)[-1]
        assert (last.outcome, last.nature.categories) == ("HOLD", ("evaluation",))
        assert not landed(here, pull, "merge")

    def test_a_push_without_a_pull_request_is_judged_too(self, here: Office) -> None:
        here.repo.push("main", {"eval.yaml": "threshold: 0.7\n"}, by=None, message="Lower it")
        here.only()
        one = deployed(here)
        last = decided(here, one)[-1]
        assert last.nature.categories == ("evaluation",)
        assert last.outcome == "HOLD"

    def test_a_limit_of_the_forge_is_waited_for_and_settles_nothing(self, here: Office) -> None:
        here.hosted.lowered().merge("bob", "squash")
        here.only()
        files = "GET /repos/{owner}/{repo}/pulls/{pull_number}/files"
        here.twin.troubles.limit(files, retry_after=3600, times=9)
        with pytest.raises(ForgeError) as failed:
            deployed(here)
        assert failed.value.retry_after is not None

    def test_what_cannot_be_told_of_a_change_is_undecided(self, here: Office) -> None:
        plain(here)
        here.repo.push("main", {"notes.md": "Words\n"}, by=None, message="Write")
        here.only()
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/compare/{basehead}", 404, times=9)
        one = deployed(here)
        last = decided(here, one)[-1]
        assert (last.outcome, last.nature.is_io) == ("UNDECIDED", None)
        assert one.state == "waiting"

    def test_a_policy_that_came_after_it_does_not_judge_a_landing(self, here: Office) -> None:
        merged(here)
        one = here.repo.deploy_by_api("production", by="bob")
        one.report("success", by="bob")
        here.only("deployment_status")
        here.twin.clock.forward(hours=1)
        mild = POLICY.replace("enforce", "shadow")
        here.repo.push("main", {".fitgate.yaml": mild}, by=None, message="Mild")
        here.settle()
        (own,) = landed(here, one)
        assert (own.mode, own.standing) == ("enforce", "bypass")

    def test_only_what_came_since_the_last_good_deployment_is_in_it(self, here: Office) -> None:
        merged(here)
        first = deployed(here)
        signed(here, first)
        here.settle(hours=25)
        first.succeed()
        here.settle()
        plain(here)
        second = deployed(here)
        assert decided(here, second)[-1].nature.is_io is False

    def test_a_failed_deployment_leaves_its_changes_for_the_next(self, here: Office) -> None:
        merged(here)
        first = deployed(here)
        signed(here, first)
        here.settle(hours=25)
        first.fail()
        here.settle()
        second = deployed(here)
        assert decided(here, second)[-1].nature.categories == ("evaluation",)

    def test_the_first_deployment_to_an_environment_contains_all_there_is(
        self, here: Office
    ) -> None:
        merged(here)
        here.repo.environment("canary")
        one = deployed(here, "canary")
        last = decided(here, one)[-1]
        assert last.nature.is_io is True
        assert last.nature.categories == ("evaluation",)

    def test_what_goes_to_many_is_seen_in_its_payload(self) -> None:
        rule = """\
  - id: to-many
    category: deployment
    why: whoever meets it meets it at once
    when: {environment: {environment: staging, exposure: 50}}
gates:"""
        with opened(POLICY.replace("gates:", rule)) as here:
            few = deployed(here, "staging", payload={"exposure": 5})
            assert decided(here, few)[-1].nature.is_io is False
            many = deployed(here, "staging", payload={"exposure": "60%"})
            assert decided(here, many)[-1].nature.categories == ("deployment",)
            untold = deployed(here, "staging")
            assert decided(here, untold)[-1].outcome == "UNDECIDED"

    def test_a_decision_can_be_made_again_from_what_is_kept(self, here: Office) -> None:
        merged(here)
        deployed(here)
        again = Redecider(here.ledger.blob, here.place.library)
        told = here.memory.told.told(Decided)
        assert {each.again for each in again.all(told)} == {Again.SAME}


class TestWhoLetsItGo:
    def test_two_people_in_two_roles_and_the_time_since_its_merge(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        signed(here, one)
        assert one.state == "waiting"
        assert {s.by for s in here.told(Signed) if s.change == id_of(one)} == {
            f"github:{here.twin.users[who].id}" for who in ("bob", "carol")
        }
        here.settle(hours=24)
        assert one.state == "in_progress"
        assert check(here, one).conclusion == "success"

    def test_one_review_is_not_two(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        one.approve("bob")
        here.settle(hours=25)
        assert one.state == "waiting"
        assert "keeper" in check(here, one).output["title"]

    def test_who_asked_for_it_signs_for_nothing(self, here: Office) -> None:
        merged(here)
        one = here.repo.deploy("production", by="carol")
        here.settle()
        signed(here, one)
        here.settle(hours=25)
        assert one.state == "waiting"

    def test_a_review_of_another_environment_counts_for_nothing(self, here: Office) -> None:
        merged(here)
        here.repo.environment("elsewhere", reviewers=("carol",))
        one = deployed(here)
        here.repo.deploy("elsewhere", by="alice", run=one.run).approve("carol")
        one.approve("bob")
        here.settle(hours=25)
        assert one.state == "waiting"

    def test_what_may_not_be_read_is_unknown_and_holds(self, here: Office) -> None:
        merged(here)
        hidden = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals"
        here.twin.troubles.fail(hidden, 403, times=9)
        one = deployed(here)
        assert decided(here, one)[-1].outcome == "UNDECIDED"
        assert one.state == "waiting"


class TestWhatIsSaid:
    def test_a_hold_is_reported_once_and_again_when_it_is_another(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        assert len(one.reports) == 1
        here.settle(hours=1)
        one.approve("bob")
        here.settle()
        assert [len(text) <= REPORT_LIMIT for _, text in one.reports] == [True, True]
        assert "fitgate/deploy: production" in one.reports[-1][1]

    def test_no_more_is_reported_than_github_takes(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        run = check(here, one)
        run.external_id = f"deploy/{one.id}/-/10/another"
        one.approve("bob")
        here.settle()
        assert len(one.reports) == 1
        assert "owner: bob" in run.output["text"]

    def test_one_look_costs_nine_reads_and_two_questions(self, here: Office) -> None:
        plain(here)
        merged(here)
        one = here.repo.deploy("production", by="alice")
        here.only()
        at = Pointer(
            Happening.PROPOSED, f"github:{here.repo.id}", here.repo.full_name, "deployment", one.id,
        )  # fmt: skip
        here.twin.calls.clear()
        looked(here.place, at, here.twin.clock.now)
        # the deployment, the others and when they went well, the range, who asked, who said yes,
        # whether it asks us, whether it waits; checks and the default branch, who brought what; the
        # answer and the check (the policy was read at the merge)
        assert here.twin.calls.kinds() == {"read": 9, "graphql": 2, "write": 2}
        looked(here.place, at, here.twin.clock.now)
        here.twin.calls.clear()
        looked(here.place, at, here.twin.clock.now)
        assert here.twin.calls.kinds() == {"read": 7, "graphql": 1}

    def test_a_check_of_a_later_deployment_is_not_overwritten(self, here: Office) -> None:
        merged(here)
        first, second = deployed(here), deployed(here)
        run = check(here, second)
        assert (run.external_id or "").startswith(f"deploy/{second.id}/")
        first.approve("bob")
        here.settle()
        assert (run.external_id or "").startswith(f"deploy/{second.id}/")

    def test_what_was_deleted_meanwhile_is_let_be(self, here: Office) -> None:
        here.repo.deploy_by_api("canary", by="bob")
        here.repo.deployments.popitem()
        here.settle()
        assert not here.queue.parked()

    def test_asked_again_it_writes_nothing(self, here: Office) -> None:
        merged(here)
        deployed(here)
        before = here.ledger.head()
        here.twin.calls.clear()
        heard = here.twin.hooks.heard
        here._heard = next(  # noqa: SLF001 - the same is sent once more
            n for n, (name, _) in enumerate(heard) if name.startswith("deployment_protection_rule")
        )
        here.settle()
        assert here.twin.calls.kinds().get("write", 0) == 0
        assert here.ledger.head() == before

    def test_in_shadow_mode_all_is_let_go_and_it_is_said_what_would_have_been(self) -> None:
        with opened(POLICY.replace("enforce", "shadow")) as here:
            here.hosted.lowered().merge("bob", "squash")
            here.settle()
            one = deployed(here, "staging")
            assert one.state == "in_progress"
            assert "HOLD" in one.reports[-1][1]
            assert "shadow" in one.reports[-1][1]
            assert check(here, one).conclusion == "neutral"

    def test_no_status_of_a_deployment_is_ever_written_by_us(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        signed(here, one)
        here.settle(hours=25)
        ours = here.twin.app.bot
        assert all(status.creator is not ours for status in one.statuses)
        assert not any("statuses" in name for name in here.twin.calls.counts() if "POST" in name)
