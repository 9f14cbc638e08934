"""One repository's chain on a Git branch that only a forge's API leads to: no clone is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from fitgate.adapters.ledger.additions import Addition, added
from fitgate.adapters.ledger.continuing import ATTEMPTS, Verified, wait
from fitgate.adapters.ledger.hosted_storage import GitApi, HostedStorage, as_ledger_error
from fitgate.adapters.ledger.snapshot import BRANCH, Snapshot, first_difference
from fitgate.core.entries import Draft, Head, Stored
from fitgate.errors import BrokenChainError, ForgeError, LedgerError

_NAME = BRANCH.removeprefix("refs/heads/")


class HostedLedger:
    """The branch `fitgate-ledger` of a repository on a forge; it satisfies `ports.Ledger`.

    It is the same branch, file for file, as `BranchLedger` keeps in a clone. It is read when this
    is first asked, and before each append; a step forward of the branch is what makes an append
    take effect, or not: who comes second puts his entries behind those of the first.
    """

    def __init__(self, api: GitApi, repo: str, pause: Callable[[int], None] = wait) -> None:
        """Take what leads to the branch; `pause` is called with 1, 2, … between attempts."""
        self.repo = repo
        self._api, self._wait = api, pause
        self._storage = HostedStorage(api)
        self._asked = False
        self._found: Snapshot = Snapshot(self._storage, None)
        self._known = Verified(self._found, Head(), set())

    def head(self) -> Head:
        """Return the end of the chain; number 0 of an empty one."""
        with as_ledger_error():
            return self._find().head

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept.

        Raises:
            BrokenChainError: at the end, when entries are missing there, or too many.
        """
        with as_ledger_error():
            yield from self._find().stored(after)

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which of these keys have been written down."""
        with as_ledger_error():
            return self._verify(self._find()).keys.intersection(keys)

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept.

        Raises:
            LedgerError: when what is kept has another digest.
        """
        with as_ledger_error():
            return self._find().blob(digest)

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""
        with as_ledger_error():
            return self._find().digests()

    def close(self) -> None:
        """Hold nothing open."""

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write down, in this order, those whose key is not there yet; return what was written.

        Raises:
            LedgerError: when it could not be written; nothing was, unless it says that this could
                not be learned.
            BrokenChainError: when what is there does not hang together, or does not go on from
                what was seen of it.
        """
        for attempt in range(1, ATTEMPTS + 1):
            with as_ledger_error():
                base = self._verify(self._find(fresh=True))
                written, head, keys = base.sealed(drafts, self.repo, now)
                addition = Addition(head, written, blobs, now)
                new = added(self._storage, base.files, addition)
            if new is None or new == base.files.tip or self._publish(new, base.files.tip):
                self._found = Snapshot(self._storage, new)
                self._known = Verified(self._found, head, base.keys | keys)
                return written
            self._wait(attempt)
        raise LedgerError(
            f"Others wrote to the ledger each of {ATTEMPTS} times that entries were to be added to "
            f"its branch of {self._api.where}. Nothing was written down; try again."
        )

    def _find(self, *, fresh: bool = False) -> Snapshot:
        """Return what the branch holds.

        Raises:
            BrokenChainError: when it does not go on from what was seen of it.
        """
        if fresh or not self._asked:
            tip = self._api.tip(_NAME)
            if tip != self._found.tip:
                found = Snapshot(self._storage, tip)
                missing = first_difference(self._found, found) if self._asked else None
                if missing is not None:
                    raise BrokenChainError(
                        missing,
                        f"is not what was read before: the branch {_NAME} of {self._api.where} was "
                        "cut, forked or edited by force",
                    )
                self._found = found
            self._asked = True
        return self._found

    def _verify(self, files: Snapshot) -> Verified:
        self._known = self._known.onward(files, self.repo)
        return self._known

    def _publish(self, new: str, old: str | None) -> bool:
        """Make a commit the tip, if the branch is still where it was found.

        What became of a request that got no answer is looked up.

        Raises:
            LedgerError: when it may not or cannot be done.
        """
        try:
            self._api.move(_NAME, new, old)
        except ForgeError as exc:
            with as_ledger_error():
                tip = self._now(exc)
                if tip == new:
                    return True
                if tip != old or exc.status == 409:  # noqa: PLR2004 - another writer holds it
                    return False
                raise
        return True

    def _now(self, failed: ForgeError) -> str | None:
        try:
            return self._api.tip(_NAME)
        except ForgeError:
            if failed.status is not None:
                raise failed from None
            raise LedgerError(
                f"{self._api.where} was lost while entries were put on its branch {_NAME}: "
                f"{failed} They may be there or not; doing it again adds only what is missing."
            ) from None
