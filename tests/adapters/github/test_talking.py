"""Comments on the twin: read as they stand, answered once; and what their writers may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from fitgate.core.commands.asked import Permission
from fitgate.core.facts import Person
from fitgate.core.policy import Role
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import Hosted, hosted
from tests.twin.github.people import LEVELS
from tests.twin.github.pulls import Pull

MARK = "<!-- fitgate:answer comment 7 -->"
POST = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"
ROLES: Mapping[str, Role] = {
    "owner": Role(teams=("acme/release",)),
    "keeper": Role(permission="maintain"),
    "named": Role(users=("dora",)),
}


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


@pytest.fixture
def pull(here: Hosted) -> Pull:
    return here.lowered()


class TestReading:
    def test_a_comment_is_what_it_says_now_and_whose_it_is(self, here: Hosted, pull: Pull) -> None:
        said = pull.comment("bob", "/fitgate recheck")
        found = here.forge.comment(said.id)
        assert found is not None
        bob = Person(f"github:{here.twin.user('bob').id}", "bob", "human")
        assert (found.author, found.text, found.number) == (bob, "/fitgate recheck", pull.number)
        assert (found.at, found.edited, found.by_app) == (here.twin.clock.now, False, False)

    def test_one_that_was_edited_says_so(self, here: Hosted, pull: Pull) -> None:
        said = pull.comment("bob", "hello")
        here.twin.clock.forward(hours=1)
        pull.reword(said, "/fitgate recheck", by="carol")
        found = here.forge.comment(said.id)
        assert found is not None
        assert (found.edited, found.text) == (True, "/fitgate recheck")

    def test_one_that_is_gone_is_none(self, here: Hosted, pull: Pull) -> None:
        said = pull.comment("bob", "hello")
        pull.unsay(said, by="bob")
        assert here.forge.comment(said.id) is None

    def test_one_of_an_app_or_a_bot_says_so(self, here: Hosted, pull: Pull) -> None:
        here.forge.answer(pull.number, MARK, f"{MARK}\nx", None)
        found = here.forge.comment(pull.comments[-1].id)
        assert found is not None
        assert (found.by_app, found.author.kind) == (True, "bot")

    def test_what_cannot_be_read_is_an_error(self, here: Hosted, pull: Pull) -> None:
        said = pull.comment("bob", "hello")
        here.twin.troubles.fail(
            "GET /repos/{owner}/{repo}/issues/comments/{comment_id}", 502, times=4
        )
        with pytest.raises(ForgeError):
            here.forge.comment(said.id)


class TestAnswering:
    def test_what_is_said_once_is_not_said_again(self, here: Hosted, pull: Pull) -> None:
        assert here.forge.answered(pull.number, MARK, None) is None
        assert here.forge.answer(pull.number, MARK, f"{MARK}\nDone.", here.twin.clock.now)
        here.twin.calls.clear()
        assert not here.forge.answer(pull.number, MARK, f"{MARK}\nDone.", here.twin.clock.now)
        assert here.twin.calls.kinds().get("write", 0) == 0
        assert here.forge.answer(pull.number, MARK, f"{MARK}\nOtherwise.", None)
        assert [one.body for one in pull.comments] == [f"{MARK}\nOtherwise."]
        assert here.forge.answered(pull.number, MARK, None) == f"{MARK}\nOtherwise."

    def test_the_mark_in_somebody_elses_words_is_none(self, here: Hosted, pull: Pull) -> None:
        pull.comment("bob", f"{MARK}\nDone.")
        assert here.forge.answered(pull.number, MARK, None) is None

    @pytest.mark.parametrize("status", [403, 404, 410, 422])
    def test_where_nothing_can_be_said_nothing_is(
        self, here: Hosted, pull: Pull, status: int
    ) -> None:
        here.twin.troubles.fail(POST, status)
        assert not here.forge.answer(pull.number, MARK, f"{MARK}\nDone.", None)

    def test_what_may_be_said_later_is_an_error_now(self, here: Hosted, pull: Pull) -> None:
        here.twin.troubles.fail(POST, 502)
        with pytest.raises(ForgeError):
            here.forge.answer(pull.number, MARK, f"{MARK}\nDone.", None)
        here.twin.troubles.limit(POST, retry_after=3_600)
        with pytest.raises(ForgeError) as told:
            here.forge.answer(pull.number, MARK, f"{MARK}\nDone.", None)
        assert told.value.retry_after is not None

    def test_a_comment_is_marked_once(self, here: Hosted, pull: Pull) -> None:
        said = pull.comment("bob", "/fitgate recheck")
        for _ in range(2):
            assert here.forge.react(pull.number, said.id, good=True)
        assert here.forge.react(pull.number, said.id, good=False)
        assert [content for _, content in said.reactions] == ["+1", "-1"]
        pull.unsay(said, by="bob")
        assert not here.forge.react(pull.number, said.id, good=True)


class TestSpeakers:
    @pytest.mark.parametrize("level", LEVELS)
    def test_a_permission_is_what_it_is_called_here(self, here: Hosted, level: Permission) -> None:
        if level != "none":
            here.repo.collaborator("dora", level)
        who = Person(f"github:{here.twin.user('dora').id}", "dora", "human")
        assert here.forge.speaker(who, {}).permission == level

    def test_roles_are_those_of_the_policy_that_somebody_has_now(self, here: Hosted) -> None:
        found = {}
        here.repo.collaborator("dora", "read")
        for login in ("alice", "bob", "carol", "dora"):
            who = Person(f"github:{here.twin.user(login).id}", login, "human")
            found[login] = here.forge.speaker(who, ROLES).person.roles
        assert found == {
            "alice": (), "bob": ("owner",), "carol": ("keeper",), "dora": ("named",),
        }  # fmt: skip

    def test_what_is_refused_is_unknown(self, here: Hosted) -> None:
        here.twin.troubles.fail(
            "GET /repos/{owner}/{repo}/collaborators/{username}/permission", 403
        )
        who = Person(f"github:{here.twin.user('bob').id}", "bob", "human")
        found = here.forge.speaker(who, ROLES)
        assert (found.permission, found.person.roles) == (None, None)


def test_an_override_of_somebody_known_by_number_alone_is_by_whoever_that_is(here: Hosted) -> None:
    number = here.twin.user("bob").id
    assert here.session.read(f"/user/{number}")["login"] == "bob"
