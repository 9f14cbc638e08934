"""Which change undoes which: by what it says, and by what it does where it says nothing."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fitgate.core.facts import File

_HEX = r"[0-9a-f]{7,64}"
_COMMITS = re.compile(
    rf"^[ \t]*This reverts commits?\s+({_HEX}\b(?:(?:,\s*|\s+and\s+|,\s+and\s+){_HEX}\b)*)",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBERS = re.compile(
    r"^[ \t]*(?:Reverts:?\s+(?:PR\s+)?(?:[\w.-]+/[\w.-]+)?#"
    r"|This reverts merge request\s+(?:[\w./-]+)?!)([0-9]{1,9})\b",
    re.IGNORECASE | re.MULTILINE,
)
_TITLE = re.compile(
    r'(?:\[[^\]]*\]\s*)?(Revert|Reapply|Reland)(?:\^([0-9]{1,2}))? "(.*)"', re.IGNORECASE
)
_TITLE_NUMBER = re.compile(r"Revert\s+(?:PR\s+)?[#!]([0-9]{1,9})\b", re.IGNORECASE)
_BRANCH = re.compile(r"revert-([0-9]{1,9})-.+")
_OWN_NUMBER = re.compile(r"\s*\([#!]([0-9]{1,9})\)$")
_WHOLE_ID = 40
_MOST_COMMITS = 100
_DEEPEST = 50
_ABSENT = "None None"
_Move = tuple[str, str, str]
_MERGED = re.compile(r"Merge pull request #([0-9]{1,9}) from ")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a change says that it undoes: commits, numbers, or a title and how often it was undone.

    `depth` counts the reverts around the title: `Revert "X"` undoes X (0), `Reapply "X"` undoes the
    revert of X (1).
    """

    commits: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    title: str = ""
    depth: int = 0


def parse_revert(title: str, body: str, branch: str | None = None) -> Claim | None:
    """Return what a message says that it undoes; None if it says nothing of the kind.

    Read are the words of git revert, with `-m`, with `--reference` and for a revert of a revert
    (git-revert; sequencer.c), of GitHub's button (`Reverts owner/repo#7`, branch `revert-7-topic`),
    of GitLab's (`This reverts merge request !7`) and of Gerrit's (`Revert^2 "…"`).
    """
    commits = [sha for found in _COMMITS.findall(body) for sha in re.findall(_HEX, found.lower())]
    numbers = [*_NUMBERS.findall(body), *_TITLE_NUMBER.findall(title)]
    name, depth = core_title(title)
    if depth:
        numbers += _MERGED.findall(name)
    if branch and (pressed := _BRANCH.fullmatch(branch)):
        numbers.append(pressed[1])
    if not commits and not numbers and not depth:
        return None
    return Claim(
        commits=tuple(dict.fromkeys(commits[:_MOST_COMMITS])),
        numbers=tuple(dict.fromkeys(map(int, numbers))),
        title=name if depth else "",
        depth=max(depth - 1, 0),
    )


def branch_claims(messages: Iterable[tuple[str, str, str]]) -> dict[str, Claim]:
    """Return what the commits of a branch (id, title, body; oldest first) say that they undo.

    What they undo of one another is left out: it undoes nothing that landed.
    """
    claims: dict[str, Claim] = {}
    seen: list[str] = []
    for sha, title, body in messages:
        if claim := parse_revert(title, body):
            taken_back = [name for name in seen if name.startswith(claim.commits)]
            for name in taken_back:
                claims.pop(name, None)
            if not taken_back:
                claims[sha] = claim
        seen.append(sha)
    return claims


def core_title(title: str) -> tuple[str, int]:
    """Return the title inside all `Revert "…"` and `Reapply "…"`, and how often it is undone.

    A reapplication is an undone undoing. Numbers that a squash puts behind a title are left out.
    """
    depth = 0
    while depth < _DEEPEST and (found := _TITLE.match(title)):
        depth += int(found[2] or 1) if found[1].casefold() == "revert" else 2
        title = found[3]
    while number := _OWN_NUMBER.search(title):
        title = title[: number.start()]
    return title.strip(), depth


def change_key(files: Iterable[File]) -> str:
    """Return a key for what a change does to its files: every path, its blob before and after."""
    return _key(_moves(files))


def inverse_key(files: Iterable[File]) -> str:
    """Return the key of the change that this one is the exact inverse of."""
    return _key(_backwards(_moves(files)))


def brings_back(files: Iterable[File], undone: Iterable[File]) -> bool:
    """Say whether a change gives each of its files the state that an earlier one took away."""
    left = {(path, before) for path, before, _ in _moves(undone)}
    back_to = {(path, after) for path, _, after in _moves(files)}
    return bool(back_to) and back_to <= left


def _moves(files: Iterable[File]) -> Iterator[_Move]:
    """Yield every path with its state before and after; a rename is a removal and an addition."""
    for file in files:
        before = f"{file.mode_before} {file.oid_before}"
        after = f"{file.mode_after} {file.oid_after}"
        if file.old_path in {None, file.path}:
            yield file.path, before, after
        else:
            yield str(file.old_path), before, _ABSENT
            yield file.path, _ABSENT, after


