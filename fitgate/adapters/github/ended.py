"""How the evaluations of a commit stand now, and which pull requests have it as their head."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Answer, Session
from fitgate.adapters.github.checks import Node, evaluations
from fitgate.core.closing import Checked
from fitgate.core.events import Headed

_PAGES = 10


class Ended:
    """Reads the checks of what landed in one repository."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name

    def of(self, commit: str, number: int | None, at: datetime) -> tuple[Checked, Checked | None]:
        """Return a commit, and the head of the pull request that it is the landing of."""
        answer = self._session.graph(self._name, queries.ended(commit, number))
        pull = answer.repository.get("pullRequest") or {}
        last = (pull.get("last") or {}).get("nodes") or ()
        landing = self._checked(answer, answer.repository.get("object"), commit, at)
        head = self._checked(answer, last[0]["commit"], "", at) if last else None
        return landing, head

    def _checked(
        self, answer: Answer, node: Mapping[str, Any] | None, commit: str, at: datetime
    ) -> Checked:
        if not node:
            return Checked(commit, "", None)
        oid, tree = str(node["oid"]), str(node["tree"]["oid"])
        if any("statusCheckRollup" in path for path in answer.refused):
            return Checked(oid, tree, None)
        rollup = node["statusCheckRollup"]
        found = [] if rollup is None else self._all(oid, rollup["contexts"])
        return Checked(oid, tree, tuple(evaluations(found, at)))

    def _all(self, commit: str, contexts: Node) -> list[Node]:
        """Return all pages of a list; what is behind the tenth is not known to have ended."""
        found = [*contexts["nodes"]]
        for _ in range(_PAGES):
            if not contexts["pageInfo"]["hasNextPage"]:
                break
            query = queries.ended(commit, None, contexts["pageInfo"]["endCursor"])
            contexts = self._session.graph(self._name, query).repository["object"][
                "statusCheckRollup"
            ]["contexts"]
            found += contexts["nodes"]
        return found

    def headed(self, commit: str) -> tuple[Headed, ...]:
        """Return the pull requests with this head; none, where that may not be read."""
        answer = self._session.graph(self._name, queries.headed(commit))
        node = answer.repository.get("object") or {}
        found = (node.get("associatedPullRequests") or {}).get("nodes") or ()
        return tuple(
            Headed(int(one["number"]), is_open=one["state"] == "OPEN")
            for one in found
            if one["headRefOid"] == commit
        )
