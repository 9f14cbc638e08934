"""Commands of those who may not, and where something fails on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fitgate.core.records.changes import Evaluated, Overridden, RationaleGiven
from fitgate.errors import ForgeError
from tests.serving.asking import RULED, answers, say, the_answer, told_again
from tests.serving.office import Office, office
from tests.twin.github import outcome
from tests.twin.github.pulls import Pull


@pytest.fixture
def here() -> Iterator[Office]:
    with office(policy=RULED) as opened:
        yield opened


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


def test_what_an_app_writes_for_somebody_is_refused(here: Office) -> None:
    pull = here.hosted.lowered()
    here.settle()
    pull.said(here.twin.user("bob"), "/fitgate override down", here.twin.other_app("helper"))
    here.settle()
    assert "written through an App" in the_answer(pull)
    assert here.told(Overridden) == []


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
