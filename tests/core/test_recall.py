"""What a ledger remembers of a change, in its facts and in what is made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fitgate.core.classify import Looks, classify
from fitgate.core.facts import Evaluation, Facts, Trailer, Unknown
from fitgate.core.followups import open_follow_ups
from fitgate.core.policy import Policy
from fitgate.core.recall import recall
from fitgate.core.reclassification import Reclassification
from fitgate.core.records import Record
from fitgate.core.records.changes import (
    Evaluated,
    FollowUpClosed,
    Overridden,
    RationaleGiven,
    RegisterReviewed,
)
from fitgate.core.standing import Standing
from tests.builders import (
    DIGEST,
    HOUR,
    NOW,
    a_change,
    a_policy,
    facts_of,
    trailers,
)
from tests.chronicles import chronicle_of, landed, noted

CHANGE = "github:acme/app#7"
HEAD = "2" * 40
BARE = facts_of(a_change(trailers=()), overrides=None, drills=None, breakers=None, evaluations=())
POLICY = a_policy(breakers=[])


def recalled(*records: Record, facts: Facts = BARE, policy: Policy = POLICY) -> Facts:
    told = [noted(record, NOW - (20 - n) * HOUR) for n, record in enumerate(records)]
    return recall(facts, chronicle_of(*told), policy)


def test_a_rationale_on_record_is_declared() -> None:
    found = recalled(RationaleGiven(CHANGE, "github:will", "it flakes"))
    assert found.change.trailers == (Trailer("IO-Rationale", "it flakes", "said by github:will"),)
    assert recalled(RationaleGiven("another", None, "it flakes")).change.trailers == ()
    assert recalled(RationaleGiven(CHANGE)).change.trailers == ()


def test_what_the_description_declares_stands_before_it() -> None:
    given = facts_of(a_change(trailers=trailers()), overrides=None)
    found = recalled(RationaleGiven(CHANGE, None, "it flakes"), facts=given)
    assert found.change.trailers[:-1] == given.change.trailers


def test_what_was_said_later_is_not_known_yet() -> None:
    said = chronicle_of(noted(RationaleGiven(CHANGE, None, "it flakes"), NOW - HOUR))
    assert recall(replace(BARE, as_of=NOW - 2 * HOUR), said, POLICY).change.trailers == ()


class TestEvaluations:
    def test_of_this_head_or_of_the_landing_count_and_the_last_word_of_each(self) -> None:
        found = recalled(
            Evaluated(CHANGE, "a", "failed", commit=HEAD),
            Evaluated(CHANGE, "a", "passed", commit=HEAD),
            Evaluated(CHANGE, "b", "failed", commit="3" * 40),
            Evaluated(CHANGE, "c", "passed"),
        )
        assert {(e.name, e.result) for e in found.evaluations or ()} == {
            ("a", "passed"), ("c", "passed"),
        }  # fmt: skip

    def test_that_the_forge_tells_stand(self) -> None:
        told = replace(BARE, evaluations=(Evaluation("a", "failed", NOW - HOUR),))
        found = recalled(Evaluated(CHANGE, "a", "passed", commit=HEAD), facts=told)
        assert [(e.name, e.result) for e in found.evaluations or ()] == [("a", "failed")]

    def test_are_unknown_where_the_forge_could_not_be_read(self) -> None:
        unread = replace(BARE, evaluations=None, unknown=(Unknown("evaluations", "403"),))
        found = recalled(Evaluated(CHANGE, "a", "passed", commit=HEAD), facts=unread)
        assert found.evaluations is None
        assert found.unknown == unread.unknown
        clone = replace(unread, forge="git")
        assert recalled(Evaluated(CHANGE, "a", "passed"), facts=clone).evaluations is not None

    def test_of_a_head_close_nothing(self) -> None:
        told = [
            landed(CHANGE, NOW - 5 * HOUR, required=("a",)),
            noted(Evaluated(CHANGE, "a", "passed", pre_landing=True, commit=HEAD), NOW - 6 * HOUR),
        ]
        (row,) = chronicle_of(*told).rows()
        assert row.closed_at is None
        after = noted(Evaluated(CHANGE, "a", "passed"), NOW - HOUR)
        (row,) = chronicle_of(*told, after).rows()
        assert row.closed_at == NOW - HOUR


class TestOverrides:
    MINE = Overridden(CHANGE, "github:sam", "down", NOW + HOUR, DIGEST)

    def test_of_this_change_are_known_even_when_they_have_run_out(self) -> None:
        over = replace(self.MINE, until=NOW - HOUR)
        assert [o.until for o in recalled(over).overrides or ()] == [NOW - HOUR]

    @pytest.mark.parametrize(
        ("change", "known"), [({}, 1), ({"until": NOW}, 0), ({"content": None}, 0)]
    )
    def test_of_another_are_known_while_they_can_count(
        self, change: dict[str, Any], known: int
    ) -> None:
        other = replace(self.MINE, change="another", **change)
        assert len(recalled(other).overrides or ()) == known

    def test_that_settle_say_so(self) -> None:
        said = replace(self.MINE, settles="not-io")
        assert [o.settles for o in recalled(said).overrides or ()] == ["not-io"]


class TestWords:
    NO_IO = replace(BARE, files=())
    LOOKS = Looks(
        a_policy(taxonomy={"data": {"name": "Data"}, "evaluation": {"name": "Evaluation"}})
    )

    def said(self, *records: Record) -> Facts:
        return recalled(*records, facts=self.NO_IO)

    def test_are_known_as_they_were_said(self) -> None:
        found = self.said(
            RegisterReviewed(CHANGE, "amended", "github:will", "it drops", ("data",)),
            RegisterReviewed(CHANGE, "disputed", "github:bob", "a fixture"),
            RegisterReviewed(CHANGE, "confirmed", "github:bob"),
            RegisterReviewed("another", "disputed", "github:bob", "a fixture"),
        )
        assert found.reclassified == (
            Reclassification("github:will", NOW - 20 * HOUR, "it drops", categories=("data",)),
            Reclassification("github:bob", NOW - 19 * HOUR, "a fixture", is_io=False),
        )

    def test_that_add_make_it_an_io_with_proof(self) -> None:
        facts = self.said(RegisterReviewed(CHANGE, "amended", "github:will", "it drops", ("data",)))
        assert classify(self.NO_IO, self.LOOKS).is_io is False
        found = classify(facts, self.LOOKS)
        assert found.is_io is True
        assert [(m.category, m.kind, m.key, m.after) for m in found.matches] == [
            ("data", "word", "github:will", "it drops")
        ]

    def test_that_take_away_leave_what_the_rules_say(self) -> None:
        policy = a_policy(
            rules=[
                {
                    "id": "dropped", "category": "data", "why": "it is gone",
                    "when": {"path": {"files": "db/**", "status": "removed"}},
                }
            ]
        )  # fmt: skip
        said = [
            RegisterReviewed(CHANGE, "disputed", by, "a fixture")
            for by in ("github:will", "github:bob")
        ]
        facts = recalled(*said)
        assert classify(facts, Looks(policy)) == classify(BARE, Looks(policy))
        assert classify(facts, Looks(policy)).is_io is True

    def test_that_two_people_took_back_make_it_none_again(self) -> None:
        added = RegisterReviewed(CHANGE, "amended", "github:will", "it drops", ("data",))
        back = [
            RegisterReviewed(CHANGE, "disputed", by, "it does not")
            for by in ("github:will", "github:bob")
        ]
        assert classify(self.said(added, back[0]), self.LOOKS).is_io is True
        assert classify(self.said(added, *back), self.LOOKS).is_io is False

    def test_that_add_where_nothing_could_be_listed_make_it_one(self) -> None:
        unread = replace(BARE, files=None, unknown=(Unknown("files", "403"),))
        added = RegisterReviewed(CHANGE, "amended", "github:will", "it drops", ("data",))
        found = classify(recalled(added, facts=unread), self.LOOKS)
        assert (found.is_io, [u.what for u in found.unknown]) == (True, ["files"])


def test_a_follow_up_is_open_from_the_landing_past_a_broken_glass_until_it_is_closed() -> None:
    told = [
        landed("1", NOW - 3 * HOUR, standing=Standing.OVERRIDDEN),
        landed("2", NOW - 5 * HOUR, standing=Standing.OVERRIDDEN),
        landed("3", NOW - 4 * HOUR),
        noted(Overridden("4", "github:sam", "down", NOW, DIGEST), NOW - HOUR),
    ]
    assert [row.change for row in open_follow_ups(chronicle_of(*told))] == ["2", "1"]
    closed = noted(FollowUpClosed("2", "github:bob", "done"), NOW - HOUR)
    assert [row.change for row in open_follow_ups(chronicle_of(*told, closed))] == ["1"]
