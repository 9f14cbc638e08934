"""What a job runs on: its matrix, read and compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fitgate.core.classify.ci.model import Job, Matrix
from fitgate.core.classify.ci.pairs import Pairs, effect
from fitgate.core.classify.ci.tree import Node
from fitgate.core.classify.flattening import dotted
from fitgate.core.effects import Effect

_PLATFORM = re.compile(r"(?i)(?:ubuntu|windows|win|mac|macos|linux|debian|freebsd)(?![a-z])")
_VERSION = re.compile(r"(?i)\d+|latest|large|xlarge|[\W_]|\bv(?=\d)")


def read_matrix(node: Node, key: str) -> Matrix:
    """Return the matrix of a GitHub job; one that is computed is not known."""
    if node.text:
        return Matrix(key=key, line=node.line, known=False)
    axes: dict[str, set[str]] = {}
    computed = False
    for name, values in node.fields.items():
        if name in {"include", "exclude"}:
            computed |= bool(values.text)
        elif "${{" in values.text:
            computed = True
        else:
            axes[name] = {each.words() for each in values.entries}
    for combination in node["include"].entries:
        for name, value in combination.fields.items():
            if _PLATFORM.match(value.text):
                axes.setdefault(name, set()).add(value.words())
    return Matrix(
        {name: frozenset(values) for name, values in axes.items()},
        frozenset(each.words() for each in node["include"].entries if each.fields),
        frozenset(each.words() for each in node["exclude"].entries if each.fields),
        key,
        node.line,
        known=not computed,
    )


def matrix_effects(pairs: Pairs) -> Iterator[Effect]:
    """Yield what a job no longer runs on, and no new job of the file does either.

    As many other values in their place are a replacement (`3.8` → `3.13`), but of a platform only
    another version of it (`ubuntu-20.04` → `ubuntu-24.04`).
    """
    elsewhere = {name for job in pairs.fresh for name in _names(job)}
    for before, after in pairs.jobs:
        if after.matrix.known and not after.disabled and before.matrix != after.matrix:
            yield from _shrunk(before, after, elsewhere | {after.runner})


def _shrunk(before: Job, after: Job, elsewhere: set[str]) -> Iterator[Effect]:
    old, new = before.matrix, after.matrix
    found = False
    for axis, values in old.axes.items():
        left = new.axes.get(axis) or _renamed(values, old, new)
        gone, come = values - left - elsewhere, left - values
        fewer = len(gone) > len(come) or _platforms(gone) - _platforms(come)
        if fewer and (left or len(values) > 1):
            found = True
            yield _told(axis, values, new.axes.get(axis), before, after)
    gone, come = old.included - new.included, new.included - old.included
    grown = any(values - old.axes.get(axis, frozenset()) for axis, values in new.axes.items())
    if not found and not grown and old.known and len(gone) > len(come):
        yield _told("include", old.included, new.included, before, after)
    if old.known and len(new.excluded) > len(old.excluded):
        yield _told("exclude", old.excluded, new.excluded, before, after)


def _told(
    axis: str, old: frozenset[str], new: frozenset[str] | None, before: Job, after: Job
) -> Effect:
    key = f"{after.matrix.key or before.matrix.key}.{dotted((axis,))}"
    texts = (", ".join(sorted(each)) if each is not None else None for each in (old, new))
    line = after.matrix.line or after.line
    return effect("matrix-shrunk", key, texts, line, after.id)


def _renamed(values: frozenset[str], old: Matrix, new: Matrix) -> frozenset[str]:
    """Return the values of a new axis that goes on with some of these."""
    fresh = (each for axis, each in new.axes.items() if axis not in old.axes and each & values)
    return next(fresh, frozenset())


def _names(job: Job) -> Iterator[str]:
    yield job.runner
    for values in job.matrix.axes.values():
        yield from values


def _platforms(values: frozenset[str]) -> Counter[str]:
    """Count the kinds of runners among values: `windows-2022` is a `windows`."""
    return Counter(_VERSION.sub("", each).lower() for each in values if _PLATFORM.match(each))
