"""One `git fast-import` process that takes commits and tags and names each commit at once."""

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.story.model import GITLINK, Person, Tag
from tests.story.tree import Entry, Steps


class GitError(RuntimeError):
    """Git is missing or did not do what the story asked of it."""


def git(folder: Path, *words: str) -> list[str]:
    """Spell a Git command that no setting of this machine can change."""
    program = shutil.which("git")
    if program is None:
        raise GitError("git is not installed")
    fixed = ("core.autocrlf=false", "init.defaultBranch=main", "commit.gpgSign=false")
    options = [word for setting in fixed for word in ("-c", setting)]
    return [program, "-C", str(folder), *options, *words]


def clean_environment(program: str) -> dict[str, str]:
    """Leave out whatever else the caller's environment says to Git (a hook sets GIT_DIR)."""
    return {
        "PATH": os.pathsep.join((str(Path(program).parent), os.defpath)),
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "story",
        "GIT_AUTHOR_EMAIL": "story@acme.example",
        "GIT_COMMITTER_NAME": "story",
        "GIT_COMMITTER_EMAIL": "story@acme.example",
    }


def run(folder: Path, *words: str) -> None:
    """Run one Git command to its end."""
    command = git(folder, *words)
    done = subprocess.run(
        command, env=clean_environment(command[0]), capture_output=True, check=False
    )
    if done.returncode:
        raise GitError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")


class Commit(NamedTuple):
    """All that a commit says, and where it differs from its first parent."""

    parents: tuple[str, ...]
    steps: Steps
    author: Person
    committer: Person
    at: datetime
    message: str
    encoding: str = "utf-8"


class Stream:
    """The open stream; leaving it without an error writes the references."""

    def __init__(self, folder: Path) -> None:
        """Start the importer in a repository without commits."""
        command = git(folder, "fast-import", "--quiet", "--done", "--date-format=raw")
        self._process = subprocess.Popen(
            command,
            env=clean_environment(command[0]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._marks: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Use the stream in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the import, or give it up."""
        if kind is not None:
            self._process.kill()
            self._process.communicate()
            return
        self._process.communicate(b"done\n")
        if self._process.returncode:
            raise GitError(f"git fast-import ended with {self._process.returncode}")

    def write(self, commit: Commit) -> str:
        """Write one commit on main and give its name."""
        mark = len(self._marks) + 1
        lines = [
            b"commit refs/heads/main",
            b"mark :%d" % mark,
            b"author " + _stamp(commit.author, commit.at, commit.encoding),
            b"committer " + _stamp(commit.committer, commit.at, commit.encoding),
        ]
        if commit.encoding != "utf-8":
            lines.append(b"encoding " + commit.encoding.encode())
        lines.append(_data(commit.message.encode(commit.encoding)))
        for index, parent in enumerate(commit.parents):
            word = "merge" if index else "from"
            lines.append(f"{word} :{self._marks[parent]}".encode())
        steps = commit.steps
        # Removals first, or a folder could not take the place of a file.
        lines += [b"D " + _quoted(path) for path, (_, new) in steps.items() if new is None]
        lines += [_modified(path, new) for path, (_, new) in steps.items() if new is not None]
        sha = self._ask(b"\n".join(lines) + b"\n\nget-mark :%d\n" % mark)
        self._marks[sha] = mark
        return sha

    def tag(self, tag: Tag, sha: str, by: Person, at: datetime) -> None:
        """Tag a commit, with an object of its own if there is a message."""
        target = b"from :%d\n" % self._marks[sha]
        if tag.message is None:
            self._write(f"reset refs/tags/{tag.name}\n".encode() + target + b"\n")
            return
        tagger = b"tagger " + _stamp(by, at, "utf-8") + b"\n"
        text = _data(f"{tag.message}\n".encode())
        self._write(f"tag {tag.name}\n".encode() + target + tagger + text + b"\n")

    def _write(self, data: bytes) -> None:
        if self._process.stdin is None:
            raise GitError("git fast-import takes no input")
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _ask(self, data: bytes) -> str:
        self._write(data)
        answer = self._process.stdout.readline() if self._process.stdout else b""
        if not answer.endswith(b"\n"):
            raise GitError("git fast-import stopped early")
        return answer.decode().strip()


def _stamp(person: Person, at: datetime, encoding: str) -> bytes:
    sign, minutes = ("-" if person.zone < 0 else "+"), abs(person.zone)
    zone = f"{sign}{minutes // 60:02}{minutes % 60:02}"
    return f"{person.name} <{person.mail}> {int(at.timestamp())} {zone}".encode(encoding)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s" % (len(content), content)


def _modified(path: bytes, entry: Entry) -> bytes:
    mode = entry.mode.encode()
    if entry.mode == GITLINK:
        return b"M %s %s %s" % (mode, entry.content, _quoted(path))
    return b"M %s inline %s\n%s" % (mode, _quoted(path), _data(entry.content))


def _quoted(path: bytes) -> bytes:
    safe = all(32 < byte < 127 and byte not in b'"\\' for byte in path)
    return path if safe else b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
