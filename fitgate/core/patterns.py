"""Many RE2 patterns asked of a text at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import re2

_MAX_MEMORY = 64 << 20  # bytes, of the automaton that is built while it runs


class PatternSet:
    r"""RE2 patterns searched for all at once; `anchored` promises that each begins with `\A`."""

    def __init__(self, patterns: Sequence[str], *, anchored: bool = False) -> None:
        self._patterns = tuple(patterns)
        self._options = re2.Options()
        self._options.log_errors = False
        self._options.max_mem = _MAX_MEMORY
        self._set: Any = (re2.Set.MatchSet if anchored else re2.Set.SearchSet)(self._options)
        try:
            for pattern in (*self._patterns, ""):
                self._set.Add(pattern)
            self._set.Compile()
        except re2.error:  # too large as one automaton
            self._set = None

    def match(self, text: str) -> tuple[int, ...]:
        """Return the indices of the patterns that are found in a text, in ascending order."""
        return self.match_bytes(text.encode("utf-8", "backslashreplace"))

    def match_bytes(self, text: bytes) -> tuple[int, ...]:
        """Return the indices of the patterns that are found in the UTF-8 of a text."""
        hits = self._set and self._set.Match(text)
        if not hits:
            # The empty pattern at the end always matches: this is an automaton out of memory, which
            # RE2 reports as "nothing found". Patterns that are asked one by one cannot fail so.
            found = (
                re2.search(pattern.encode(), text, self._options) for pattern in self._patterns
            )
            return tuple(i for i, hit in enumerate(found) if hit)
        return tuple(sorted(hits)[:-1]) if len(hits) > 1 else ()


def either(sequences: Iterable[tuple[str, ...]]) -> str:
    """Return one pattern for several, each given in its parts; what they share is written once.

    `**/{a,b}/**/*.{py,go}` stands for four that are nearly the same, and RE2 takes its time over
    each character.
    """
    merged = [*dict.fromkeys(sequences)]
    at = 0
    while len(merged) > 1 and at < max(map(len, merged)):
        alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for parts in merged:
            around = parts[:at], parts[at + 1 :]
            alike.setdefault(around, []).append("".join(parts[at : at + 1]))
        merged = [(*before, _one_of(texts), *after) for (before, after), texts in alike.items()]
        at += 1
    return "|".join(map("".join, merged))


def _one_of(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"
