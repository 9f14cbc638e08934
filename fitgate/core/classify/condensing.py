"""YAML without what a change left alone: a large file costs no more than what changed in it."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from fitgate.core.classify import blocks
from fitgate.core.classify.lines import Hunk, line_after

_DOCUMENT = re.compile(rb"^--- *$", re.MULTILINE)
_FIRST = re.compile(rb"^( *+)(?=[^ \n#])(-(?![^ \n]))?", re.MULTILINE)
_DASH = re.compile(rb" *- +")
_NAMES_DOCUMENT = re.compile(rb"(?:kind|metadata) *:")
_IDENTITY = re.compile(rb" *+(?:name|id|key|job|uses|path|repo|alias) *+:")

Span = tuple[int, int]


def condensed(before: bytes, after: bytes, hunks: Sequence[Hunk]) -> tuple[bytes, bytes] | None:
    """Return two sides of a YAML file without the insides of what is the same on both.

    Of a mapping or list entry that the change left alone only what names it is kept; blank lines
    stand for the rest, so that the numbers of lines stay. What the sides say otherwise, and under
    which keys, is the same as in the whole files, if these are well formed. None where that is not
    sure: one part refers to another, or it is not written in blocks.
    """
    if blocks.reaches(before) or blocks.reaches(after):
        return None
    was = _Side(before, ((hunk.was_at, hunk.was) for hunk in hunks))
    now = _Side(after, ((hunk.now_at, hunk.now) for hunk in hunks))
    try:
        spans = {_image(span, hunks): span for span in was.dispensable()}
        both = [span for span in now.dispensable() if span in spans]
    except _OddError:
        return None
    return was.without(spans[span] for span in both), now.without(both)


def _image(span: Span, hunks: Sequence[Hunk]) -> Span | None:
    """Return where unchanged lines of the side before stand after."""
    first = line_after(span[0] + 1, hunks)
    return None if first is None else (first - 1, first - 1 + span[1] - span[0])


class _OddError(Exception):
    """A form of YAML that is not told apart by its indentation alone."""


class _Side:
    """One side of a change: its text, and which parts of it are touched; all by offsets."""

    def __init__(self, text: bytes, touched: Iterable[Span]) -> None:
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split(b"\n"))]
        self._touched: list[Span] = []
        for at, lines in touched:
            first = at - bool(lines)  # where nothing is left, git names the line before
            self._touched.append((self._starts[first], self._starts[first + lines]))

    def dispensable(self) -> Iterator[Span]:
        """Yield the lines, from nought and without the last, that the other side may have too."""
        marks = [found.span() for found in _DOCUMENT.finditer(self._text)]
        size = len(self._text)
        for (_, start), (stop, _) in pairwise([(0, 0), *marks, (size, size)]):
            for begin, end in self._block(start, stop):
                yield bisect_right(self._starts, begin) - 1, bisect_right(self._starts, end - 1)

    def without(self, spans: Iterable[Span]) -> bytes:
        """Return the text with these lines blank."""
        parts, kept = [], 0
        for first, end in sorted(spans):
            parts += [self._text[kept : self._starts[first]], b"\n" * (end - first)]
            kept = min(self._starts[end], len(self._text))
        return b"".join((*parts, self._text[kept:]))

    def _block(self, start: int, end: int) -> Iterator[Span]:
        """Look through a mapping or a list, and yield what of it is dispensable."""
        first = _FIRST.search(self._text, start, end)
        if first is None or first.start() >= end:
            return
        indent, listed = len(first[1]), first[2] is not None
        places = self._places(first.start(), end, indent, listed=listed)
        if first.start() != places[0]:
            raise _OddError
        for begin, stop in pairwise([*places, end]):
            if listed:
                yield from self._entry(begin, stop)
            else:
                yield from self._pair(begin, stop)

    def _pair(self, start: int, end: int) -> Iterator[Span]:
        """Look at a key with its value."""
        body = self._line_end(start, end)
        if not self._is_bare(start, body):
            return
        if not self._is_touched(start, end):
            if body < end and not _NAMES_DOCUMENT.match(self._text, start, body):
                yield body, end
        elif not self._is_touched(start, body):
            yield from self._block(body, end)

    def _entry(self, start: int, end: int) -> Iterator[Span]:
        """Look at an entry of a list; what names it stays, so that every entry keeps its name."""
        dash, body = _DASH.match(self._text, start, end), self._line_end(start, end)
        if dash is None or dash.end() >= body or self._text[dash.end()] in b"-\n":
            return
        if blocks.is_whole(self._text, dash.end(), body):
            return
        bare = self._is_bare(dash.end(), body)
        if self._is_touched(start, body):
            return
        places = self._places(body, end, dash.end() - start, listed=False)
        first = places[0] if places else end
        if bare and self._is_touched(body - 1, first):
            yield from self._block(body, first)
        elif bare and body < first and not _IDENTITY.match(self._text, dash.end(), body):
            yield body, first
        alone = not self._is_touched(start, end)
        for begin, stop in pairwise([*places, end]):
            pair = [*self._pair(begin, stop)]
            if not alone:
                yield from pair
            elif not _IDENTITY.match(self._text, begin, stop):
                yield begin, stop

    def _is_bare(self, start: int, end: int) -> bool:
        """Say whether a line names a key and leaves its value to the next; else it is whole."""
        if blocks.BARE.fullmatch(self._text, start, end):
            return True
        key = blocks.KEYED.match(self._text, start, end)
        if key and blocks.is_whole(self._text, key.end(), end):
            return False
        raise _OddError

    def _is_touched(self, start: int, end: int) -> bool:
        """Say whether anything in a part changed, or something before its end came into it."""
        return any(first < end and start < last for first, last in self._touched)

    def _places(self, start: int, end: int, indent: int, *, listed: bool) -> list[int]:
        opening = _opening(indent, listed)
        return [found.start() for found in opening.finditer(self._text, start, end)]

    def _line_end(self, start: int, end: int) -> int:
        return self._text.find(b"\n", start, end) + 1 or end


@functools.lru_cache(maxsize=256)
def _opening(indent: int, listed: bool) -> re.Pattern[bytes]:  # noqa: FBT001 - a part of the key
    what = rb"-(?![^ \n])" if listed else rb"(?=[^ \n#])(?!-(?![^ \n]))"
    return re.compile(rb"^ {%d}%b" % (indent, what), re.MULTILINE)
