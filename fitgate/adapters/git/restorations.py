"""Which earlier state a change brings back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fitgate.adapters.git.commits import Commit
from fitgate.adapters.git.difftree import Pair, files_between
from fitgate.adapters.git.landings import Landing
from fitgate.adapters.git.store import Store
from fitgate.core.facts import File, Restoration, Unknown, Unread
from fitgate.core.reverts import Claim, Landed, Reverts, branch_claims, brings_back, parse_revert

Restored = tuple[Restoration, ...] | Unknown
"""The states that are brought back (none, as a rule), or why that is not known."""


class Restorations:
    """Follows landings, oldest first, and looks up what they say that they undo."""

    def __init__(self, store: Store) -> None:
        self.reverts = Reverts()
        self._store = store

    def of_landing(self, landing: Landing) -> Restored:
        """Take the next landing; return what it brings back."""
        landed = landed_of(landing)
        undone = self.reverts.add(landed)
        if state := self.reverts.restored(landing.sha):
            return (Restoration(state),)
        return () if undone else self._claimed(landing.files, landed.claims, landing.sha)

    def of_proposal(
        self, files: tuple[File, ...] | None, commits: Iterable[Commit], head: str
    ) -> Restored:
        """Return what a branch would bring back, by what its commits say."""
        return self._claimed(files, _claims(commits), head)

    def _claimed(
        self, files: tuple[File, ...] | None, claims: Mapping[str, Claim], head: str
    ) -> Restored:
        """Look claims up in the whole clone: what is undone may be older than the landings seen.

        If what the change as a whole says that it undoes is not found, the answer is not known;
        what single commits on a branch undid was mostly never anywhere else.
        """
        if files is None:
            return Unknown("restores", "its files could not be listed")
        answer: Restored = ()
        for sha, claim in claims.items():
            undone = list(self._undone(claim))
            if sha == head and claim.title and not undone:
                answer = Unknown("restores", f"it says that it undoes {claim.title!r}, not found")
            for pair, earlier in zip(undone, files_between(self._store, undone), strict=True):
                if pair.before and not isinstance(earlier, Unread) and brings_back(files, earlier):
                    return (Restoration(pair.before),)
        return answer

    def _undone(self, claim: Claim) -> Iterator[Pair]:
        for name in claim.commits:
            found = self._store.one(name)
            if not isinstance(found, Unread) and found.head.kind == "commit":
                yield Pair(found.head.oid, found.parent)


def landed_of(landing: Landing) -> Landed:
    """Return what is needed of a landing to tell what it undoes."""
    shape = landing.shape
    own = parse_revert(shape.title, landing.commit.body, shape.branch)
    return Landed(
        id=landing.sha,
        base=landing.base,
        titles=tuple({landing.commit.title, shape.title}),
        number=shape.number,
        side=tuple(commit.sha for commit in landing.side),
        claims=_claims(landing.side) | ({landing.sha: own} if own else {}),
        files=landing.files,
    )


def _claims(commits: Iterable[Commit]) -> dict[str, Claim]:
    return branch_claims((commit.sha, commit.title, commit.body) for commit in commits)
