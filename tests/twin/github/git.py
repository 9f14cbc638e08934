"""The bare repository behind one of the twin's: its shas, trees and merges are Git's own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

ZERO = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
LOOSE = 1_000_000
"""Below so many objects a commit makes no pack, so that each can be read by itself."""
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
    "PATH": os.defpath,
}

File = str | bytes | tuple[str, str | bytes] | None
"""A file's new content; with a mode before it (`100755`, `120000`, `160000`); None removes it."""


class Conflict(Exception):  # noqa: N818 - it is an answer of Git's, not a fault
    """Two sides cannot be merged."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote or made a commit, and when."""

    name: str
    email: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.name} <{self.email}> {int(self.at.timestamp())} +0000"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as Git has it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree."""

    mode: str
    kind: str
    oid: str
    size: int | None
    path: str


class Git:
    """Plumbing on one bare repository; what a sha names is asked for once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(path)],
            check=True,
            env=ENVIRONMENT,
        )
        self._commits: dict[str, Commit] = {}
        self._objects: dict[str, tuple[str, bytes]] = {}
        self._refs: dict[str, str] = {}
        self._answers: dict[tuple[str, ...], bytes] = {}

    def run(self, *command: str, given: bytes = b"") -> bytes:
        """Run git; return what it prints.

        Raises:
            subprocess.CalledProcessError: when it fails.
        """
        done = subprocess.run(
            ["git", "--git-dir", str(self.path), *command],
            input=given,
            check=True,
            capture_output=True,
            env=ENVIRONMENT,
        )
        return done.stdout

    def fixed(self, *command: str) -> bytes:
        """Run git on what cannot change: commands that name full shas only."""
        if command not in self._answers:
            self._answers[command] = self.run(*command)
        return self._answers[command]

    def commit(
        self,
        parents: Sequence[str],
        files: Mapping[str, File],
        message: str,
        by: tuple[Signature, Signature],
    ) -> str:
        """Write a commit that changes these files of its first parent; return its sha."""
        author, committer = by
        text = message.encode()
        stream = [
            b"reset refs/twin/new\n\ncommit refs/twin/new\nmark :1\n",
            f"author {author}\ncommitter {committer}\ndata {len(text)}\n".encode(),
            text,
            b"\n",
            *(
                f"{'merge' if number else 'from'} {parent}\n".encode()
                for number, parent in enumerate(parents)
            ),
            *(_change(path, file) for path, file in files.items()),
            b"\nget-mark :1\n",
        ]
        loose = ("-c", f"fastimport.unpackLimit={LOOSE}")
        out = self.run(*loose, "fast-import", "--quiet", "--force", given=b"".join(stream))
        return out.decode().strip()

    def commit_tree(
        self, tree: str, parents: Sequence[str], message: str, by: tuple[Signature, Signature]
    ) -> str:
        """Write a commit with this tree; return its sha."""
        lines = [
            f"tree {tree}",
            *(f"parent {parent}" for parent in parents),
            f"author {by[0]}",
            f"committer {by[1]}",
            "",
            message if message.endswith("\n") else f"{message}\n",
        ]
        return self.write("commit", "\n".join(lines).encode())

    def write(self, kind: str, content: bytes) -> str:
        """Write a loose object; return its id."""
        whole = f"{kind} {len(content)}\0".encode() + content
        oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        if self.read(oid) is None:
            path = self._loose(oid)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return oid

    def merged_tree(self, base: str, head: str) -> str:
        """Return the tree of a merge.

        Raises:
            Conflict: when both sides changed the same lines.
        """
        try:
            out = self.fixed(
                "merge-tree", "--write-tree", "--allow-unrelated-histories", base, head
            )
        except subprocess.CalledProcessError as error:
            raise Conflict(base, head) from error
        return out.decode().split("\n", 1)[0]

    def replayed(self, commit: str, onto: str, by: Signature) -> str:
        """Write a commit again on top of another one, as a rebase does; return its sha."""
        said = self.show(commit)
        beside = self.commit_tree(self.show(onto).tree, said.parents[:1], "beside", (by, by))
        tree = self.merged_tree(beside, commit)
        return self.commit_tree(tree, [onto], said.message, (said.author, by))

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Return the refs under a prefix: full name → sha."""
        return {name: self._refs[name] for name in sorted(self._refs) if name.startswith(prefix)}

    def set_ref(self, name: str, sha: str | None) -> None:
        """Point a full ref name at a sha; None deletes it."""
        path = self.path / name
        if sha is None:
            self._refs.pop(name, None)
            path.unlink(missing_ok=True)
        else:
            self._refs[name] = sha
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{sha}\n")

    def read(self, oid: str) -> tuple[str, bytes] | None:
        """Return an object's kind and content."""
        if oid not in self._objects:
            path = self._loose(oid)
            if not path.is_file():
                return None
            head, _, content = zlib.decompress(path.read_bytes()).partition(b"\0")
            self._objects[oid] = (head.decode().split(" ")[0], content)
        return self._objects[oid]

    def _loose(self, oid: str) -> Path:
        return self.path / "objects" / oid[:2] / oid[2:]

    def show(self, sha: str) -> Commit:
        """Read a commit.

        Raises:
            KeyError: when there is none with this sha.
        """
        if sha not in self._commits:
            found = self.read(sha)
            if found is None or found[0] != "commit":
                raise KeyError(sha)
            self._commits[sha] = _parsed(sha, found[1].decode(errors="replace"))
        return self._commits[sha]

    def log(self, *which: str) -> list[str]:
        """List commits, newest first: shas, `a..b`, and options of rev-list."""
        return self.fixed("rev-list", "--topo-order", *which).decode().split()

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor."""
        try:
            return self.fixed("merge-base", one, other).decode().strip()
        except subprocess.CalledProcessError:
            return None

    def is_ancestor(self, one: str, other: str) -> bool:
        """Say whether `other` contains `one`."""
        seen, pending = {other}, [other]
        for sha in pending:  # it grows while it is walked, by each commit once
            new = [parent for parent in self.show(sha).parents if parent not in seen]
            seen.update(new)
            pending.extend(new)
        return one in seen

    def ls(self, tree: str, *, deep: bool = False, path: str = "") -> list[TreeEntry]:
        """List a tree; raises CalledProcessError when there is none."""
        flags = ("-r", "-t") if deep else ()
        where = f"{tree}:{path}" if path else tree
        out = self.fixed("ls-tree", "-z", "-l", "--full-tree", *flags, where)
        entries = []
        for line in out.decode(errors="surrogateescape").split("\0")[:-1]:
            facts, name = line.split("\t", 1)
            mode, kind, oid, size = facts.split()
            entries.append(TreeEntry(mode, kind, oid, None if size == "-" else int(size), name))
        return entries

    def at(self, commit: str, path: str) -> TreeEntry | None:
        """Return what stands at a path."""
        out = self.fixed("ls-tree", "-z", "-l", "--full-tree", commit, "--", path).decode()
        for line in out.split("\0")[:-1]:
            facts, name = line.split("\t", 1)
            mode, kind, oid, size = facts.split()
            return TreeEntry(mode, kind, oid, None if size == "-" else int(size), name)
        return None


def _change(path: str, file: File) -> bytes:
    name = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if file is None:
        return f"D {name}\n".encode()
    mode, content = file if isinstance(file, tuple) else ("100644", file)
    raw = content.encode() if isinstance(content, str) else content
    if mode == "160000":
        return f"M {mode} {raw.decode()} {name}\n".encode()
    return f"M {mode} inline {name}\ndata {len(raw)}\n".encode() + raw + b"\n"


def _parsed(sha: str, text: str) -> Commit:
    head, _, message = text.partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n")]
    (author,) = (rest for key, _, rest in lines if key == "author")
    (committer,) = (rest for key, _, rest in lines if key == "committer")
    return Commit(
        sha,
        next(rest for key, _, rest in lines if key == "tree"),
        tuple(rest for key, _, rest in lines if key == "parent"),
        _signature(author),
        _signature(committer),
        message,
    )


def _signature(text: str) -> Signature:
    name, _, rest = text.rpartition(" <")
    email, _, when = rest.partition("> ")
    seconds, zone = when.split(" ")
    sign = -1 if zone[0] == "-" else 1
    offset = timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])))
    return Signature(name, email, datetime.fromtimestamp(int(seconds), UTC).astimezone(offset))
