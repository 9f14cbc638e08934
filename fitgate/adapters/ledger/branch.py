"""One repository's chain on a Git branch of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fitgate.adapters.ledger.additions import Addition, added
from fitgate.adapters.ledger.continuing import ATTEMPTS, Verified, wait
from fitgate.adapters.ledger.plumbing import Plumbing, Watch
from fitgate.adapters.ledger.remote import Remote, is_busy
from fitgate.adapters.ledger.snapshot import BRANCH, Snapshot, first_difference
from fitgate.adapters.ledger.store import Store
from fitgate.core.entries import Draft, Head, Stored
from fitgate.errors import BrokenChainError, LedgerError

SEEN = "refs/fitgate/ledger-seen"
"""The last tip that this clone took for the ledger: what comes after must continue it.

Git reads refs in the order of their names, hence this one before the branch, which is moved first:
whoever reads both while another process writes never sees more here than there.
"""
SEEN_THERE = "refs/fitgate/ledger-remotes/"
"""The same of each remote, by its name."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where things stand: the branch here and at the remote, and which of them is the ledger."""

    files: Snapshot
    here: str | None
    there: str | None
    worktree: str


class BranchLedger:
    """A chain of entries on the branch `fitgate-ledger`; it satisfies `ports.Ledger`.

    With a remote, the branch of the remote is the ledger: it is read when this is first asked, and
    before each append. Without one the branch of the clone is. The work tree, the index, HEAD and
    the hooks of the clone take no part.
    """

    def __init__(
        self,
        path: Path,
        repo: str,
        remote: str | None = "origin",
        wait: Callable[[int], None] = wait,
        watch: Watch = lambda _: None,
    ) -> None:
        """Find the clone that `path` lies in; a remote that it does not have is none.

        `wait` is called with 1, 2, … between attempts; `watch` is told of every git command.

        Raises:
            UserError: when there is no repository.
            LedgerError: when git or the repository cannot be used.
        """
        self.repo = repo
        self._git = Plumbing(path, watch)
        self._store = Store(self._git)
        self._wait = wait
        named = remote is not None and remote in self._git.run("remote").split("\n")
        self._remote = Remote(self._store, remote, wait) if named and remote else None
        self._asked = False
        self._known = Verified(Snapshot(self._store, None), Head(), set())

    def head(self) -> Head:
        """Return the end of the chain; number 0 of an empty one."""
        return self._find().files.head

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept.

        Raises:
            BrokenChainError: at the end, when entries are missing there, or too many.
        """
        yield from self._find().files.stored(after)

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which of these keys have been written down."""
        return self._verify(self._find().files).keys.intersection(keys)

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept.

        Raises:
            LedgerError: when what is kept has another digest.
        """
        return self._find().files.blob(digest)

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""
        return self._find().files.digests()

    def close(self) -> None:
        """Stop the git process that reads."""
        self._store.close()

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write down, in this order, those whose key is not there yet; return what was written.

        Raises:
            LedgerError: when it could not be written; nothing was, unless it says that this could
                not be learned.
            BrokenChainError: when what is there does not hang together, or is not what this clone
                has seen of it.
        """
        for attempt in range(1, ATTEMPTS + 1):
            place = self._find(fresh=True)
            base = self._verify(place.files)
            written, head, keys = base.sealed(drafts, self.repo, now)
            new = added(self._store, base.files, Addition(head, written, blobs, now))
            at_home = place.here if self._remote is None else place.there
            if new == at_home or new is None or self._publish(new, place):
                base.keys.update(keys)
                self._known = Verified(Snapshot(self._store, new), head, base.keys)
                return written
            self._wait(attempt)
        raise LedgerError(
            f"Others wrote to the ledger each of {ATTEMPTS} times that entries were to be added to "
            f"its branch, or a lock stays in {self._git.path} of a git that has ended. Nothing was "
            "written down; try again."
        )

    def _find(self, *, fresh: bool = False) -> _Place:
        """Return where the ledger is, brought here if need be.

        Raises:
            BrokenChainError: when it does not continue what was seen of it.
        """
        seen_there = f"{SEEN_THERE}{self._remote.name}" if self._remote else SEEN
        refs = self._git.refs(BRANCH, SEEN, seen_there)
        at = {name: ref.oid for name, ref in refs.items()}
        here, there = at.get(BRANCH), at.get(seen_there) if self._remote else None
        if self._remote and (fresh or not self._asked):
            there = self._remote.latest({here, there})
            self._asked = True
            self._continue(at.get(seen_there), there, f"of {self._remote.name} was")
        files = self._chosen(here, there) if self._remote else Snapshot(self._store, here)
        for once in dict.fromkeys((at.get(SEEN), self._known.files.tip)):
            self._continue(once, files.tip, "was")
        place = _Place(files, here, there, refs[BRANCH].worktree if here else "")
        seen = (files.tip, at.get(seen_there))
        if self._remote and there and files.tip and (here, there) != seen:
            self._remember(self._remote, files.tip, place, there)
            return replace(place, here=files.tip)
        return place

    def _continue(self, seen: str | None, found: str | None, where: str) -> None:
        if seen is None or seen == found:
            return
        missing = first_difference(Snapshot(self._store, seen), Snapshot(self._store, found))
        if missing is not None:
            raise BrokenChainError(
                missing,
                f"is not what this clone has seen: the branch fitgate-ledger {where} cut, forked "
                f"or edited by force; {SEEN} is what was seen",
            )

    def _chosen(self, here: str | None, there: str | None) -> Snapshot:
        """Return which of two tips goes on from the other."""
        mine, theirs = Snapshot(self._store, here), Snapshot(self._store, there)
        if here == there or first_difference(mine, theirs) is None:
            return theirs
        forked = first_difference(theirs, mine)
        if forked is None:
            return mine
        raise BrokenChainError(
            forked, "is one thing on this clone's branch fitgate-ledger and another on the remote's"
        )

    def _verify(self, files: Snapshot) -> Verified:
        """Return a snapshot with its keys, once all its entries hang together.

        Raises:
            BrokenChainError: at the first that does not.
        """
        self._known = self._known.onward(files, self.repo)
        return self._known

    def _publish(self, new: str, place: _Place) -> bool:
        """Make a commit the tip, if the ledger is still where it was found.

        Raises:
            LedgerError: when it may not or cannot be done.
        """
        if self._remote:
            if not self._remote.push(new, place.there):
                return False
            self._remember(self._remote, new, place, new)
            return True
        if place.worktree:
            raise LedgerError(
                f"The branch fitgate-ledger is checked out in {place.worktree}, and a work tree is "
                f"never written to. `git -C {place.worktree} switch --detach` lets go of it."
            )
        # In this order: what is seen is never more than what is there, wherever we are stopped.
        said = self._git.move((BRANCH, new, place.here or ""), (SEEN, new, None))
        if b"commit: ok" in said.out:
            return True
        refs = self._git.refs(BRANCH)
        here = refs[BRANCH].oid if BRANCH in refs else None
        if here != place.here or is_busy(said.words):
            return False
        raise LedgerError(
            f"The branch fitgate-ledger of {self._git.path} could not be moved: {said.words}. "
            "Nothing was written down."
        )

    def _remember(self, remote: Remote, tip: str, place: _Place, there: str) -> None:
        """Take down what the remote has; where that fails, it is found out again next time."""
        moves: list[tuple[str, str, str | None]] = [
            (SEEN, tip, None),
            (f"{SEEN_THERE}{remote.name}", there, None),
        ]
        if place.here != tip and not place.worktree:
            moves.insert(0, (BRANCH, tip, place.here or ""))
        self._git.move(*moves)
