"""Releases on GitHub, and what each holds: the changes since the one before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.checks import Node
from fitgate.adapters.github.line import Line, Lines
from fitgate.adapters.github.moments import moment
from fitgate.adapters.github.pushes import Pushes
from fitgate.core.facts import Repo, Unread
from fitgate.core.releasing import Release

_GONE = Unread("its tag is gone")


class Releases:
    """Reads the releases of one repository; a draft or a pre-release takes effect for nobody."""

    def __init__(self, session: Session, name: str, lines: Lines, pushes: Pushes) -> None:
        self._session, self._name = session, name
        self._lines, self._pushes = lines, pushes
        self._since: dict[int, str | None] = {}

    def of(self, number: int) -> Release | None:
        """Return a release; None: it is not published in full, or gone.

        What it holds is what leads to it from the release that was published last before it.
        """
        said = self._session.graph(self._name, queries.releases()).repository
        known = [one for one in said["releases"]["nodes"] if one and _is_whole(one)]
        node = next((one for one in known if one["databaseId"] == number), None)
        at = None if node is None else moment(node["publishedAt"])
        if node is None or at is None:
            return None
        last = _before(known, node, at)
        self._since[number] = str(last["tagCommit"]["oid"]) if last else None
        branch = said["defaultBranchRef"] or {}
        base = self._pushes.stood(self._name, f"refs/heads/{branch.get('name')}", at)
        commit = (node["tagCommit"] or {}).get("oid")
        release = Release(
            Repo(f"github:{said['databaseId']}", str(said["nameWithOwner"])),
            number,
            str(node["tagName"]),
            at,
            str(commit or ""),
            base=base or str((branch.get("target") or {}).get("oid")),
            since=str(last["tagName"]) if last else None,
            changes=_GONE,
        )
        if commit is None:
            return release
        line = self.line(release)
        changes = line.steps if isinstance(line.steps, Unread) else line.ids
        return replace(release, changes=changes)

    def line(self, release: Release) -> Line:
        """Return what leads to a release that was read."""
        return self._lines.between(self._since[release.number], release.commit)


def _is_whole(node: Node) -> bool:
    return not node["isDraft"] and not node["isPrerelease"]


def _before(known: list[Node], node: Node, at: datetime) -> Node | None:
    """Return the release that was published last before one, and has a tag yet."""
    earlier = [
        (then, one["databaseId"], one)
        for one in known
        if one is not node
        and one["tagCommit"]
        and (then := moment(one["publishedAt"])) is not None
        and (then, one["databaseId"]) < (at, node["databaseId"])
    ]
    return max(earlier, key=lambda found: found[:2])[2] if earlier else None
