"""Git's objects and branches by GitHub's Git database API: no clone, no checkout."""

# https://docs.github.com/rest/git: blobs, trees, commits, refs. A ref that is moved without force
# takes a step forward or is refused (422): two writers never both succeed.

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from fitgate.adapters.github.app import Session, translated
from fitgate.errors import ForgeError

_NONE = frozenset({404, 409})  # 409: the repository has no commits at all
_INLINE = 1 << 20
"""Bytes: what is longer, or no text, is written by itself, before the tree that names it."""


class Plumbing:
    """The Git database of one repository on GitHub."""

    def __init__(self, session: Session, name: str) -> None:
        """Take a session that may read its contents, or write them too."""
        self._session, self.where = session, name
        self._root = f"/repos/{name}/git"

    def tip(self, branch: str) -> str | None:
        """Return the commit that a branch is at; None: there is no such branch."""
        try:
            said = self._ask("GET", f"ref/heads/{quote(branch)}", "the branch could not be read")
        except ForgeError as exc:
            if exc.status in _NONE:
                return None
            raise
        return str(said["object"]["sha"])

    def tree(self, name: str) -> list[tuple[str, str, str]]:
        """Return the lines of a tree, by its id or that of a commit, all of them.

        Raises:
            ForgeError: too, when GitHub would cut them off.
        """
        said = self._ask("GET", f"trees/{name}", f"the tree {name[:12]} could not be read")
        if said["truncated"]:
            raise ForgeError(f"GitHub cuts off the tree {name[:12]} of {self.where}.")
        return [(str(one["mode"]), str(one["sha"]), str(one["path"])) for one in said["tree"]]

    def blob(self, oid: str) -> bytes:
        """Return a file."""
        said = self._ask("GET", f"blobs/{oid}", f"the file {oid[:12]} could not be read")
        return base64.b64decode(str(said["content"]))

    def plant(self, base: str | None, files: Mapping[str, bytes]) -> str:
        """Write a tree with these files, by path, on top of another tree; return its id."""
        body: dict[str, Any] = {"tree": [*self._entries(files)]}
        if base is not None:
            body["base_tree"] = base
        return str(self._ask("POST", "trees", "no tree could be written", body)["sha"])

    def _entries(self, files: Mapping[str, bytes]) -> Iterator[dict[str, str]]:
        for path, content in files.items():
            leaf = {"path": path, "mode": "100644", "type": "blob"}
            text = _text(content)
            yield {**leaf, **({"sha": self._blob(content)} if text is None else {"content": text})}

    def _blob(self, content: bytes) -> str:
        body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return str(self._ask("POST", "blobs", "no file could be written", body)["sha"])

    def commit(self, tree: str, parent: str | None, message: str) -> str:
        """Write a commit; return its id."""
        body = {"tree": tree, "parents": [parent] if parent else [], "message": message}
        return str(self._ask("POST", "commits", "no commit could be written", body)["sha"])

    def move(self, branch: str, new: str, old: str | None) -> None:
        """Move a branch forward, or make it; it is refused where that is no step forward."""
        what = f"the branch {branch} could not be moved"
        if old is None:
            self._ask("POST", "refs", what, {"ref": f"refs/heads/{branch}", "sha": new})
        else:
            body = {"sha": new, "force": False}
            self._ask("PATCH", f"refs/heads/{quote(branch)}", what, body)

    def _ask(self, verb: str, path: str, what: str, body: object = None) -> dict[str, Any]:
        with translated(f"{self.where}: {what}"):
            requester = self._session.github.requester
            _, said = requester.requestJsonAndCheck(verb, f"{self._root}/{path}", input=body)
        answer: dict[str, Any] = said or {}
        return answer


def _text(content: bytes) -> str | None:
    """Return a file as it may stand in a request; None: it is long, or no plain text."""
    if len(content) > _INLINE or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
