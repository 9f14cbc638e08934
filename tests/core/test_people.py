"""Who may sign, as whom, and who is the same human."""

from dataclasses import replace

import pytest

from fitgate.core.facts import Approval, Change, Facts, Override, Person
from fitgate.core.people import Signer, match_roles, may_override, signers, voices
from fitgate.core.policy import Policy
from tests.builders import (
    HOUR,
    NOW,
    OTHER_DIGEST,
    a_change,
    a_person,
    a_policy,
    an_approval,
    facts_of,
)

ROLES = ("release-owner", "safety-owner")
ALIASES = a_policy(people={"rita": {"github": "rita", "gitlab": "r.ita", "email": "rita@acme.io"}})


def weighed(
    change: Change | None = None,
    person: Person | None = None,
    approval: Approval | None = None,
    policy: Policy | None = None,
) -> tuple[bool | None, str]:
    """Return whether rita's approval counts, and if not why."""
    rita = person or a_person("rita", "release-owner")
    facts = facts_of(change, people=(rita,), approvals=(approval or an_approval("rita"),))
    (voice,) = voices(facts, policy or a_policy())
    return voice.counts, voice.why


def who_sign(facts: Facts, policy: Policy | None = None, *, sure: bool = True) -> list[str]:
    policy = policy or a_policy()
    found = signers(voices(facts, policy), ROLES, policy, sure=sure)
    return [f"{signer.name}: {' '.join(sorted(signer.roles))}" for signer in found]


def a_signer(name: str, *roles: str) -> Signer:
    return Signer(name, name, frozenset(roles))


def seats(*roles: str) -> list[frozenset[str]]:
    return [frozenset(role.split("|")) for role in roles]


def test_the_approval_of_a_human_who_had_no_part_in_the_change_counts() -> None:
    assert weighed() == (True, "")


def test_the_author_cannot_sign() -> None:
    assert weighed(a_change(author="github:rita")) == (False, "the author")


def test_who_contributed_cannot_sign() -> None:
    change = a_change(contributors=("github:alice", "github:rita"))
    assert weighed(change) == (False, "a contributor")


def test_while_the_author_is_unknown_nobody_surely_counts() -> None:
    assert weighed(a_change(author=None)) == (None, "perhaps the author")


def test_while_the_contributors_are_unknown_nobody_surely_counts() -> None:
    assert weighed(a_change(contributors=None)) == (None, "perhaps a contributor")


def test_a_bot_cannot_sign() -> None:
    bot = a_person("rita", "release-owner", kind="bot")
    assert weighed(person=bot) == (False, "a bot")


def test_somebody_of_unknown_kind_may_be_a_bot() -> None:
    who = a_person("rita", "release-owner", kind="unknown")
    assert weighed(person=who) == (None, "perhaps a bot")


def test_an_approval_of_other_content_is_stale() -> None:
    assert weighed(approval=an_approval(digest=OTHER_DIGEST)) == (False, "stale")


def test_an_approval_may_be_stale_while_a_digest_is_missing() -> None:
    assert weighed(approval=an_approval(digest=None)) == (None, "perhaps stale")
    assert weighed(a_change(digest=None)) == (None, "perhaps stale")


def test_an_approval_counts_from_the_moment_it_is_given() -> None:
    assert weighed(approval=an_approval(at=NOW)) == (True, "")
    assert weighed(approval=an_approval(at=NOW + HOUR)) == (False, "given later")


def test_what_is_certain_outweighs_what_is_not() -> None:
    assert weighed(a_change(author=None, digest=OTHER_DIGEST)) == (False, "stale")


def test_the_map_makes_two_accounts_one_human() -> None:
    assert weighed(a_change(author="gitlab:r.ita"), policy=ALIASES) == (False, "the author")
    change = a_change(contributors=("git:Rita@acme.io",))
    assert weighed(change, policy=ALIASES) == (False, "a contributor")


def test_without_the_map_two_accounts_are_two_humans() -> None:
    assert weighed(a_change(author="gitlab:rita")) == (True, "")


def test_the_map_knows_a_login_behind_a_number() -> None:
    change = a_change(author="gitlab:42")
    rita = a_person("rita", "release-owner", id="github:1")
    people = (rita, Person("gitlab:42", "r.ita", "human", ()))
    facts = facts_of(change, people=people, approvals=(an_approval("github:1"),))
    (voice,) = voices(facts, ALIASES)
    assert (voice.counts, voice.why) == (False, "the author")


def test_an_account_whose_login_is_unknown_may_be_anybody_of_the_map() -> None:
    change = a_change(author="gitlab:42")
    assert weighed(change, policy=ALIASES) == (None, "perhaps the author")
    assert weighed(change) == (True, "")
    other = a_policy(people={"olga": {"github": "olga"}})
    assert weighed(change, policy=other) == (True, "")


def test_a_signer_whose_login_is_unknown_may_be_a_second_account() -> None:
    nameless = a_person("rita", "release-owner", id="github:1", login="")
    people = (a_person("alice"), nameless)
    facts = facts_of(people=people, approvals=(an_approval("github:1"),))
    (voice,) = voices(facts, ALIASES)
    assert (voice.counts, voice.why) == (None, "perhaps somebody's second account")


