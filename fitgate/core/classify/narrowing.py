"""What a file cannot hold is not looked for: raw bytes are searched before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from fitgate.core.classify.lines import Difference
from fitgate.core.conditions import LineCondition, Look, SettingCondition
from fitgate.core.globs import name_patterns
from fitgate.core.patterns import PatternSet

_ENDS = re.compile(r"\\[Az]|\(\?\w*-\w*m")


class Narrowing:
    """Which looks can find anything in a file, told from its bytes before and after.

    It may say yes for nothing, and never no for something: where a file may write a name in other
    letters, or a pattern speaks of the ends of a text, the look is asked in full.
    """

    def __init__(self, looks: Mapping[str, Look]) -> None:
        clues = {name: tuple(_clues(look)) for name, look in looks.items() if _reads(look)}
        self._always = frozenset(name for name, patterns in clues.items() if not patterns)
        settings = {n: p for n, p in clues.items() if isinstance(looks[n], SettingCondition)}
        self._names = _Clues(settings)
        self._lines = _Clues({n: p for n, p in clues.items() if n not in settings})

    def in_lines(self, asked: AbstractSet[str], change: Difference) -> AbstractSet[str]:
        """Return which of the looks at lines may find something."""
        if asked.isdisjoint(self._lines.looks):
            return frozenset()
        return asked & (self._always | self._lines.found(change.text))

    def in_settings(self, asked: AbstractSet[str], *sides: bytes | None) -> AbstractSet[str]:
        """Return which of the looks at settings may find something in a file before and after."""
        texts = [side for side in sides if side]
        if any(b"\\" in text for text in texts):  # a name may be written in other letters
            return asked
        return asked & self._always.union(*map(self._names.found, texts))


class _Clues:
    """Patterns without which a look finds nothing, searched for together."""

    def __init__(self, clues: Mapping[str, tuple[str, ...]]) -> None:
        pairs = [(name, pattern) for name, patterns in clues.items() for pattern in patterns]
        self.looks = frozenset(clues)
        self._names = [name for name, _ in pairs]
        self._patterns = PatternSet([f"(?m){pattern}" for _, pattern in pairs])

    def found(self, part: bytes) -> frozenset[str]:
        hits = self._patterns.match_bytes(part) if part else ()
        return frozenset(self._names[i] for i in hits)


def _reads(look: Look) -> bool:
    return isinstance(look, LineCondition | SettingCondition)


def _clues(look: Look) -> Iterator[str]:
    """Yield patterns of which one must be found; none where that cannot be told."""
    match look:
        case LineCondition():
            one_of = (*(look.added or ()), *(look.removed or ()), look.fewer, look.more)
            asked = [pattern for pattern in one_of if pattern is not None]
            # What speaks of the ends of a text, or redefines them, must see its lines one by one.
            if not any(map(_ENDS.search, asked)):
                yield from asked
        case SettingCondition():
            named = [name_patterns(key) for key in look.key]
            if all(named):
                yield from (pattern for patterns in named for pattern in patterns)
        case _:
            return
