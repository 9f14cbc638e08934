"""Evidence of the kind `line`: which lines a change added to a file or took out of it."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from fitgate.core.classify.searching import LineSearch, line_spans
from fitgate.core.conditions import LineCondition
from fitgate.core.facts import Line
from fitgate.core.patterns import PatternSet

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_CHUNK = 1 << 16  # bytes compared at once
Sign = Literal["+", "-"]
_SIGNS: Mapping[int, Sign] = {ord("+"): "+", ord("-"): "-"}
_OTHER: Mapping[Sign, Sign] = {"-": "+", "+": "-"}
_ASKED = {"added": "+", "removed": "-", "fewer": "+-", "more": "+-"}


class Hunk(NamedTuple):
    """A part of a file that changed: where it begins, from one, and how many lines it has."""

    was_at: int
    was: int
    now_at: int
    now: int


def line_after(line: int, hunks: Iterable[Hunk]) -> int | None:
    """Return the number after the change of a line that had this one before; None if it went."""
    shift = 0
    for hunk in hunks:
        first = hunk.was_at + (not hunk.was)  # where nothing went, git names the line before
        if line < first:
            break
        if line < first + hunk.was:
            return None
        shift += hunk.now - hunk.was
    return line + shift


class Difference:
    r"""The lines that occur more often on one side of a change to a file than on the other.

    Lines end with `\n` alone, a `\r` before it belongs to the line; bytes that are no UTF-8 count
    as U+FFFD. A line that only moved is not there, so whole contents and any correct patch of the
    same change tell the same texts.
    """

    def __init__(self, patch: bytes) -> None:
        """Take the hunks of one file in a patch, from the first `@@` on (git-diff)."""
        self._patch = _readable(patch)

    @classmethod
    def of_contents(cls, before: bytes | None, after: bytes | None) -> Difference:
        """Compare the contents of a file; None is an absent one."""
        old, new = before or b"", after or b""
        head = _common_head(old, new)
        tail = _common_tail(old, new, head)
        first = old.count(b"\n", 0, head) + 1
        was, now = (_split(side[head : len(side) - tail]) for side in (old, new))
        lines = (*(b"-" + line for line in was), *(b"+" + line for line in now))
        header = b"@@ -%d,%d +%d,%d @@" % (first, len(was), first, len(now))
        return cls(b"\n".join((header, *lines)) if lines else b"")

    @property
    def hunks(self) -> Iterator[Hunk]:
        """Yield the parts that changed, first to last."""
        for found in _HUNK.finditer(self._patch):
            was_at, was, now_at, now = found.groups(default=b"1")
            yield Hunk(int(was_at), int(was), int(now_at), int(now))

    @property
    def sides(self) -> tuple[list[bytes], list[bytes]]:
        """Return the lines that went and those that came, moved ones too."""
        lines = self._patch.split(b"\n")
        was, now = ([line[1:] for line in lines if line[:1] == sign] for sign in (b"-", b"+"))
        return was, now

    def lines(self, asked: LineSearch | None = None) -> tuple[Line, ...]:
        """Return these lines, or those that are asked for, sorted by number, then sign.

        Of a line that now occurs k times more its last k occurrences are given, not counting those
        in the part that both sides begin or end with. Numbers count from one, `+` in the file after
        and `-` before.
        """
        patch = self._patch
        if not patch:
            return ()
        spans = asked.spans(patch) if asked else line_spans(patch)
        places: Mapping[Sign, defaultdict[bytes, list[int]]] = {
            "-": defaultdict(list), "+": defaultdict(list)
        }  # fmt: skip
        for start, end in spans:
            if side := _SIGNS.get(patch[start]):
                places[side][patch[start + 1 : end]].append(start)
        kept: list[tuple[int, Sign, bytes]] = []
        for sign, other in _OTHER.items():
            for text, there in places[sign].items():
                more = len(there) - len(places[other].get(text, ()))
                if more > 0 and (asked is None or sign in asked.sides(text)):
                    kept += ((start, sign, text) for start in there[-more:])
        kept.sort()
        return tuple(sorted(_numbered(patch, kept), key=_place)) if kept else ()


def _numbered(patch: bytes, kept: Iterable[tuple[int, Sign, bytes]]) -> Iterator[Line]:
    """Yield the kept lines with their numbers: their hunk's, and as many as stand before them."""
    hunks = [*_HUNK.finditer(patch)]
    ends = iter([*(hunk.start() for hunk in hunks[1:]), len(patch) + 1])
    begun = iter(hunks)
    hunk, end = next(begun), next(ends)
    at = hunk.end()
    number = {"-": int(hunk[1]), "+": int(hunk[3])}
    for start, sign, text in kept:
        while start >= end:
            hunk, end = next(begun), next(ends)
            at = hunk.end()
            number = {"-": int(hunk[1]), "+": int(hunk[3])}
        both = patch.count(b"\n ", at, start)
        for each in number:
            number[each] += both + patch.count(b"\n" + each.encode(), at, start)
        at = start - 1  # the line break before this line, which is not counted yet
        yield Line(sign, number[sign], text.decode())


