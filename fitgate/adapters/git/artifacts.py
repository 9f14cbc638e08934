"""Rollback evidence that a clone can bear out: tags, commits, and files that were there before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fitgate.adapters.git.store import TREE, Entry, Store
from fitgate.core.facts import Artifact, Trailer, Unread
from fitgate.core.trailers import is_placeholder

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ELSEWHERE = "it cannot be looked up from a clone"
_NOT_HERE = "no tag, commit or file of that name is in this clone"


class Artifacts:
    """Looks up what a change declares as its way back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def declared(
        self, trailers: Iterable[Trailer], base: str | None, head: str
    ) -> tuple[Artifact, ...]:
        """Return the artifacts and plans that the trailers name, each as far as it can be found.

        An artifact must have been there before the change, so a file is looked up in `base`; a plan
        may come with it, so it is looked up in `head`.
        """
        return tuple(dict.fromkeys(self._looked_up(trailers, base, head)))

    def _looked_up(
        self, trailers: Iterable[Trailer], base: str | None, head: str
    ) -> Iterator[Artifact]:
        for trailer in trailers:
            if is_placeholder(trailer.value):
                continue
            if trailer.key == "Rollback-Artifact":
                yield replace(self._artifact(trailer.value.strip("`"), base), ref=trailer.value)
            elif trailer.key == "Rollback-Plan":
                yield replace(self._plan(trailer.value.strip("`"), head), ref=trailer.value)

    def _plan(self, ref: str, head: str) -> Artifact:
        if "://" in ref:
            return Artifact(ref, "plan", why=_ELSEWHERE)
        entry = self._store.entry_at(head, _path(ref))
        if isinstance(entry, Unread):
            return Artifact(ref, "plan", why=entry.why)
        if entry is None or entry.mode == TREE:
            return Artifact(ref, "plan", resolved=False, why="the change holds no such file")
        return Artifact(ref, "plan", resolved=True)

    def _artifact(self, ref: str, base: str | None) -> Artifact:
        if "://" in ref or "@sha256:" in ref:
            return Artifact(ref, "address" if "://" in ref else "image", why=_ELSEWHERE)
        found = self._tag(ref) or self._commit(ref) or self._file(ref, base)
        if found is None and ":" in ref:
            return Artifact(ref, "image", movable=True, why=_ELSEWHERE)
        return found or Artifact(ref, "unknown", why=_NOT_HERE)

    def _tag(self, ref: str) -> Artifact | None:
        """Return a tag, which can be moved, or the commit that `tag@commit` pins, which cannot."""
        name, _, pin = ref.removeprefix("refs/tags/").rpartition("@")
        pinned = name in self._store.overlay.tags and _COMMIT.fullmatch(pin) is not None
        oid = self._store.overlay.tags.get(name if pinned else ref.removeprefix("refs/tags/"))
        if oid is None:
            return None
        peeled = self._store.peel(oid)
        if isinstance(peeled, Unread):
            return Artifact(ref, "tag", movable=not pinned, why=peeled.why)
        if not pinned:
            return Artifact(ref, "tag", resolved=True, made_at=peeled.made_at, movable=True)
        if not peeled.oid.startswith(pin):
            return Artifact(ref, "tag", resolved=False, why=f"the tag points at {peeled.oid}")
        return replace(self._commit(peeled.oid) or Artifact(ref, "tag"), kind="tag")

    def _commit(self, ref: str) -> Artifact | None:
        if not _COMMIT.fullmatch(ref):
            return None
        peeled = self._store.peel(ref)
        if isinstance(peeled, Unread) or peeled.kind != "commit":
            return None
        return Artifact(ref, "commit", resolved=True, made_at=peeled.made_at)

    def _file(self, ref: str, base: str | None) -> Artifact | None:
        """Return a file that stood in the base commit: it is as old as that commit, or older."""
        entry = self._store.entry_at(base, _path(ref)) if base else None
        if base is None or not isinstance(entry, Entry) or entry.mode == TREE:
            return None
        peeled = self._store.peel(base)
        made_at = None if isinstance(peeled, Unread) else peeled.made_at
        return Artifact(ref, "file", resolved=True, made_at=made_at)


def _path(ref: str) -> str:
    """Return the path that a reference names, without a heading or line to jump to."""
    return ref.partition("#")[0].removeprefix("./").strip("/")
