"""Reviews: what people say is merged, kept as they wrote it, and never lost."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fitgate.core.register import ReviewMark
from fitgate.core.review import HEADER, Known, Review, append, merge, parse_reviews, weigh
from fitgate.errors import RegisterError
from tests.builders import NOW
from tests.registers import a_verdict, an_entry, landed, the_policy

ENTRY = an_entry(landed(number=0xABCDEF1))
SHA = str(ENTRY.sha)
KNOWN = Known(landed(number=0xABCDEF1), the_policy())
CONFIRMED = Review(SHA, "confirmed", "ada", NOW, owner="team-evals")
BY_HAND = """\
# Ada's notes

- change: 0000000000000000000000000000000abcdef123   # the big one
  status: confirmed
  by: ada
  at: 2026-01-31T12:00:00Z
  why: |
    two lines,
    kept as they are
"""


def test_a_confirmed_entry_says_who_when_and_whose() -> None:
    entry = merge(ENTRY, [CONFIRMED])
    assert entry.review == ReviewMark("confirmed", "ada", NOW)
    assert entry.owner == "team-evals"


def test_an_amended_entry_shows_what_was_proposed_and_what_was_said() -> None:
    entry = merge(ENTRY, [replace(CONFIRMED, status="amended", categories=("data",))])
    assert (entry.io_category, entry.categories) == (("evaluation",), ("data",))


def test_what_one_person_amends_adds_and_takes_nothing_away() -> None:
    amended = replace(CONFIRMED, status="amended", categories=("data",), why="it was data")
    entry = merge(ENTRY, [amended], KNOWN)
    assert (entry.io_category, entry.review.categories) == (("evaluation",), ("data",))
    assert entry.categories == ("data", "evaluation")
    entry = merge(ENTRY, [amended, replace(amended, by="bob")], KNOWN)
    assert (entry.io_category, entry.categories) == (("evaluation",), ("data",))


def test_what_two_people_dispute_counts_as_none_and_stays() -> None:
    one = replace(CONFIRMED, status="disputed", why="a fixture")
    assert merge(ENTRY, [one], KNOWN).counted.is_io is True
    entry = merge(ENTRY, [one, replace(one, by="bob")], KNOWN)
    assert (entry.is_io, entry.counted.is_io, entry.io_category) == (True, False, ("evaluation",))


def test_a_verdict_is_weighed_like_its_entry() -> None:
    one = replace(CONFIRMED, status="disputed", why="a fixture")
    both = [one, replace(one, by="bob"), replace(one, change="0" * 40)]
    found = weigh(KNOWN.facts, a_verdict(KNOWN.facts), KNOWN.policy, both)
    assert found == merge(ENTRY, both, KNOWN).reclassified
    assert weigh(KNOWN.facts, a_verdict(KNOWN.facts), KNOWN.policy, [CONFIRMED]) is None


def test_classes_and_numbers_are_kept_as_they_were_said_none_of_them_too() -> None:
    said = replace(CONFIRMED, status="amended", classes=(), io_sr=(3,), seconded_by="bob", why="x")
    assert parse_reviews(append("", said, "r"), "r") == (said,)


def test_a_disputed_entry_stays_and_is_marked() -> None:
    entry = merge(ENTRY, [replace(CONFIRMED, status="disputed", why="a fixture")])
    assert (entry.review.status, entry.review.why, entry.is_io) == ("disputed", "a fixture", True)


def test_the_latest_word_counts_and_the_rest_adds_up() -> None:
    later = Review(SHA, "disputed", "bob", NOW, evidence={"evaluation_plan": "docs/plan.md"})
    entry = merge(ENTRY, [CONFIRMED, later])
    assert (entry.review.status, entry.review.by, entry.owner) == ("disputed", "bob", "team-evals")
    plan = entry.required_evidence["evaluation_plan"]
    assert plan is not None
    assert (plan.uri, plan.status) == ("docs/plan.md", "reviewed")


def test_a_closure_is_evidence_in_words() -> None:
    entry = merge(ENTRY, [replace(CONFIRMED, closure="all evals pass within a day")])
    closure = entry.required_evidence["closure_definition"]
    assert closure is not None
    assert closure.text == "all evals pass within a day"


@pytest.mark.parametrize(
    "name", [SHA, ENTRY.change_id, f"#{ENTRY.number}", f"!{ENTRY.number}", SHA[:36]]
)
def test_a_change_is_named_by_its_id_its_commit_or_its_number(name: str) -> None:
    assert replace(CONFIRMED, change=name).is_of(ENTRY)


@pytest.mark.parametrize("name", ["#1", "abcdef1", ENTRY.change_id[:-1] + "0"])
def test_a_review_of_another_change_is_not_of_this_one(name: str) -> None:
    assert not replace(CONFIRMED, change=name).is_of(ENTRY)
    assert merge(ENTRY, [replace(CONFIRMED, change=name)]) == ENTRY


@pytest.mark.parametrize("text", ["", "# only a comment\n", "[]\n", "\n"])
def test_an_empty_file_holds_no_reviews(text: str) -> None:
    assert parse_reviews(text, "r.yaml") == ()


def test_a_commit_of_digits_is_quoted_and_stays_one() -> None:
    item = "- {change: '0123456', status: confirmed, by: ada, at: 2026-01-31T12:00:00Z, why: }\n"
    (review,) = parse_reviews(item, "r")
    assert (review.change, review.why) == ("0123456", None)
    assert parse_reviews(append("", review, "r"), "r") == (review,)
    with pytest.raises(RegisterError, match="write it in quotes"):
        parse_reviews(item.replace("'", ""), "r")


def test_every_problem_is_told_at_once_with_its_place() -> None:
    text = """\