def line_changes(before: bytes | None, after: bytes | None) -> tuple[Line, ...]:
    """Return the lines that a change added to a file or took out of it, see `Difference`."""
    return () if before == after else Difference.of_contents(before, after).lines()


Ask = Literal["added", "removed", "fewer", "more"]
Found = Mapping[tuple[Ask, Sign], Sequence[Line]]
"""What a condition asks, and the changed lines of each side that its pattern matches."""


class LineLooks:
    """Conditions by name, all asked of a line at once."""

    def __init__(self, conditions: Mapping[str, LineCondition]) -> None:
        asks = [(n, ask, p) for n, each in conditions.items() for ask, p in asks_of(each)]
        self._patterns = PatternSet([pattern for *_, pattern in asks])
        self._asks = [(name, ask) for name, ask, _ in asks]

    def found(self, lines: Iterable[Line]) -> Mapping[str, Found]:
        """Return what each condition finds among changed lines; one that finds none is left out.

        Patterns see a line without a carriage return at its end.
        """
        found: dict[str, defaultdict[tuple[Ask, Sign], list[Line]]] = {}
        for line in lines:
            hits = self._patterns.match(line.text.removesuffix("\r"))
            for name, ask in {self._asks[i] for i in hits}:
                found.setdefault(name, defaultdict(list))[ask, line.sign].append(line)
        return found


def evidence(condition: LineCondition, found: Iterable[Found]) -> tuple[Line, ...]:
    """Return the lines that are the evidence for a condition, by number and sign.

    What was found is that of one file, or of all files where a loss in one may be a gain in
    another. Each of `added`, `removed`, `fewer`, `more` that the condition asks for must have
    evidence, otherwise there is none.
    """
    parts = tuple(found)
    proofs: list[list[Line]] = []
    for ask in dict.fromkeys(ask for ask, _ in asks_of(condition)):
        gone = [line for part in parts for line in part.get((ask, "-"), ())]
        come = [line for part in parts for line in part.get((ask, "+"), ())]
        match ask:
            case "added":
                proofs.append(come)
            case "removed":
                proofs.append(gone)
            case "fewer":
                proofs.append(gone if len(gone) > len(come) else [])
            case "more":
                proofs.append(come if len(come) > len(gone) else [])
    if not all(proofs):
        return ()
    return tuple(sorted(set(itertools.chain(*proofs)), key=_place))


def line_search(conditions: Iterable[LineCondition]) -> LineSearch:
    """Return what finds the changed lines that any of the conditions needs to be judged."""
    return LineSearch([(p, _ASKED[ask]) for each in conditions for ask, p in asks_of(each)])


def asks_of(condition: LineCondition) -> Iterator[tuple[Ask, str]]:
    """Yield what a condition asks, with the pattern it asks for."""
    yield from (("added", pattern) for pattern in condition.added or ())
    yield from (("removed", pattern) for pattern in condition.removed or ())
    if condition.fewer is not None:
        yield "fewer", condition.fewer
    if condition.more is not None:
        yield "more", condition.more


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


def _readable(data: bytes) -> bytes:
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode()
    return data


def _split(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    if not lines[-1]:  # what follows the last line break is no line
        lines.pop()
    return lines
