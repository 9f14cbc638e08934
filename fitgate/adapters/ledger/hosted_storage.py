"""Git's objects behind a forge's API: read and checked one by one, written a tree at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from fitgate.adapters.ledger.storage import FOLDER, Leaf
from fitgate.errors import ForgeError, LedgerError

Line = tuple[str, str, str]
"""One line of a tree: mode, id, name."""


class GitApi(Protocol):
    """What a forge lets one do with Git's objects and branches; all raise ForgeError."""

    @property
    def where(self) -> str:
        """Return which repository it is."""

    def tip(self, branch: str) -> str | None:
        """Return the commit that a branch is at; None: there is no such branch."""

    def tree(self, name: str) -> Sequence[Line]:
        """Return the lines of a tree, by its id or that of a commit, all of them."""

    def blob(self, oid: str) -> bytes:
        """Return a file."""

    def plant(self, base: str | None, files: Mapping[str, bytes]) -> str:
        """Write a tree with these files, by path, on top of another tree; return its id."""

    def commit(self, tree: str, parent: str | None, message: str) -> str:
        """Write a commit; return its id."""

    def move(self, branch: str, new: str, old: str | None) -> None:
        """Move a branch forward, or make it; it is refused where that is no step forward."""


def blob_id(content: bytes) -> str:
    """Return the id that Git gives a file."""
    return _id("blob", content)


def tree_id(listed: Mapping[str, Leaf]) -> str:
    """Return the id that Git gives a tree; a folder is sorted as if its name ended in `/`."""
    ordered = sorted(
        listed.items(), key=lambda one: os.fsencode(one[0]) + b"/" * (one[1].mode == FOLDER)
    )
    lines = (
        f"{leaf.mode} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(leaf.oid)
        for name, leaf in ordered
    )
    return _id("tree", b"".join(lines))


def _id(kind: str, content: bytes) -> str:
    whole = f"{kind} {len(content)}\0".encode() + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest()


class HostedStorage:
    """A forge's repository as a Storage; what has an id never changes, so it is read once.

    Every object that is read must have the id that it was asked for by, and what is written must
    get the id that Git would give it: nothing that a forge cuts off or alters passes.
    """

    def __init__(self, api: GitApi) -> None:
        self._api = api
        self._files: dict[str, bytes] = {}
        self._trees: dict[str, Mapping[str, Leaf]] = {}

    @property
    def where(self) -> str:
        """Return which repository it is."""
        return self._api.where

    def lost(self, what: str) -> LedgerError:
        """Return the error for an object that must be there and is not."""
        return LedgerError(f"{what} of {self.where} is not there. Nothing was written down.")

    def read(self, name: str) -> bytes | None:
        """Return a file by its id, or as in `COMMIT:PATH`; None: there is none."""
        commit, colon, path = name.partition(":")
        leaf = self._at(commit, path) if colon else Leaf("", name)
        if leaf is None or leaf.mode == FOLDER:
            return None
        if leaf.oid not in self._files:
            content = self._api.blob(leaf.oid)
            if blob_id(content) != leaf.oid:
                raise self._altered(leaf.oid)
            self._files[leaf.oid] = content
        return self._files[leaf.oid]

    def tree(self, name: str) -> Mapping[str, Leaf]:
        """Return what a tree lists, by its id, or as in `COMMIT:PATH`; nothing, if there is none.

        A commit's id is none of a tree: its own is read as `COMMIT:`.
        """
        commit, colon, path = name.partition(":")
        if not colon:
            return self._listed(name, name)
        if not path:
            return self._listed(commit)
        leaf = self._at(commit, path)
        return {} if leaf is None or leaf.mode != FOLDER else self._listed(leaf.oid, leaf.oid)

    def _at(self, commit: str, path: str) -> Leaf | None:
        folder, _, name = path.rpartition("/")
        return self.tree(f"{commit}:{folder}").get(name)

    def _listed(self, name: str, oid: str | None = None) -> Mapping[str, Leaf]:
        if name not in self._trees:
            lines = self._api.tree(name)
            listed = {each: Leaf(mode.lstrip("0"), found) for mode, found, each in lines}
            if oid is not None and tree_id(listed) != oid:
                raise self._altered(oid)
            self._trees[name] = self._trees[tree_id(listed)] = listed
        return self._trees[name]

    def _altered(self, oid: str) -> LedgerError:
        return LedgerError(
            f"{self.where} gives something else for the object {oid[:12]} of the branch "
            "fitgate-ledger than what has this id. Nothing was written down; try again."
        )

    def write(self, contents: Sequence[bytes]) -> list[str]:
        """Keep files until they are planted; return their ids."""
        made = {blob_id(content): content for content in contents}
        self._files |= made
        return [blob_id(content) for content in contents]

    @contextmanager
    def trees(self) -> Iterator[Callable[[Mapping[str, Leaf]], str]]:
        """Give a function that keeps a tree until it is planted, and returns its id."""

        def made(listed: Mapping[str, Leaf]) -> str:
            oid = tree_id(listed)
            self._trees[oid] = dict(listed)
            return oid

        yield made

    def commit(self, tree: str, parent: str | None, at: datetime, message: str) -> str:
        """Plant a tree and write a commit of it; return its id.

        It is the forge that says who made it and when, because then it can vouch for that with its
        signature, as a ruleset may ask of every commit.
        """
        del at
        before = {} if parent is None else self.tree(f"{parent}:")
        base = tree_id(before) if before else None
        planted = self._api.plant(base, dict(self._new(before, self._trees[tree])))
        if planted != tree:
            raise LedgerError(
                f"{self.where} made another tree of the ledger's files than Git does ({planted}, "
                f"not {tree}). Nothing was written down."
            )
        made = self._api.commit(tree, parent, message)
        self._trees[made] = self._trees[tree]
        return made

    def _new(
        self, before: Mapping[str, Leaf], after: Mapping[str, Leaf], folder: str = ""
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a tree that another one has not, by their paths."""
        for name, leaf in after.items():
            was = before.get(name)
            if was == leaf:
                continue
            path = f"{folder}{name}"
            if leaf.mode != FOLDER:
                yield path, self._files[leaf.oid]
                continue
            had = self._listed(was.oid, was.oid) if was and was.mode == FOLDER else {}
            yield from self._new(had, self._trees[leaf.oid], f"{path}/")


@contextmanager
def as_ledger_error() -> Iterator[None]:
    """Turn what a forge would not do into an error of the ledger, with what to do about it.

    Raises:
        LedgerError: instead of a ForgeError.
    """
    try:
        yield
    except ForgeError as exc:
        told = str(exc).rstrip(".")
        more = ""
        if exc.is_refusal(403, 404):
            more = (
                " A workflow needs `permissions: contents: write`; if a ruleset covers the branch, "
                "it must let this token add commits to it."
            )
        raise LedgerError(f"{told}. Nothing was written down.{more}") from exc
