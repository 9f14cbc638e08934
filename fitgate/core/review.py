"""Reviews: what people say of proposed register entries, in a file that is read in Git."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from fitgate.core.facts import STRICT
from fitgate.core.places import Located, load
from fitgate.core.proposal import EVIDENCE, evidence
from fitgate.core.register import RegisterEntry, ReviewMark
from fitgate.core.values import Instant
from fitgate.errors import Problem, RegisterError

HEADER = """\
# What people say of the IO register that FITGate proposes: one item a review, the newest last.
# Written by `fitgate register review`, and by hand. A later item adds to an earlier one of the
# same change. status: confirmed (it is one, as proposed), amended (it is one, of these
# categories), disputed (it is none; it stays in the register, marked).
"""
SHORTEST = 7
"""Characters of a commit id that name it."""

Name = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said of one change: its id, its commit (seven characters do) or `#number`."""

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

    def is_of(self, entry: RegisterEntry) -> bool:
        """Say whether the review is of this entry's change."""
        if self.change[:1] in "#!":
            return entry.number is not None and self.change[1:] == str(entry.number)
        return self.change == entry.change_id or bool(
            entry.sha and entry.sha.startswith(self.change)
        )


@functools.cache
def reviews_adapter() -> TypeAdapter[tuple[Review, ...]]:
    """Return the reader and writer of review files; built once, on first use."""
    return TypeAdapter(tuple[Review, ...])


def merge(entry: RegisterEntry, reviews: Sequence[Review]) -> RegisterEntry:
    """Return the entry with what people said of it; the latest word counts, the rest adds up."""
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
    said = {key: value for key, value in document.items() if value not in (None, {}, [])}
    written: str = yaml.safe_dump([said], sort_keys=False, allow_unicode=True, width=10_000)
    return written


def _problem(error: Mapping[str, Any], located: Located) -> Problem:
    path, given = error["loc"], repr(error["input"])
    match error["type"]:
        case "unexpected_keyword_argument" | "extra_forbidden":
            message = f"there is no key `{path[-1]}` here"
            remedy = _did_you_mean(str(path[-1]), [f.name for f in fields(Review)])
        case "missing":
            path, message, remedy = path[:-1], f"needs the key `{path[-1]}`", ""
        case "string_pattern_mismatch":
            message = f"{given} names no change"
            remedy = "its id, seven or more characters of its commit, or its number as in #12"
        case "string_type":
            message, remedy = f"cannot be {given}", "write it in quotes"
        case "literal_error":
            message = f"cannot be {given}"
            remedy = _did_you_mean(str(error["input"]), ["confirmed", "amended", "disputed"])
        case _:
            message, remedy = str(error["msg"]).removeprefix("Value error, "), ""
    return located.problem(path, message, remedy)


def _did_you_mean(word: str, choices: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, choices, n=1)
    return f"did you mean `{close[0]}`?" if close else f"one of {', '.join(choices)}"


def _inconsistent(reviews: Sequence[Review], located: Located) -> Iterator[Problem]:
    for index, review in enumerate(reviews):
        if (review.status == "amended") != (review.categories is not None):
            message = "are given by `amended`, and by no other status"
            yield located.problem((index, "categories"), message)
        for key in review.evidence:
            if key not in EVIDENCE:
                message, remedy = (
                    f"there is no evidence called `{key}`",
                    _did_you_mean(key, [*EVIDENCE]),
                )
                yield located.problem((index, "evidence", key), message, remedy)
