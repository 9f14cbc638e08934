"""Who had a hand in a change, by whatever name people call them."""

import pytest

from fitgate.core.facts import Person
from fitgate.core.hands import Hands
from tests.builders import a_change, a_policy, facts_of

PEOPLE = (
    Person("mail:ada.l@acme.io", "Ada Lovelace"),
    Person("mail:123+grace@users.noreply.github.com", "ghopper"),
    Person("mail:renovate@acme.io", "renovate[bot]", "bot"),
)
CHANGE = a_change(author="mail:ada.l@acme.io", contributors=tuple(p.id for p in PEOPLE))
HANDS = Hands(facts_of(CHANGE, people=PEOPLE), a_policy())


@pytest.mark.parametrize(
    "name", ["ada.l@acme.io", "ADA.L@acme.io", "ada", "@ada", "Ada Lovelace", "mail:ada.l@acme.io"]
)
def test_the_author_is_known_by_any_of_their_names(name: str) -> None:
    assert HANDS.objection(name) == "the author"


@pytest.mark.parametrize("name", ["grace", "ghopper"])
def test_a_contributor_is_known_by_the_mailbox_that_a_forge_gives(name: str) -> None:
    assert HANDS.objection(name) == "a contributor"


def test_a_bot_is_known_by_its_kind_or_by_what_it_is_called() -> None:
    assert HANDS.objection("renovate@acme.io") == HANDS.objection("dependabot[bot]") == "a bot"


def test_nothing_keeps_somebody_else_from_seconding() -> None:
    assert HANDS.objection("linus") == HANDS.objection("ben@other.org") == ""


def test_two_addresses_are_two_people_and_an_address_may_be_anybodys_login() -> None:
    assert not HANDS.same("bob@acme.io", "bob@other.org")
    assert HANDS.same("bob", "bob@other.org")
    assert not HANDS.same("bob", "rob")


def test_of_several_authors_each_is_a_contributor() -> None:
    change = a_change(author=None, contributors=CHANGE.contributors)
    hands = Hands(facts_of(change, people=PEOPLE), a_policy())
    assert (hands.objection("ada"), hands.objection("linus")) == ("a contributor", "")


def test_two_suffice_if_the_second_had_no_hand_in_it() -> None:
    assert HANDS.suffice(["ada", "linus"])
    assert not HANDS.suffice(["linus", "ada"])
    assert not HANDS.suffice(["ada", "grace"])
    assert not HANDS.suffice(["linus", "dependabot[bot]"])
    assert not HANDS.suffice(["dependabot[bot]", "linus"])
    assert not HANDS.suffice(["linus", "Linus"])
    assert HANDS.suffice(["linus", "ada", "ben"])
