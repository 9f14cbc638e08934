"""Reviews: what people say of proposed register entries, in a file that is read in Git."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fitgate.core.facts import STRICT, Instant
from fitgate.core.proposal import EVIDENCE, evidence
from fitgate.core.register import RegisterEntry, ReviewMark
from fitgate.errors import Problem, RegisterError

HEADER = """\
# What people say of the IO register that FITGate proposes: one item a review, the newest last.
# Written by `fitgate register review`, and by hand. A later item adds to an earlier one of the
# same change. status: confirmed (it is one, as proposed), amended (it is one, of these
# categories), disputed (it is none; it stays in the register, marked).
"""
SHORTEST = 7
"""Characters of a commit id that name it."""

Place = tuple[int, int]


def _absent(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Every scalar is read as text, so that a commit id of digits stays one; `null` is nothing."""
    return None if value in ("", "null", "~") else value


Words = Annotated[str | None, BeforeValidator(_absent)]
Name = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said of one change: its id, its commit (seven characters do) or `#number`."""

    __pydantic_config__ = STRICT
    change: Annotated[str, Field(pattern=rf"^(.*@)?[0-9a-f]{{{SHORTEST},64}}$|^[#!]\d+$|^\w+:.+$")]
    status: Literal["confirmed", "amended", "disputed"]
    by: Name
    at: Instant
    why: Words = None
    owner: Words = None
    closure: Words = None
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
    document, places, problems = _load(text, source)
    if problems:
        raise RegisterError(source, problems)
    try:
        reviews = reviews_adapter().validate_python(document or ())
    except ValidationError as exc:
        problems = [_problem(error, places) for error in exc.errors(include_url=False)]
        raise RegisterError(source, problems) from exc
    problems = [*_inconsistent(reviews, places)]
    if problems:
        raise RegisterError(source, problems)
    return reviews


def append(text: str, review: Review, source: str) -> str:
    """Return the file's text with one more review at its end; what people wrote stays as it is.

    Raises:
        RegisterError: when the file or the review cannot be read, or the file not be added to.
    """
    before, added = parse_reviews(text, source), parse_reviews(_item(review), "the review")
    node = yaml.compose(text, Loader=yaml.CBaseLoader)
    kept = text if text.endswith("\n") or not text else text + "\n"
    margin = " " * (node.start_mark.column if isinstance(node, SequenceNode) else 0)
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


def _load(text: str, source: str) -> tuple[Any, Mapping[tuple[Any, ...], Place], list[Problem]]:
    loader = yaml.CBaseLoader(text)
    try:
        node = loader.get_single_node()
        document = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        problem = Problem(f"is not YAML: {exc.problem or exc.context}", "", *place)
        raise RegisterError(source, [problem]) from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise RegisterError(source, [Problem(f"is not YAML: {exc}")]) from exc
    finally:
        loader.dispose()
    places: dict[tuple[Any, ...], Place] = {}
    if node is None or (isinstance(node, ScalarNode) and not node.value):
        return None, places, []
    if not isinstance(node, SequenceNode):
        message = "is not a list of reviews; begin each with `- change:`"
        return None, places, [Problem(message, "", *_place(node))]
    return document, places, [*_walk(node, (), places)]


def _place(node: Node) -> Place:
    return (node.start_mark.line + 1, node.start_mark.column + 1)


def _walk(
    node: Node, path: tuple[Any, ...], places: dict[tuple[Any, ...], Place]
) -> Iterator[Problem]:
    """Note where everything stands; yield keys that stand twice, because YAML would drop one."""
    places.setdefault(path, _place(node))
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index), places)
    if isinstance(node, MappingNode):
        for key, value in node.value:
            inside = (*path, key.value if isinstance(key, ScalarNode) else "?")
            if inside in places:
                yield Problem("stands here a second time", _dotted(inside), *_place(key))
            places[inside] = _place(key)
            yield from _walk(value, inside, places)


def _dotted(path: Sequence[Any]) -> str:
    return ".".join(map(str, path))


def _near(path: Sequence[Any], places: Mapping[tuple[Any, ...], Place]) -> Place:
    return next(
        places[here] for n in range(len(path), -1, -1) if (here := tuple(path[:n])) in places
    )


def _problem(error: Mapping[str, Any], places: Mapping[tuple[Any, ...], Place]) -> Problem:
    path, kind = error["loc"], error["type"]
    message, remedy = str(error["msg"]).removeprefix("Value error, "), ""
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        message = f"there is no key `{path[-1]}` here"
        remedy = _did_you_mean(str(path[-1]), [f.name for f in fields(Review)])
    elif kind == "missing":
        message = f"needs the key `{path[-1]}`"
        path = path[:-1]
    elif kind == "string_pattern_mismatch":
        message = f"{error['input']!r} names no change"
        remedy = "its id, seven or more characters of its commit, or its number as in #12"
    elif kind == "literal_error":
        message = f"cannot be {error['input']!r}"
        remedy = _did_you_mean(str(error["input"]), ["confirmed", "amended", "disputed"])
    return Problem(message, _dotted(path), *_near(path, places), remedy)


def _did_you_mean(word: str, choices: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, choices, n=1)
    return f"did you mean `{close[0]}`?" if close else f"one of {', '.join(choices)}"


def _inconsistent(
    reviews: Sequence[Review], places: Mapping[tuple[Any, ...], Place]
) -> Iterator[Problem]:
    for index, review in enumerate(reviews):
        if (review.status == "amended") != (review.categories is not None):
            place = _near((index, "categories"), places)
            message = "are given by `amended`, and by no other status"
            yield Problem(message, f"{index}.categories", *place)
        for key in review.evidence:
            if key not in EVIDENCE:
                path = (index, "evidence", key)
                remedy = _did_you_mean(key, [*EVIDENCE])
                message = f"there is no evidence called `{key}`"
                yield Problem(message, _dotted(path), *_near(path, places), remedy)
