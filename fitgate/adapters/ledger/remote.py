"""The ledger branch of a remote: read, and moved forward only."""

from __future__ import annotations

from collections.abc import Callable, Collection

from fitgate.adapters.ledger.plumbing import NETWORK
from fitgate.adapters.ledger.snapshot import BRANCH
from fitgate.adapters.ledger.store import Store
from fitgate.errors import LedgerError

TRIES = 8
"""How often the branch is read again because it moved meanwhile."""
# What git says when another one holds or has moved the ref: git/refs/files-backend.c,
# builtin/receive-pack.c and lockfile.c.
_BUSY = (
    "File exists", "but expected", "already exists", "failed to update ref", "cannot lock ref",
    "incorrect old value", "fetch first", "non-fast-forward", "stale info",
)  # fmt: skip


def is_busy(words: str) -> bool:
    """Say whether git failed because somebody else was writing."""
    return any(each in words for each in _BUSY)


class Remote:
    """A remote by its name in the clone's settings."""

    def __init__(self, store: Store, name: str, wait: Callable[[int], None]) -> None:
        self._store, self._git = store, store.git
        self.name, self._wait = name, wait

    def latest(self, known: Collection[str | None]) -> str | None:
        """Return where the branch is, and bring what it holds unless it is known; None: nowhere.

        Raises:
            LedgerError: when the remote cannot be reached, or does not let us read.
        """
        for tried in range(1, TRIES + 1):
            tip = self._tip()
            if tip is None or tip in known:
                return tip
            # By name and to no ref: it neither needs nor moves the clone's own refspecs, refs and
            # FETCH_HEAD. In a shallow clone (the Action's) the history of the branch is not needed.
            said = self._git.ask(
                "fetch", "--quiet", "--no-tags", "--no-filter", "--no-recurse-submodules",
                "--no-write-fetch-head", "--no-prune", "--refmap=", "--no-auto-maintenance",
                *(["--depth=1"] if self._git.is_shallow else []), self.name, BRANCH,
                timeout=NETWORK,
            )  # fmt: skip
            if said.code and not is_busy(said.words):
                raise self._unreachable(said.words)
            if not said.code and self._store.read(tip, "commit") is not None:
                return tip
            self._wait(tried)
        raise LedgerError(
            f"The branch fitgate-ledger of {self.name} moved each of {TRIES} times that it was "
            "read. Nothing was written down; try again."
        )

    def _tip(self) -> str | None:
        said = self._git.ask("ls-remote", "--quiet", self.name, BRANCH, timeout=NETWORK)
        if said.code:
            raise self._unreachable(said.words)
        found = (line.partition("\t") for line in said.text.split("\n"))
        return next((oid for oid, _, ref in found if ref == BRANCH), None)

    def _unreachable(self, words: str) -> LedgerError:
        return LedgerError(
            f"The ledger on the branch fitgate-ledger of {self.name} could not be read: {words}. "
            "Nothing was written down; what this clone has of it is as it was. "
            f"`git -C {self._git.path} ls-remote {self.name}` must work first."
        )

    def push(self, new: str, old: str | None) -> bool:
        """Move the branch forward to a commit; False: somebody else was faster.

        The remote itself compares with what it told, and swaps (git-push, "fast-forward").

        Raises:
            LedgerError: when the remote does not let us, or it cannot be learned whether it did.
        """
        said = self._git.ask(
            "push", "--porcelain", "--no-verify",
            "--no-follow-tags", "--no-signed", "--recurse-submodules=no", "--no-force-with-lease",
            self.name, f"{new}:{BRANCH}", timeout=NETWORK,
            settings=("-c", f"remote.{self.name}.mirror=false"),  # else it pushes all or nothing
        )  # fmt: skip
        if not said.code:
            return True
        try:
            tip = self._tip()
        except LedgerError as exc:
            raise self._lost(said.words) from exc
        if tip == new:
            return True
        told = _reason(said.text) or said.words
        if tip != old or is_busy(told):
            return False
        if said.is_late:
            raise self._lost(said.words)
        raise LedgerError(
            f"Entries could not be pushed to the branch fitgate-ledger of {self.name}: {told}. "
            "Nothing was written down. A workflow needs `permissions: contents: write`; if a "
            "ruleset covers the branch, it must let this token add commits to it."
        )

    def _lost(self, words: str) -> LedgerError:
        return LedgerError(
            f"{self.name} was lost while entries were pushed to its branch fitgate-ledger: "
            f"{words}. They may be there or not; doing it again adds only what is missing."
        )


def _reason(told: str) -> str:
    """Return why the remote refused, from what `--porcelain` prints of the one ref."""
    lines = [line for line in told.split("\n") if line.startswith("!")]
    return lines[0].split("\t")[-1] if lines else ""
