"""Reclassification: to raise is free, to lower takes two, and nothing is overwritten."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.reclassified import Nature, Reclassified, Ruled, Word, reclassify
from tests.builders import HOUR, NOW, a_person, facts_of
from tests.registers import LOWERED, TAXONOMY, landed, the_policy

CATEGORIES = ("data", "evaluation", "alignment")
POLICY = the_policy(taxonomy={**TAXONOMY, "alignment": {"name": "Alignment", "classes": ["C"]}})
RULED = Ruled(
    is_io=True,
    categories=("evaluation",),
    matches=(LOWERED,),
    facts=landed(author="github:alice", contributors=("github:alice", "github:carl")),
    policy=POLICY,
)
PROPOSED = Nature(is_io=True, categories=("evaluation",), classes=("T", "C", "D"), io_sr=(4,))
NONE = Nature(is_io=False, categories=(), classes=(), io_sr=())
NOT_ONE = replace(RULED, is_io=False, categories=(), matches=())
UNTOLD = replace(NOT_ONE, is_io=None)


def a_word(by: str = "ada", hour: int = 0, why: str | None = "why not", **says: Any) -> Word:
    for name in ("categories", "classes", "io_sr"):
        if name in says:
            says[name] = frozenset(says[name])
    return Word(by, NOW + hour * HOUR, why, **says)


def none(by: str, hour: int = 0, **says: Any) -> Word:
    return a_word(by, hour, is_io=False, **says)


def weighed(*words: Word, ruled: Ruled = RULED) -> Reclassified:
    found = reclassify(ruled, words)
    assert found is not None
    return found


def counted(*words: Word, ruled: Ruled = RULED) -> Nature:
    return weighed(*words, ruled=ruled).counted


def labels(nature: Nature) -> set[str]:
    said = {f"io:{name}" for name in nature.categories}
    said |= {f"io-class:{letter}" for letter in nature.classes}
    return said | {f"io-sr:{n}" for n in nature.io_sr} | ({"io"} if nature.is_io else set())


def test_one_person_adds_a_category_and_its_class_comes_with_it() -> None:
    found = weighed(a_word(categories=("data", "evaluation")))
    assert found.counted.categories == ("data", "evaluation")
    assert found.counted.classes == ("T", "R", "C", "D")
    (said,) = found.said
    assert (said.raises, said.lowers, said.counts, said.waits) == (("io:data",), (), True, "")


def test_one_person_calls_an_io_what_was_none() -> None:
    nature = counted(a_word(categories=("data",)), ruled=NOT_ONE)
    assert nature == Nature(is_io=True, categories=("data",), classes=("R",), io_sr=())


def test_one_person_says_what_could_not_be_told() -> None:
    assert counted(a_word(categories=("data",)), ruled=UNTOLD).is_io is True


def test_that_it_is_none_takes_two_where_it_could_not_be_told_too() -> None:
    assert counted(none("ada"), ruled=UNTOLD).is_io is None
    assert counted(none("ada"), none("grace"), ruled=UNTOLD) == NONE


def test_an_io_sr_number_brings_its_classes() -> None:
    nature = counted(a_word(io_sr=(4, 5)))
    assert (nature.io_sr, nature.classes) == ((4, 5), ("T", "R", "C", "D"))


def test_one_person_takes_nothing_away() -> None:
    found = weighed(none("ada"))
    assert found.counted == PROPOSED
    (said,) = found.said
    assert (said.counts, said.waits) == (False, "it waits for a second person")
    assert said.is_open


def test_two_people_take_away_what_both_leave_out() -> None:
    both = counted(a_word("ada", categories=("data",)), a_word("grace", categories=("data",)))
    assert (both.categories, both.classes, both.io_sr) == (("data",), ("R",), ())
    half = counted(a_word("ada", categories=("data",)), none("grace"))
    assert half.categories == ("data",)


def test_two_people_take_a_class_or_a_number_away() -> None:
    assert counted(a_word("ada", classes="T"), a_word("grace", classes="T")).classes == ("T",)
    nature = counted(a_word("ada", io_sr=()), a_word("grace", io_sr=()))
    assert (nature.io_sr, nature.classes) == ((), ("T",))


def test_the_same_person_twice_is_one_person() -> None:
    for again in ("ada", "@Ada", "ada@acme.io", "Ada Lovelace"):
        assert counted(none("ada"), none(again, 1)) == PROPOSED


def test_the_policys_map_makes_one_person_of_two_names() -> None:
    mapped = replace(
        RULED, policy=the_policy(people={"x": {"github": "ada", "email": "countess@acme.io"}})
    )
    assert counted(none("ada"), none("countess@acme.io"), ruled=mapped).is_io is True


@pytest.mark.parametrize(
    ("other", "known"),
    [
        ("alice", "alice is the author"),
        ("carl", "carl is a contributor"),
        ("renovate[bot]", "renovate[bot] is a bot"),
        ("robin", "robin is a bot"),
    ],
)
def test_who_had_a_hand_in_it_or_is_no_human_cannot_second(other: str, known: str) -> None:
    people = (*RULED.facts.people, a_person("robin", kind="bot"))
    ruled = replace(RULED, facts=replace(RULED.facts, people=people))
    found = weighed(none("ada"), none(other, 1), ruled=ruled)
    assert found.counted == PROPOSED
    assert known in found.said[0].waits


def test_the_author_may_propose_what_somebody_else_seconds_and_not_the_other_way_round() -> None:
    assert counted(none("alice"), none("grace", 1)) == NONE
    assert counted(none("grace"), none("alice", 1)) == PROPOSED
    assert counted(none("grace"), none("alice", 1), none("dan", 2)) == NONE


def test_while_it_is_not_known_who_contributed_nobody_can_second() -> None:
    unknown = replace(RULED, facts=landed(author="github:alice", contributors=None))
    found = weighed(none("ada"), none("grace", 1), ruled=unknown)
    assert found.counted == PROPOSED
    assert "grace is perhaps a contributor" in found.said[0].waits


def test_a_second_who_is_named_with_the_first_counts_as_one_who_says_so() -> None:
    assert counted(none("ada", seconded_by="grace")) == NONE
    assert counted(none("ada", seconded_by="ada")) == PROPOSED
    assert counted(none("carl", seconded_by="alice")) == PROPOSED


def test_nothing_is_taken_away_without_a_reason() -> None:
    found = weighed(none("ada", why=None), none("grace", 1, why=" "))
    assert found.counted == PROPOSED
    assert {said.waits for said in found.said} == {"no reason is given"}


def test_what_two_took_away_one_may_raise_again() -> None:
    found = weighed(none("ada"), none("grace", 1), a_word("dan", 2, categories=("evaluation",)))
    assert found.counted.categories == ("evaluation",)
    assert found.said[0].waits == "somebody said otherwise since"
    assert not found.said[0].is_open
    again = weighed(none("ada"), none("grace", 1), a_word("dan", 2, as_ruled=True))
    assert again.counted == PROPOSED


def test_what_one_raised_two_may_lower_and_the_one_alone_may_not() -> None:
    raised = a_word("ada", categories=("data", "evaluation"))
    back = a_word("ada", 1, categories=("evaluation",))
    assert counted(raised, back).categories == ("data", "evaluation")
    both = weighed(raised, back, a_word("grace", 2, categories=("evaluation",)))
    assert both.counted.categories == ("evaluation",)
    assert both.said[0].waits == "two people took it back since"


def test_who_says_otherwise_since_has_taken_their_word_back() -> None:
    words = none("ada"), a_word("ada", 1, as_ruled=True), none("grace", 2)
    assert counted(*words) == PROPOSED


def test_to_say_what_counts_already_is_no_reclassification() -> None:
    assert reclassify(RULED, ()) is None
    assert reclassify(RULED, [a_word(categories=("evaluation",))]) is None
    assert reclassify(RULED, [a_word(as_ruled=True)]) is None
    assert reclassify(NOT_ONE, [none("ada")]) is None


def test_the_order_in_which_words_stand_in_the_file_does_not_matter() -> None:
    words = (
        none("ada"), a_word("grace", 1, categories=("data",)),
        a_word("dan", 2, io_sr=(3,)), none("erin", 3),
    )  # fmt: skip
    assert len({weighed(*each) for each in permutations(words)}) == 1


SAYS = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.sets(st.sampled_from(CATEGORIES), min_size=1),
        "classes": st.sets(st.sampled_from("TRCD")),
        "io_sr": st.sets(st.integers(1, 5)),
    },
)
NATURES = st.one_of(SAYS, st.just({"is_io": False}))
PEOPLE = ("ada", "grace", "dan", "alice", "carl", "renovate[bot]")
WORDS = st.lists(st.tuples(st.sampled_from(PEOPLE), NATURES), max_size=5)
RULINGS = st.sampled_from((RULED, NOT_ONE, UNTOLD))


def told(words: list[tuple[str, dict[str, Any]]], start: int = 0) -> list[Word]:
    return [a_word(by, start + hour, **says) for hour, (by, says) in enumerate(words)]


def after(words: list[Word], ruled: Ruled) -> set[str]:
    found = reclassify(ruled, words)
    if found is not None:
        return labels(found.counted)
    return labels(PROPOSED) if ruled is RULED else set()


@given(st.lists(NATURES, min_size=1, max_size=5), st.sampled_from(PEOPLE), RULINGS)
def test_one_person_alone_never_takes_anything_away(
    says: list[dict[str, Any]], by: str, ruled: Ruled
) -> None:
    words = told([(by, each) for each in says])
    assert after([], ruled) <= after(words, ruled)
    assert "io" not in after([], ruled) or "io" in after(words, ruled)


@given(st.lists(st.tuples(st.sampled_from(PEOPLE[3:]), NATURES), max_size=5), RULINGS)
def test_those_who_had_a_hand_in_it_and_bots_never_take_anything_away(
    words: list[tuple[str, dict[str, Any]]], ruled: Ruled
) -> None:
    assert after([], ruled) <= after(told(words), ruled)


@given(WORDS, st.sampled_from(PEOPLE), SAYS, RULINGS)
def test_what_anybody_says_last_it_is_whatever_was_said_before(
    words: list[tuple[str, dict[str, Any]]], by: str, says: dict[str, Any], ruled: Ruled
) -> None:
    last = a_word(by, len(words), why=None, **says)
    found = reclassify(ruled, [*told(words), last])
    nature = found.counted if found else PROPOSED
    if found is None and ruled is not RULED:
        return
    assert {f"io:{name}" for name in says.get("categories", ())} <= labels(nature)
    assert {f"io-class:{name}" for name in says.get("classes", ())} <= labels(nature)
    assert {f"io-sr:{name}" for name in says.get("io_sr", ())} <= labels(nature)
    assert nature.is_io


@given(WORDS, NATURES, st.sampled_from(list(permutations(PEOPLE[:2]))), RULINGS)
def test_it_does_not_matter_which_of_two_without_a_hand_says_it_first(
    words: list[tuple[str, dict[str, Any]]],
    says: dict[str, Any],
    pair: tuple[str, str],
    ruled: Ruled,
) -> None:
    before = [(by, each) for by, each in words if by not in PEOPLE[:2]]
    one, other = (told([*before, *((by, says) for by in who)]) for who in (pair, pair[::-1]))
    assert after(one, ruled) == after(other, ruled)


def test_the_rules_answer_is_not_altered_by_what_people_say() -> None:
    before = replace(RULED)
    weighed(none("ada"), none("grace", 1))
    assert before == RULED


def test_a_word_of_a_later_hour_counts_after_one_of_an_earlier() -> None:
    raised = replace(a_word("dan", categories=("evaluation",)), at=NOW + timedelta(days=1))
    assert counted(raised, none("ada"), none("grace")).is_io is True


def test_who_is_told_by_a_forge_is_known_by_their_login() -> None:
    ruled = replace(RULED, facts=facts_of())
    assert counted(none("Alice"), none("grace"), ruled=ruled) == NONE
    assert counted(none("alice"), none("github:alice"), ruled=ruled).is_io is True
