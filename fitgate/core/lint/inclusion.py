"""Which globs surely lie inside others: a proof by their text, or none."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import re2

from fitgate.core.globs import GLOBSTAR, alternatives, segmented, to_re2

_STAR = ("stars", "*")
_FOLDERS = (("stars", GLOBSTAR),)
_MOST = 20_000_000  # characters against characters; beyond it nothing is said

Segment = tuple[tuple[str, str], ...]


def within(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    """Say whether every path that one list of globs names is surely named by another.

    True is proved; False says nothing.
    """
    wanted, unwanted = _parted(narrow)
    others, spared = _parted(wide)
    return _inside(wanted, [*others, *unwanted]) and _inside(spared, unwanted)


def swallowed(globs: Sequence[str]) -> bool:
    """Say whether the globs with `!` surely take away all that the others name."""
    wanted, unwanted = _parted(globs)
    return _inside(wanted, unwanted)


def everywhere(globs: Sequence[str]) -> bool:
    """Say whether a list names the whole tree, but for what it takes away."""
    return _inside([GLOBSTAR], _parted(globs)[0])


def apart(one: str, others: Sequence[str]) -> bool:
    """Say whether a glob surely names no path that one of others names; capitals are nothing.

    True is proved; False says nothing.
    """
    few, many = alternatives(one), [text for glob in others for text in alternatives(glob)]
    if sum(map(len, few)) * sum(map(len, many)) > _MOST:
        return False
    return not any(_meet_paths(_parsed(f.lower()), _parsed(m.lower())) for f in few for m in many)


def _meet_paths(one: tuple[Segment, ...], other: tuple[Segment, ...]) -> bool:
    return _meet(one, other, _FOLDERS, _meet_names)


def _meet_names(one: Segment, other: Segment) -> bool:
    return _meet(one, other, _STAR, _meet_chars)


def _meet_chars(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one == other or {one[0], other[0]} != {"char"}


def _meet(
    one: Sequence[Any], other: Sequence[Any], star: object, fits: Callable[[Any, Any], bool]
) -> bool:
    """Say whether something may match both, item by item; a star takes any number."""
    row = [True]  # row[n]: what is left of `one` meets other[n:]
    for item in reversed(other):
        row.insert(0, item == star and row[0])
    for item in reversed(one):
        below, row = row, [item == star and row[-1]]
        for n in reversed(range(len(other))):
            if star in {item, other[n]}:
                met = below[n] or row[0]
            else:
                met = below[n + 1] and fits(item, other[n])
            row.insert(0, met)
    return row[0]


def _parted(globs: Sequence[str]) -> tuple[list[str], list[str]]:
    wanted = [glob for glob in globs if not glob.startswith("!")]
    return wanted or [GLOBSTAR], [glob[1:] for glob in globs if glob.startswith("!")]


def _inside(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    """Say whether each alternative of some globs surely lies inside one of others."""
    few = {text: None for glob in narrow for text in alternatives(glob)}
    many = {text: None for glob in wide for text in alternatives(glob)}
    left = [text for text in few if text not in many]
    if sum(map(len, left)) * sum(map(len, many)) > _MOST:
        return False
    if any(r"\/" in text for text in (*left, *many)):  # a slash that is no end of a folder
        return False
    return all(any(_covers_path(_parsed(w), _parsed(n)) for w in many) for n in left)


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Segment, ...]:
    """Return the segments of a glob; `**` at its end is any folders and one more name."""
    segments: list[Segment] = []
    for tokens in segmented(text):
        segment = tuple(
            each
            for kind, part in tokens
            for each in (
                [("char", char) for char in part] if kind in {"text", "escaped"} else [(kind, part)]
            )
        )
        if segment != _FOLDERS or segments[-1:] != [_FOLDERS]:
            segments.append(segment)
    return (*segments, (_STAR,)) if segments[-1] == _FOLDERS else tuple(segments)


def _covers_path(wide: tuple[Segment, ...], narrow: tuple[Segment, ...]) -> bool:
    return _covers(wide, narrow, _FOLDERS, _covers_name)


def _covers_name(wide: Segment, narrow: Segment) -> bool:
    return wide == (_STAR,) or _covers(wide, narrow, _STAR, _covers_char)


def _covers_char(wide: tuple[str, str], narrow: tuple[str, str]) -> bool:
    if wide[0] == "any" or wide == narrow:
        return True
    one_of = wide[0] == "members" and narrow[0] == "char"
    return one_of and bool(re2.search(to_re2(f"[{wide[1]}]"), narrow[1]))


def _covers(
    wide: Sequence[Any], narrow: Sequence[Any], star: object, fits: Callable[[Any, Any], bool]
) -> bool:
    """Say whether `wide` matches whatever `narrow` does, item by item; a star takes any number."""
    row = [False] * len(narrow) + [True]  # row[n]: what is left of `wide` covers narrow[n:]
    for item in reversed(wide):
        below, row = row, [False] * len(narrow) + [item == star and row[-1]]
        for n in reversed(range(len(narrow))):
            if item == star:
                row[n] = below[n] or row[n + 1]
            else:
                row[n] = narrow[n] != star and below[n + 1] and fits(item, narrow[n])
    return row[0]
