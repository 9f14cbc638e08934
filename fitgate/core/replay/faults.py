"""How a landing came to be known as a fault: undone, mended by a hotfix, or an incident."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fitgate.core.facts import STRICT, Change
from fitgate.core.reverts import Reverts
from fitgate.core.values import Instant

How = Literal["reverted", "hotfixed", "incident"]
_HOTFIX = re.compile(r"\bhot-?fix(?:es)?\b", re.IGNORECASE)
_BRANCH = re.compile(r"(?:.*/)?hot-?fix(?:es)?(?:[/_-].*)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w/])[#!]([0-9]{1,9})\b")
_COMMIT = re.compile(r"\b[0-9a-f]{7,64}\b")
_FIXES = re.compile(r"^Fixes:\s+([0-9a-f]{7,64})\b", re.MULTILINE)
_SHORTEST = 7
_MOST = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """What was known of a landing afterwards: how, by which change or incident, and when."""

    __pydantic_config__ = STRICT
    how: How
    by: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Mends:
    """What a landing names as mended by it: numbers of changes, ids of commits."""

    numbers: tuple[int, ...] = ()
    commits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """A landing, by what others may name it, and what it names itself."""

    sha: str
    number: int | None
    at: datetime
    mends: Mends | None


def mends(change: Change) -> Mends | None:
    """Return which changes this one says that it mends; None: none, as with nearly all.

    That is a hotfix, by its title or branch, which names another change, or a trailer `Fixes:` with
    a commit. Which change a hotfix is for is never guessed from the files.
    """
    text = f"{change.title}\n{change.body or ''}"
    branch = change.branch or ""
    commits: list[str] = _FIXES.findall(text)
    numbers: list[str] = []
    if _HOTFIX.search(change.title) or _BRANCH.fullmatch(branch):
        commits += _COMMIT.findall(text)
        numbers = _NUMBER.findall(text)
    named = tuple(dict.fromkeys(n for n in map(int, numbers) if n != change.number))
    if not named and not commits:
        return None
    return Mends(named[:_MOST], tuple(dict.fromkeys(commits))[:_MOST])


def mended(landings: Iterable[Naming]) -> dict[str, list[Fault]]:
    """Return what landings, oldest first, say that they mend: of those before them, by commit."""
    by_number: dict[int, str] = {}
    by_start: defaultdict[str, list[str]] = defaultdict(list)
    found: defaultdict[str, list[Fault]] = defaultdict(list)
    for landing in landings:
        named = landing.mends or Mends()
        shas = [by_number[number] for number in named.numbers if number in by_number]
        for commit in named.commits:
            shas += (sha for sha in by_start[commit[:_SHORTEST]] if sha.startswith(commit))
        for sha in dict.fromkeys(shas):
            found[sha].append(Fault("hotfixed", landing.sha, landing.at))
        by_start[landing.sha[:_SHORTEST]].append(landing.sha)
        if landing.number is not None:
            by_number[landing.number] = landing.sha
    return found


def undone(sha: str, reverts: Reverts, landed_at: Mapping[str, datetime]) -> list[Fault]:
    """Return that a landing is undone, and since when; a revert that is itself undone is none."""
    state = reverts.state(sha)
    if not state.is_reverted:
        return []
    standing = (by for by in state.reverted_by if not reverts.state(by).is_reverted)
    first = min(((landed_at[by], by) for by in standing), default=None)
    return [Fault("reverted", first[1], first[0])] if first else []
