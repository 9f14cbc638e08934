"""What comes of commands: entries, or why there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fitgate.core.chronicle import Chronicle
from fitgate.core.commands.asked import Comment, Speaker
from fitgate.core.commands.carrying_out import Result, Situation, carry_out
from fitgate.core.commands.grammar import commands
from fitgate.core.entries import Draft
from fitgate.core.facts import Facts
from fitgate.core.findings import Outcome
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, record_of
from fitgate.core.records.changes import (
    Evaluated,
    FollowUpClosed,
    Overridden,
    RationaleGiven,
    Reclassified,
    RegisterReviewed,
)
from fitgate.core.records.controls import Drilled
from fitgate.core.standing import Standing
from tests.builders import DIGEST, HOUR, NOW, a_change, a_person, a_policy, facts_of
from tests.chronicles import AN_IO, chronicle_of, landed, noted
from tests.verdicts import a_verdict

CHANGE = "github:acme/app#7"
POLICY = a_policy(
    roles={"safety-owner": {"users": ["sam"]}},
    override={"roles": ["safety-owner"], "expires": "PT4H"},
    taxonomy={"data": {"name": "Data", "classes": ["R"]}, "deployment": {"name": "Deployment"}},
    rules=[
        {
            "id": "dropped", "category": "data", "why": "it is gone",
            "when": {"path": {"files": "db/**", "status": "removed"}},
        }
    ],
)  # fmt: skip
HELD = a_verdict(Outcome.HOLD)
SAID = NOW - HOUR


def here(text: str, by: str = "sam", **changes: Any) -> Situation:
    person = a_person(by, *(("safety-owner",) if by == "sam" else ()))
    told: dict[str, Any] = {
        "facts": facts_of(), "verdict": HELD, "policy": POLICY, "told": Chronicle(), "now": NOW,
    } | changes  # fmt: skip
    return Situation(Comment(5, 7, person, text, SAID), Speaker(person, "write"), **told)


def come_of(text: str, by: str = "sam", **changes: Any) -> tuple[Result, ...]:
    return carry_out(commands(text), here(text, by, **changes))


def recorded(text: str, by: str = "sam", **changes: Any) -> list[Record]:
    found = come_of(text, by, **changes)
    assert [each.refusal for each in found if each.refusal] == []
    return [record_of(each) for result in found for each in result.drafts]


def why(text: str, by: str = "sam", **changes: Any) -> str:
    (found,) = come_of(text, by, **changes)
    assert found.drafts == ()
    assert found.refusal is not None
    return found.refusal.code


def since_landed(at: datetime = SAID - HOUR) -> Facts:
    return facts_of(a_change(landed_at=at, landed_as="merge"), as_of=at)


def of(record: Record, at: datetime = SAID) -> Draft:
    return noted(record, at)


def test_each_command_is_an_entry_at_the_time_that_it_was_said() -> None:
    (result,) = come_of("/fitgate rationale it flakes")
    (draft,) = result.drafts
    assert (draft.at, draft.key) == (SAID, "comment/5/1")
    assert record_of(draft) == RationaleGiven(CHANGE, "github:sam", "it flakes")


class TestOverride:
    def test_counts_as_long_as_the_policy_gives_or_as_is_said(self) -> None:
        record = Overridden(CHANGE, "github:sam", "down", SAID + 4 * HOUR, DIGEST)
        assert recorded("/fitgate override down") == [record]
        shorter = replace(record, until=SAID + 2 * HOUR)
        assert recorded("/fitgate override --for 2h down") == [shorter]
        assert recorded("/fitgate override --until 2026-01-31T13:00Z down") == [shorter]

    def test_is_never_longer_than_the_policy_gives(self) -> None:
        assert why("/fitgate override --for 4h1s down") == "too-long"
        assert why("/fitgate override --until 2026-01-31T15:01Z down") == "too-long"

    def test_that_would_have_run_out_before_it_was_read_is_none(self) -> None:
        assert why("/fitgate override --for 1h down") == "over-already"
        assert why("/fitgate override --until 2026-01-31T10:00Z down") == "over-already"

    @pytest.mark.parametrize(
        ("verdict", "code"),
        [
            (a_verdict(Outcome.ALLOW, is_io=False), "not-an-io"),
            (a_verdict(Outcome.UNDECIDED, is_io=None), "to-be-settled"),
            (a_verdict(Outcome.ALLOW), "nothing-held"),
        ],
    )
    def test_of_what_is_not_held_is_none(self, verdict: Any, code: str) -> None:
        assert why("/fitgate override down", verdict=verdict) == code

    def test_is_bound_to_what_the_change_does(self) -> None:
        assert why("/fitgate override x y", facts=facts_of(a_change(digest=None))) == (
            "content-unknown"
        )

    def test_after_the_landing_is_none_and_before_it_is_one(self) -> None:
        assert why("/fitgate override down", facts=since_landed()) == "landed"
        later = since_landed(SAID + HOUR / 2)
        assert len(recorded("/fitgate override down", facts=later)) == 1
        told = chronicle_of(landed(CHANGE, SAID + HOUR / 2))
        assert why("/fitgate override down", facts=later, told=told) == "landed"

    def test_leaves_a_follow_up_from_its_landing_until_it_is_closed(self) -> None:
        text = "/fitgate followup done it was evaluated"
        assert why(text) == "no-follow-up"
        told = [landed(CHANGE, SAID - HOUR, AN_IO, standing=Standing.OVERRIDDEN)]
        closed = FollowUpClosed(CHANGE, "github:sam", "it was evaluated")
        assert recorded(text, told=chronicle_of(*told)) == [closed]
        assert why(text, told=chronicle_of(*told, of(closed))) == "no-follow-up"


class TestReclassify:
    NO_IO = facts_of(files=())

    def test_what_anybody_adds_counts_at_once(self) -> None:
        review = RegisterReviewed(CHANGE, "amended", "github:will", "it drops", ("data",))
        counted = Reclassified(
            CHANGE,
            Nature(is_io=True, categories=("data",), classes=("R",)),
            "github:will",
            "it drops",
            lowered=False,
        )
        found = recorded("/fitgate reclassify data it drops", "will", facts=self.NO_IO)
        assert found == [review, counted]

    def test_what_is_taken_away_waits_for_somebody_without_a_hand_in_it(self) -> None:
        first = RegisterReviewed(CHANGE, "disputed", "github:alice", "a fixture")
        assert recorded("/fitgate reclassify not-io a fixture", "alice") == [first]
        own = of(replace(first, by="github:will"), SAID - HOUR)
        assert recorded(
            "/fitgate reclassify not-io a fixture", "alice", told=chronicle_of(own)
        ) == [first]
        other = of(first, SAID - HOUR)
        _, counted = recorded(
            "/fitgate reclassify not-io so it is", "will", told=chronicle_of(other)
        )
        assert isinstance(counted, Reclassified)
        assert (counted.nature, counted.lowered) == (Nature(is_io=False), True)
        assert counted.seconded_by == "github:alice"

    def test_after_the_landing_a_second_person_is_heard_too(self) -> None:
        other = of(RegisterReviewed(CHANGE, "disputed", "github:alice", "a fixture"), SAID - HOUR)
        told = chronicle_of(landed(CHANGE, SAID - 2 * HOUR), other)
        facts = since_landed(SAID - 2 * HOUR)
        found = recorded("/fitgate reclassify not-io so it is", "will", told=told, facts=facts)
        assert [type(each) for each in found] == [RegisterReviewed, Reclassified]

    def test_one_person_cannot_second_themselves_in_one_comment(self) -> None:
        twice = "/fitgate reclassify not-io a fixture\n/fitgate reclassify not-io yes it is"
        assert all(isinstance(each, RegisterReviewed) for each in recorded(twice, "will"))

    @pytest.mark.parametrize(
        ("said", "categories", "reason"),
        [
            ("data it drops", ["data"], "it drops"),
            ("data, deployment it drops", ["data", "deployment"], "it drops"),
            ("DATA deployment: it drops", ["data", "deployment"], "it drops"),
            ("data: deployment is what it does", ["data"], "deployment is what it does"),
            ("data because it drops", ["data"], "it drops"),
            ("data , deployment - it drops", ["data", "deployment"], "it drops"),
        ],
    )
    def test_categories_come_first_and_then_the_reason(
        self, said: str, categories: list[str], reason: str
    ) -> None:
        (review, *_) = recorded(f"/fitgate reclassify {said}", "will", facts=self.NO_IO)
        assert isinstance(review, RegisterReviewed)
        assert [*(review.categories or ())] == categories
        assert review.why == reason

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("dta it drops", "no-such-category"),
            ("it drops", "no-such-category"),
            ("data deploymnt it drops", "no-such-category"),
            ("data", "no-reason"),
            ("data: tbd", "no-reason"),
            ("data, deployment", "no-reason"),
            ("data it counts as that", "counts-already"),
        ],
    )
    def test_what_names_no_category_or_reason_or_nothing_new_is_none(
        self, said: str, code: str
    ) -> None:
        assert why(f"/fitgate reclassify {said}", "will") == code

    def test_what_cannot_be_told_is_settled_by_a_role_for_a_time(self) -> None:
        unknown = a_verdict(Outcome.UNDECIDED, is_io=None)
        facts = facts_of(a_change(digest=None), files=None)
        text = "/fitgate reclassify not-io texts alone"
        assert recorded(text, verdict=unknown, facts=facts) == [
            Overridden(CHANGE, "github:sam", "texts alone", SAID + 4 * HOUR, None, settles="not-io")
        ]
        assert why(text, "will", verdict=unknown, facts=facts) == "not-entitled"


def test_an_evaluation_before_the_landing_is_of_the_head_and_after_it_of_the_landing() -> None:
    text = "/fitgate evaluated eval/x failed https://x.example"
    before = Evaluated(
        CHANGE,
        "eval/x",
        "failed",
        pre_landing=True,
        source="comment 5 by github:sam",
        commit="2" * 40,
        evidence="https://x.example",
    )
    assert recorded(text) == [before]
    after = replace(before, pre_landing=False, commit=None)
    assert recorded(text, facts=since_landed()) == [after]


def test_a_drill_is_what_somebody_says_and_no_pass_by_its_own_figures_if_it_failed() -> None:
    (record,) = recorded("/fitgate drill restore passed recovery 59m loss 10m by hand")
    assert isinstance(record, Drilled)
    assert (record.self_reported, record.restored) == (True, True)
    assert (record.recovery, record.loss, record.rto, record.rpo) == (3540, 600, 3600, 900)
    assert why("/fitgate drill restore passed recovery 61m") == "no-pass"
    (failed,) = recorded("/fitgate drill restore failed recovery 61m")
    assert isinstance(failed, Drilled)
    assert (failed.passed, failed.restored) == (False, None)


def test_of_several_commands_each_comes_to_what_it_says() -> None:
    found = come_of("/fitgate rationale it flakes\n/fitgate frob\n/fitgate followup done x y")
    assert [each.is_good for each in found] == [True, False, False]
    assert [draft.key for each in found for draft in each.drafts] == ["comment/5/1"]
