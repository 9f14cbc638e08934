"""Repositories made to order, by one `git fast-import` that answers each commit with its id."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

START = 1_760_000_000  # 2025-10-09T08:53:20Z
HOUR = 3600
ADA = "Ada Lovelace <ada@example.org>"
BOB = "Bob <bob@example.org>"
GITHUB = "GitHub <noreply@github.com>"

Content = bytes | None | tuple[str, bytes]
"""A file's bytes; None removes it; with a mode in front it may be a link or a submodule."""
Tree = Mapping[Any, Content]
"""Paths, as texts or as bytes, and what stands there."""


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.pathsep.join((str(Path(shutil.which("git") or "git").parent), os.defpath)),
        "HOME": str(home),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_COMMITTER_DATE": f"{START} +0000",
        "GIT_AUTHOR_DATE": f"{START} +0000",
    }


class Made:
    """A repository in the making. Each commit is an hour after the one before it."""

    def __init__(self, path: Path, *options: str, bare: bool = False) -> None:
        self.path = path
        self.clock = START
        self._tip: str | None = None
        self._marks: dict[str, bytes] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = ("--bare",) if bare else ()
        run(path.parent, "init", "-q", "-b", "main", *kind, *options, str(path))
        self._import: subprocess.Popen[bytes] | None = None

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git here; what has been imported so far is written first."""
        self.done()
        return run(self.path, *arguments, stdin=stdin)

    def commit(  # noqa: PLR0913 - a commit has many parts
        self,
        message: str | bytes = "Change something",
        files: Tree | None = None,
        *,
        parents: Sequence[str] | None = None,
        branch: str = "main",
        author: str | bytes = ADA,
        committer: str | bytes | None = None,
        at: int | None = None,
        encoding: str = "",
    ) -> str:
        """Make a commit and return its id; without `parents` it follows the one made before."""
        self.clock = self.clock + HOUR if at is None else self.clock
        when = self.clock if at is None else at
        parents = parents if parents is not None else [self._tip] if self._tip else []
        mark = b":%d" % (len(self._marks) + 1)
        text = message.encode() if isinstance(message, str) else message
        lines = [
            b"commit refs/heads/" + branch.encode(),
            b"mark " + mark,
            b"author %b %d +0000" % (_bytes(author), when),
            b"committer %b %d +0000" % (_bytes(committer or author), when),
            *([b"encoding " + encoding.encode()] if encoding else []),
            b"data %d\n%b" % (len(text), text),
            *(
                b"%b %b" % (b"merge" if n else b"from", self._marks.get(parent, parent.encode()))
                for n, parent in enumerate(parents)
            ),
        ]
        if not parents:
            lines.insert(0, b"reset refs/heads/" + branch.encode() + b"\n")
        for path, content in (files or {}).items():
            lines += _file(_bytes(path), content)
        self._tip = self._tell(b"\n".join(lines) + b"\n\nget-mark " + mark + b"\n")
        self._marks[self._tip] = mark
        return self._tip

    def _tell(self, commands: bytes) -> str:
        if self._import is None:
            self._import = subprocess.Popen(
                ["git", "fast-import", "--quiet", "--force", "--date-format=raw-permissive"],
                cwd=self.path, env=environment(self.path), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )  # fmt: skip
        stdin = cast("IO[bytes]", self._import.stdin)
        stdin.write(commands)
        stdin.flush()
        return cast("IO[bytes]", self._import.stdout).readline().decode().strip()

    def done(self) -> Path:
        """Write what has been imported; return the path."""
        if self._import is not None:
            self._import.communicate()
            assert self._import.returncode == 0
            self._import = None
            self._marks.clear()
        return self.path


def run(path: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=path, env=environment(path), input=stdin, check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


def without(made: Made, oid: str) -> None:
    """Write all objects out singly, and remove one."""
    packs = list((made.done() / "objects" / "pack").glob("*.pack"))
    for pack in packs:
        moved = made.path / pack.name
        pack.rename(moved)
        pack.with_suffix(".idx").unlink()
        run(made.path, "unpack-objects", "-q", stdin=moved.read_bytes())
        moved.unlink()
    (made.path / "objects" / oid[:2] / oid[2:]).unlink()


def failing(folder: Path, command: str) -> None:
    """Put a git in a folder that fails at one command and does all others."""
    folder.mkdir()
    git = folder / "git"
    fails = f'case " $* " in *" {command} "*) echo broken >&2; exit 1;; esac'
    git.write_text(f'#!/bin/sh\n{fails}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _file(path: bytes, content: Content) -> list[bytes]:
    quoted = b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    if content is None:
        return [b"D " + quoted]
    mode, data = content if isinstance(content, tuple) else ("100644", content)
    if mode == "160000":
        return [b"M 160000 %b %b" % (data, quoted)]
    return [b"M %b inline %b" % (mode.encode(), quoted), b"data %d\n%b" % (len(data), data)]
