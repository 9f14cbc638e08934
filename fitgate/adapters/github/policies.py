"""The policy of a repository as GitHub has it: at a commit, and on the main line before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.blobs import Blobs
from fitgate.core.facts import Unread
from fitgate.core.in_force import PolicyText
from fitgate.errors import ForgeError

_DEEP = 10
_MOST = 20  # questions: as many landings are looked through as both come to
_KEPT = 512


class PolicyTexts:
    """Policies by commit: what stood there never changes, so each is read once."""

    def __init__(self, session: Session, name: str, blobs: Blobs) -> None:
        self._session, self._name, self._blobs = session, name, blobs
        self._known: dict[str, PolicyText] = {}

    def note(self, commit: str, node: Mapping[str, Any]) -> None:
        """Take what was told of a commit along with something else."""
        if commit not in self._known and all(name in node for name in queries.POLICIES):
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[commit] = self._text(commit, node)

    def versions(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy at a commit, then as it stood before, newest first.

        Only the first parents are followed: what stood on a branch was never in force.
        """
        if commit not in self._known:
            self._look(commit, 1)
        last = self._known[commit]
        yield last
        for _ in range(_MOST):
            line = self._look(commit, _DEEP)
            for version in line:
                if version.files != last.files:
                    last = version
                    yield version
            if len(line) < _DEEP:
                return
            commit = line[-1].commit

    def _look(self, commit: str, deep: int) -> list[PolicyText]:
        answer = self._session.graph(self._name, queries.policy(commit, deep))
        node = answer.repository.get("object")
        if not node:
            raise ForgeError(
                f"{commit[:12]} of {self._name} could not be read, so the policy at it is not "
                "known. Check that the App may read contents (contents: read).",
                status=404,
            )
        line = []
        while node and all(name in node for name in queries.POLICIES):
            self.note(node["oid"], node)
            line.append(self._known[node["oid"]])
            parents = node["parents"]["nodes"]
            node = parents[0] if parents else None
        return line

    def _text(self, commit: str, node: Mapping[str, Any]) -> PolicyText:
        files = {}
        for name, path in queries.POLICIES.items():
            entry = node[name]
            if entry is None or entry["type"] != "blob":
                continue
            blob = entry["object"] or {}
            text = blob.get("text")
            if text is None or blob.get("isTruncated"):
                data = self._blobs.read([entry["oid"]])[entry["oid"]]
                if isinstance(data, Unread):
                    raise ForgeError(
                        f"{path} at {commit[:12]} {data.why}, so the policy cannot be read. "
                        "Name a policy file yourself, or make it smaller."
                    )
                text = data.decode("utf-8", "replace")
            files[path] = str(text)
        return PolicyText(commit, files)
