"""What one kind of evidence asks for in vain, though not of itself alone in every case."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import product

import re2

from fitgate.core.classify.amounts import amount
from fitgate.core.conditions import (
    Condition,
    LineCondition,
    PathCondition,
    SettingCondition,
    TextCondition,
    WorkflowCondition,
)
from fitgate.core.lint.expressions import finds_nearly_all, finds_nothing
from fitgate.core.lint.inclusion import everywhere
from fitgate.core.lint.names import unread
from fitgate.core.lint.reach import Proof
from fitgate.core.trailers import KEYS
from fitgate.core.values import Scalar

_NOTHING_BEFORE = {"continue-on-error-added", "trigger-added"}
_BROKEN = "only a file that can no longer be parsed would match"


def in_vain(condition: Condition) -> Iterator[Proof]:
    """Yield what a single kind of evidence asks for that is never there, or always is."""
    if condition.path:
        yield from _path(condition.path)
    if condition.line:
        yield from _line(condition.line)
    if condition.setting:
        yield from _setting(condition.setting)
    if condition.text:
        yield from _text(condition.text)
    if condition.workflow:
        yield from _workflow(condition.workflow)
    yield from unread(condition)


def _path(path: PathCondition) -> Iterator[Proof]:
    """Say where size and kind are asked of a file that has none; such a file is UNDECIDED."""
    asked = [name for name in ("larger_than", "binary", "lfs") if getattr(path, name) is not None]
    for name in asked[:1]:
        if "removed" in path.status:
            why = f"`{name}` is not known of a removed file, so every removal is UNDECIDED"
            remedy = "leave it out, or write `status` without `removed`"
            yield Proof(("path", name), why, remedy)
        if path.submodule:
            why = f"`{name}` is not known of a submodule, so every one is UNDECIDED"
            yield Proof(("path", name), why, "leave it out")


def _line(line: LineCondition) -> Iterator[Proof]:
    whole_tree = everywhere(line.files)
    for ask in ("added", "removed", "fewer", "more"):
        asked = getattr(line, ask) or ()
        patterns: Sequence[str] = (asked,) if isinstance(asked, str) else asked
        useless = [finds_nothing(pattern, in_lines=True) for pattern in patterns]
        for n, pattern in enumerate(patterns):
            at = ("line", ask, n)
            if useless[n] and not all(useless):  # else nothing of this kind can be found at all
                yield Proof(at, "this expression matches no line", "take it out, or mend it")
            if whole_tree and finds_nearly_all(pattern):
                why = "it finds nearly every line of every file, and facts keep what is found"
                yield Proof(at, why, "say which `files`, or what the line must hold")


def _setting(setting: SettingCondition) -> Iterator[Proof]:
    before, after, moved = setting.before, setting.after, {*setting.moved}
    if before is not None and moved and moved <= {"added", "inserted"}:
        why = f"what was added had no value `from` which it came: {_BROKEN}"
        yield Proof(("setting", "from"), why, "leave `from` out")
    if after is not None and None not in after and moved and moved <= {"removed", "dropped"}:
        why = f"what was removed has no value `to` which it went: {_BROKEN}"
        yield Proof(("setting", "to"), why, "leave `to` out")
    if moved and moved <= {"raised", "lowered"}:
        yield from _compared(before, after, moved)
    elif before and after and _is_one_word(*before, *after):
        why = f"`from` and `to` are the same, which is no change: {_BROKEN}"
        yield Proof(("setting", "to"), why, "write what it came from, and what it became")


def _is_one_word(first: Scalar, *others: Scalar) -> bool:
    """Say whether values are all the same one, of which no other spelling is known: no number."""
    word = isinstance(first, bool) or (isinstance(first, str) and amount(first) is None)
    return word and all(type(other) is type(first) and other == first for other in others)


def _compared(
    before: Sequence[Scalar] | None, after: Sequence[Scalar] | None, moved: AbstractSet[str]
) -> Iterator[Proof]:
    """Say where no value of `from` can have been raised or lowered to one of `to`."""
    for name, values in (("from", before), ("to", after)):
        if values is not None and not any(amount(value) for value in values):
            why = f"only a number is raised or lowered, and `{name}` has none: {_BROKEN}"
            yield Proof(("setting", name), why, "ask for `moved: changed`")
            return
    if before is None or after is None:
        return
    for one, other in product(map(amount, before), map(amount, after)):
        if one and other and one[1] == other[1]:
            way = "raised" if other[0] > one[0] else "lowered"
            if way in moved and other[0] != one[0]:
                return
    asked = " or ".join(sorted(moved))
    why = f"no value of `from` is {asked} to one of `to`: {_BROKEN}"
    yield Proof(("setting", "moved"), why, "turn `moved` round, or `from` and `to`")


def _text(text: TextCondition) -> Iterator[Proof]:
    """Say which trailers are never looked for."""
    known = {key.casefold(): key for key in KEYS}
    for key in text.trailer or {}:
        if key.casefold() not in known:
            close = difflib.get_close_matches(key.casefold(), known, n=1)
            remedy = f"did you mean `{known[close[0]]}`?" if close else f"one of {', '.join(KEYS)}"
            yield Proof(
                ("text", "trailer", key), f"`{key}:` is no declaration that is read", remedy
            )


def _workflow(workflow: WorkflowCondition) -> Iterator[Proof]:
    """Say where a `command` is looked for in what was not there, or is no command."""
    if workflow.command is None or re2.search(workflow.command, ""):
        return
    at, remedy = ("workflow", "command"), "ask for it by `job` or `key`, in a part of its own"
    new = [change for change in workflow.change if change in _NOTHING_BEFORE]
    if new:
        why = f"`command` finds what ran before, and of `{new[0]}` there is nothing before"
        yield Proof(at, why, remedy)
    elif "disabled" in workflow.change and workflow.key is None:
        why = "`command` finds no job that is `disabled`: what it ran is not told, only of a step"
        yield Proof(at, why, remedy)