def test_entries_of_the_map_that_overlap_are_one_human() -> None:
    policy = a_policy(
        people={
            "rita": {"github": "rita", "email": "rita@acme.io"},
            "r2": {"gitlab": "r.ita", "email": "rita@acme.io"},
        }
    )
    assert weighed(a_change(author="gitlab:r.ita"), policy=policy) == (False, "the author")


def test_two_accounts_of_one_human_make_one_signer_with_the_roles_of_both() -> None:
    people = (
        a_person("alice"),
        a_person("rita", "release-owner"),
        Person("gitlab:7", "r.ita", "human", ("safety-owner",)),
    )
    approvals = (an_approval("rita"), an_approval("gitlab:7"))
    facts = facts_of(people=people, approvals=approvals)
    assert who_sign(facts, ALIASES) == ["r.ita: release-owner safety-owner"]
    assert who_sign(facts) == ["rita: release-owner", "r.ita: safety-owner"]


def test_only_the_account_that_approved_lends_its_roles() -> None:
    people = (
        a_person("alice"),
        a_person("rita", "release-owner"),
        Person("gitlab:7", "r.ita", "human", ("safety-owner",)),
    )
    facts = facts_of(people=people, approvals=(an_approval("rita"),))
    assert who_sign(facts, ALIASES) == ["rita: release-owner"]


def test_somebody_nobody_described_only_may_sign() -> None:
    facts = facts_of(people=(), approvals=(an_approval("rita"),))
    assert who_sign(facts) == []
    assert who_sign(facts, sure=False) == ["github:rita: release-owner safety-owner"]


def test_unknown_roles_only_may_be_the_right_ones() -> None:
    facts = facts_of(people=(a_person("rita", roles=None),), approvals=(an_approval("rita"),))
    assert who_sign(facts) == []
    assert who_sign(facts, sure=False) == ["rita: release-owner safety-owner"]


def test_the_policy_names_people_whatever_the_case_of_their_login() -> None:
    policy = a_policy(roles={"release-owner": {"users": ["Rita"]}, "safety-owner": {}})
    facts = facts_of(people=(a_person("riTA", id="github:rita", roles=None),))
    assert who_sign(facts, policy) == ["riTA: release-owner"]


def test_an_unknown_login_may_be_one_that_the_policy_names() -> None:
    policy = a_policy(roles={"release-owner": {"users": ["rita"]}, "safety-owner": {}})
    facts = facts_of(people=(a_person("rita", login=""),), approvals=(an_approval("rita"),))
    assert who_sign(facts, policy) == []
    assert who_sign(facts, policy, sure=False) == ["github:rita: release-owner"]


def test_people_are_seated_so_that_as_many_seats_as_possible_are_filled() -> None:
    ann, ben = a_signer("ann", "a", "b"), a_signer("ben", "a")
    assert match_roles(seats("a", "b"), [ann, ben]) == (ben, ann)


def test_seats_are_found_along_a_chain_of_people_who_make_room() -> None:
    chain = [a_signer(f"p{n}", f"r{n}", f"r{n + 1}") for n in range(8)]
    last = a_signer("z", "r0")
    filled = match_roles(seats(*(f"r{n}" for n in range(9))), [*chain, last])
    assert None not in filled
    assert len({signer.human for signer in filled if signer}) == 9


def test_one_person_has_one_seat() -> None:
    ann = a_signer("ann", "a", "b")
    assert match_roles(seats("a", "b"), [ann]) == (ann, None)
    assert match_roles(seats("a", "a"), [ann]) == (ann, None)


def test_a_seat_stays_empty_while_nobody_has_its_role() -> None:
    ann, cat = a_signer("ann", "a"), a_signer("cat", "c")
    assert match_roles(seats("a", "b"), [ann, cat]) == (ann, None)


def test_a_seat_may_be_open_to_several_roles() -> None:
    ann, ben = a_signer("ann", "a"), a_signer("ben", "b")
    assert match_roles(seats("a|b", "a"), [ann, ben]) == (ben, ann)


def test_where_nobody_is_there_every_seat_stays_empty() -> None:
    assert match_roles(seats("a", "b"), []) == (None, None)
    assert match_roles([], [a_signer("ann", "a")]) == ()


OVERRIDE = Override("github:rita", "the shop is down", NOW + HOUR)
GLASS = a_policy(override={"roles": ["release-owner"]})


@pytest.mark.parametrize(
    ("person", "may"),
    [
        (a_person("rita", "release-owner"), True),
        (a_person("rita", "safety-owner"), False),
        (a_person("rita", roles=None), False),
        (a_person("rita", "release-owner", kind="bot"), False),
        (a_person("rita", "release-owner", kind="unknown"), False),
    ],
)
def test_only_who_surely_has_the_role_may_override(person: Person, *, may: bool) -> None:
    assert may_override(OVERRIDE, facts_of(people=(person,)), GLASS) is may


def test_where_no_role_may_override_nobody_may() -> None:
    assert not may_override(OVERRIDE, facts_of(), a_policy())


def test_an_author_may_break_the_glass_but_not_settle_that_there_is_none() -> None:
    own = facts_of(a_change(author="github:rita"))
    assert may_override(OVERRIDE, own, GLASS)
    assert may_override(replace(OVERRIDE, settles="io"), own, GLASS)
    settles = replace(OVERRIDE, settles="not-io")
    assert not may_override(settles, own, GLASS)
    assert not may_override(settles, facts_of(a_change(contributors=None)), GLASS)
    assert may_override(settles, facts_of(), GLASS)
