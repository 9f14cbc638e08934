"""Evidence of the kind `line`: which lines a change added to a file or took out of it."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from fitgate.core.conditions import LineCondition
from fitgate.core.facts import Line
from fitgate.core.patterns import PatternSet

_HUNK = re.compile(rb"@@ -(\d+)(?:,\d+)? \+(\d+)")
_CHUNK = 1 << 16  # bytes compared at once
Sign = Literal["+", "-"]
_BOTH: tuple[Sign, Sign] = ("-", "+")
_SIGNS = {"added": "+", "removed": "-", "fewer": "+-", "more": "+-"}


class Difference:
    r"""The lines that occur more often on one side of a change to a file than on the other.

    Lines end with `\n` alone, a `\r` before it belongs to the line; bytes that are no UTF-8 count
    as U+FFFD. A line that only moved is not there, so whole contents and any correct patch of the
    same change tell the same texts.
    """

    def __init__(
        self,
        was: Sequence[bytes],
        now: Sequence[bytes],
        numbers: Callable[[], tuple[Sequence[int], Sequence[int]]],
    ) -> None:
        """Take lines of both sides, all that changed among them, and how to number them."""
        self._was, self._now, self._numbers = was, now, numbers

    @classmethod
    def of_contents(cls, before: bytes | None, after: bytes | None) -> Difference:
        """Compare the contents of a file; None is an absent one."""
        old, new = before or b"", after or b""
        head = _common_head(old, new)
        tail = _common_tail(old, new, head)
        first = old.count(b"\n", 0, head) + 1
        was, now = (_split(_readable(side[head : len(side) - tail])) for side in (old, new))
        numbers = range(first, first + len(was)), range(first, first + len(now))
        return cls(was, now, lambda: numbers)

    @classmethod
    def of_hunks(cls, hunks: bytes) -> Difference:
        """Read the hunks of one file in a patch, from the first `@@` on (git-diff)."""
        lines = _readable(hunks).split(b"\n")
        was = [line[1:] for line in lines if line[:1] == b"-"]
        now = [line[1:] for line in lines if line[:1] == b"+"]
        return cls(was, now, lambda: _numbers(lines))

    @functools.cached_property
    def _extra(self) -> tuple[Mapping[bytes, int], Mapping[bytes, int]]:
        then, later = Counter(self._was), Counter(self._now)
        if not (then and later):
            return then, later
        gone = {text: n - later[text] for text, n in then.items() if n > later[text]}
        come = {text: n - then[text] for text, n in later.items() if n > then[text]}
        return gone, come

    @functools.cached_property
    def text(self) -> bytes:
        """Return all these lines, each once a side and without a carriage return at its end."""
        gone, come = self._extra
        text = b"\n".join((*gone, *come)) + b"\n" if gone or come else b""
        return text.replace(b"\r\n", b"\n")

    def lines(self, keep: Callable[[Sign, bytes], bool] = lambda *_: True) -> tuple[Line, ...]:
        """Return the lines that are to be kept, sorted by number, then sign.

        Of a line that now occurs k times more its last k occurrences are given, not counting those
        in the part that both sides begin or end with. Numbers count from one, `+` in the file after
        and `-` before.
        """
        sides = zip(_BOTH, (self._was, self._now), self._extra, strict=True)
        kept = [
            (sign, lines, {text: n for text, n in extra.items() if keep(sign, text)})
            for sign, lines, extra in sides
        ]
        if not any(wanted for *_, wanted in kept):
            return ()
        numbered = zip(kept, self._numbers(), strict=True)
        found = (line for side, numbers in numbered for line in _placed(*side, numbers))
        return tuple(sorted(found, key=_place))


def _placed(
    sign: Sign,
    lines: Sequence[bytes],
    wanted: Mapping[bytes, int],
    numbers: Sequence[int],
) -> Iterator[Line]:
    left = dict(wanted)
    for i in reversed([i for i, text in enumerate(lines) if text in wanted]):
        if left[lines[i]]:
            left[lines[i]] -= 1
            yield Line(sign, numbers[i], lines[i].decode())


def _numbers(lines: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """Return the numbers of the removed and of the added lines of a patch."""
    removed: list[int] = []
    added: list[int] = []
    old = new = 0
    for line in lines:
        sign = line[:1]
        if sign == b"@" and (hunk := _HUNK.match(line)):
            old, new = int(hunk[1]), int(hunk[2])
        elif sign == b"-":
            removed.append(old)
            old += 1
        elif sign == b"+":
            added.append(new)
            new += 1
        elif sign == b" ":
            old, new = old + 1, new + 1
    return removed, added


def line_changes(before: bytes | None, after: bytes | None) -> tuple[Line, ...]:
    """Return the lines that a change added to a file or took out of it, see `Difference`."""
    return () if before == after else Difference.of_contents(before, after).lines()


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


def relevant_lines(conditions: Sequence[LineCondition], change: Difference) -> tuple[Line, ...]:
    """Return the changed lines that any of the conditions needs to be judged."""
    patterns, asked = _compiled(tuple(conditions))

    def needed(sign: Sign, text: bytes) -> bool:
        hits = patterns.match_bytes(text.removesuffix(b"\r"))
        return any(sign in _SIGNS[asked[i]] for i in hits)

    return change.lines(needed)


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
