"""Reads what a change touches: the page of files first, so that one question has all the rest."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Answer, Session, translated
from fitgate.adapters.github.blobs import Blobs
from fitgate.adapters.github.files import (
    MOST_FILES,
    Listed,
    Sides,
    Touched,
    read_entry,
    read_listed,
    touched,
)
from fitgate.adapters.github.pulls import Pull, read_pull
from fitgate.core.facts import Unread
from fitgate.errors import ForgeError

COMPARED = 300
"""GitHub lists no more files of a comparison ("Compare two commits")."""
_KEPT = 64
_PAGES = 10  # of commits, reviews and checks: what is more is unknown
_TRIES = 3
_REF = re.compile(r"[?&]ref=([0-9a-f]{40,64})$")
_NEW = frozenset({"added", "copied"})
_TOO_MUCH = frozenset({406, 422})


@dataclass(frozen=True, slots=True)
class Listing:
    """What changed from one commit to another: every file, or why they cannot all be told."""

    fork: str | None
    head: str
    ones: tuple[Touched, ...] | Unread


@dataclass(frozen=True, slots=True)
class _Page:
    """GitHub's list of files, and the commit that it was made for."""

    files: tuple[Listed, ...] | Unread
    head: str | None

    @property
    def paths(self) -> list[tuple[str, str]]:
        files = () if isinstance(self.files, Unread) else self.files
        return [(file.old_path, file.path) for file in files]


