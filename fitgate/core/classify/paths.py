"""Evidence of the kind `path`: names of files and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fitgate.core.classify.answers import Answer, answer
from fitgate.core.conditions import PathCondition
from fitgate.core.facts import SUBMODULE, File, Unknown
from fitgate.core.findings import Match
from fitgate.core.policy import Rule


def paths(
    rule: Rule, condition: PathCondition, files: tuple[File, ...], covers: Callable[[str], bool]
) -> Answer:
    """Say which files match; `covers` says whether the condition's globs name a path."""
    matches: list[Match] = []
    unknown: list[Unknown] = []
    for file in files:
        for path, status in _happenings(file, covers):
            if status not in condition.status:
                continue
            fits = _fits(condition, file)
            if fits is None:
                unknown.append(Unknown(f"contents of {file.path}", file.unread or "were not read"))
            elif fits:
                before = file.old_path if status == "renamed" else None
                matches.append(
                    Match(rule.id, rule.category, "path", path, None, "status", before, status)
                )
    return answer(matches, unknown)


def _happenings(file: File, covers: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    if file.status != "renamed" or file.old_path is None:
        if covers(file.path):
            yield file.path, file.status
        return
    left, arrived = covers(file.old_path), covers(file.path)
    if left or arrived:
        yield file.path, "renamed"
    if left and arrived and _name(file.old_path) == _name(file.path):
        return  # moved about inside what the rule watches, under its own name
    if left:
        yield file.old_path, "removed"
    if arrived:
        yield file.path, "added"


def _fits(condition: PathCondition, file: File) -> bool | None:
    """Say whether size and kind fit; None if that could not be seen."""
    submodule = SUBMODULE in {file.mode_before, file.mode_after}
    asked = [
        (condition.submodule, submodule),
        (condition.binary, file.binary),
        (condition.lfs, file.lfs),
        (
            None if condition.larger_than is None else True,
            None if file.size is None else file.size > (condition.larger_than or 0),
        ),
    ]
    answers = [
        None if seen is None else seen == wanted for wanted, seen in asked if wanted is not None
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _name(path: str) -> str:
    return path.rpartition("/")[2]
