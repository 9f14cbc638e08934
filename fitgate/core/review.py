"""Reviews: what people say of proposed register entries, in a file that is read in Git."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from fitgate.core.facts import STRICT, Facts
from fitgate.core.places import Located, load
from fitgate.core.policy import ChangeClass, Policy
from fitgate.core.proposal import EVIDENCE, evidence
from fitgate.core.reclassified import Reclassified, Ruled, Word, reclassify
from fitgate.core.register import RegisterEntry, ReviewMark
from fitgate.core.shapes import did_you_mean
from fitgate.core.values import Instant
from fitgate.core.verdict import Verdict
from fitgate.errors import Problem, RegisterError

HEADER = """\
# What people say of the IO register that FITGate proposes: one item a review, the newest last.
# Written by `fitgate register review`, and by hand. A later item adds to an earlier one of the
# same change. status: confirmed (it is one, as proposed), amended (it is one, of these
# categories, classes, io_sr), disputed (it is none; it stays in the register, marked). What takes
# something away counts when a second person, who had no hand in the change, says so too.
"""
SHORTEST = 7
"""Characters of a commit id that name it."""

Name = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said of one change: its id, its commit (seven characters do) or `#number`.

    `amended` says of which `categories`, `classes` or `io_sr` it is; null: of that, nothing.
    `seconded_by` is who says the same, written down with it.
    """

    __pydantic_config__ = STRICT
    change: Annotated[str, Field(pattern=rf"^(.*@)?[0-9a-f]{{{SHORTEST},64}}$|^[#!]\d+$|^\w+:.+$")]
    status: Literal["confirmed", "amended", "disputed"]
    by: Name
    at: Instant
    why: str | None = None
    owner: str | None = None
    closure: str | None = None
    categories: tuple[Name, ...] | None = None
    evidence: dict[str, Name] = field(default_factory=dict)
    classes: tuple[ChangeClass, ...] | None = None
    io_sr: tuple[Annotated[int, Field(ge=1, le=5)], ...] | None = None
    seconded_by: Name | None = None

    def is_of(self, entry: RegisterEntry) -> bool:
        """Say whether the review is of this entry's change."""
        return self.names(entry.change_id, entry.sha, entry.number)

    def names(self, change_id: str, sha: str | None, number: int | None) -> bool:
        """Say whether the review is of the change with this id, commit and number."""
        if self.change[:1] in "#!":
            return number is not None and self.change[1:] == str(number)
        return self.change == change_id or bool(sha and sha.startswith(self.change))

    def word(self) -> Word:
        """Return what the review says the change is."""
        return Word(
            by=self.by,
            at=self.at,
            why=self.why,
            is_io=self.status != "disputed",
            categories=None if self.categories is None else frozenset(self.categories),
            classes=None if self.classes is None else frozenset(self.classes),
            io_sr=None if self.io_sr is None else frozenset(self.io_sr),
            seconded_by=self.seconded_by,
            as_ruled=self.status == "confirmed",
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a change beside its entry: who had a hand in it, and the policy."""

    facts: Facts
    policy: Policy


@functools.cache
def reviews_adapter() -> TypeAdapter[tuple[Review, ...]]:
    """Return the reader and writer of review files; built once, on first use."""
    return TypeAdapter(tuple[Review, ...])


def merge(
    entry: RegisterEntry, reviews: Sequence[Review], known: Known | None = None
) -> RegisterEntry:
    """Return the entry with what people said of it; the latest word counts, the rest adds up.

    What they say it is instead is weighed by `reclassify`; that needs to be known who they are.
    """
    if known is not None:
        facts, policy = known.facts, known.policy
        ruled = Ruled(entry.is_io, entry.io_category, entry.matches, facts, policy)
        words = [review.word() for review in reviews if review.is_of(entry)]
        entry = replace(entry, reclassified=reclassify(ruled, words))
    for review in reviews:
        if not review.is_of(entry):
            continue
        said = {key: evidence(uri, "reviewed") for key, uri in review.evidence.items()}
        if review.closure:
            said["closure_definition"] = evidence(review.closure, "reviewed")
        mark = ReviewMark(
            review.status,
            review.by,
            review.at,
            review.why,
            review.categories or entry.review.categories,
        )
        entry = replace(
            entry,
            owner=review.owner or entry.owner,
            required_evidence={**entry.required_evidence, **said},
            review=mark,
        )
    return entry


def weigh(
    facts: Facts, verdict: Verdict, policy: Policy, reviews: Sequence[Review]
) -> Reclassified | None:
    """Return what people say of a change beside its verdict; None: nobody says otherwise."""
    change = facts.change
    ruled = Ruled(verdict.is_io, verdict.categories, verdict.matches, facts, policy)
    of_it = (r for r in reviews if r.names(change.id, change.head, change.number))
    return reclassify(ruled, (review.word() for review in of_it))


def parse_reviews(text: str, source: str) -> tuple[Review, ...]:
    """Read a review file; an empty one holds none.

    Raises:
        RegisterError: with every problem at once, each with its line and column.
    """
    located = load(text)
    problems = [*located.problems]
    if not problems and not isinstance(located.document, list | None):
        problems = [located.problem((), "is not a list of reviews", "begin each with `- change:`")]
    if problems:
        raise RegisterError(source, problems)
    try:
        reviews = reviews_adapter().validate_python(located.document or ())
    except ValidationError as exc:
        problems = [_problem(error, located) for error in exc.errors(include_url=False)]
        raise RegisterError(source, problems) from exc
    problems = [*_inconsistent(reviews, located)]
    if problems:
        raise RegisterError(source, problems)
    return reviews


def append(text: str, review: Review, source: str) -> str:
    """Return the file's text with one more review at its end; what people wrote stays as it is.

    Raises:
        RegisterError: when the file or the review cannot be read, or the file not be added to.
    """
    before, added = parse_reviews(text, source), parse_reviews(_item(review), "the review")
    place = load(text).places.get((0,))
    margin = " " * (place.column - len("- ") - 1 if place else 0)
    kept = text if text.endswith("\n") or not text else text + "\n"
    item = "".join(f"{margin}{line}\n" for line in _item(review).splitlines())
    longer = (kept or HEADER) + item
    try:
        after = parse_reviews(longer, source)
    except RegisterError:
        after = ()
    if after != (*before, *added):
        advice = "write its items as lines that begin with `- change:`"
        raise RegisterError(source, [Problem("cannot be added to at its end", remedy=advice)])
    return longer


def _item(review: Review) -> str:
    document = reviews_adapter().dump_python((review,), mode="json")[0]
    said = {key: value for key, value in document.items() if value not in (None, {})}
    written: str = yaml.safe_dump([said], sort_keys=False, allow_unicode=True, width=10_000)
    return written


def _problem(error: Mapping[str, Any], located: Located) -> Problem:
    path, given = error["loc"], repr(error["input"])
    match error["type"]:
        case "unexpected_keyword_argument" | "extra_forbidden":
            message = f"there is no key `{path[-1]}` here"
            remedy = did_you_mean(str(path[-1]), [f.name for f in fields(Review)])
        case "missing":
            path, message, remedy = path[:-1], f"needs the key `{path[-1]}`", ""
        case "string_pattern_mismatch":
            message = f"{given} names no change"
            remedy = "its id, seven or more characters of its commit, or its number as in #12"
        case "string_type":
            message, remedy = f"cannot be {given}", "write it in quotes"
        case "literal_error":
            message = f"cannot be {given}"
            remedy = did_you_mean(str(error["input"]), ["confirmed", "amended", "disputed"])
        case _:
            message, remedy = str(error["msg"]).removeprefix("Value error, "), ""
    return located.problem(path, message, remedy)


def _inconsistent(reviews: Sequence[Review], located: Located) -> Iterator[Problem]:
    for index, review in enumerate(reviews):
        told = (review.categories, review.classes, review.io_sr)
        if (review.status == "amended") != any(each is not None for each in told):
            message = "are given by `amended`, and by no other status"
            yield located.problem((index, "categories"), message)
        for key in review.evidence:
            if key not in EVIDENCE:
                message, remedy = (
                    f"there is no evidence called `{key}`",
                    did_you_mean(key, [*EVIDENCE]),
                )
                yield located.problem((index, "evidence", key), message, remedy)
