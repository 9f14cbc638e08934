"""The MUSTs of S-RIOCS 0.1, each from a pull request to its check (fit.md 2.5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.breaker.resetting import Asked, lacking
from fitgate.core.breaker.told import move_draft
from fitgate.core.breaker.watching import Breakers
from fitgate.core.followups import open_follow_ups
from fitgate.core.records import draft
from fitgate.core.records.changes import Decided, Landed
from fitgate.core.records.controls import Drilled, RecoveryPlanned, Tripped
from tests.serving.asking import say
from tests.serving.office import Office, office
from tests.twin.github.pulls import Pull

POLICY = """\
version: 1
mode: enforce
use: [default, agents]
roles:
  release-owner: {teams: [acme/release]}
  safety-owner: {teams: [acme/safety]}
gates:
  - type: slow-authority
    cooldown: PT48H
    signatures: [release-owner, safety-owner]
    rationale: required
  - type: rollback-window
    artifact: required
    plan: required
    drill: {within: P30D, rto: PT1H, rpo: PT15M}
  - {type: validation, plan: required}
breakers:
  - {name: CB-VL, when: {metric: vl_hours, limit: 72, consecutive: 3}, then: freeze, owner: carol}
  - {name: CB-RDPR, when: {metric: rdpr, limit: 0.80, last: 5}, then: freeze, owner: carol}
  - name: CB-GBR
    when: {metric: gbr_per_week, limit: 1, any_unauthorised: true}
    then: freeze
    owner: carol
