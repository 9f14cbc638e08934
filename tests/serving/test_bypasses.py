"""Who passed a gate by, as GitHub tells: its rules, our check on what landed, gates that moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.bypasses import events
from fitgate.core.controls import hidden
from fitgate.core.records.changes import Landed, PassedBy
from fitgate.core.records.controls import GateChanged
from tests.adapters.github.hosted import POLICY
from tests.serving.office import Office, office
from tests.twin.github.pulls import Pull
from tests.twin.github.rulesets import Protection

ADMINISTERS = {"administration": "write"}


@pytest.fixture
def here() -> Iterator[Office]:
    with office(permissions=ADMINISTERS) as opened:
        yield opened


def guarded(here: Office, *, by_us: bool = True) -> None:
    """Require our check, and let carol past."""
    whose = here.twin.app.id if by_us else None
    here.repo.require(checks=[("fitgate", whose)], bypass=[("carol", "always")])


def approved(here: Office) -> Pull:
    pull = here.hosted.lowered()
    pull.approve("bob")
    pull.approve("carol")
    here.settle()
    return pull


def passed(here: Office) -> list[PassedBy]:
    """Return how the one landing passed gates by."""
    here.settle()
    (landed,) = here.told(Landed)
    return [*landed.bypasses]


def who(here: Office, login: str) -> str:
    return f"github:{here.twin.users[login].id}"


def test_who_goes_past_a_ruleset_is_named_with_the_rules_that_stood_in_the_way(
    here: Office,
) -> None:
    guarded(here)
    pull = here.hosted.lowered()
    here.settle()
    pull.merge("carol", bypass=True)
    (one,) = passed(here)
    assert (one.how, one.gates) == ("against-verdict", ("slow-authority", "required_status_checks"))
    assert (one.by, one.authorised) == (who(here, "carol"), False)


def test_a_merge_before_our_check_turned_green_is_one_without_its_success(here: Office) -> None:
    pull = approved(here)
    here.twin.clock.forward(hours=49)
    pull.merge("bob")  # nobody was there to turn the check green
    here.twin.clock.forward(hours=1)
    (one,) = passed(here)
    assert (one.how, one.gates) == ("check-not-passed", ("fitgate",))


def test_a_green_check_of_another_app_with_our_name_is_no_success_of_ours(here: Office) -> None:
    guarded(here, by_us=False)
    pull = approved(here)
    here.repo.check("fitgate", pull.head_sha, "success")
    here.twin.clock.forward(hours=49)
    pull.merge("carol", bypass=True)
    here.twin.clock.forward(hours=1)
    assert [one.how for one in passed(here)] == ["check-not-passed"]


def test_our_own_green_check_is_a_success_whoever_merges(here: Office) -> None:
    guarded(here)
    pull = approved(here)
    here.settle(hours=49)
    assert here.check(pull.head_sha).conclusion == "success"
    pull.merge("bob")
    assert passed(here) == []


def test_a_merge_while_the_cool_down_runs_is_told_as_one(here: Office) -> None:
    pull = approved(here)
    here.settle(hours=1)
    pull.merge("carol")
    assert [one.how for one in passed(here)] == ["before-eligible"]


def test_an_approval_of_the_author_is_named_as_what_did_not_count(here: Office) -> None:
    here.repo.collaborator("alice", "admin")
    pull = here.hosted.lowered()
    pull.approve("bob")
    here.repo.push("fix", {"more.txt": "more\n"}, by="bob", message="And bob's")
    here.settle()
    pull.merge("carol")
    assert [one.how for one in passed(here)] == ["approvals-not-counted"]


def test_a_rule_gone_past_counts_in_shadow_mode_too_for_it_is_the_teams_own() -> None:
    with office(policy=POLICY.replace("enforce", "shadow"), permissions=ADMINISTERS) as here:
        here.repo.require(approvals=2, bypass=[("carol", "always")])
        pull = here.hosted.lowered()
        here.settle()
        pull.merge("carol", bypass=True)
        (one,) = passed(here)
        assert (one.how, one.gates) == ("own-review-skipped", ("pull_request",))


def test_rule_suites_that_may_not_be_read_are_not_observed_and_no_zero() -> None:
    with office() as here:
        pull = here.hosted.lowered()
        here.settle()
        pull.merge("carol")
        assert [one.how for one in passed(here)] == ["against-verdict"]
        found = hidden(here.memory.told.told(GateChanged))
        assert [(one.area, one.until) for one in found] == [("rule suites", None)]
        assert "administration: write" in found[0].why
        (installation,) = here.twin.installations.values()
        here.twin.grant(installation, administration="write")
        here.repo.require(approvals=1)
        here.settle()
        (one,) = hidden(here.memory.told.told(GateChanged))
        assert one.until is not None


def test_a_ruleset_switched_off_for_a_landing_and_on_again_is_a_gate_that_stood_open(
    here: Office,
) -> None:
    ruleset = here.repo.require(checks=[("fitgate", here.twin.app.id)], approvals=2)
    pull = approved(here)
    here.settle(hours=49)
    here.twin.clock.forward(hours=1)
    here.repo.enforce(ruleset, "disabled", by="maintainer")
    here.settle()
    here.twin.clock.forward(hours=1)
    pull.merge("bob")
    here.twin.clock.forward(hours=1)
    here.repo.enforce(ruleset, "active", by="maintainer")
    here.settle()
    moved = {(m.gate, m.moved) for m in here.told(GateChanged) if m.by}
    assert {("rules: check fitgate", "weakened"), ("rules: check fitgate", "strengthened")} <= moved
    found = [*events(here.memory.told)]
    assert {event.passed.how for event in found} == {"gate-weakened"}
    assert {event.passed.by for event in found} == {who(here, "maintainer")}


def test_new_rules_are_stronger_gates_and_whom_they_let_past_opened_nothing(here: Office) -> None:
    assert {one.moved for one in here.told(GateChanged)} == {"observed"}
    guarded(here)
    here.settle()
    told = {(one.gate, one.moved, one.level) for one in here.told(GateChanged) if one.level}
    carol = here.twin.users["carol"].id
    assert told == {
        ("rules: check fitgate", "strengthened", 2),
        ("bypass actors: main", "strengthened", 1),
        (f"bypass actors: main, User {carol}", "observed", -2),
    }  # fmt: skip


def test_classic_protection_that_is_dropped_is_a_gate_weakened(here: Office) -> None:
    here.repo.protect("main", Protection({"fitgate": here.twin.app.id}, 1, enforce_admins=True))
    here.settle()
    here.repo.unprotect("main", by="maintainer")
    here.settle()
    weakened = {one.gate for one in here.told(GateChanged) if one.moved == "weakened"}
    assert weakened == {
        "branch protection: administrators", "branch protection: check fitgate",
        "branch protection: deletions", "branch protection: force pushes",
        "branch protection: pull request",
    }  # fmt: skip


def test_whom_a_ruleset_lets_past_from_now_on_weakens_it(here: Office) -> None:
    guarded(here)
    here.settle()
    (ruleset,) = here.repo.rulesets.values()
    ruleset.bypass.append({"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "exempt"})
    here.twin.clock.forward(hours=1)
    here.repo.enforce(ruleset, "active", by="maintainer")
    here.settle()
    (one,) = (one for one in here.told(GateChanged) if one.moved == "weakened")
    assert (one.gate, one.level) == ("bypass actors: main, RepositoryRole 5", -3)
    assert one.by == who(here, "maintainer")


def test_a_label_of_ours_that_somebody_takes_off_is_put_back_and_written_down(
    here: Office,
) -> None:
    pull = here.hosted.lowered()
    here.settle()
    here.twin.clock.forward(hours=1)
    pull.unlabel("io:evaluation", by="alice")
    here.settle()
    assert "io:evaluation" in here.labels(pull)
    gone, back = (m for m in here.told(GateChanged) if m.gate == "label io:evaluation")
    assert (gone.moved, gone.by, gone.change) == (
        "weakened",
        who(here, "alice"),
        "github:acme/app#1",
    )
    assert (back.moved, back.change) == ("strengthened", "github:acme/app#1")


def test_a_label_deleted_everywhere_is_put_back_on_what_is_open(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    here.repo.delete_label("io:evaluation", by="maintainer")
    assert "io:evaluation" not in here.labels(pull)
    here.settle()
    assert "io:evaluation" in here.labels(pull)


def test_labels_of_others_may_be_taken_off(here: Office) -> None:
    pull = here.hosted.lowered()
    pull.label("bug", by="bob")
    here.settle()
    pull.unlabel("bug", by="bob")
    here.settle()
    assert not [one for one in here.told(GateChanged) if one.change]
