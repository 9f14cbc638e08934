"""Which regular expressions surely find nothing, and which find nearly every line."""

from __future__ import annotations

import re
from typing import NamedTuple

import re2

_ATOM = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)|(?P<flags>\(\?[a-zA-Z-]+\))"
    r"|(?P<open>\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<start>\^|\\A)|(?P<end>\$|\\z)|(?P<empty>\\[bB])"
    r"|(?P<char>\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\\\]])*\]|.)",
    re.DOTALL,
)
_TIMES = re.compile(r"(?:(?P<perhaps>[*?]|\{0+(?:,\d*)?\})|\+|\{\d+(?:,\d*)?\})\??")
_MANY_LINES = re.compile(r"\(\?[a-zA-Z]*m")
_NEARLY_ALL = re.compile(r"(?:\(\?[is]+\))?\^?(?:(?:\\s\*)?(?:\.|\\S|\\w)[*+?]?|\.[*+]\$)")
_EDGES = re.compile(r"\$|\\[zbB]")


class _Says(NamedTuple):
    """What every match of a part needs: a character, the start of the text, its end; or nothing."""

    taken: bool = False
    start: bool = False
    end: bool = False
    never: bool = False

    def then(self, other: _Says) -> _Says:
        """Return what one part followed by another needs; `a^` and `$a` need what cannot be."""
        torn = (self.taken and other.start) or (self.end and other.taken)
        never = self.never or other.never or torn
        both = (self.taken or other.taken, self.start or other.start, self.end or other.end)
        return _Says(*both, never)

    def otherwise(self, other: _Says) -> _Says:
        """Return what either of two parts needs."""
        if self.never or other.never:
            return other if self.never else self
        return _Says(self.taken and other.taken, self.start and other.start, self.end and other.end)


def finds_nothing(pattern: str, *, in_lines: bool = False) -> bool:
    """Say whether a pattern surely matches no text, or no single line.

    True is proved: something must come before the start or after the end. False says nothing.
    """
    if _MANY_LINES.search(pattern):  # where ^ and $ are those of any line
        return False
    opened: list[list[_Says]] = [[_Says()]]  # the alternatives of each group that is open
    at = 0
    while atom := _ATOM.match(pattern, at):
        at = atom.end()
        match atom.lastgroup:
            case "open":
                opened.append([_Says()])
                continue
            case "bar":
                opened[-1].append(_Says())
                continue
            case "close":
                said = _either(opened.pop())
            case "start":
                said = _Says(start=True)
            case "end":
                said = _Says(end=True)
            case "char":
                said = _Says(taken=True, never=in_lines and atom[0] in {r"\n", "\n"})
            case _:
                said = _Says(taken=bool(atom["quoted"]))
        times = _TIMES.match(pattern, at)
        at = times.end() if times else at
        if not (times and times["perhaps"]):
            opened[-1][-1] = opened[-1][-1].then(said)
    return _either(opened[0]).never


def _either(alternatives: list[_Says]) -> _Says:
    first, *others = alternatives
    for other in others:
        first = first.otherwise(other)
    return first


def finds_nearly_all(pattern: str) -> bool:
    """Say whether a pattern is found in every line, or in every one that is not blank."""
    if _NEARLY_ALL.fullmatch(pattern):
        return True
    return not _EDGES.search(pattern) and bool(re2.search(pattern, ""))
