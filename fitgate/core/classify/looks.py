"""The questions that a policy asks of files, compiled once and asked of many changes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fitgate.core.classify.case_files import are_cases, may_be_cases
from fitgate.core.classify.effects import are_read_alike, is_read, with_effects
from fitgate.core.classify.lines import Difference, LineLooks, line_search
from fitgate.core.classify.possible import DECLARED, Possible, possible
from fitgate.core.classify.searching import LineSearch
from fitgate.core.classify.settings import SettingLooks
from fitgate.core.conditions import (
    EffectCondition,
    LineCondition,
    Look,
    LookIds,
    PathCondition,
    SettingCondition,
)
from fitgate.core.facts import POLICY_FILES, SUBMODULE, Contents, File, Status, Unread
from fitgate.core.globs import GlobSet
from fitgate.core.policy import Layer, Policy, Rule
from fitgate.core.reading import rules_of

if TYPE_CHECKING:
    from fitgate.core.classify.comparing import Comparing

LFS_HEADER = b"version https://git-lfs.github.com/spec/"
_UNREAD = Unread("was not read")
_PATHS = 50_000
_SNIFFED = 8000  # git looks for a NUL byte in as much of a file to call it binary
_STATUSES: tuple[Status, ...] = ("added", "modified", "removed", "renamed")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the looks ask of one file: its lines, its settings, its structure, its size and kind.

    Nothing but its size and kind, if it should turn out to be `cases`.
    """

    lines: LineSearch | None
    settings: frozenset[str]
    effects: tuple[EffectCondition, ...]
    kind: bool
    cases: bool = False

    @property
    def contents(self) -> bool:
        """Say whether the contents before and after are needed."""
        return self.kind or bool(self.settings or self.effects)


_NOTHING = _Asked(None, frozenset(), (), kind=False)


