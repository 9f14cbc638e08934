"""The objects of a repository: read, and written as they are, by git's plumbing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from fitgate.adapters.ledger.plumbing import Plumbing
from fitgate.adapters.ledger.storage import FOLDER, Leaf
from fitgate.errors import LedgerError

_TYPES = {FOLDER: "tree", "160000": "commit"}
_NAME, _EMAIL = "FITGate", "ledger@fitgate.invalid"


class Store:
    """Reads through one `git cat-file`, for as long as this is open; writes what git checks."""

    def __init__(self, git: Plumbing) -> None:
        self.git = git
        self._reader: subprocess.Popen[bytes] | None = None

    @property
    def where(self) -> str:
        """Return which clone it is, by its path."""
        return str(self.git.path)

    def lost(self, what: str) -> LedgerError:
        """Return the error for an object that must be there and is not."""
        return self.git.failed("cat-file", f"{what} is not there")

    def read(self, name: str, kind: str = "blob") -> bytes | None:
        """Return the content of an object, by its id or as in `COMMIT:PATH`; None: there is none.

        One of another kind is none.

        Raises:
            LedgerError: when it cannot be read.
        """
        if self._reader is None:
            self._reader = self.git.start("cat-file", "--batch")
        asked, answers = cast("IO[bytes]", self._reader.stdin), self._reader.stdout
        assert answers is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(BrokenPipeError):
            asked.write(name.encode() + b"\n")
            asked.flush()
        told = answers.readline()
        if told.endswith(b" missing\n"):
            return None
        header = told.split()
        if len(header) != 3:  # noqa: PLR2004 - id, type, size
            self.close()
            raise self.git.failed("cat-file", f"{name} cannot be read")
        content = answers.read(int(header[2]) + 1)
        return content[:-1] if header[1] == kind.encode() else None

    def tree(self, name: str) -> dict[str, Leaf]:
        """Return what a tree lists, by name; nothing, if there is no such tree."""
        rest, listed = self.read(name, "tree") or b"", {}
        while rest:
            head, _, rest = rest.partition(b"\0")
            mode, _, each = head.partition(b" ")
            oid, rest = rest[: self.git.oid_size].hex(), rest[self.git.oid_size :]
            listed[os.fsdecode(each)] = Leaf(mode.decode(), oid)
        return listed

    def write(self, contents: Sequence[bytes]) -> list[str]:
        """Write files as objects, byte for byte; return their ids."""
        try:
            with tempfile.TemporaryDirectory(prefix="fitgate-ledger-") as folder:
                paths = [Path(folder, str(number)) for number in range(len(contents))]
                for path, content in zip(paths, contents, strict=True):
                    path.write_bytes(content)
                listed = os.fsencode("".join(f"{path}\n" for path in paths))
                how = ("-w", "--no-filters", "--stdin-paths")
                return self.git.run("hash-object", *how, stdin=listed).split()
        except OSError as exc:
            raise self.git.failed("hash-object", str(exc)) from exc

    @contextmanager
    def trees(self) -> Iterator[Callable[[Mapping[str, Leaf]], str]]:
        """Give a function that writes a tree and returns its id, for as many as there are.

        Objects that a tree names are not asked for: a partial clone may lack those of old months.
        """
        process = self.git.start("mktree", "-z", "--missing", "--batch")
        asked, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)

        def made(listed: Mapping[str, Leaf]) -> str:
            lines = [
                f"{leaf.mode} {_TYPES.get(leaf.mode, 'blob')} {leaf.oid}\t{name}\0"
                for name, leaf in listed.items()
            ]
            with contextlib.suppress(BrokenPipeError):
                asked.write(os.fsencode("".join((*lines, "\0"))))
                asked.flush()
            oid = answers.readline().decode().strip()
            if not oid:
                raise self.git.failed("mktree", "it ended early")
            return oid

        try:
            yield made
        finally:
            self.git.end("mktree", process)

    def commit(self, tree: str, parent: str | None, at: datetime, message: str) -> str:
        """Write a commit of FITGate's; the same arguments make the same commit everywhere."""
        moment = f"@{max(int(at.timestamp()), 0)} +0000"
        by = {
            f"GIT_{who}_{what}": told
            for who in ("AUTHOR", "COMMITTER")
            for what, told in (("NAME", _NAME), ("EMAIL", _EMAIL), ("DATE", moment))
        }
        parents = () if parent is None else ("-p", parent)
        return self.git.run("commit-tree", tree, *parents, "-m", message, variables=by)

    def close(self) -> None:
        """Stop what still runs."""
        if self._reader is not None:
            reader, self._reader = self._reader, None
            self.git.end("cat-file", reader)
