"""The questions that a policy asks of files, compiled once and asked of many changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fitgate.core.classify.lines import line_changes, relevant_lines
from fitgate.core.classify.parsing import Parsed, Unparsable, parse_settings
from fitgate.core.classify.settings import literal_keys, matching_settings, setting_changes
from fitgate.core.conditions import (
    Condition,
    LineCondition,
    Look,
    PathCondition,
    SettingCondition,
    look_id,
)
from fitgate.core.facts import POLICY_FILES, Contents, File, Setting, Unread
from fitgate.core.globs import GlobSet
from fitgate.core.policy import Layer, Policy
from fitgate.core.reading import rules_of

SUBMODULE = "160000"
LFS_HEADER = b"version https://git-lfs.github.com/spec/"
ANY_MOVE = {"moved": (), "before": None, "after": None}
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
        self._keys = {
            name: literal_keys(look)
            for name, look in looks.items()
            if isinstance(look, SettingCondition)
        }

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
        if SUBMODULE in {file.mode_before, file.mode_after}:
            return ()
        ids = self.concerning(file.path)
        if file.old_path is not None:
            ids |= self.concerning(file.old_path)
        return tuple((name, look) for name in sorted(ids) if _asks(look := self._by_id[name], file))

    def wanted(self, files: Iterable[File]) -> Iterator[str]:
        """Yield the ids of the blobs that must be read before these files can be classified."""
        for file in files:
            if self.asking(file):
                yield from (oid for oid in (file.oid_before, file.oid_after) if oid)

    def inspect(self, file: File, contents: Contents) -> File:
        """Return the file with what the looks ask for: matched lines, settings, size, kind."""
        asking = self.asking(file)
        if not asking:
            return replace(file, lines=(), settings=())
        sides = [contents.get(oid) if oid else None for oid in (file.oid_before, file.oid_after)]
        before, after = sides
        for side, oid in ((before, file.oid_before), (after, file.oid_after)):
            if isinstance(side, Unread) or (side is None and oid):
                why = side.why if isinstance(side, Unread) else "was not read"
                return replace(file, unread=why)
        return self._read(file, asking, *(None if isinstance(s, Unread) else s for s in sides))

    def _read(
        self,
        file: File,
        asking: tuple[tuple[str, Look], ...],
        before: bytes | None,
        after: bytes | None,
    ) -> File:
        lines = [look for _, look in asking if isinstance(look, LineCondition)]
        shown = tuple(relevant_lines(lines, line_changes(before, after))) if lines else ()
        file = replace(
            file,
            size=len(after) if after is not None else None,
            binary=b"\0" in (after or b"")[:_SNIFFED],
            lfs=(after or b"").startswith(LFS_HEADER),
            lines=shown,
            settings=(),
        )
        settings = {n: look for n, look in asking if isinstance(look, SettingCondition)}
        needed = {n: look for n, look in settings.items() if self._may_hold(n, before, after)}
        return _with_settings(file, needed.values(), before, after) if needed else file

    def _may_hold(self, name: str, *sides: bytes | None) -> bool:
        """Say whether a file can hold one of a look's keys at all: parsing is what costs."""
        keys = self._keys[name]
        if keys is None:
            return True
        return any(
            b"\\" in side or any(key.encode() in side for key in keys) for side in sides if side
        )


def _look(condition: Condition) -> Look | None:
    return (
        condition.path
        or condition.line
        or condition.setting
        or condition.dependency
        or condition.workflow
        or condition.migration
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


def _with_settings(
    file: File, looks: Iterable[SettingCondition], before: bytes | None, after: bytes | None
) -> File:
    old = _parsed(file.old_path or file.path, before)
    new = _parsed(file.path, after)
    broken = isinstance(new, Unparsable) and isinstance(old, dict)
    if broken:
        # Whatever stood there before can no longer be told: it is all at stake.
        file = replace(file, broken=f"could be parsed before and not after: {new}")
        looks = [look.model_copy(update=ANY_MOVE) for look in looks]
        new = None
    for side in (old, new):
        if isinstance(side, Unparsable):
            return replace(file, settings=None, unread=f"cannot be parsed: {side}")
    changes = setting_changes(old, new)  # type: ignore[arg-type]  # mypy does not narrow in the loop
    kept: dict[Setting, None] = {}
    for look in looks:
        kept |= dict.fromkeys(matching_settings(look, changes))
    return replace(file, settings=tuple(sorted(kept, key=lambda s: (s.key, s.moved))))


def _parsed(path: str, data: bytes | None) -> dict[str, Parsed] | Unparsable | None:
    if data is None:
        return None
    try:
        return dict(parse_settings(path, data))
    except Unparsable as exc:
        return exc
