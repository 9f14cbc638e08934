"""The questions that a policy asks of files, compiled once and asked of many changes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fitgate.core.classify.lines import Difference, relevant_lines
from fitgate.core.classify.narrowing import Narrowing
from fitgate.core.classify.parsing import Parsed, Unparsable, parse_settings
from fitgate.core.classify.settings import incomparable_settings, matching_settings, setting_changes
from fitgate.core.conditions import (
    Condition,
    LineCondition,
    Look,
    PathCondition,
    SettingCondition,
    look_id,
)
from fitgate.core.facts import POLICY_FILES, SUBMODULE, Contents, File, Unread
from fitgate.core.globs import GlobSet
from fitgate.core.policy import Layer, Policy
from fitgate.core.reading import rules_of

LFS_HEADER = b"version https://git-lfs.github.com/spec/"
_UNREAD = Unread("was not read")
ANY_MOVE = {"moved": (), "before": None, "after": None}
_PATHS = 50_000
_REMEMBERED = 64  # parsed files; a large one takes some megabytes
_SNIFFED = 8000  # git looks for a NUL byte in as much of a file to call it binary


class Looks:
    """A policy's questions to files: which concern a path, and which need contents to answer."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        looks: dict[str, Look] = {}
        self.triggers: dict[str, frozenset[str] | None] = {}
        for rule, conditions in rules_of(policy):
            own = {look_id(look): look for look in map(_look, conditions) if look is not None}
            looks |= own
            files_only = all(_look(c) or c.any_ or c.all_ for c in conditions)
            self.triggers[rule.id] = frozenset(own) if files_only else None
        self.ids = tuple(looks)
        self.contents = frozenset(
            n for n, look in looks.items() if isinstance(look, LineCondition | SettingCondition)
        )
        self._by_id = looks
        self._named: dict[frozenset[int], frozenset[str]] = {}
        self.id_of = {look: name for name, look in looks.items()}
        never = ("!**",)
        self._globs = GlobSet(
            [
                *(look.files for look in looks.values()),
                policy.layers.slow or never,
                policy.layers.fast or never,
                policy.ignore or never,
            ]
        )
        self._slow, self._fast, self._ignored = range(len(looks), len(looks) + 3)
        self._asking: dict[tuple[str | None, ...], tuple[tuple[str, Look], ...]] = {}
        self._memory: dict[tuple[str, str], Mapping[str, Parsed] | Unparsable] = {}

    @functools.cached_property
    def _narrowing(self) -> Narrowing:  # facts that have been looked into never ask for it
        return Narrowing(self._by_id)

    def concerning(self, path: str) -> frozenset[str]:
        """Return the ids of the looks whose `files` name this path."""
        hits = self._globs.match(path)
        if hits not in self._named:  # few sets of looks, and very many paths
            ids = frozenset(self.ids[i] for i in hits if i < len(self.ids))
            self._named[hits] = frozenset() if self._ignored in hits else ids
        return self._named[hits]

    def layer(self, path: str) -> Layer:
        """Return the tempo at which this path may change; in doubt the slower one."""
        hits = self._globs.match(path)
        if self._slow in hits or path in POLICY_FILES:
            return "slow"
        return "fast" if self._fast in hits else "medium"

    def asking(self, file: File) -> tuple[tuple[str, Look], ...]:
        """Return the looks that need the contents of this file to be answered."""
        key = (file.path, file.old_path, file.status, file.mode_before, file.mode_after)
        if key not in self._asking:
            if len(self._asking) >= _PATHS:
                self._asking.clear()
            self._asking[key] = self._ask(file)
        return self._asking[key]

    def _ask(self, file: File) -> tuple[tuple[str, Look], ...]:
        modes = {file.mode_before, file.mode_after} - {None}
        if modes == {SUBMODULE}:
            return ()
        ids = self.concerning(file.path)
        if file.old_path is not None:
            ids |= self.concerning(file.old_path)
        return tuple((name, look) for name in sorted(ids) if _asks(look := self._by_id[name], file))

    def wanted(self, files: Iterable[File]) -> Iterator[str]:
        """Yield the ids of the blobs that must be read before these files can be classified."""
        for file in files:
            if any(not isinstance(look, LineCondition) for _, look in self.asking(file)):
                yield from (oid for oid in (file.oid_before, file.oid_after) if oid)

    def lined(self, files: Iterable[File]) -> frozenset[str]:
        """Return the paths whose changed lines must be known before they can be classified."""
        return frozenset(
            file.path
            for file in files
            if any(isinstance(look, LineCondition) for _, look in self.asking(file))
        )

    def inspect(self, file: File, contents: Contents, change: Difference | Unread | None) -> File:
        """Return the file with what the looks ask for: matched lines, settings, size, kind.

        `contents` holds the blobs that `wanted` named, `change` what changed in a file of `lined`.
        """
        asking = self.asking(file)
        if not asking:
            return replace(file, lines=(), settings=())
        lines = {n: look for n, look in asking if isinstance(look, LineCondition)}
        settings = {n: look for n, look in asking if isinstance(look, SettingCondition)}
        file = self._with_lines(file, lines, change, settings=None if settings else ())
        if len(lines) == len(asking):
            return file
        before, after = (
            contents.get(oid, _UNREAD) if oid else None for oid in (file.oid_before, file.oid_after)
        )
        if isinstance(before, Unread) or isinstance(after, Unread):
            unread = before if isinstance(before, Unread) else after
            return replace(file, unread=unread.why if isinstance(unread, Unread) else "")
        if len(lines) + len(settings) < len(asking):
            file = _with_kind(file, after or b"")
        may_find = self._narrowing.in_settings(settings.keys(), before, after)
        if not may_find:
            return replace(file, settings=())
        return self._with_settings(
            file, [settings[name] for name in sorted(may_find)], before, after
        )

    def _with_lines(
        self,
        file: File,
        looks: Mapping[str, LineCondition],
        change: Difference | Unread | None,
        settings: tuple[()] | None,
    ) -> File:
        if not looks:
            return replace(file, lines=(), settings=settings)
        if not isinstance(change, Difference):
            return replace(file, unread=(change or _UNREAD).why, settings=settings)
        may_find = self._narrowing.in_lines(looks.keys(), change)
        asked = [looks[name] for name in sorted(may_find)]
        found = relevant_lines(asked, change) if asked else ()
        return replace(file, lines=found, settings=settings)

    def _with_settings(
        self,
        file: File,
        looks: list[SettingCondition],
        before: bytes | None,
        after: bytes | None,
    ) -> File:
        old = self._parsed(file.old_path or file.path, file.oid_before, before)
        new = self._parsed(file.path, file.oid_after, after)
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

    def _parsed(
        self, path: str, oid: str | None, data: bytes | None
    ) -> Mapping[str, Parsed] | Unparsable | None:
        """Parse a file; what it was after one change is what it is before the next."""
        if data is None:
            return None
        name = (oid or "", path.rpartition("/")[2])
        if name not in self._memory:
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            try:
                self._memory[name] = parse_settings(path, data)
            except Unparsable as exc:
                self._memory[name] = exc
        return self._memory[name]


def _look(condition: Condition) -> Look | None:
    return (
        condition.path
        or condition.line
        or condition.setting
        or condition.dependency
        or condition.workflow
        or condition.migration
    )


def _with_kind(file: File, after: bytes) -> File:
    return replace(
        file,
        size=len(after),
        binary=b"\0" in after[:_SNIFFED],
        lfs=after.startswith(LFS_HEADER),
    )


def _asks(look: Look, file: File) -> bool:
    """Say whether a look can find anything in a file with this status that is not in its name."""
    gone, new = file.status == "removed", file.status == "added"
    match look:
        case LineCondition():
            if look.fewer or look.more:  # what went here may have come there
                return True
            return not ((gone and look.added) or (new and look.removed))
        case SettingCondition():
            only = set(look.moved)
            return not (
                (gone and only and "removed" not in only) or (new and only and "added" not in only)
            )
        case PathCondition():
            content = (look.larger_than, look.binary, look.lfs)
            return not gone and any(ask is not None for ask in content)
        case _:
            return False  # a kind of a later version
