"""What comes together in GraphQL: the merge queue, and releases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.graphs import Withheld, allowed, connection
from tests.twin.github.releases import Release
from tests.twin.github.shapes.accounts import node_id

if TYPE_CHECKING:
    from tests.twin.github.answer import Asked
    from tests.twin.github.merge_queue import Entry
    from tests.twin.github.repository import Repository


def together(asked: Asked, repo: Repository) -> Json:
    """Return the fields of a Repository that are told here."""

    def queue(branch: str) -> Json | None:
        allowed(asked, "merge_queues=read", repo)
        if branch != repo.default_branch or not repo.has_queue:
            return None
        shaped = cast("Callable[[object], object]", lambda one: _entry(asked, repo, one))
        entries = lambda **arguments: connection(repo.queue, shaped, arguments)  # noqa: E731 - answered only if asked
        return {"id": node_id("MergeQueue", repo.id), "entries": entries}

    def releases(**arguments: object) -> Json:
        allowed(asked, "contents=read", repo)
        order = cast("Json", arguments.get("orderBy") or {})
        if order.get("field") != "CREATED_AT" or order.get("direction") != "DESC":
            raise Withheld("UNSERVED", "the twin gives the newest releases first")
        writes = asked.caller.may("contents=write", repo)
        found = [one for one in reversed(repo.releases) if writes or not one.draft]
        shaped = cast("Callable[[object], object]", lambda one: _release(asked, repo, one))
        return connection(found, shaped, arguments)

    return {"mergeQueue": queue, "releases": releases}


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


def _release(asked: Asked, repo: Repository, one: Release) -> Json:
    """Return a Release."""
    from tests.twin.github.graphs.repositories import commit_object  # noqa: PLC0415 - it uses this

    tip = repo.sha_of(f"refs/tags/{one.tag}")
    return {
        "id": node_id("Release", one.id),
        "databaseId": one.id,
        "name": one.tag,
        "tagName": one.tag,
        "isDraft": one.draft,
        "isPrerelease": one.prerelease,
        "createdAt": stamp(one.at),
        "publishedAt": None if one.draft else stamp(one.at),
        "tagCommit": lambda: commit_object(asked, repo, tip) if tip else None,
        "url": f"{repo.html}/releases/tag/{one.tag}",
    }
