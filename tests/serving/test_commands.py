"""Commands in comments and check buttons, from their deliveries to answers and the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.records.changes import (
    Decided,
    Evaluated,
    FollowUpClosed,
    Landed,
    Overridden,
    RationaleGiven,
    Reclassified,
    RegisterReviewed,
)
from fitgate.core.records.controls import Drilled
from tests.serving.asking import RULED, answers, say, the_answer, told_again
from tests.serving.office import Office, office


@pytest.fixture
def here() -> Iterator[Office]:
    with office(policy=RULED) as opened:
        yield opened


def test_a_rationale_given_in_a_comment_counts_as_one_in_the_description(here: Office) -> None:
    pull = here.hosted.lowered(body="")
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=49)
    assert here.check(pull.head_sha).conclusion == "action_required"
    said = say(here, pull, "alice", "/fitgate rationale it flakes since the new runner")
    assert here.check(pull.head_sha).conclusion == "success"
    assert [given.why for given in here.told(RationaleGiven)] == ["it flakes since the new runner"]
    assert "✓ line 1, `/fitgate rationale`" in the_answer(pull)
    assert "Now: **ALLOW**" in the_answer(pull)
    assert said.reactions


def test_an_override_passes_the_gate_once_and_is_counted_and_followed_up(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "bob", "/fitgate override --for 2h the evaluation is down and we must ship")
    assert here.check(pull.head_sha).conclusion == "success"
    (record,) = here.told(Overridden)
    assert record.content == here.told(Decided)[-1].content
    pull.merge("carol", "squash")
    here.settle()
    (landed,) = here.told(Landed)
    assert landed.standing == "overridden"
    assert [(each.how, each.authorised) for each in landed.bypasses] == [("override", True)]
    say(here, pull, "alice", "/fitgate followup done the evaluation ran afterwards, and passed")
    (closed,) = here.told(FollowUpClosed)
    assert closed.note == "the evaluation ran afterwards, and passed"
    say(here, pull, "alice", "/fitgate followup done again")
    assert len(here.told(FollowUpClosed)) == 1
    assert "follow-up is open" in answers(pull)[-1]


def test_an_override_runs_out(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "bob", "/fitgate override --for 2h down")
    here.settle(hours=1)
    assert here.check(pull.head_sha).conclusion == "success"
    here.settle(hours=1)
    assert here.check(pull.head_sha).conclusion == "action_required"


def test_an_override_is_void_when_the_content_changes(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "bob", "/fitgate override down")
    pull.push({"eval.yaml": "threshold: 0.1\n"}, by="alice", message="Lower it more")
    here.settle(hours=1)
    assert here.check(pull.head_sha).conclusion == "action_required"


@pytest.mark.parametrize(
    ("by", "text", "why"),
    [
        ("alice", "/fitgate override it must go out", "it takes"),
        ("carol", "/fitgate override it must go out", "the role owner"),
        ("bob", "/fitgate override --for 5h it must go out", "4 h at most"),
        ("bob", "/fitgate override", "does not say why"),
        ("bob", "/fitgate overide x", "Did you mean `override`"),
        ("bob", "/fitgate reclassify dta it drops", "did you mean"),
        ("bob", "/fitgate followup done all", "follow-up is open"),
        ("bob", "/fitgate explain no-rule", "has no rule"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_answered_with_why_and_what_to_do(
    here: Office, by: str, text: str, why: str
) -> None:
    pull = here.hosted.lowered()
    here.settle()
    before = here.ledger.head()
    said = say(here, pull, by, text)
    assert why in the_answer(pull)
    assert "Next: " in the_answer(pull)
    assert here.ledger.head() == before
    assert {content for _, content in said.reactions} == {"-1"}


def test_to_add_a_category_counts_at_once_and_holds_what_was_no_io(here: Office) -> None:
    here.repo.push("docs", {"README.md": "# New\n"}, by="alice", message="Docs")
    pull = here.repo.open_pull("docs", "main", "Docs", "", by="alice")
    here.settle()
    assert here.check(pull.head_sha).conclusion == "success"
    say(here, pull, "bob", "/fitgate reclassify data it says how records are deleted")
    assert here.check(pull.head_sha).conclusion == "action_required"
    assert "io:data" in here.labels(pull)
    (counted,) = here.told(Reclassified)
    assert (counted.nature.categories, counted.lowered) == (("data",), False)


def test_to_take_away_takes_two_people_and_opens_no_gate(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "alice", "/fitgate reclassify not-io it is a test fixture")
    assert [each.status for each in here.told(RegisterReviewed)] == ["disputed"]
    assert here.told(Reclassified) == []
    say(here, pull, "bob", "/fitgate reclassify not-io it is, I wrote the test")
    (counted,) = here.told(Reclassified)
    assert (counted.nature.is_io, counted.lowered) == (False, True)
    assert counted.seconded_by == f"github:{here.twin.users['alice'].id}"
    assert here.check(pull.head_sha).conclusion == "action_required"
    assert "its gates ask on" in answers(pull)[-1]


def test_evaluations_and_drills_that_are_told_are_marked_as_self_reported(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    text = '/fitgate evaluated "red team" passed https://x.example\n/fitgate drill restore passed'
    say(here, pull, "bob", f"Both done.\n{text} recovery 40m loss PT5M by hand")
    (evaluated,) = here.told(Evaluated)
    assert (evaluated.name, evaluated.commit) == ("red team", pull.head_sha)
    (drilled,) = here.told(Drilled)
    assert (drilled.self_reported, drilled.recovery, drilled.loss) == (True, 2400, 300)
    assert the_answer(pull).count("✓") == 2


def test_explain_says_why_and_help_what_can_be_asked(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "bob", "/fitgate explain\n/fitgate help")
    text = the_answer(pull)
    assert "bar-lowered" in text
    assert "| `/fitgate override [--for 2h" in text


def test_a_comment_is_answered_once_however_often_it_is_told(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "alice", "/fitgate rationale it flakes")
    before = here.ledger.head()
    told_again(here)
    assert (here.ledger.head(), len(answers(pull))) == (before, 1)


def test_what_was_edited_before_it_was_read_is_not_carried_out(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    said = pull.comment("bob", "/fitgate help")
    here.twin.clock.forward(hours=1)
    pull.reword(said, "/fitgate override down", by="carol")
    here.settle()
    assert here.told(Overridden) == []
    assert "edited before it was read" in the_answer(pull)


def test_what_is_edited_after_it_was_answered_changes_nothing(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    said = say(here, pull, "bob", "/fitgate override down")
    here.twin.clock.forward(hours=1)
    for text in ("/fitgate override something else", "never mind"):
        pull.reword(said, text, by="bob")
        here.settle()
    assert [each.reason for each in here.told(Overridden)] == ["down"]
    assert the_answer(pull).count("edited after it was answered") == 1


def test_what_was_deleted_before_it_was_read_asks_nothing(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    said = pull.comment("bob", "/fitgate override down")
    pull.unsay(said, by="bob")
    here.settle()
    assert (here.told(Overridden), answers(pull)) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "> /fitgate override down",
        "```\n/fitgate override down\n```",
        "see `/fitgate override down`",
    ],
)
def test_what_is_quoted_is_no_command(here: Office, text: str) -> None:
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, "bob", text)
    assert (here.told(Overridden), answers(pull)) == ([], [])


def test_the_recheck_button_judges_anew_and_the_override_button_says_how(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    run = here.check(pull.head_sha)
    here.repo.press(run, "recheck", by="bob")
    here.settle()
    assert answers(pull) == []
    for _ in range(2):
        here.repo.press(run, "override", by="bob")
        here.settle()
    assert "/fitgate override REASON" in the_answer(pull)
    assert "the role owner" in the_answer(pull)
