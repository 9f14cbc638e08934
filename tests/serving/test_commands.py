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
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import POLICY
from tests.serving.office import Office, office
from tests.twin.github import outcome
from tests.twin.github.issues import Comment
from tests.twin.github.pulls import Pull

RULED = f"{POLICY}override: {{roles: [owner], expires: PT4H}}\n"


@pytest.fixture
def here() -> Iterator[Office]:
    with office(policy=RULED) as opened:
        yield opened


def answers(pull: Pull) -> list[str]:
    return [each.body for each in pull.comments if each.body.startswith("<!-- fitgate:answer")]


def the_answer(pull: Pull) -> str:
    (found,) = answers(pull)
    return found


def say(here: Office, pull: Pull, by: str, text: str, hours: float = 1) -> Comment:
    here.twin.clock.forward(hours=hours)
    said = pull.comment(by, text)
    here.settle()
    return said


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


def told_again(here: Office) -> None:
    """Send all comments' deliveries anew, as a queue does with what failed."""
    again = [one for one in here.twin.hooks.heard if one[0].startswith("issue_comment")]
    here.queue.accept([here._delivery(*one) for one in again])  # noqa: SLF001 - sent anew
    here.settle()


REPO = "/repos/{owner}/{repo}"
STEPS = [
    ("GET", f"{REPO}/issues/comments/{{comment_id}}"),
    ("GET", f"{REPO}/issues/{{issue_number}}/comments"),
    ("POST", "/graphql"),
    ("GET", f"{REPO}/collaborators/{{username}}/permission"),
    ("GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}"),
    ("PATCH", f"{REPO}/check-runs/{{check_run_id}}"),
    ("POST", f"{REPO}/issues/comments/{{comment_id}}/reactions"),
    ("POST", f"{REPO}/issues/{{issue_number}}/comments"),
]


def overridden(here: Office) -> Pull:
    pull = here.hosted.lowered()
    here.settle()
    here.twin.clock.forward(hours=1)
    pull.comment("bob", "/fitgate override down\n/fitgate reclassify data it drops\n/fitgate frob")
    return pull


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_wherever_it_fails_doing_it_again_ends_the_same(
    here: Office, step: tuple[str, str], when: str
) -> None:
    pull = overridden(here)
    here.twin.troubles.fail(" ".join(step), 500, times=4, after=when == "after")
    with pytest.raises(ForgeError):
        here.settle()
    here.twin.troubles.waiting.clear()
    told_again(here)
    with office(policy=RULED) as other:
        undisturbed = overridden(other)
        other.settle()
        assert [e.body for e in here.ledger.entries] == [e.body for e in other.ledger.entries]
        assert the_answer(pull) == the_answer(undisturbed)
        assert outcome(here.twin) == outcome(other.twin)


def test_the_author_of_a_fork_is_answered_once_and_only_what_they_ask(here: Office) -> None:
    here.repo.collaborator("mallory", "read")
    here.repo.push("forks/mallory/fix", {"eval.yaml": "threshold: 0.1\n"}, by="mallory")
    pull = here.repo.open_pull("mallory:fix", "main", "Fix", "", by="mallory")
    here.settle()
    say(here, pull, "mallory", "Please have a look")
    assert answers(pull) == []
    lines = ["/fitgate rationale it is better", *["/fitgate override I want it"] * 40]
    say(here, pull, "mallory", "\n".join(lines))
    assert the_answer(pull).count("✗") == 10
    assert [given.why for given in here.told(RationaleGiven)] == ["it is better"]
    assert here.told(Overridden) == []


@pytest.mark.parametrize("who", ["renovate[bot]", "fitgate[bot]"])
def test_a_bot_asks_for_nothing(here: Office, who: str) -> None:
    here.repo.collaborator(who, "write")
    pull = here.hosted.lowered()
    here.settle()
    say(here, pull, who, "/fitgate recheck")
    assert answers(pull) == []


def test_where_rights_cannot_be_read_nobody_has_any(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    operation = f"GET {REPO}/collaborators/{{username}}/permission"
    here.twin.troubles.fail(operation, 403, times=1)
    say(here, pull, "bob", "/fitgate evaluated x passed")
    assert "cannot be read whether you may" in the_answer(pull)
    assert here.told(Evaluated) == []


def test_who_cannot_be_answered_is_heard_all_the_same(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    here.twin.troubles.fail(f"POST {REPO}/issues/{{issue_number}}/comments", 403)
    say(here, pull, "bob", "/fitgate override down")
    assert len(here.told(Overridden)) == 1
    assert here.check(pull.head_sha).conclusion == "success"
    assert answers(pull) == []


def test_a_role_settles_what_cannot_be_told_and_others_do_not(here: Office) -> None:
    here.twin.limits.pull_files = 2
    files = {f"{n}.txt": "x\n" for n in range(4)}
    here.repo.push("many", files, by="alice", message="Many")
    pull = here.repo.open_pull("many", "main", "Many", "", by="alice")
    here.settle()
    assert here.check(pull.head_sha).conclusion == "action_required"
    say(here, pull, "bob", "/fitgate override down")
    assert "Settle that" in answers(pull)[-1]
    say(here, pull, "carol", "/fitgate reclassify not-io four text files")
    assert "it takes the role owner" in answers(pull)[-1]
    say(here, pull, "bob", "/fitgate reclassify not-io: four text files")
    assert "Settled until" in answers(pull)[-1]
    assert here.check(pull.head_sha).conclusion == "success"
    assert [each.settles for each in here.told(Overridden)] == ["not-io"]


def test_a_button_on_a_check_that_names_no_pull_request_finds_it(here: Office) -> None:
    here.repo.collaborator("mallory", "read")
    here.repo.push("forks/mallory/fix", {"eval.yaml": "threshold: 0.1\n"}, by="mallory")
    pull = here.repo.open_pull("mallory:fix", "main", "Fix", "", by="mallory")
    here.settle()
    here.repo.press(here.check(pull.head_sha), "override", by="bob")
    here.settle()
    assert "/fitgate override REASON" in the_answer(pull)
