"""Evidence of the kind `line`: which lines a change added to a file or took out of it."""

from __future__ import annotations

import functools
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from fitgate.core.conditions import LineCondition
from fitgate.core.facts import Line
from fitgate.core.globs import PatternSet

_CHUNK = 1 << 16  # bytes compared at once
_SIGNS = {"added": "+", "removed": "-", "fewer": "+-", "more": "+-"}


def line_changes(before: bytes | None, after: bytes | None) -> tuple[Line, ...]:
    r"""Return the lines that occur more often on one side of a change than on the other.

    None is an absent file. Lines end with `\n` alone, a `\r` before it belongs to the line; bytes
    that are not UTF-8 count as U+FFFD. A line that only moved is not there, so any correct patch of
    the same change tells the same texts. Of a line that now occurs k times more, its last k
    occurrences are given, not counting those in the part that both sides begin or end with.
    Numbers count from one, `+` in the file after and `-` before; sorted by number, then sign.
    """
    if before == after:
        return ()
    old, new = before or b"", after or b""
    head = _common_head(old, new)
    tail = _common_tail(old, new, head)
    skipped = old.count(b"\n", 0, head)
    was, now = _split(old[head : len(old) - tail]), _split(new[head : len(new) - tail])
    then, later = Counter(was), Counter(now)
    gone = reversed([*_extra("-", was, then, later, skipped)])
    come = reversed([*_extra("+", now, later, then, skipped)])
    return tuple(sorted((*gone, *come), key=_place))


def matching_lines(condition: LineCondition, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines that are the evidence for a condition, by number and sign.

    The lines are those of one file, or of all files where a loss in one may be a gain in another.
    Each of `added`, `removed`, `fewer`, `more` that the condition asks for must have evidence,
    otherwise there is none. Patterns see a line without a carriage return at its end.
    """
    patterns, asked = _compiled((condition,))
    found: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        for ask in {asked[i] for i in patterns.match(line.text.removesuffix("\r"))}:
            found[ask, line.sign].append(line)
    evidence: list[list[Line]] = []
    for ask in dict.fromkeys(asked):
        gone, come = found[ask, "-"], found[ask, "+"]
        match ask:
            case "added":
                evidence.append(come)
            case "removed":
                evidence.append(gone)
            case "fewer":
                evidence.append(gone if len(gone) > len(come) else [])
            case _:
                evidence.append(come if len(come) > len(gone) else [])
    if not all(evidence):
        return ()
    return tuple(sorted(set(itertools.chain(*evidence)), key=_place))


def relevant_lines(conditions: Sequence[LineCondition], lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines that any of the conditions needs to be judged, in the order given."""
    patterns, asked = _compiled(tuple(conditions))
    return tuple(
        line
        for line in lines
        if any(line.sign in _SIGNS[asked[i]] for i in patterns.match(line.text.removesuffix("\r")))
    )


@functools.lru_cache(maxsize=1024)
def _compiled(conditions: tuple[LineCondition, ...]) -> tuple[PatternSet, tuple[str, ...]]:
    """Return all patterns of these conditions, and for each of them what it asks."""
    pairs = [
        (ask, pattern)
        for condition in conditions
        for ask, patterns in (
            ("added", condition.added or ()),
            ("removed", condition.removed or ()),
            ("fewer", (condition.fewer,) if condition.fewer is not None else ()),
            ("more", (condition.more,) if condition.more is not None else ()),
        )
        for pattern in patterns
    ]
    return PatternSet([pattern for _, pattern in pairs]), tuple(ask for ask, _ in pairs)


def _place(line: Line) -> tuple[int, str]:
    return line.number, line.sign


def _common_head(old: bytes, new: bytes) -> int:
    """Return how many bytes both begin with, whole lines only."""
    limit, at, step = min(len(old), len(new)), 0, _CHUNK
    while step:
        while at + step <= limit and old[at : at + step] == new[at : at + step]:
            at += step
        step //= 2
    return old.rfind(b"\n", 0, at) + 1


def _common_tail(old: bytes, new: bytes, head: int) -> int:
    """Return how many bytes both end with, whole lines only and none of the common head."""
    limit, at, step = min(len(old), len(new)) - head, 0, _CHUNK
    a, b = len(old), len(new)
    while step:
        while at + step <= limit and old[a - at - step : a - at] == new[b - at - step : b - at]:
            at += step
        step //= 2
    first_break = old.find(b"\n", a - at)
    return a - first_break - 1 if first_break >= 0 else 0


def _split(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "replace").split("\n")
    if not lines[-1]:  # what follows the last line break is no line
        lines.pop()
    return lines


def _extra(
    sign: Literal["+", "-"], lines: list[str], here: Counter[str], there: Counter[str], skipped: int
) -> Iterator[Line]:
    """Yield the last occurrences of each line that is here more often than there."""
    wanted = {text: n - there[text] for text, n in here.items() if n > there[text]}
    for i in range(len(lines) - 1, -1, -1):
        if not wanted:
            return
        text = lines[i]
        if text in wanted:
            yield Line(sign, skipped + i + 1, text)
            wanted[text] -= 1
            if not wanted[text]:
                del wanted[text]
