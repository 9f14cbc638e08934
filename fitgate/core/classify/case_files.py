"""Cases for a policy, which only `policy test` reads: the texts in them change nothing."""

from __future__ import annotations

from collections.abc import Iterable

from fitgate.core.facts import File, Unread
from fitgate.errors import CasesError

_FOLDERS = (".fitgate/", "policies/")
_PLAIN = frozenset({None, "100644"})


def may_be_cases(file: File) -> bool:
    """Say whether a file is where cases are, by all its names: a plain file beside a policy."""
    plain = {file.mode_before, file.mode_after} <= _PLAIN
    return plain and all(map(_is_beside_a_policy, file.paths))


def _is_beside_a_policy(path: str) -> bool:
    beside = path == ".fitgate.test.yaml" or path.startswith(_FOLDERS)
    return beside and path.endswith(".test.yaml")


def are_cases(sides: Iterable[bytes | Unread | None]) -> bool:
    """Say whether a file is nothing but cases, before and after.

    A name alone proves nothing: whoever could hide a change behind one would.
    """
    there = [side for side in sides if side is not None]
    return bool(there) and all(isinstance(side, bytes) and _parses(side) for side in there)


def _parses(data: bytes) -> bool:
    from fitgate.core.cases import CaseFile
    from fitgate.core.shapes import read_shape

    try:
        read_shape(data.decode(), "", CaseFile, CasesError)
    except (CasesError, UnicodeDecodeError):
        return False
    return True
