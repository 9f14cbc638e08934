"""What a line of YAML says that is written in blocks, without parsing the file."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

import re2

_QUOTED = rb"""(?:"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_PLAIN = rb"[^\s\"'\[\]{}#&*!|>%@`,?:-][^\n#:]*+(?:(?::(?=\S)|(?<=\S)\#)[^\n#:]*+)*+"
_END = rb"[ \t]*+(?:(?<=[ \t])\#[^\n]*+)?\n?"
BARE = re.compile(b" *+(?:%s|%s):%s" % (_QUOTED, _PLAIN, _END))
"""A key that leaves its value to the next lines."""
KEYED = re.compile(b" *+(?:%s|%s):[ ]++" % (_QUOTED, _PLAIN))
"""A key, before its value."""
_VALUE = re.compile(b"(?:%s|[|>][-+0-9]*+|-?%s)%s" % (_QUOTED, _PLAIN, _END))
_FLOW = re.compile(rb"[\[{](?:[^\n\"'#]|%s)*[\]}][ \t]*\n?" % _QUOTED)
_STRING = re.compile(_QUOTED)

# What reaches from one part of a file into another, or is no indentation of spaces alone: anchors,
# aliases, merge keys, directives, complex keys, tabs, carriage returns.
_REACHES = re2.compile(
    rb"(?m)(?:^|[\s\[{,:-])[&*][\w-]|<<[ \t]*:|^(?:--- *[^ \n]|\.\.\.|%|\xef\xbb\xbf)"
    rb"|^ *\t|\r|^ *\?[ \n]"
)
_TEXT = re2.compile(rb"(?m)^( *)(?:[^ \n#][^\n]*)?[:-] +[|>][-+0-9]*[ \t]*(?:#.*)?$")
_UNCLOSED = re2.compile(
    rb"""(?m)(?:^ *|[:,\[{-] +|[\[{])(?:"(?:[^"\\\n]|\\.)*\\?|'(?:[^'\n]|'')*)$"""
)


def reaches(text: bytes) -> bool:
    """Say whether one part of a text may refer to another, or its blocks may not be told."""
    return _REACHES.search(text) is not None


def texts(text: bytes) -> list[tuple[int, int]] | None:
    """Return the first and last line of each text in a block, where what seems a key is none.

    None if a text in quotes goes on in the next line.
    """
    if _UNCLOSED.search(text):
        return None
    found = []
    for opened in _TEXT.finditer(text):
        first = text.count(b"\n", 0, opened.end()) + 2
        over = _outdented(opened.end(1) - opened.start(1)).search(text, opened.end() + 1)
        end = over.start() if over else len(text)
        found.append((first, first - 1 + text.count(b"\n", opened.end() + 1, end)))
    return found


@functools.lru_cache(maxsize=64)
def _outdented(indent: int) -> re.Pattern[bytes]:
    return re.compile(rb"^ {0,%d}[^ \n]" % indent, re.MULTILINE)


def is_whole(text: bytes, start: int, end: int) -> bool:
    """Say whether a value ends on its line, or is a text in a block below it."""
    if _VALUE.fullmatch(text, start, end):
        return True
    flow = _FLOW.fullmatch(text, start, end)
    marks = _STRING.sub(b"", flow[0]) if flow else b""
    pairs = ((b"[", b"]"), (b"{", b"}"))
    return flow is not None and all(marks.count(a) == marks.count(b) for a, b in pairs)


_SIMPLE = rb"(\"[^\"\\\n]*\"|'[^'\n]*')|(%s)" % _PLAIN
_ASSIGNED = re.compile(rb"( *(?:- +)*)([\w$./-]+): +(?:%s)[ \t]*(?: \#.*)?" % _SIMPLE)
_NAMING = frozenset({b"name", b"id", b"key", b"job", b"uses", b"path", b"repo", b"alias", b"kind"})
_NO_LINE = re.compile(rb"\s*(?:#.*)?")


class Reassigned(NamedTuple):
    """A key that got another value, both as written; what is in quotes keeps them."""

    key: bytes
    before: bytes
    after: bytes


def reassigned(was: Iterable[bytes], now: Iterable[bytes]) -> list[Reassigned] | None:
    """Return what lines do that do nothing but give keys other values.

    None if they do anything else, or name an entry of a list or a document.
    """
    sides = [[line for line in side if not _NO_LINE.fullmatch(line)] for side in (was, now)]
    if len(sides[0]) != len(sides[1]):
        return None
    found = []
    for lines in zip(*sides, strict=True):
        one, other = map(_ASSIGNED.fullmatch, lines)
        if not one or not other or one.group(1, 2) != other.group(1, 2) or one[2] in _NAMING:
            return None
        before, after = (each[3] or each[4].rstrip() for each in (one, other))
        found.append(Reassigned(one[2], before, after))
    return found
