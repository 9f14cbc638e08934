"""Patterns asked of every changed line of a patch at once, without cutting the patch into lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

import re2

from fitgate.core.patterns import PatternSet

_MAX_MEMORY = 64 << 20  # bytes, of the automaton that is built while it runs
_MAX_TEXTS = 20_000
# A regular expression in its parts: an escape, a class in brackets, or a single character.
_CLASS = r"\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*+\]"
_PARTS = re.compile(rf"\\.|{_CLASS}|.", re.DOTALL)
_ODD = re.compile(r"\\[AzQCpP]|\(\?[a-zA-Z]*-[a-zA-Z]*m")
"""What speaks of the ends of a text, redefines them, or is longer than a part knows."""
_IN_PATCH = {"^": "(?:^[-+])", "$": r"(?:\r?$)"}


class LineSearch:
    r"""Patterns, and on which sides of a change (`+`, `-`) a line that one matches is asked for.

    Patterns see a line without a carriage return at its end.
    """

    def __init__(self, asked: Sequence[tuple[str, str]]) -> None:
        self._patterns = PatternSet([pattern for pattern, _ in asked])
        self._sides = [sides for _, sides in asked]
        self._known: dict[bytes, str] = {}
        self._found = _anywhere([pattern for pattern, _ in asked])

    def spans(self, patch: bytes) -> Iterator[tuple[int, int]]:
        """Yield where the lines of a patch stand that any pattern may match, and maybe others."""
        if self._found is None:
            yield from line_spans(patch)
            return
        search, at = self._found, 0
        while at < len(patch) and (found := search.search(patch, at)):
            start = patch.rfind(b"\n", 0, found.start()) + 1
            end = patch.find(b"\n", start)
            end = len(patch) if end < 0 else end
            if start < len(patch):
                yield start, end
            at = end + 1

    def sides(self, text: bytes) -> str:
        """Return the sides on which a line with this text is asked for."""
        if text not in self._known:
            if len(self._known) >= _MAX_TEXTS:
                self._known.clear()
            hits = self._patterns.match_bytes(text.removesuffix(b"\r"))
            self._known[text] = "".join({self._sides[i] for i in hits})
        return self._known[text]


def line_spans(patch: bytes) -> Iterator[tuple[int, int]]:
    """Yield where every line of a patch stands."""
    start = 0
    while start < len(patch):
        end = patch.find(b"\n", start)
        end = len(patch) if end < 0 else end
        yield start, end
        start = end + 1


def _anywhere(patterns: Sequence[str]) -> re2._Regexp | None:
    """Return one pattern for all of them, to be searched for in a patch; None if there is none."""
    if any(map(_ODD.search, patterns)):
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    options.never_nl = True  # no match runs over the end of a line
    options.never_capture = True
    try:
        return re2.compile("(?m)" + "|".join(map(_in_patch, patterns)), options)
    except re2.error:
        return None


@functools.lru_cache(maxsize=4096)
def _in_patch(pattern: str) -> str:
    """Return a pattern for lines that begin with their sign and may end with a carriage return."""
    parts = _PARTS.findall(pattern)
    return f"(?:{''.join(_IN_PATCH.get(part, part) for part in parts)})"
