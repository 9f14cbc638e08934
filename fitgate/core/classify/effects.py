"""Evidence of the kinds `dependency`, `workflow`, `migration`: files that are read as structure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import get_args

import re2

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.conditions import (
    DependencyCondition,
    EffectCondition,
    MigrationCondition,
    WorkflowCondition,
)
from fitgate.core.effects import Effect, EffectKind, Effects
from fitgate.core.facts import File
from fitgate.core.globs import GlobSet
from fitgate.core.key_globs import key_to_re2
from fitgate.core.patterns import PatternSet

_MOST = 50_000


@functools.cache
def _reader(kind: EffectKind) -> tuple[Callable[[str], bool], Effects]:
    """Return what tells the files of a kind by name, and what reads them; loaded on first use."""
    match kind:
        case "dependency":
            from fitgate.core.classify.dependencies import dependency_effects, is_manifest

            return is_manifest, dependency_effects
        case "workflow":
            from fitgate.core.classify.workflows import is_workflow, workflow_effects

            return is_workflow, workflow_effects
        case "migration":
            from fitgate.core.classify.migrations import is_migration, migration_effects

            return is_migration, migration_effects


def kind_of(condition: EffectCondition) -> EffectKind:
    """Return the kind of evidence that a condition asks for."""
    match condition:
        case DependencyCondition():
            return "dependency"
        case WorkflowCondition():
            return "workflow"
        case MigrationCondition():
            return "migration"


def is_read(condition: EffectCondition, *paths: str) -> bool:
    """Say whether one of these names is that of a file that a condition asks about."""
    is_named, _ = _reader(kind_of(condition))
    return any(map(is_named, paths))


def are_read_alike(*paths: str) -> bool:
    """Say whether files of these names are read as the same kinds."""
    readers = [_reader(kind)[0] for kind in get_args(EffectKind)]
    return len({tuple(is_named(path) for is_named in readers) for path in paths}) == 1


def _told(
    kind: EffectKind, file: File, before: bytes | None, after: bytes | None
) -> tuple[Effect, ...]:
    """Return what became of a file; one that lost the name it was read by is gone."""
    is_named, read = _reader(kind)
    if is_named(file.path):
        was_named = all(map(is_named, file.paths))
        return read(file.path, before if was_named else None, after)
    return read(file.old_path or file.path, before, None)


def with_effects(
    file: File, asked: Iterable[EffectCondition], before: bytes | None, after: bytes | None
) -> File:
    """Return the file with what the change does to it, as far as conditions ask for it."""
    conditions = tuple(asked)
    try:
        found = [
            effect
            for kind in dict.fromkeys(map(kind_of, conditions))
            for effect in _told(kind, file, before, after)
        ]
    except Unparsable as exc:
        return replace(file, effects=None, unread=f"cannot be parsed: {exc}")
    if len(found) > _MOST:
        return replace(file, effects=None, unread="changes in too many ways to be read")
    # What came here may have gone there.
    moves = any("removed" in each.change for each in conditions)
    kept = (
        effect
        for effect in found
        if (moves and effect.change == "added") or any(matches(each, effect) for each in conditions)
    )
    return replace(file, effects=tuple(dict.fromkeys(kept)))


def matches(condition: EffectCondition, effect: Effect) -> bool:
    """Say whether an effect is evidence for a condition."""
    if effect.kind != kind_of(condition) or effect.change not in condition.change:
        return False
    match condition:
        case DependencyCondition():
            ecosystem, _, name = effect.key.partition(":")
            return (
                (condition.ecosystem is None or ecosystem in condition.ecosystem)
                and _names(condition.name, name)
                and _names(condition.group, effect.within or "none")
            )
        case WorkflowCondition():
            return (
                _names(condition.job, effect.within)
                and (condition.key is None or bool(_keys(condition.key).match(effect.key)))
                and (condition.command is None or bool(_ran(condition.command, effect)))
            )
        case MigrationCondition():
            table = condition.table and tuple(glob.lower() for glob in condition.table)
            return _names(table, effect.key.lower())


def evidence(condition: EffectCondition, files: Iterable[File]) -> list[tuple[File, Effect]]:
    """Return the effects that are evidence for a condition, each with its file.

    A dependency that went from one file and came in another only moved.
    """
    pairs = [(file, effect) for file in files for effect in file.effects or ()]
    came = {effect.key for _, effect in pairs if effect.change == "added"}
    return [
        (file, effect)
        for file, effect in pairs
        if matches(condition, effect) and not (effect.change == "removed" and effect.key in came)
    ]


def _names(globs: tuple[str, ...] | None, name: str) -> bool:
    return globs is None or bool(_globs(globs).match(name))


def _ran(pattern: str, effect: Effect) -> bool:
    return re2.search(pattern, str(effect.before or "")) is not None


@functools.lru_cache(maxsize=1024)
def _globs(globs: tuple[str, ...]) -> GlobSet:
    return GlobSet([globs])


@functools.lru_cache(maxsize=1024)
def _keys(globs: tuple[str, ...]) -> PatternSet:
    return PatternSet([key_to_re2(glob) for glob in globs], anchored=True)
