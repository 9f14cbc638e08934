"""Names of evaluations, and globs over them."""

from __future__ import annotations

import functools

from fitgate.core.globs import GlobSet


def names_it(check: str, name: str) -> bool:
    """Say whether a check, a name or a glob, means the evaluation of that name."""
    globs = _globs(check)
    return name == check or (globs is not None and bool(globs.match(name)))


@functools.lru_cache(maxsize=1_000)
def _globs(check: str) -> GlobSet | None:
    """Return a check as a glob; None for a name that is none, such as `test [3.12`."""
    try:
        return GlobSet([[check]])
    except ValueError:
        return None
