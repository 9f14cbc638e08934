"""Which pull requests were merged lately: for who was not there when they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fitgate.adapters.github.app import Session, translated

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