class Listings:
    """Reads pull requests and comparisons of one repository; what cannot change is kept."""

    def __init__(self, session: Session, name: str, blobs: Blobs, mark: str) -> None:
        self._session, self._name, self._blobs, self._mark = session, name, blobs, mark
        self._known: OrderedDict[tuple[str | None, str], Listing] = OrderedDict()
        self._heads: dict[int, str] = {}

    def pull(self, number: int, at: datetime, hint: str | None) -> tuple[Pull, Listing]:
        """Return a pull request as it is now, and its files; `hint` is the head it may have.

        Raises:
            ForgeError: when it cannot be read, or moves faster than it is read.
        """
        seen = self._heads.get(number)
        page = None if seen and hint in {None, seen} else self._page(number)
        for _ in range(_TRIES):
            paths = page.paths[: queries.PAGE] if page else []
            answer = self._session.graph(self._name, queries.pull(number, paths))
            pull = self._read(answer, number, at)
            if (listing := self._kept(pull)) is not None:
                return pull, listing
            if page is None or page.head not in {None, pull.head}:
                page = self._page(number)
            if page.head in {None, pull.head}:
                listing = self._listing(pull, page, answer.repository["pullRequest"])
                self._keep(listing, pull.base)
                self._heads[number] = pull.head
                return pull, listing
        raise ForgeError(f"{self._name}#{number} was pushed to while it was read. Try again.")

    def between(self, base: str, head: str) -> Listing:
        """Return what a head changed since it left a base; both are commits."""
        path = f"/repos/{self._name}/compare/{base}...{head}?per_page=1"
        said = self._session.read(path)
        fork = str(said["merge_base_commit"]["sha"])
        if (known := self._known.get((fork, head))) is not None:
            return known
        files = said.get("files") or []
        if len(files) >= COMPARED:
            why = f"GitHub compares {COMPARED} files at most"
            listing = Listing(fork, head, Unread(why))
        else:
            page = _Page(tuple(read_listed(file) for file in files), head)
            listing = Listing(fork, head, self._ones(page, fork, head, {}))
        self._keep(listing)
        return listing

    def step(self, parent: str | None, commit: str) -> Listing:
        """Return what one commit changed on top of its first parent."""
        if parent is None:
            return Listing(None, commit, Unread("GitHub compares nothing with no commit at all"))
        listing = self.between(parent, commit)
        if listing.fork != parent:  # pragma: no cover - a parent is an ancestor
            raise ForgeError(f"{parent[:12]} is no ancestor of {commit[:12]} to GitHub.")
        return listing

    def _read(self, answer: Answer, number: int, at: datetime) -> Pull:
        node = answer.repository.get("pullRequest")
        if node is None:
            why = answer.refused.get("repository.pullRequest", "there is none, or it is an issue")
            raise ForgeError(f"{self._name}#{number} could not be read: {why}", status=404)
        self._whole(node, number)
        return read_pull(answer.repository, answer.refused, at, self._mark, self._session.app)

    def _whole(self, node: dict[str, Any], number: int) -> None:
        """Join the further pages of its lists; what is longer than ten is left cut."""
        last = node["last"]["nodes"][0]["commit"] if node["last"]["nodes"] else {}
        rollup = last.get("statusCheckRollup") or {}
        lists = {
            "commits": node.get("commits"),
            "reviews": node.get("reviews"),
            "contexts": rollup.get("contexts"),
        }
        for what, connection in lists.items():
            for _ in range(_PAGES):
                if not connection or not connection["pageInfo"]["hasNextPage"]:
                    break
                cursor = connection["pageInfo"]["endCursor"]
                answer = self._session.graph(self._name, queries.more(number, what, cursor))
                found = answer.repository["pullRequest"]
                if what == "contexts":
                    found = found["last"]["nodes"][0]["commit"]["statusCheckRollup"]
                connection["nodes"] += found[what]["nodes"]
                connection["pageInfo"] = found[what]["pageInfo"]

    def _page(self, number: int) -> _Page:
        """Return GitHub's list of the files of a pull request, with the head it is of."""
        pull = self._session.github.get_repo(self._name).get_pull(number)
        try:
            with translated(f"the files of {self._name}#{number} could not be read"):
                documents = [file.raw_data for file in pull.get_files()]
        except ForgeError as exc:
            if exc.status in _TOO_MUCH:
                return _Page(Unread(f"GitHub cannot list its files: {exc}"), None)
            raise
        heads = {found[1] for doc in documents if (found := _REF.search(doc["contents_url"]))}
        head = heads.pop() if len(heads) == 1 else None
        return _Page(tuple(map(read_listed, documents)), head)

    def _listing(self, pull: Pull, page: _Page, node: Mapping[str, Any]) -> Listing:
        if isinstance(page.files, Unread):
            return Listing(pull.fork, pull.head, page.files)
        listed = len(page.files)
        if listed < pull.changed_files or listed >= MOST_FILES:
            why = f"GitHub lists {listed} of its {pull.changed_files} files"
            return Listing(pull.fork, pull.head, Unread(why))
        fork = pull.fork
        if fork is None:  # where several commits lead to its base, GitHub must tell which it is
            path = f"/repos/{self._name}/compare/{pull.base}...{pull.head}?per_page=1"
            fork = str(self._session.read(path)["merge_base_commit"]["sha"])
        return Listing(fork, pull.head, self._ones(page, fork, pull.head, _told(node, fork)))

    def _ones(
        self, page: _Page, fork: str, head: str, told: Mapping[str, Any]
    ) -> tuple[Touched, ...] | Unread:
        """Return the files with what stood there on both sides, in their order."""
        files = () if isinstance(page.files, Unread) else page.files
        found: list[Touched] = []
        for first in range(0, len(files), queries.PAGE):
            part = files[first : first + queries.PAGE]
            for listed, sides in zip(part, self._sides(part, fork, head, told), strict=True):
                for side in filter(None, sides):
                    self._blobs.note_size(side.oid, side.size)
                if (sides[0] is None) != (listed.status in _NEW) or (sides[1] is None) != (
                    listed.status == "removed"
                ):
                    return Unread(f"GitHub does not tell what {listed.path} is and was")
                found += touched(listed, sides)
            told = {}
        paths = [one.file.path for one in found]
        if len(set(paths)) < len(paths):
            return Unread("GitHub lists a path twice")
        return tuple(sorted(found, key=lambda one: one.file.path.encode()))

    def _sides(
        self, files: Sequence[Listed], fork: str, head: str, told: Mapping[str, Any]
    ) -> Iterator[Sides]:
        if not told:
            asked = queries.entries(fork, head, [(file.old_path, file.path) for file in files])
            told = self._session.graph(self._name, asked).repository
        before, after = told.get("before") or {}, told.get("after") or {}
        for n, file in enumerate(files):
            was = None if file.status in _NEW else read_entry(before.get(f"f{n}"))
            now = None if file.status == "removed" else read_entry(after.get(f"f{n}"))
            yield was, now

    def _kept(self, pull: Pull) -> Listing | None:
        """Return what is known of these very commits: it does not change."""
        by_base = self._known.get((pull.base, pull.head))
        return by_base if pull.fork is None else self._known.get((pull.fork, pull.head))

    def _keep(self, listing: Listing, base: str | None = None) -> None:
        if isinstance(listing.ones, Unread):  # another time it may be told
            return
        for before in {listing.fork, base} - {None}:
            self._known[before, listing.head] = listing
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)


def _told(node: Mapping[str, Any], fork: str) -> Mapping[str, Any]:
    """Return the sides that came with the pull request, if they are those of its fork point."""
    first = node["first"]["nodes"]
    parents = first[0]["commit"]["parents"]["nodes"] if first else []
    last = node["last"]["nodes"]
    if not parents or not last or parents[0]["oid"] != fork:
        return {}
    before, after = parents[0], last[0]["commit"]
    if after["oid"] != node["headRefOid"] or "f0" not in after:
        return {}
    return {"before": before, "after": after}
