"""What looks found in the files of a change, kept apart from it: read once, judged many times."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from fitgate.core.classify.looks import Looks
from fitgate.core.conditions import (
    Condition,
    DependencyCondition,
    LineCondition,
    Look,
    MigrationCondition,
    PathCondition,
    SettingCondition,
    WorkflowCondition,
)
from fitgate.core.effects import Effect
from fitgate.core.facts import STRICT, Facts, File, Line, Setting
from fitgate.core.policy import Policy, Rule

_T = TypeVar("_T")
_KINDS: Mapping[type, str] = {
    PathCondition: "path",
    LineCondition: "line",
    SettingCondition: "setting",
    DependencyCondition: "dependency",
    WorkflowCondition: "workflow",
    MigrationCondition: "migration",
}
_LASTING = ("cannot be parsed", "has ", "is text on one side", "is a ")
"""How the reasons begin that no other clone of the same history would get over."""


@dataclass(frozen=True, slots=True)
class FoundIn:
    """What was found in one file; a file in which nothing was has none."""

    __pydantic_config__ = STRICT
    path: str
    lines: tuple[Line, ...] | None = ()
    settings: tuple[Setting, ...] | None = ()
    effects: tuple[Effect, ...] | None = ()
    size: int | None = None
    binary: bool | None = None
    lfs: bool | None = None
    unread: str | None = None
    broken: str | None = None

    def joined(self, other: FoundIn) -> FoundIn:
        """Return what was found of either; what one could not read stays unread."""
        return FoundIn(
            self.path,
            _both(self.lines, other.lines),
            _both(self.settings, other.settings),
            _both(self.effects, other.effects),
            other.size if self.size is None else self.size,
            other.binary if self.binary is None else self.binary,
            other.lfs if self.lfs is None else self.lfs,
            self.unread or other.unread,
            self.broken or other.broken,
        )


Found = tuple[FoundIn, ...]
"""What looks found in the files of one change; those in which they found nothing are left out."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of the files of a change, and the ids of the looks that found it."""

    found: Found = ()
    answered: frozenset[str] = frozenset()


NOTHING = Answered()


def _both(mine: tuple[_T, ...] | None, theirs: tuple[_T, ...] | None) -> tuple[_T, ...] | None:
    if mine is None or theirs is None:
        return None
    return tuple(dict.fromkeys((*mine, *theirs)))


def asking(looks: Iterable[Look]) -> Looks:
    """Compile some looks as questions of nobody's policy: of all files, none ignored."""
    conditions = (Condition.model_validate({_KINDS[type(look)]: look}) for look in looks)
    rules = (
        Rule(id=f"look-{n}", category="any", why="asked", when=when)
        for n, when in enumerate(conditions)
    )
    return Looks(Policy(version=1, rules=tuple(rules)))


def found_in(facts: Facts) -> Found:
    """Return what was found in the files of facts that have been looked into."""
    return tuple(_found(file) for file in facts.files or () if not _is_empty(file))


def unsettled(found: Found) -> frozenset[str]:
    """Return the paths of the files of which another day, or clone, might read more."""
    return frozenset(
        each.path
        for each in found
        if each.unread is not None and not each.unread.startswith(_LASTING)
    )


def put_in(found: Found, paths: AbstractSet[str], instead: Found) -> Found:
    """Return what was found, with something else instead of what it says of these files."""
    return (*(each for each in found if each.path not in paths), *instead)


def _is_empty(file: File) -> bool:
    return (
        file.lines == ()
        and file.settings == ()
        and file.effects == ()
        and file.size is None is file.unread is file.broken
    )


def _found(file: File) -> FoundIn:
    return FoundIn(
        file.path, file.lines, file.settings, file.effects, file.size, file.binary, file.lfs,
        file.unread, file.broken,
    )  # fmt: skip


def joined(one: Found, other: Found) -> Found:
    """Return what two sets of looks found in the same files."""
    if not one or not other:
        return one or other
    by_path = {each.path: each for each in one}
    for each in other:
        mine = by_path.get(each.path)
        by_path[each.path] = mine.joined(each) if mine else each
    return tuple(by_path.values())


def with_found(facts: Facts, found: Found, looked: tuple[str, ...]) -> Facts:
    """Return facts as gathered with what these looks found in their files."""
    if facts.files is None:
        return facts
    by_path = {each.path: each for each in found}
    files = (_with(file, by_path.get(file.path)) for file in facts.files)
    return replace(facts, files=tuple(files), looked=looked)


def _with(file: File, found: FoundIn | None) -> File:
    if found is None:
        return file.looked_into((), (), ())
    return replace(
        file, lines=found.lines, settings=found.settings, effects=found.effects, size=found.size,
        binary=found.binary, lfs=found.lfs, unread=found.unread, broken=found.broken,
    )  # fmt: skip


@functools.cache
def _adapter() -> TypeAdapter[Found]:
    return TypeAdapter(Found)


def found_json(found: Found) -> bytes:
    """Return what was found as one line of JSON, without what is at its default."""
    document = _adapter().dump_python(found, exclude_defaults=True)
    return json.dumps(document, separators=(",", ":")).encode()


def parse_found(text: bytes) -> Found | None:
    """Read what was found; None: it is not what we write."""
    if text == b"[]":
        return ()
    try:
        return _adapter().validate_json(text)
    except ValidationError:
        return None
