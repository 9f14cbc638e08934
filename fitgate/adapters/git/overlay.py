"""An empty repository of ours that borrows the clone's objects, and nothing else of it."""

from __future__ import annotations

import functools
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from fitgate.adapters.git.program import Program, Running, Said
from fitgate.core.facts import SHALLOW_ID
from fitgate.errors import ForgeError, UserError

BIG = 1 << 20
"""Bytes; a larger file is compared by its object ids alone and never read (`content.py`)."""

_IN_CLONE = ("-c", "core.fsmonitor=false", "-c", "protocol.allow=never")
_IN_OVERLAY = (
    "-c", "core.commitGraph=false",  # a stale one would answer for the objects
    "-c", f"core.bigFileThreshold={BIG}",
    "-c", "core.quotePath=true",
)  # fmt: skip
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Overlay:
    """A temporary bare repository whose alternates point at the clone's objects.

    Git never runs under the clone's settings, so its hooks, file system monitor, text converters,
    attributes, replace refs and promisor remotes do not act: a missing object is missing, and
    nothing is fetched (gitrepository-layout, `objects/info/alternates`). Only names are resolved in
    the clone itself, by `rev-parse` and `for-each-ref`, which read refs and run nothing.
    """

    def __init__(self, clone: Path | str) -> None:
        """Find the repository that `clone` is, or lies in.

        Raises:
            UserError: when there is no repository.
            ForgeError: when git or the repository cannot be used.
        """
        self.clone = Path(clone).absolute()
        with ExitStack() as stack:
            room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fitgate-git-")))
            self._program = Program(room)
            stack.callback(self._program.close)
            self._open(room / "overlay.git")
            self._stack = stack.pop_all()

    def _open(self, path: Path) -> None:
        if not self.clone.is_dir():
            raise UserError(f"{self.clone} is not a directory. Give the path of a Git clone.")
        self._git_dir, common, objects, shallow, self.object_format = self._discover()
        self.common = Path(common)
        self.name = _name_of(self.common)
        self.path = path
        made = self._program.run(
            "init", "--quiet", "--bare", "--template=", "--object-format", self.object_format,
            str(path),
        )  # fmt: skip
        if made.code:
            raise ForgeError(f"No working repository could be made in {path}: {made.words}.")
        (path / "objects" / "info" / "alternates").write_bytes(_quoted(objects))
        self.shallow: frozenset[str] = frozenset()
        if Path(shallow).is_file():
            shutil.copyfile(shallow, path / "shallow")
            self.shallow = frozenset(Path(shallow).read_text(encoding="ascii").split())

    def _discover(self) -> tuple[str, str, str, str, str]:
        said = self._program.run(
            "-C", str(self.clone), *_IN_CLONE, "rev-parse", "--path-format=absolute",
            "--absolute-git-dir", "--git-common-dir", "--git-path", "objects",
            "--git-path", "shallow", "--show-object-format",
        )  # fmt: skip
        if "not a git repository" in said.words:
            raise UserError(
                f"{self.clone} is not in a Git repository. Give the path of a clone, "
                "or run this inside one."
            )
        found = said.text.split("\n")
        if said.code or len(found) != 5:  # noqa: PLR2004 - as many as were asked for
            words = said.words or "its path holds a line break"
            raise ForgeError(
                f"The repository at {self.clone} cannot be used: {words}. "
                f"Try `git -C {self.clone} status`: what it says must be put right first."
            )
        git_dir, common, objects, shallow, object_format = found
        return git_dir, common, objects, shallow, object_format

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop what still runs and remove the temporary repository."""
        self._stack.close()

    def ask(self, *arguments: str) -> Said:
        """Run a git command on the clone's objects, and return what it said, good or bad."""
        return self._program.run("--git-dir", str(self.path), *_IN_OVERLAY, *arguments)

    def run(self, *arguments: str) -> Said:
        """Run a git command on the clone's objects.

        Raises:
            ForgeError: when it fails.
        """
        said = self.ask(*arguments)
        if said.code:
            raise self.failed(arguments[0], said)
        return said

    def start(self, *arguments: str) -> Running:
        """Start a git command on the clone's objects."""
        return self._program.start("--git-dir", str(self.path), *_IN_OVERLAY, *arguments)

    @property
    def null_id(self) -> str:
        """Return the id that stands for no object."""
        return "0" * (64 if self.object_format == "sha256" else 40)

    @contextmanager
    def reading(self, *arguments: str) -> Iterator[IO[bytes]]:
        """Start a git command and give what it prints, to be read to its end.

        Raises:
            ForgeError: when the command fails, though what it printed before has been read by then.
        """
        running = self.start(*arguments)
        try:
            yield running.out
        except BaseException:
            running.stop()
            raise
        said = running.end()
        if said.code:
            raise self.failed(arguments[0], said)

    def failed(self, command: str, said: Said) -> ForgeError:
        """Return the error for a command that failed where it must not."""
        return ForgeError(
            f"git {command} failed on {self.clone}: {said.words or f'it ended with {said.code}'}. "
            f"`git -C {self.clone} fsck` shows what is damaged; a fresh clone puts it right."
        )

    def resolve(self, name: str = "HEAD") -> str:
        """Return the id of the commit that a revision name stands for in the clone.

        Raises:
            UserError: when the name stands for no commit.
        """
        oid = self._in_clone("rev-parse", "--verify", "--quiet", name) if name[:1] != "-" else ""
        if not _OBJECT_ID.fullmatch(oid):
            raise self._unknown(name)
        peeled = self.ask("rev-parse", "--verify", "--quiet", f"{oid}^{{commit}}")
        if peeled.code:
            raise self._unknown(name)
        return peeled.text

    def _unknown(self, name: str) -> UserError:
        if not self._in_clone("for-each-ref", "--count=1"):
            return UserError(
                f"{self.clone} has no commits yet, so there is no history to read. "
                "Commit something first, or name another clone."
            )
        hint = " The clone is shallow: `git fetch --unshallow` brings the rest."
        return UserError(
            f"{name!r} names no commit in {self.clone}. "
            f"`git -C {self.clone} branch -a` and `git tag` list what is there."
            f"{hint if self.shallow else ''}"
        )

    def resolve_range(self, text: str) -> tuple[str, str]:
        """Return the two commits of `A..B`; either end may be left out and is HEAD then.

        Raises:
            UserError: when it is no range, or an end stands for no commit.
        """
        base, dots, head = text.partition("..")
        if not dots or head.startswith("."):
            raise UserError(f"{text!r} is not a range. Write one as in `origin/main..HEAD`.")
        return self.resolve(base or "HEAD"), self.resolve(head or "HEAD")

    @functools.cached_property
    def tags(self) -> Mapping[str, str]:
        """Return the tags of the clone: name → the object that each points at, not peeled."""
        form = "--format=%(objectname) %(refname:strip=2)"
        lines = self._in_clone("for-each-ref", form, "refs/tags").split("\n")
        return {name: oid for oid, _, name in (line.partition(" ") for line in lines) if oid}

    def branch(self) -> str | None:
        """Return the default branch of `origin`, else the one that is checked out, by its name."""
        there = self._in_clone("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
        here = self._in_clone("symbolic-ref", "--short", "HEAD")
        return there.removeprefix("origin/") or here or None

    @property
    def tracked(self) -> str | None:
        """Return the remote branch that the current one tracks, else origin's; None: neither."""
        for name in ("@{upstream}", "refs/remotes/origin/HEAD"):
            found = self._in_clone("rev-parse", "--quiet", "--symbolic-full-name", name)
            if found.startswith("refs/remotes/"):
                return found
        return None

    def _in_clone(self, *arguments: str) -> str:
        said = self._program.run("--git-dir", self._git_dir, *_IN_CLONE, *arguments)
        return "" if said.code else said.text

    def repo_id(self, head: str) -> str:
        """Return the id of the repository: its oldest first-parent ancestor names it.

        A shallow clone ends before its root, so it has no id of its own.
        """
        root = self.run("rev-list", "--first-parent", "--max-parents=0", head).text
        return SHALLOW_ID if root in self.shallow else f"git:{root}"


def _name_of(common: Path) -> str:
    """Return what people call the repository: the name of its directory."""
    return common.parent.name if common.name == ".git" else common.name.removesuffix(".git")


def _quoted(path: str) -> bytes:
    """Return a line for `objects/info/alternates`, where a path in quotes may hold anything."""
    escaped = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b'"' + escaped + b'"\n'
