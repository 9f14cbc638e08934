"""What a settings file cannot hold is not looked for: bytes are searched before they are parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import re2

from fitgate.core.classify import blocks
from fitgate.core.classify.lines import Difference
from fitgate.core.classify.parsing import plain_scalar
from fitgate.core.classify.settings import may_fit, same_value
from fitgate.core.conditions import SettingCondition
from fitgate.core.facts import Setting
from fitgate.core.key_globs import NAME_END, name_patterns, own_name
from fitgate.core.patterns import PatternSet
from fitgate.core.values import Scalar

_ESCAPED = re2.compile(rb'(?m)"[^"\n]*\\[^\n]*"\s*[:=]|^[^\s"\'#=:]*\\[^\n]*[:=]')
"""A name that may be written in other letters."""
_OPENS = r"[^\n:]*:[ \t]*[{\[]?[ \t]*(?:#[^\n]*)?$"
"""What follows a name whose values are on lines of their own."""


class Narrowing:
    """Which looks can find anything in a settings file, told from its bytes before and after.

    It may say yes for nothing, and never no for something: where a file may write a name in other
    letters, the look is asked in full.
    """

    def __init__(self, looks: Mapping[str, SettingCondition]) -> None:
        self._looks = looks
        clues = {name: [name_patterns(key) for key in look.key] for name, look in looks.items()}
        self._always = frozenset(name for name, keys in clues.items() if not all(keys))
        pairs = [
            (name, pattern)
            for name, keys in clues.items()
            if name not in self._always
            for patterns in keys
            for pattern in patterns
        ]
        self._names = [name for name, _ in pairs]
        self._patterns = PatternSet([f"(?m){pattern}" for _, pattern in pairs])
        opening = (pattern.removesuffix(NAME_END) + _OPENS for _, pattern in pairs)
        self._above = PatternSet([f"(?m){pattern}" for pattern in opening])
        own = {name: [own_name(key) for key in look.key] for name, look in looks.items()}
        leaves = [(name, p) for name, keys in own.items() if all(keys) for p in keys if p]
        self._leaf_names = [name for name, _ in leaves]
        self._leaves = frozenset(self._leaf_names)
        self._leaf_patterns = PatternSet([pattern for _, pattern in leaves], anchored=True)

    def may_find(
        self, asked: AbstractSet[str], *sides: bytes | None, change: Difference | None = None
    ) -> AbstractSet[str]:
        """Return which of the looks may find something in a file before and after.

        `change` may be given for YAML: if all it does is to give keys other values, the looks that
        ask for other keys find nothing.
        """
        texts = [side for side in sides if side]
        if any(map(_ESCAPED.search, texts)):
            return asked
        asked &= self._always.union(*map(self._found, texts))
        if not asked or change is None:
            return asked
        given = blocks.reassigned(*change.sides)
        if given is None or any(map(blocks.reaches, texts)) or _in_text(texts, change):
            return asked
        above = {self._names[i] for text in texts for i in self._above.match_bytes(text)}
        anywhere = asked & (self._always | above)
        return frozenset(name for it in given for name in self._by_value(asked, anywhere, it))

    def _found(self, text: bytes) -> frozenset[str]:
        return frozenset(self._names[i] for i in self._patterns.match_bytes(text))

    def _by_value(
        self, asked: AbstractSet[str], anywhere: AbstractSet[str], given: blocks.Reassigned
    ) -> Iterator[str]:
        """Yield the looks that may find a key with another value: by its name, or from above."""
        before, after = _value(given.before), _value(given.after)
        if not same_value(before, after):
            setting = Setting(given.key.decode(), "changed", before, after)
            hits = self._leaf_patterns.match_bytes(given.key)
            named = {self._leaf_names[i] for i in hits} | (self._found(given.key) - self._leaves)
            for name in (anywhere - self._leaves) | (asked & named):
                if may_fit(self._looks[name], setting):
                    yield name


def _in_text(sides: Sequence[bytes], change: Difference) -> bool:
    """Say whether a change may lie in a text of several lines, where what seems a key is none."""
    hunks = [*change.hunks]
    places = (
        [(hunk.was_at, hunk.was) for hunk in hunks],
        [(hunk.now_at, hunk.now) for hunk in hunks],
    )
    for side, touched in zip(sides, places, strict=True):
        texts = blocks.texts(side)
        if texts is None:
            return True
        for at, lines in touched:
            if any(at <= last and first < at + max(lines, 1) for first, last in texts):
                return True
    return False


def _value(text: bytes) -> Scalar:
    written = text.decode()
    return written[1:-1] if written[0] in "\"'" else plain_scalar(written)