def _backwards(moves: Iterable[_Move]) -> list[_Move]:
    return [(path, after, before) for path, before, after in moves]


def _key(moves: Iterable[_Move]) -> str:
    text = "\n".join("\t".join(move) for move in sorted(moves))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Landed:
    """What is needed of a landing to tell what it undoes, and what undoes it.

    `claims` holds what its commits say (`branch_claims`, and its own), by their ids. `side` are the
    ids of the commits that it brought in. `base` is the state before it.
    """

    id: str
    base: str | None
    titles: tuple[str, ...]
    number: int | None
    side: tuple[str, ...]
    claims: Mapping[str, Claim]
    files: tuple[File, ...] | None


@dataclass(frozen=True, slots=True)
class RevertState:
    """Whether a change is undone now, and by which changes it ever was."""

    reverted_by: tuple[str, ...]
    is_reverted: bool


class _Known(NamedTuple):
    """What is remembered of a landing: its id, the state before it, and what it did away with."""

    id: str
    base: str | None
    left: array[int]


class Reverts:
    """Follows landings, oldest first, and tells which of them undo which.

    Titles and file states are remembered by Python's own hash, which is good for one run: a whole
    history must fit.
    """

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._undone_by: dict[int, list[int]] = {}
        self._by_commit: dict[str, int] = {}
        self._by_number: dict[int, int] = {}
        self._by_title: dict[int, int] = {}
        self._by_key: dict[int, int] = {}
        self._restored: dict[str, str] = {}

    def add(self, landed: Landed) -> tuple[str, ...]:
        """Take the next landing; return the ids of those that it undoes, oldest first."""
        moves = tuple(_moves(landed.files or ()))
        undone = sorted(self._claimed(landed) or self._inverted(moves))
        for index in undone:
            self._undone_by.setdefault(index, []).append(len(self._known))
        self._note_restored(landed.id, moves, undone)
        self._remember(landed, moves)
        return tuple(self._known[index].id for index in undone)

    def state(self, landed_id: str) -> RevertState:
        """Return whether a landing is undone. A revert that is itself undone undoes nothing."""
        index = self._by_commit[landed_id]
        by = tuple(self._known[n].id for n in self._undone_by.get(index, ()))
        return RevertState(by, self._is_undone(index))

    def restored(self, landed_id: str) -> str | None:
        """Return the earlier state that a landing brought back in every file that it touches."""
        return self._restored.get(landed_id)

    def _is_undone(self, index: int) -> bool:
        """Judge those that undo it first, and those that undo them before: without recursion."""
        undone: dict[int, bool] = {}
        waiting = [index]
        while waiting:
            by = self._undone_by.get(waiting[-1], ())
            if unjudged := [n for n in by if n not in undone]:
                waiting += unjudged
            else:
                undone[waiting.pop()] = any(not undone[n] for n in by)
        return undone[index]

    def _claimed(self, landed: Landed) -> set[int]:
        """Return what the landing's commits say that they undo, of what landed before."""
        own = landed.claims.get(landed.id)
        side = (claim for sha, claim in landed.claims.items() if sha != landed.id)
        return set[int]().union(self._own(own) if own else (), *map(self._commits, side))

    def _own(self, claim: Claim) -> set[int]:
        """Resolve a claim by what it names most exactly: commits, else numbers, else a title."""
        return (
            self._commits(claim)
            or {self._by_number[n] for n in claim.numbers if n in self._by_number}
            or {n for n in (self._by_title.get(hash((claim.title, claim.depth))),) if n is not None}
        )

    def _commits(self, claim: Claim) -> set[int]:
        found = set()
        for name in claim.commits:
            if name in self._by_commit:
                found.add(self._by_commit[name])
            elif len(name) < _WHOLE_ID:
                found |= {n for sha, n in self._by_commit.items() if sha.startswith(name)}
        return found

    def _inverted(self, moves: tuple[_Move, ...]) -> set[int]:
        """Return the landing that is taken back to the byte without a word."""
        found = self._by_key.get(hash(_key(_backwards(moves)))) if moves else None
        return set() if found is None else {found}

    def _note_restored(
        self, landed_id: str, moves: tuple[_Move, ...], undone: Iterable[int]
    ) -> None:
        back_to = [hash((path, after)) for path, _, after in moves]
        for known in map(self._known.__getitem__, undone):
            if known.base and back_to and all(state in known.left for state in back_to):
                self._restored.setdefault(landed_id, known.base)

    def _remember(self, landed: Landed, moves: tuple[_Move, ...]) -> None:
        here = len(self._known)
        left = array("q", [hash((path, before)) for path, before, _ in moves])
        self._known.append(_Known(landed.id, landed.base, left))
        self._by_commit |= dict.fromkeys((landed.id, *landed.side), here)
        self._by_title |= {hash(core_title(title)): here for title in landed.titles}
        if landed.number is not None:
            self._by_number[landed.number] = here
        if moves:
            self._by_key[hash(_key(moves))] = here
