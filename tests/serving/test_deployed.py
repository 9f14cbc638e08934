"""What becomes of deployments: landings, closure, the way back, and who passed the gate by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.records.changes import Evaluated, Reverted
from fitgate.core.retrying import Patience
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
    trip,
)
from tests.serving.office import Office
from tests.twin.github.outcome import outcome


@pytest.fixture
def here() -> Iterator[Office]:
    with opened() as at_work:
        yield at_work


class TestWhatIsWrittenDown:
    def test_a_success_is_a_landing_of_it_and_of_all_in_it(self, here: Office) -> None:
        pull, other = merged(here), plain(here)
        one = deployed(here)
        signed(here, one)
        here.settle(hours=25)
        one.succeed()
        here.settle()
        (own,) = landed(here, one)
        assert (own.standing, own.environment, own.bypasses) == ("allowed", "production", ())
        for each in (pull, other):
            (there,) = landed(here, each)
            (merge,) = landed(here, each, "merge")
            assert (there.environment, there.nature) == ("production", merge.nature)

    def test_a_deployment_closes_what_waits_for_it_by_name(self, here: Office) -> None:
        pull = merged(here)
        one = deployed(here)
        signed(here, one)
        here.settle(hours=25)
        here.repo.check("eval/safety", one.sha, "success")
        one.succeed()
        here.settle(hours=1)
        here.repo.check("eval/safety", one.sha, "success")
        here.settle()
        ended = {(e.change, e.name, e.result) for e in here.told(Evaluated)}
        for change in (id_of(one), f"github:acme/app#{pull.number}"):
            assert (change, "deploy/production", "passed") in ended
            assert (change, "eval/safety", "passed") in ended
        rows = [row for row in here.memory.told.rows() if row.stage == "deployment"]
        closed = {row.change for row in rows if row.closed_at is not None}
        assert {id_of(one), f"github:acme/app#{pull.number}"} <= closed

    def test_a_workflow_that_is_named_closes_by_its_name(self) -> None:
        with opened(POLICY.replace('["eval/*", "deploy/production"]', "[nightly]")) as here:
            merged(here)
            one = here.repo.deploy_by_api("production", by="bob")
            one.report("success", by="bob")
            here.settle(hours=1)
            here.repo.run("nightly", "main", "success")
            here.settle()
            (row,) = here.memory.told.rows_of(id_of(one))
            assert row.closed_at == here.twin.clock.now

    def test_a_failure_closes_nothing_and_is_no_landing(self, here: Office) -> None:
        pull = merged(here)
        one = deployed(here)
        signed(here, one)
        here.settle(hours=25)
        one.fail()
        here.settle()
        assert not landed(here, one)
        ended = [(e.name, e.result) for e in here.told(Evaluated)]
        assert ("deploy/production", "failed") in ended
        assert all(row.closed_at is None for row in here.memory.told.rows_of(id_of(one)))
        assert all(
            row.closed_at is None
            for row in here.memory.told.rows_of(f"github:acme/app#{pull.number}")
        )


class TestTheWayBack:
    def test_a_rollback_needs_one_signature_and_no_time(self, here: Office) -> None:
        before = here.repo.commit("main")
        merged(here)
        one = deployed(here)
        signed(here, one)
        here.settle(hours=25)
        one.succeed()
        here.settle()
        here.repo.tag("good", before)
        back = here.repo.deploy("production", "good", by="alice")
        here.settle()
        last = decided(here, back)[-1]
        assert last.nature.categories == ("evaluation",)
        assert back.state == "waiting"
        back.approve("bob")
        here.settle()
        assert back.state == "in_progress"
        back.succeed()
        here.settle()
        (undone,) = here.told(Reverted)
        assert (undone.change, undone.by) == ("github:acme/app#1", id_of(back))

    def test_a_rollback_passes_a_freeze_and_nothing_else_does(self) -> None:
        frozen = POLICY + (
            "breakers:\n  - {name: CB, when: {metric: declared}, then: freeze, owner: carol}\n"
        )
        with opened(frozen) as here:
            before = here.repo.commit("main")
            merged(here)
            one = deployed(here)
            signed(here, one)
            here.settle(hours=25)
            one.succeed()
            here.settle()
            trip(here)
            here.repo.tag("good", before)
            back = here.repo.deploy("production", "good", by="alice")
            back.approve("bob")
            here.settle()
            assert back.state == "in_progress"
            here.repo.deploy("staging", "main", by="alice")
            here.settle()
            forward = list(here.repo.deployments.values())[-1]
            assert forward.state == "failure"
            assert "CB" in forward.reports[-1][1]


class TestPassedBy:
    def test_an_administrator_who_starts_it_passes_the_gate_by(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        one.start("maintainer")
        one.succeed()
        here.settle()
        (own,) = landed(here, one)
        assert [passed.how for passed in own.bypasses] == ["environment-skipped"]

    def test_who_starts_it_before_its_time_is_known_even_if_it_would_pass_by_now(
        self, here: Office
    ) -> None:
        merged(here)
        one = deployed(here)
        signed(here, one)
        one.start("maintainer")
        here.settle(hours=25)
        one.succeed()
        here.settle()
        (own,) = landed(here, one)
        assert own.standing == "allowed"
        assert [passed.how for passed in own.bypasses] == ["environment-skipped"]

    def test_what_we_let_go_is_no_bypass(self, here: Office) -> None:
        merged(here)
        one = deployed(here)
        signed(here, one)
        here.settle(hours=25)
        one.succeed()
        here.settle(hours=1)
        assert [each.bypasses for each in landed(here, one)] == [()]

    def test_a_deployment_by_the_api_asks_nobody_and_is_against_the_verdict(
        self, here: Office
    ) -> None:
        merged(here)
        one = here.repo.deploy_by_api("production", by="bob")
        here.settle()
        assert check(here, one).conclusion == "action_required"
        one.report("success", by="bob")
        here.settle()
        (own,) = landed(here, one)
        assert own.standing == "bypass"
        assert own.bypasses


RULE = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule"
CHECKS = "POST /repos/{owner}/{repo}/check-runs"
CHECK = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}"


def whole(fails: str | None = None, *, after: bool = False) -> tuple[object, list[str]]:
    """Deploy an IO from its merge to its success; return what GitHub and the ledger end as."""
    with opened() as here:
        merged(here)
        here.queue.patience = Patience()
        if fails is not None:
            here.twin.troubles.fail(fails, 502, after=after)
        one = deployed(here)
        here.settle(hours=2)
        signed(here, one)
        here.settle(hours=23)
        here.settle(hours=2)
        one.succeed()
        here.settle(hours=2)
        assert not here.twin.troubles.waiting
        seen = outcome(here.twin)
        for each in seen["acme/app"]["deployments"]:
            each["reports"] = [*dict.fromkeys(each["reports"])]
        # GitHub lists no reports: one whose answer was lost is said again
        return seen, [entry.key for entry in here.ledger.entries]


@pytest.mark.parametrize("after", [False, True], ids=["undone", "done, and nobody was told"])
@pytest.mark.parametrize("fails", [RULE, CHECKS, CHECK])
def test_whatever_fails_it_ends_the_same(fails: str, *, after: bool) -> None:
    assert whole(fails, after=after) == whole()


def test_a_service_that_was_away_accounts_for_every_deployment(here: Office) -> None:
    merged(here)
    here.reconcile()
    one = here.repo.deploy("production", by="alice")
    one.start("maintainer")
    here.twin.clock.forward(hours=30)
    one.succeed()
    here.twin.clock.forward(hours=30)
    here.only()
    here.restart()
    here.reconcile()
    (own,) = landed(here, one)
    assert own.nature.categories == ("evaluation",)
    assert [passed.how for passed in own.bypasses] == ["environment-skipped"]
