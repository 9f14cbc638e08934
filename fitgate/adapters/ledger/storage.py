"""Git's objects of one repository, wherever it is: here on the disk, or behind a forge's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fitgate.errors import LedgerError

FILE, FOLDER = "100644", "40000"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line of a tree: a file or folder, and the object that it is."""

    mode: str
    oid: str


class Storage(Protocol):
    """What the files of a ledger's branch are read from, and written to; no ref moves."""

    @property
    def where(self) -> str:
        """Return which repository it is, in words."""

    def read(self, name: str) -> bytes | None:
        """Return a file by its id, or as in `COMMIT:PATH`; None: there is none.

        Raises:
            LedgerError: when it cannot be read.
        """

    def tree(self, name: str) -> Mapping[str, Leaf]:
        """Return what a tree lists, by name; nothing, if there is no such tree."""

    def write(self, contents: Sequence[bytes]) -> Sequence[str]:
        """Write files as objects, byte for byte; return their ids."""

    def trees(self) -> AbstractContextManager[Callable[[Mapping[str, Leaf]], str]]:
        """Give a function that writes a tree and returns its id, for as many as there are."""

    def commit(self, tree: str, parent: str | None, at: datetime, message: str) -> str:
        """Write a commit; return its id."""

    def lost(self, what: str) -> LedgerError:
        """Return the error for an object that must be there and is not."""
