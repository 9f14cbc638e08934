"""What was merged and asked for lately: for who was not there when it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.adapters.github.app import Session, translated
from fitgate.core.commands.grammar import commands

MOST = 500
"""So many of those that were closed last are looked through, and no more."""


def merged_since(session: Session, name: str, branch: str, since: datetime) -> Iterator[int]:
    """Yield the numbers of the pull requests that were merged into a branch, oldest first.

    GitHub lists what was closed by when it was last touched, which is never before it was merged.
    """
    found: list[tuple[datetime, int]] = []
    with translated(f"the merged pull requests of {name} could not be listed"):
        pulls = session.github.get_repo(name).get_pulls(
            state="closed", base=branch, sort="updated", direction="desc"
        )
        for n, pull in enumerate(pulls):
            if n >= MOST or pull.updated_at is None or pull.updated_at < since:
                break
            if pull.merged_at is not None and pull.merged_at >= since:
                found.append((pull.merged_at, pull.number))
    yield from (number for _, number in sorted(found))


def asked_since(session: Session, name: str, since: datetime) -> Iterator[tuple[int, int]]:
    """Yield the comments that ask for something and were written or edited since, oldest first.

    Each is the number of what it is on, and its own id.
    """
    found: list[tuple[int, int]] = []
    with translated(f"the comments of {name} could not be listed"):
        comments = session.github.get_repo(name).get_issues_comments(
            sort="updated", direction="desc", since=since
        )
        for n, comment in enumerate(comments):
            if n >= MOST:
                break
            number = comment.issue_url.rpartition("/")[2]
            is_pull = "/pull/" in comment.html_url
            if is_pull and comment.user.type == "User" and commands(comment.body or ""):
                found.append((int(number), comment.id))
    yield from sorted(found, key=lambda one: one[1])
