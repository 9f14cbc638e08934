"""The merge queue in GraphQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tests.twin.github.description import Json
from tests.twin.github.graphs import allowed, connection
from tests.twin.github.shapes.accounts import node_id

if TYPE_CHECKING:
    from tests.twin.github.answer import Asked
    from tests.twin.github.merge_queue import Entry
    from tests.twin.github.repository import Repository


def merge_queue(asked: Asked, repo: Repository) -> Callable[[str], Json | None]:
    """Return what finds the MergeQueue of a branch."""

    def found(branch: str) -> Json | None:
        allowed(asked, "merge_queues=read", repo)
        if branch != repo.default_branch or not repo.has_queue:
            return None
        shaped = cast("Callable[[object], object]", lambda one: _entry(asked, repo, one))
        entries = lambda **arguments: connection(repo.queue, shaped, arguments)  # noqa: E731
        return {"id": node_id("MergeQueue", repo.id), "entries": entries}

    return found


def _entry(asked: Asked, repo: Repository, entry: Entry) -> Json:
    """Return a MergeQueueEntry."""
    from tests.twin.github.graphs.pulls import pull_request  # noqa: PLC0415 - it uses this
    from tests.twin.github.graphs.repositories import commit_object  # noqa: PLC0415 - and this

    return {
        "id": node_id("MergeQueueEntry", entry.head_sha),
        "position": repo.queue.index(entry) + 1,
        "baseCommit": lambda: commit_object(asked, repo, entry.base_sha),
        "headCommit": lambda: commit_object(asked, repo, entry.head_sha),
        "pullRequest": lambda: pull_request(asked, entry.pull),
    }