- change: abcdef1
  status: confirmd
  by: ada
  at: 2026-01-31T12:00:00+02:00
  wyh: typo
- status: disputed
  by: ada
  at: yesterday
  change: nothing
- change: abcdef1
  status: amended
  by: ada
  at: 2026-01-31T12:00:00Z
"""
    with pytest.raises(RegisterError) as caught:
        parse_reviews(text, "r.yaml")
    told = str(caught.value)
    assert "r.yaml:2:3: 0.status: cannot be 'confirmd' (did you mean `confirmed`?)" in told
    assert "r.yaml:4:3: 0.at: must be a time in UTC" in told
    assert "r.yaml:5:3: 0.wyh: there is no key `wyh` here (did you mean `why`?)" in told
    assert "r.yaml:8:3: 1.at:" in told
    assert "r.yaml:9:3: 1.change: 'nothing' names no change" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\n", "r:1:1: is not a list of reviews (begin each with `- change:`)"),
        ("- [\n", "is not YAML"),
        ("- \x00\n", "is not YAML"),
        ("- change: abcdef1\n  change: abcdef2\n", "r:2:3: 0.change: stands here a second time"),
        ("- change: abcdef1\n", "r:1:3: 0: needs the key `status`"),
        ("- just text\n", "r:1:3: 0:"),
    ],
)
def test_what_is_no_review_file_is_refused(text: str, told: str) -> None:
    with pytest.raises(RegisterError) as caught:
        parse_reviews(text, "r")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"status": "amended"}, "are given by `amended`, and by no other status"),
        ({"categories": ("data",)}, "are given by `amended`, and by no other status"),
        ({"evidence": {"rollback_plan": "x"}}, "there is no evidence called `rollback_plan`"),
        ({"change": "HEAD"}, "names no change"),
    ],
)
def test_what_would_not_be_understood_is_not_written(more: dict[str, object], told: str) -> None:
    with pytest.raises(RegisterError) as caught:
        append(BY_HAND, replace(CONFIRMED, **more), "r.yaml")  # type: ignore[arg-type] # its fields
    assert told in str(caught.value)


def test_appending_keeps_every_byte_that_people_wrote() -> None:
    longer = append(BY_HAND, CONFIRMED, "r.yaml")
    assert longer.startswith(BY_HAND)
    assert [review.by for review in parse_reviews(longer, "r.yaml")] == ["ada", "ada"]
    again = append(longer, replace(CONFIRMED, by="bob", why='tricky: "# quoted"\nlines'), "r.yaml")
    assert parse_reviews(again, "r.yaml")[2].why == 'tricky: "# quoted"\nlines'


def test_the_first_review_brings_a_header() -> None:
    assert append("", CONFIRMED, "r.yaml").startswith(HEADER)


def test_a_list_that_is_set_in_stays_so() -> None:
    text = "  - {change: abcdef1, status: confirmed, by: ada, at: 2026-01-31T12:00:00Z}"
    assert len(parse_reviews(append(text, CONFIRMED, "r.yaml"), "r.yaml")) == 2


@pytest.mark.parametrize("end", ["...\n", ""])
def test_a_file_that_cannot_be_added_to_is_left_alone(end: str) -> None:
    text = "[{change: abcdef1, status: confirmed, by: ada, at: 2026-01-31T12:00:00Z}]\n" + end
    with pytest.raises(RegisterError, match="cannot be added to at its end"):
        append(text, CONFIRMED, "r.yaml")


def test_a_moment_is_written_as_it_is_read() -> None:
    at = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert parse_reviews(append("", replace(CONFIRMED, at=at), "r"), "r")[0].at == at