class Looks:
    """A policy's questions to files: which concern a path, and which need contents to answer."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.id_of = LookIds()
        looks: dict[str, Look] = {}
        self._rules: list[tuple[Rule, Possible]] = []
        self._asking: dict[str, set[int]] = {}
        for n, (rule, conditions) in enumerate(rules_of(policy)):
            own = {self.id_of[look]: look for look in (each.look for each in conditions) if look}
            looks |= own
            self._rules.append((rule, possible(rule.when, self.id_of)))
            for name in (*own, DECLARED):
                self._asking.setdefault(name, set()).add(n)
        self._always = {n for n, (_, may) in enumerate(self._rules) if may(frozenset())}
        self.ids = tuple(looks)
        self.by_id = looks
        lines = {n: look for n, look in looks.items() if isinstance(look, LineCondition)}
        settings = {n: look for n, look in looks.items() if isinstance(look, SettingCondition)}
        self.lines, self.settings = frozenset(lines), frozenset(settings)
        self.paths = {status: frozenset(_paths_at(status, looks)) for status in _STATUSES}
        effects = {n: look for n, look in looks.items() if isinstance(look, EffectCondition)}
        self.effects = frozenset(effects)
        self._inside = self.lines | self.settings | self.effects
        self._lines, self._settings, self._effects = lines, settings, effects
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
        self._named: dict[frozenset[int], frozenset[str]] = {}
        self._asked_of: dict[tuple[str | None, ...], _Asked] = {}
        self._asked_by: dict[tuple[frozenset[str], bool], _Asked] = {}
        self._line_looks: dict[frozenset[str], LineLooks] = {}
        self._setting_looks: dict[frozenset[str], SettingLooks] = {}

    @functools.cached_property
    def _comparing(self) -> Comparing:  # facts that have been looked into never ask for it
        from fitgate.core.classify.comparing import Comparing

        return Comparing(self._settings)

    def line_looks(self, names: frozenset[str]) -> LineLooks:
        """Return the looks at lines among these, to be asked of a line at once."""
        names &= self.lines
        if names not in self._line_looks:
            asked = {name: self._lines[name] for name in sorted(names)}
            self._line_looks[names] = LineLooks(asked)
        return self._line_looks[names]

    def rules(self, live: AbstractSet[str]) -> Iterator[Rule]:
        """Yield the rules that may hold or be unknown, told from the looks that may."""
        asking = self._always.union(*(self._asking.get(name, ()) for name in live))
        for n in sorted(asking):
            rule, may = self._rules[n]
            if may(live):
                yield rule

    def setting_looks(self, names: frozenset[str]) -> SettingLooks:
        """Return the looks at settings among these, to be asked of a key at once."""
        names &= self.settings
        if names not in self._setting_looks:
            asked = {name: self._settings[name] for name in sorted(names)}
            self._setting_looks[names] = SettingLooks(asked)
        return self._setting_looks[names]

    def concerning(self, path: str) -> frozenset[str]:
        """Return the ids of the looks whose `files` name this path."""
        hits = self._globs.match(path)
        if hits not in self._named:  # few sets of looks, and very many paths
            ids = frozenset(self.ids[i] for i in hits if i < len(self.ids))
            self._named[hits] = frozenset() if self._ignored in hits else ids
        return self._named[hits]

    def concerned_with(self, file: File) -> frozenset[str]:
        """Return the ids of the looks that concern a file under its path or the one it had."""
        ids = self.concerning(file.path)
        return ids if file.old_path is None else ids | self.concerning(file.old_path)

    def layer(self, path: str) -> Layer:
        """Return the tempo at which this path may change; in doubt the slower one."""
        hits = self._globs.match(path)
        if self._slow in hits or path in POLICY_FILES:
            return "slow"
        return "fast" if self._fast in hits else "medium"

    def _asked(self, file: File) -> _Asked:
        """Return what must be known of the contents of this file."""
        same = "=" if file.oid_before == file.oid_after else None
        key = (file.path, file.old_path, file.status, file.mode_before, file.mode_after, same)
        asked = self._asked_of.get(key)
        if asked is None:
            if len(self._asked_of) >= _PATHS:
                self._asked_of.clear()
            asked = self._asked_of[key] = self._ask(file)
        return asked

    def _ask(self, file: File) -> _Asked:
        if {file.mode_before, file.mode_after} - {None} == {SUBMODULE}:
            return _NOTHING
        asking = (name for name in self.concerned_with(file) if _asks(self.by_id[name], file))
        names = frozenset(asking)
        if self._is_the_same(file):
            names -= self._inside
        cases = bool(names & self._inside) and may_be_cases(file)
        if (names, cases) not in self._asked_by:  # few sets of looks, and very many files
            lines = [self._lines[name] for name in sorted(names & self.lines)]
            self._asked_by[names, cases] = _Asked(
                line_search(lines) if lines else None,
                names & self.settings,
                tuple(self._effects[name] for name in sorted(names & self.effects)),
                kind=bool(names - self._inside),
                cases=cases,
            )
        return self._asked_by[names, cases]

    def _is_the_same(self, file: File) -> bool:
        """Say whether a file only moved, or changed its mode, and is looked at as it was before."""
        if file.oid_before is None or file.oid_before != file.oid_after:
            return False
        if file.old_path is None:
            return True
        paths = (file.path, file.old_path)
        (suffix, was), (ids, old_ids) = map(_suffix, paths), map(self.concerning, paths)
        return suffix == was and ids == old_ids and are_read_alike(*paths)

    def searched(self, file: File) -> LineSearch | None:
        """Return what finds the changed lines of a file that the looks ask for, if any does."""
        return self._asked(file).lines

    def wanted(self, files: Iterable[File]) -> Iterator[str]:
        """Yield the ids of the blobs that must be read before these files can be classified."""
        for file in files:
            asked = self._asked(file)
            if asked.contents or asked.cases:
                yield from (oid for oid in (file.oid_before, file.oid_after) if oid)

    def lined(self, files: Iterable[File]) -> frozenset[str]:
        """Return the paths whose changed lines must be known, or help to read less of them."""
        asked = ((file, self._asked(file)) for file in files)
        return frozenset(f.path for f, ask in asked if ask.lines or (ask.settings and _both(f)))

    def inspect(self, file: File, contents: Contents, change: Difference | Unread | None) -> File:
        """Return the file with what the looks ask for: matched lines, settings, size, kind.

        `contents` holds the blobs that `wanted` named, `change` what changed in a file of `lined`.
        """
        asked = self._asked(file)
        before, after = (
            contents.get(oid, _UNREAD) if oid else None for oid in (file.oid_before, file.oid_after)
        )
        if asked.cases and are_cases((before, after)):
            asked = replace(_NOTHING, kind=asked.kind)
        settings, effects = None if asked.settings else (), None if asked.effects else ()
        if asked.lines is None:
            file = file.looked_into((), settings, effects)
        elif isinstance(change, Difference):
            file = file.looked_into(change.lines(asked.lines), settings, effects)
        else:
            why = (change or _UNREAD).why
            file = replace(file, unread=why, settings=settings, effects=effects)
        if not asked.contents:
            return file
        if isinstance(before, Unread) or isinstance(after, Unread):
            unread = before if isinstance(before, Unread) else after
            return replace(file, unread=unread.why if isinstance(unread, Unread) else "")
        if asked.kind:
            file = _with_kind(file, after or b"")
        if asked.effects:
            file = with_effects(file, asked.effects, before, after)
        if not asked.settings:
            return file
        difference = change if isinstance(change, Difference) else None
        return self._comparing.compared(file, asked.settings, (before, after), difference)


def _paths_at(status: Status, looks: dict[str, Look]) -> Iterator[str]:
    """Yield the looks at paths that a file with this status can answer."""
    for name, look in looks.items():
        if isinstance(look, PathCondition) and (status == "renamed" or status in look.status):
            yield name


def _suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]


def _both(file: File) -> bool:
    return file.oid_before is not None and file.oid_after is not None


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
            return is_read(look, *file.paths)
