"""What a condition says of a change: yes with proofs, no, or not to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fitgate.core.facts import Unknown
from fitgate.core.findings import Match


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes (with the matches that prove it), no, or None: what was missing stands in `unknown`."""

    holds: bool | None
    matches: tuple[Match, ...] = ()
    unknown: tuple[Unknown, ...] = ()


NO = Answer(holds=False)


def answer(matches: Iterable[Match], unknown: Iterable[Unknown]) -> Answer:
    """Return yes if there is a proof, else unknown if something was not seen, else no."""
    found, unseen = tuple(matches), tuple(unknown)
    return Answer(True if found else (None if unseen else False), found, unseen)


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return Kleene's or."""
    parts = tuple(answers)
    matches = tuple(m for part in parts if part.holds for m in part.matches)
    unknown = tuple(u for part in parts for u in part.unknown)
    if any(part.holds for part in parts):
        return Answer(holds=True, matches=matches, unknown=unknown)
    return Answer(None if any(part.holds is None for part in parts) else False, (), unknown)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Return Kleene's and."""
    parts = tuple(answers)
    if any(part.holds is False for part in parts):
        return NO
    unknown = tuple(u for part in parts for u in part.unknown)
    if any(part.holds is None for part in parts):
        return Answer(None, (), unknown)
    matches = tuple(m for part in parts for m in part.matches)
    return Answer(holds=True, matches=matches, unknown=unknown)


def none_of(inner: Answer) -> Answer:
    """Return Kleene's not; an absence has no proof to show."""
    return Answer(None if inner.holds is None else not inner.holds, (), inner.unknown)
