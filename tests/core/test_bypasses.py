"""Bypasses are derived from what landed, and unknown accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fitgate.core.bypasses import FEWEST, Before, Practice, events, passed_by
from fitgate.core.chronicle import Chronicle
from fitgate.core.facts import Facts
from fitgate.core.findings import Finding, Outcome, finding
from fitgate.core.passage import UNSEEN, OwnCheck, Passage
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, draft
from fitgate.core.records.changes import Landed, PassedBy, Reclassified
from fitgate.core.records.controls import GateChanged
from fitgate.core.standing import Standing
from tests.builders import DAY, HOUR, NOW, a_change, a_policy, an_approval, facts_of
from tests.fakes import MemoryLedger
from tests.verdicts import a_verdict

HELD = finding("slow-authority", Outcome.HOLD, "rationale-missing")
PUSH = facts_of(a_change(kind="push", landed_as="push", number=None))


def reviewed(pulls: int = FEWEST, pushes: int = 0) -> Practice:
    practice = Practice()
    for _ in range(pulls):
        practice.add(pushed=False)
    for _ in range(pushes):
        practice.add(pushed=True)
    return practice


def told(facts: Facts, standing: Standing, practice: Practice, **verdict: Any) -> list[PassedBy]:
    said = a_verdict(Outcome.HOLD, findings=(HELD,), **verdict)
    return [*passed_by(facts, said, standing, a_policy(), Before(practice))]


def test_what_landed_against_the_verdict_passed_by_the_gates_that_held_it() -> None:
    assert told(facts_of(), Standing.BYPASS, Practice()) == [
        PassedBy("against-verdict", ("slow-authority",))
    ]


def test_approvals_of_the_author_are_named_as_what_did_not_count() -> None:
    own = facts_of(approvals=(an_approval("alice"),))
    assert [p.how for p in told(own, Standing.BYPASS, Practice())] == ["approvals-not-counted"]


def test_a_direct_push_against_the_verdict_is_told_as_one() -> None:
    assert [p.how for p in told(PUSH, Standing.BYPASS, Practice())] == ["direct-push"]


def test_an_override_is_authorised_and_no_silent_skip() -> None:
    used = finding("override", Outcome.ALLOW, "override-used", by="github:sam", reason="fire")
    verdict = a_verdict(findings=(HELD, used))
    (only,) = passed_by(facts_of(), verdict, Standing.OVERRIDDEN, a_policy(), Before(Practice()))
    assert (only.authorised, only.visibility, only.by, only.reason) == (
        True, "escalation", "github:sam", "fire",
    )  # fmt: skip


def test_a_push_passes_by_the_practice_of_a_team_that_lands_by_pull_requests() -> None:
    practice = reviewed()
    assert told(PUSH, Standing.WOULD_HOLD, practice) == [PassedBy("direct-push", ("pull-request",))]


@pytest.mark.parametrize("practice", [Practice(), reviewed(FEWEST - 1), reviewed(7, 3)])
def test_a_team_that_pushes_or_of_which_little_is_known_has_no_such_gate(
    practice: Practice,
) -> None:
    assert told(PUSH, Standing.WOULD_HOLD, practice) == []


def test_what_came_by_force_is_told_so_whatever_its_message_says() -> None:
    said = a_verdict(Outcome.HOLD, findings=(HELD,))
    by_force = Before(reviewed(), forced=True)
    held, against = (Standing.WOULD_HOLD, Standing.BYPASS)
    assert [*passed_by(facts_of(), said, held, a_policy(), by_force)] == [
        PassedBy("forced-push", ("pull-request",))
    ]
    assert [*passed_by(PUSH, said, against, a_policy(), by_force)] == [
        PassedBy("forced-push", ("slow-authority",))
    ]
    alone = Before(Practice(), forced=True)
    assert [*passed_by(PUSH, said, held, a_policy(), alone)] == []


@pytest.mark.parametrize("is_io", [False, None])
def test_what_is_not_known_to_be_an_io_bypasses_nothing(is_io: bool | None) -> None:
    assert told(PUSH, Standing.UNJUDGED, reviewed(), is_io=is_io) == []


@pytest.mark.parametrize("standing", [Standing.UNJUDGED, Standing.WOULD_HOLD, Standing.ALLOWED])
def test_what_cannot_be_judged_or_runs_in_shadow_accuses_nobody(standing: Standing) -> None:
    assert told(facts_of(), standing, reviewed()) == []


def chronicle(*records: tuple[Record, timedelta]) -> Chronicle:
    ledger = MemoryLedger()
    ledger.append([draft(r, NOW + after, f"{n}") for n, (r, after) in enumerate(records)], NOW)
    return Chronicle(ledger.entries)


IO = Nature(is_io=True, categories=("data",))
LANDED = Landed("github:1#7", "merge", IO, Standing.ALLOWED, "enforce")


def test_a_gate_weakened_and_restored_around_a_landing_was_passed_by() -> None:
    opened = GateChanged("required-review", "weakened", by="github:alice")
    shut = GateChanged("required-review", "strengthened")
    (event,) = events(chronicle((opened, -HOUR), (LANDED, 0 * HOUR), (shut, HOUR)))
    assert (event.passed.how, event.passed.gates) == ("gate-weakened", ("required-review",))
    assert (event.passed.by, event.at) == ("github:alice", NOW)


@pytest.mark.parametrize(
    ("opened", "shut"), [(HOUR, 2 * HOUR), (-3 * HOUR, -HOUR), (-HOUR, 8 * DAY)]
)
def test_a_gate_that_was_whole_at_the_landing_or_changed_for_good_was_not(
    opened: timedelta, shut: timedelta
) -> None:
    weak, strong = GateChanged("ci", "weakened"), GateChanged("ci", "strengthened")
    assert not [*events(chronicle((weak, opened), (LANDED, 0 * HOUR), (strong, shut)))]


def test_a_label_lowered_by_one_person_alone_is_a_bypass_and_lowers_nothing() -> None:
    less = Reclassified("github:1#7", Nature(is_io=False), "github:bob", "it is docs", lowered=True)
    told = chronicle((less, -HOUR), (LANDED, 0 * HOUR))
    (event,) = events(told)
    assert (event.passed.how, event.passed.by) == ("label-lowered", "github:bob")
    assert next(told.rows()).nature == IO


def test_a_label_lowered_by_two_people_is_what_counts() -> None:
    less = Reclassified(
        "github:1#7", Nature(is_io=False), "github:bob", "it is docs", lowered=True,
        seconded_by="github:sam",
    )  # fmt: skip
    told = chronicle((less, -HOUR), (LANDED, 0 * HOUR))
    assert not [*events(told)]
    assert next(told.rows()).nature.is_io is False


def test_what_was_never_decided_on_though_others_were_is_a_bypass_in_enforce_mode() -> None:
    def how(mode: str, *, undecided: bool) -> list[str]:
        verdict = a_verdict(Outcome.UNDECIDED, mode=mode)
        before = Before(Practice(), undecided)
        passed = passed_by(facts_of(), verdict, Standing.UNJUDGED, a_policy(), before)
        return [each.how for each in passed]

    assert how("enforce", undecided=True) == ["no-decision"]
    assert how("enforce", undecided=False) == []
    assert how("shadow", undecided=True) == []


def test_a_label_that_was_off_for_a_landing_accuses_no_other_landing() -> None:
    gone = GateChanged("label io:data", "weakened", "github:bob", change="github:1#7")
    back = GateChanged("label io:data", "strengthened", change="github:1#7")
    other = replace(LANDED, change="github:1#8")
    told = chronicle(
        (gone, -HOUR), (LANDED, 0 * HOUR), (other, 0 * HOUR), (back, HOUR)
    )  # fmt: skip
    assert [(event.row.change, event.passed.by) for event in events(told)] == [
        ("github:1#7", "github:bob")
    ]


COOLING = finding("slow-authority", Outcome.HOLD, "cooldown-running", until=NOW)
ALLOWED = Standing.ALLOWED


def past(
    facts: Facts, standing: Standing, passage: Passage, *found: Finding, mode: str = "enforce"
) -> list[PassedBy]:
    outcome = Outcome.HOLD if found else Outcome.ALLOW
    verdict = a_verdict(outcome, findings=found, mode=mode)
    return [*passed_by(facts, verdict, standing, a_policy(), Before(Practice(), passage=passage))]


def test_a_landing_that_only_its_clock_held_was_before_eligible() -> None:
    early = past(facts_of(), Standing.BYPASS, UNSEEN, COOLING)
    assert [one.how for one in early] == ["before-eligible"]
    both = past(facts_of(), Standing.BYPASS, UNSEEN, COOLING, HELD)
    assert [one.how for one in both] == ["against-verdict"]


@pytest.mark.parametrize(
    ("check", "hows"),
    [("not-passed", ["check-not-passed"]), ("absent", ["check-not-passed"]), ("passed", []),
     (None, [])],
)  # fmt: skip
def test_a_merge_without_success_of_our_check_is_a_bypass_unless_that_is_not_known(
    check: OwnCheck | None, hows: list[str]
) -> None:
    assert [one.how for one in past(facts_of(), ALLOWED, Passage(check))] == hows
    assert past(facts_of(), ALLOWED, Passage(check), mode="shadow") == []


def test_a_push_has_no_check_and_is_told_as_forced_where_it_was() -> None:
    assert past(PUSH, ALLOWED, Passage("absent")) == []
    forced = replace(PUSH, change=replace(PUSH.change, forced=True))
    passed = past(forced, Standing.BYPASS, UNSEEN, HELD)
    assert [one.how for one in passed] == ["forced-push"]


@pytest.mark.parametrize(
    ("rules", "how"),
    [
        (("required_status_checks", "pull_request"), "own-review-skipped"),
        (("required_status_checks",), "own-check-skipped"),
        (("non_fast_forward", "pull_request"), "forced-push"),
        (("environment",), "environment-skipped"),
        (("deletion",), "rule-skipped"),
    ],
)
@pytest.mark.parametrize("mode", ["shadow", "enforce"])
def test_what_the_forge_says_that_somebody_went_past_is_one_bypass_with_its_rules(
    rules: tuple[str, ...], how: str, mode: str
) -> None:
    (one,) = past(facts_of(), ALLOWED, Passage(past=rules, by="github:7"), mode=mode)
    assert (one.how, one.gates, one.by, one.authorised) == (how, rules, "github:7", False)


def test_rules_gone_past_join_the_gates_of_the_bypass_that_is_there_already() -> None:
    passage = Passage(past=("pull_request",), by="github:7")
    (one,) = past(PUSH, Standing.BYPASS, passage, HELD)
    assert (one.how, one.gates) == ("direct-push", ("slow-authority", "pull_request"))
    assert one.by == "github:7"


def test_who_broke_the_glass_answers_for_the_rules_that_were_in_the_way_too() -> None:
    used = finding("override", Outcome.ALLOW, "override-used", by="github:sam", reason="fire")
    verdict = a_verdict(findings=(HELD, used))
    before = Before(Practice(), passage=Passage(past=("pull_request",), by="github:7"))
    (one,) = passed_by(facts_of(), verdict, Standing.OVERRIDDEN, a_policy(), before)
    assert (one.by, one.authorised, one.gates) == (
        "github:sam", True, ("slow-authority", "pull_request"),
    )  # fmt: skip


def test_rules_that_were_dropped_together_for_a_landing_are_one_bypass() -> None:
    gates = ("rules: check fitgate", "rules: pull request")
    told = chronicle(
        *((GateChanged(gate, "weakened", "github:bob"), -HOUR) for gate in gates),
        (LANDED, 0 * HOUR),
        *((GateChanged(gate, "strengthened", "github:bob"), HOUR) for gate in gates),
    )
    (event,) = events(told)
    assert (event.passed.gates, event.passed.by) == (gates, "github:bob")


@pytest.mark.parametrize(
    ("gate", "hows"),
    [
        ("environments: production guarded", ["gate-weakened"]),
        ("environments: staging guarded", []),
        ("rules: check fitgate", []),
        ("mode", ["gate-weakened"]),
    ],
)
def test_a_deployment_passes_by_the_gates_of_its_environment_and_no_branchs(
    gate: str, hows: list[str]
) -> None:
    deployed = replace(LANDED, stage="deployment", environment="production")
    weak, strong = GateChanged(gate, "weakened"), GateChanged(gate, "strengthened")
    told = chronicle((weak, -HOUR), (deployed, 0 * HOUR), (strong, HOUR))
    assert [event.passed.how for event in events(told)] == hows
