"""Python before and after a change: which literals it touched, and what they may be named by."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

import re2

from fitgate.core.classify.flattening import Parsed
from fitgate.core.classify.lines import Difference
from fitgate.core.classify.python_literals import Literal, numbering
from fitgate.core.values import Scalar

Span = tuple[int, int]
"""Lines that a change touched, the first and the last; where lines are gone, the last is less."""
_TOP = -1

_TEXT = (
    rb'"""(?:[^\\"]|\\.|"(?!""))*+(?:"""|\Z)|' + rb"'''(?:[^\\']|\\.|'(?!''))*+(?:'''|\Z)"
    rb'|"(?:[^"\\\n]|\\.)*+"|' + rb"'(?:[^'\\\n]|\\.)*+'"
)
_TOKEN = re.compile(_TEXT + rb"|#[^\n]*+|\\\r?\n|([\[({])|([\])}])|(\n)", re.DOTALL)
_IN_BRACKETS = rb"[^\"'#\\()\[\]{}]++|#[^\n]*+|\\.|" + _TEXT
_NESTED = functools.reduce(
    lambda inner, _: rb"[(\[{](?:%b|%b)*+[)\]}]" % (_IN_BRACKETS, inner), range(6), rb"(?!)"
)
_SIMPLE = re.compile(
    rb"(?:[^\"'#\\()\[\]{}\n]++|\\.|%b|%b)*+(?:#[^\n]*+)?+(?:\n|\Z)" % (_TEXT, _NESTED), re.DOTALL
)
"""A statement without more than six brackets one in another."""
_NAMED = re.compile(rb"[ \t\f]*+(?:class|def|async)\b[^(\[:]*+")
_INDENT = re.compile(rb"([ \t\f]*+)(?![#\r\n]|\Z)")
_SPELT_OTHERWISE = re2.compile(
    rb"""(?s)"[^"\\\n]*(?:\\.[^"\\\n]*)+"\s*:|'[^'\\\n]*(?:\\.[^'\\\n]*)+'\s*:"""
    rb"""|["'](?:\s|\\|#[^\n]*\n)*[A-Za-z]?["'][^"'\n]*["']\s*:|\b0[xXoObB]\w+\s*:|\d_\w+\s*:"""
)
"""A name that may be written in other letters: with escapes, in parts, as another number."""
_AFTER_MINUS = re2.compile(rb"-([\w\x80-\xff]+)\s*[(\[]")


class Search(Protocol):
    """Which of the looks asked for may find something in texts, as `Narrowing.may_find` does."""

    def __call__(self, asked: AbstractSet[str], *sides: bytes) -> AbstractSet[str]:
        """Return them; it may be too many, and never too few."""


def may_find(
    search: Search,
    asked: AbstractSet[str],
    sides: tuple[bytes | None, bytes | None],
    change: Difference | None,
) -> AbstractSet[str]:
    """Return which of the looks may find something in a module before and after.

    With `change` only those that ask for a name on a changed line, or above one where it belongs.
    """
    before, after = sides
    if change is None or before is None or after is None:
        return _found(search, asked, *filter(None, sides))
    found = _found(search, asked, *(b"\n".join(lines) for lines in change.sides))
    # A name on an unchanged line stands on both sides.
    rest = _found(search, asked - found, before)
    if not rest:
        return found
    was, now = _spans(change)
    return found | _found(search, rest, touched(before, was), touched(after, now))


def told_apart(
    old: Mapping[str, Parsed], new: Mapping[str, Parsed], change: Difference | None
) -> tuple[Mapping[str, Parsed], Mapping[str, Parsed]]:
    """Return both sides without what the change left alone, and what is alike numbered anew.

    Left alone is a value on lines that did not change, and one that only moved. Without `change`
    any line counts as changed.
    """
    spans = _spans(change) if change else (None, None)
    was, now = _alike(old, spans[0]), _alike(new, spans[1])
    sides: tuple[dict[str, Parsed], dict[str, Parsed]] = ({}, {})
    for name in {**was, **now}:
        both = Counter(map(_said, was[name])) & Counter(map(_said, now[name]))
        for side, values in zip(sides, (was[name], now[name]), strict=True):
            side.update(_numbered(name, values, both))
    # What stayed tells that the class or mapping around a value was there before, or still is.
    told = sides[0].keys() | sides[1].keys()
    kept = {f"{key}#" if key in told else key: new[key] for key in old if key in new}
    return {**kept, **sides[0]}, {**kept, **sides[1]}


def touched(text: bytes, spans: Iterable[Span]) -> bytes:
    """Return the part of a module that holds all names of the values on these lines.

    That is the lines themselves, the statement around them up to there, and the classes and
    functions that it is in: a name never stands behind its value.
    """
    starts = [0, *itertools.accumulate(len(line) + 1 for line in text.split(b"\n"))]
    statements = _statements(text)
    ends = [each.end for each in statements]
    parts, told = list[bytes](), {_TOP}
    for first, last in spans:
        begin, end = (starts[min(line, len(starts) - 1)] for line in (first - 1, last))
        at = bisect_right(ends, begin)
        for n in itertools.count(at):
            if n == len(statements) or statements[n].begin >= end:
                break
            begin = min(begin, statements[n].begin)
            above = statements[n].above
            while above not in told:
                told.add(above)
                start, stop, above = statements[above]
                if named := _NAMED.match(text, start, stop):
                    parts.append(named[0])
        parts.append(text[begin:end])
    return b"\n".join(parts)


class _Statement(NamedTuple):
    """Where a statement stands, or the first line of a compound one, and in which block."""

    begin: int
    end: int
    above: int


@functools.lru_cache(maxsize=64)  # what a module was after one change it is before the next
def _statements(text: bytes) -> tuple[_Statement, ...]:
    found: list[_Statement] = []
    blocks: list[tuple[int, int]] = []  # how far the statements around are indented, and which
    begin = 0
    while begin < len(text):
        simple = _SIMPLE.match(text, begin)
        end = simple.end() if simple else _end(text, begin)
        if indented := _INDENT.match(text, begin, end):
            indent = len(indented[1].expandtabs())
            while blocks and blocks[-1][0] >= indent:
                blocks.pop()
            blocks.append((indent, len(found)))
            found.append(_Statement(begin, end, blocks[-2][1] if len(blocks) > 1 else _TOP))
        begin = end
    return tuple(found)


def _end(text: bytes, begin: int) -> int:
    """Return where a statement ends that is not simple."""
    depth = 0
    for token in _TOKEN.finditer(text, begin):
        depth += bool(token[1]) - bool(token[2] and depth)
        if token[3] and not depth:
            return token.end()
    return len(text)


def _found(search: Search, asked: AbstractSet[str], *texts: bytes) -> AbstractSet[str]:
    """Search texts, also for names written in other letters or behind a minus."""
    if any(map(_SPELT_OTHERWISE.search, texts)):
        return asked
    also = [b"\n".join(_AFTER_MINUS.findall(text)) for text in texts]
    also += [_normal(text) for text in texts if not text.isascii()]
    return search(asked, *texts, *also)


def _normal(text: bytes) -> bytes:
    """Return a text with the letters that Python takes names to be written in."""
    return unicodedata.normalize("NFKC", text.decode(errors="replace")).encode()


def _spans(change: Difference) -> tuple[list[Span], list[Span]]:
    was, now = list[Span](), list[Span]()
    for hunk in change.hunks:
        for spans, at, lines in ((was, hunk.was_at, hunk.was), (now, hunk.now_at, hunk.now)):
            first = at + (not lines)  # where no line is left, git names the one before
            spans.append((first, first + lines - 1))
    return was, now


def _alike(
    values: Mapping[str, Parsed], spans: Sequence[Span] | None
) -> defaultdict[str, list[Literal]]:
    """Return the values on these lines by their keys without numbers, first to last."""
    found = defaultdict[str, list[Literal]](list)
    for key, value in values.items():
        if isinstance(value, Literal) and (spans is None or _is_on(value, spans)):
            start, end = value.number
            found[key[:start] + key[end:]].append(value)
    return found


def _is_on(value: Literal, spans: Sequence[Span]) -> bool:
    """Say whether a value is written on any of these lines, or around some that are gone."""
    near = bisect_right(spans, value.last, key=lambda span: span[0]) - 1
    return near >= 0 and (value.line or 0) <= spans[near][1]


def _numbered(
    name: str, values: list[Literal], both: Counter[tuple[type, Scalar]]
) -> Iterator[tuple[str, Parsed]]:
    """Yield the values under a name but for those that both sides have."""
    left, n = both.copy(), 0
    for value in values:
        if left[_said(value)] > 0:
            left[_said(value)] -= 1
        else:
            n += 1
            at = value.number[0]
            yield name[:at] + numbering(name[:at], n) + name[at:], value


def _said(value: Parsed) -> tuple[type, Scalar]:
    return type(value.value), value.value
