"""Settings files before and after a change: only what may have changed in them is parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from fitgate.core.classify import python_changes
from fitgate.core.classify.condensing import condensed
from fitgate.core.classify.flattening import Parsed, Unparsable
from fitgate.core.classify.lines import Difference, Hunk, line_after
from fitgate.core.classify.narrowing import Narrowing
from fitgate.core.classify.parsing import parse_settings
from fitgate.core.classify.settings import (
    ANY_MOVE,
    incomparable_settings,
    matching_settings,
    setting_changes,
)
from fitgate.core.conditions import SettingCondition
from fitgate.core.facts import File

_LARGE = 16_000  # bytes; a smaller file is parsed sooner than it is condensed, and remembered
_PARSED = 64  # files; a large one takes some megabytes
_SOUND = 100_000

_Values = Mapping[str, Parsed] | Unparsable


class _Short(NamedTuple):
    """Both sides of a file without what the change left alone, and the values in them."""

    texts: tuple[bytes, bytes]
    values: tuple[Mapping[str, Parsed], Mapping[str, Parsed]]


class Comparing:
    """Compares settings files, and remembers of what it parsed what the next change may need."""

    def __init__(self, looks: Mapping[str, SettingCondition]) -> None:
        self._looks = looks
        self._narrowing = Narrowing(looks)
        self._parsed: dict[tuple[str, str], _Values] = {}
        self._sound: dict[str, None] = {}

    def compared(
        self,
        file: File,
        asked: frozenset[str],
        sides: tuple[bytes | None, bytes | None],
        change: Difference | None,
    ) -> File:
        """Return the file with the settings that the looks asked for need to be judged.

        `change` may be None; with it a large file costs no more than what changed in it, and of a
        Python module only values on lines that changed are compared.
        """
        in_blocks = change if file.path.endswith((".yaml", ".yml")) and all(sides) else None
        if python := file.path.endswith(".py"):
            may_find = python_changes.may_find(self._narrowing.may_find, asked, sides, change)
        else:
            may_find = self._narrowing.may_find(asked, *sides, change=in_blocks)
        short = self._condensed(file, sides, in_blocks) if may_find else None
        if short is not None:
            may_find = self._narrowing.may_find(may_find, *short.texts)
        if not may_find:
            return replace(file, settings=())
        looks = [self._looks[name] for name in sorted(may_find)]
        old, new = short.values if short else self._whole(file, sides)
        if python and isinstance(old, Mapping) and isinstance(new, Mapping):
            old, new = python_changes.told_apart(old, new, change)
        return _with_settings(file, looks, old, new)

    def _condensed(
        self, file: File, sides: tuple[bytes | None, bytes | None], change: Difference | None
    ) -> _Short | None:
        """Return what changed of a file that could be parsed as a whole before."""
        before, after = sides
        if change is None or before is None or after is None or file.oid_before not in self._sound:
            return None
        if len(after) < _LARGE:
            return None
        hunks = [*change.hunks]
        texts = condensed(before, after, hunks)
        values = [parsed(file.path, text) for text in texts or ()]
        if texts is None or any(isinstance(each, Unparsable) for each in values):
            return None  # the whole file tells where it is broken
        old, new = (each for each in values if not isinstance(each, Unparsable))
        if _renamed(old, new, hunks):
            return None
        self._remember(file.oid_after)
        return _Short(texts, (old, new))

    def _whole(
        self, file: File, sides: tuple[bytes | None, bytes | None]
    ) -> tuple[_Values | None, _Values | None]:
        old = self._read(file.old_path or file.path, file.oid_before, sides[0])
        return old, self._read(file.path, file.oid_after, sides[1])

    def _read(self, path: str, oid: str | None, data: bytes | None) -> _Values | None:
        """Parse a file; what it was after one change is what it is before the next."""
        if data is None:
            return None
        name = (oid or "", path.rpartition("/")[2])
        if name not in self._parsed:
            if len(self._parsed) >= _PARSED:
                self._parsed.clear()
            self._parsed[name] = parsed(path, data)
            if not isinstance(self._parsed[name], Unparsable):
                self._remember(oid)
        return self._parsed[name]

    def _remember(self, oid: str | None) -> None:
        if oid is not None:
            if len(self._sound) >= _SOUND:
                self._sound.clear()
            self._sound[oid] = None


def _renamed(old: Mapping[str, Parsed], new: Mapping[str, Parsed], hunks: Sequence[Hunk]) -> bool:
    """Say whether a line that both sides have goes by another key, as the next in a list may."""
    unplaced = [{key for key, it in side.items() if it.line is None} for side in (old, new)]
    kept = {(line_after(it.line, hunks), key) for key, it in old.items() if it.line}
    there = {(it.line, key) for key, it in new.items()}
    return unplaced[0] != unplaced[1] or any(line and (line, k) not in there for line, k in kept)


def parsed(path: str, data: bytes) -> _Values:
    """Return the values of a settings file, or why it cannot be parsed."""
    try:
        return parse_settings(path, data)
    except Unparsable as exc:
        return exc


def _with_settings(
    file: File, looks: list[SettingCondition], old: _Values | None, new: _Values | None
) -> File:
    if isinstance(old, Unparsable):
        return replace(file, settings=None, unread=f"cannot be parsed: {old}")
    if isinstance(new, Unparsable):
        if old is None:
            return replace(file, settings=None, unread=f"cannot be parsed: {new}")
        # What stood there before can no longer be told: all of it is at stake.
        file = replace(file, broken=f"could be parsed before and not after: {new}")
        looks, new = [look.model_copy(update=ANY_MOVE) for look in looks], None
    changes = setting_changes(old, new)
    kept = {
        setting: None
        for look in looks
        for found in (matching_settings(look, changes), incomparable_settings(look, changes))
        for setting in found
    }
    return replace(file, settings=tuple(sorted(kept, key=lambda s: (s.key, s.moved))))