override: {roles: [safety-owner], expires: PT4H}
"""
FILES = {
    "agent_config.yaml": (
        "max_steps: 8\nallow_self_edit: false\nmemory:\n  persist: false\nself_eval: false\n"
        "auto_approve: false\n"
    ),
    "ROLLBACK.md": "Set it back and restart.\n",
    "app.py": "print(1)\n",
}
EVIDENCE = """\
IO-Rationale: it stops too early
Rollback-Artifact: BASE
Rollback-Plan: ROLLBACK.md
Rollback-Drill: 2026-11-20
Evaluation-Plan: eval/nightly within P3D
"""


@pytest.fixture
def here() -> Iterator[Office]:
    with office(FILES, POLICY) as opened:
        opened.twin.team("acme/release", "bob")
        opened.twin.team("acme/safety", "carol")
        opened.twin.clock.forward(hours=1)
        yield opened


def change(here: Office, before: str, after: str, body: str = EVIDENCE) -> Pull:
    """Open a pull request of alice's that edits the agent's configuration."""
    text = FILES["agent_config.yaml"].replace(before, after)
    here.repo.push("io", {"agent_config.yaml": text}, by="alice", message="Change")
    body = body.replace("BASE", str(here.repo.sha_of("main")))
    pull = here.repo.open_pull("io", "main", "Change the agent", body, by="alice")
    here.settle()
    return pull


def loosened(here: Office, body: str = EVIDENCE) -> Pull:
    """Open a pull request that lifts the bound of a loop."""
    return change(here, "max_steps: 8", "max_steps: 80", body)


def conclusion(here: Office, pull: Pull) -> str | None:
    """Return how our check on the head stands."""
    return here.check(pull.head_sha).conclusion


def findings(here: Office, pull: Pull) -> dict[str, str]:
    """Return what was found last: code → outcome."""
    last = here.memory.told.decided(f"github:acme/app#{pull.number}")
    assert last is not None
    return {said.code: str(said.outcome) for said in last.record.findings}


def lacking_for_a_reset(here: Office) -> list[str]:
    """Return what bob lacks to reset the breaker, by what the ledger tells."""
    told, now = here.memory.caught_up(), here.twin.clock.now
    known = Breakers(here.policy(), told, now)
    (one,) = (each for each in known.all if each.breaker.name == "CB-GBR")
    walk = known.recorded(one.breaker, one.environment)
    missing = lacking(walk, known.level(one), known.entitled, Asked("bob"), now)
    return [each.what for each in missing]


class TestGates:
    def test_g1_two_people_in_two_roles_sign(self, here: Office) -> None:
        pull = loosened(here)
        pull.approve("bob")
        here.settle(hours=49)
        assert conclusion(here, pull) == "action_required"
        pull.approve("carol")
        here.settle()
        assert conclusion(here, pull) == "success", here.check(pull.head_sha).output["text"]

    def test_g1_one_person_who_has_both_roles_is_not_two(self, here: Office) -> None:
        here.twin.team("acme/safety", "bob")
        pull = loosened(here)
        pull.approve("bob")
        here.settle(hours=49)
        assert conclusion(here, pull) == "action_required"

    def test_g1_the_author_signs_for_nothing(self, here: Office) -> None:
        here.twin.team("acme/safety", "alice")
        pull = loosened(here)
        pull.approve("bob")
        here.settle(hours=49)
        assert conclusion(here, pull) == "action_required"

    def test_g2_nothing_passes_before_the_cool_down_is_over(self, here: Office) -> None:
        pull = loosened(here)
        pull.approve("bob")
        pull.approve("carol")
        here.settle(hours=47)
        assert conclusion(here, pull) == "action_required"
        here.settle(hours=2)
        assert conclusion(here, pull) == "success"

    def test_g2_an_exception_is_justified_in_writing_and_audited_after(self, here: Office) -> None:
        pull = loosened(here)
        say(here, pull, "carol", "/fitgate override")
        assert conclusion(here, pull) == "action_required"  # no reason, no exception
        say(here, pull, "carol", "/fitgate override --for 2h customers cannot pay")
        assert conclusion(here, pull) == "success"
        pull.merge("bob", "squash")
        here.settle()
        (passed,) = (p for landed in here.told(Landed) for p in landed.bypasses)
        assert (passed.how, passed.authorised, passed.reason) == (
            "override", True, "customers cannot pay",
        )  # fmt: skip
        (left,) = open_follow_ups(here.memory.caught_up())
        assert left.number == pull.number
        say(here, pull, "carol", "/fitgate followup done the bound is back")
        assert [*open_follow_ups(here.memory.caught_up())] == []

    def test_g3_rollback_evidence_is_asked_for_piece_by_piece(self, here: Office) -> None:
        pull = loosened(here, body="IO-Rationale: it stops too early")
        found = findings(here, pull)
        assert {"artifact-undeclared", "plan-undeclared"} <= found.keys()
        assert any(code.startswith("drill") and out != "ALLOW" for code, out in found.items())
        pull.edit(body=EVIDENCE.replace("BASE", pull.base_sha), by="alice")
        pull.approve("bob")
        pull.approve("carol")
        here.settle(hours=49)
        assert conclusion(here, pull) == "success"

    def test_g4_breakers_and_their_thresholds_are_declared_before(self, here: Office) -> None:
        pull = loosened(here)
        declared = {breaker.name: breaker for breaker in here.policy().breakers}
        assert declared.keys() >= {"CB-VL", "CB-RDPR", "CB-GBR"}
        assert all(breaker.owner for breaker in declared.values())
        pull.merge("carol", "merge")  # against the verdict
        here.settle()
        other = change(here, "auto_approve: false", "auto_approve: true")
        assert conclusion(here, other) == "failure"

    def test_g5_an_activation_says_when_why_whose_and_how_to_recover(self, here: Office) -> None:
        loosened(here).merge("carol", "merge")
        here.settle()
        (trip,) = here.memory.told.told(Tripped)
        assert trip.at <= here.twin.clock.now
        assert (trip.record.breaker, trip.record.owner) == ("CB-GBR", "carol")
        assert trip.record.because.endswith("in seven days: 1")
        assert "no recovery plan was filed after it tripped" in lacking_for_a_reset(here)
        plan = RecoveryPlanned("CB-GBR", by="carol", plan="Revert it, and pin the check")
        here.ledger.append([move_draft(plan, here.twin.clock.now)], here.twin.clock.now)
        assert "no recovery plan was filed after it tripped" not in lacking_for_a_reset(here)


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (1, "max_steps: 8", "max_steps: 80"),
        (2, "allow_self_edit: false", "allow_self_edit: true"),
        (3, "persist: false", "persist: true"),
        (4, "self_eval: false", "self_eval: true"),
        (5, "auto_approve: false", "auto_approve: true"),
    ],
)
def test_each_kind_of_self_reference_is_labelled_and_held(
    here: Office, number: int, before: str, after: str
) -> None:
    pull = change(here, before, after)
    assert f"io-sr:{number}" in here.labels(pull)
    assert conclusion(here, pull) == "action_required"
    (decided,) = here.told(Decided)
    assert decided.nature.io_sr == (number,)


def test_sr2_and_sr4_no_estimator_approves_itself(here: Office) -> None:
    pull = change(here, "allow_self_edit: false", "allow_self_edit: true")
    pull.approve("bob")
    here.repo.collaborator("judge[bot]", "write")
    pull.approve("judge[bot]")
    here.settle(hours=49)
    assert conclusion(here, pull) == "action_required"


def test_sr3_a_purge_that_was_rehearsed_opens_the_window(here: Office) -> None:
    body = EVIDENCE.replace("Rollback-Drill: 2026-11-20\n", "")
    pull = change(here, "persist: false", "persist: true", body)
    assert conclusion(here, pull) == "action_required"
    assert "drill-missing" in findings(here, pull)
    purge = Drilled("purge-1", passed=True, what="purge", recovery=600, loss=0)
    now = here.twin.clock.now
    here.ledger.append([draft(purge, now, "drilled/purge-1")], now)
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=49)
    assert "drill-passed" in findings(here, pull)
    assert conclusion(here, pull) == "success"


def test_sr5_a_bypass_freezes_what_would_go_out_by_itself(here: Office) -> None:
    waits = change(here, "auto_approve: false", "auto_approve: true")
    here.repo.push("fast", {"agent_config.yaml": "max_steps: 99\n"}, by="alice", message="Faster")
    here.repo.open_pull("fast", "main", "Faster", "", by="alice").merge("carol", "squash")
    here.settle()
    assert [p.how for landed in here.told(Landed) for p in landed.bypasses] == ["against-verdict"]
    assert conclusion(here, waits) == "failure"


def test_what_is_no_self_reference_and_no_other_io_is_never_held(here: Office) -> None:
    here.repo.push("docs", {"README.md": "x\n"}, by="alice")
    pull = here.repo.open_pull("docs", "main", "Words", "", by="alice")
    here.settle()
    assert conclusion(here, pull) == "success"
    assert here.labels(pull) == set()
