"""The git program on a user's clone: its plumbing, and never the work tree, the index or a hook."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fitgate.errors import LedgerError, UserError

OLDEST = (2, 31)
"""The first git with `rev-parse --path-format=absolute`; 2.30 took many transactions at once."""
FSYNC = (2, 36)
"""The first git with `core.fsync`."""
NETWORK = 300.0
"""Seconds that git may take to talk to a remote."""
Watch = Callable[[str], None]
"""Is told of every git command, by its name, before it starts and when it has ended."""

# What says where a repository lies, and is set while a hook runs (`rev-parse --local-env-vars`).
# Everything else is the user's way to his remote: his settings, agent, proxy and credentials.
_ELSEWHERE = frozenset((
    "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
    "GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE",
    "GIT_CONFIG",
))  # fmt: skip
_ALWAYS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_QUIETLY = (
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.fsmonitor=false",
    "-c", "core.warnAmbiguousRefs=false",
    "-c", "i18n.commitEncoding=UTF-8",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
)  # fmt: skip
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_WORDS = 300
_INSTALL = "Install Git 2.31 or newer (https://git-scm.com/downloads)"


@dataclass(frozen=True, slots=True)
class Said:
    """How a git command ended, what it printed, and its last words."""

    code: int
    out: bytes
    words: str
    is_late: bool = False

    @property
    def text(self) -> str:
        """Return what it printed, without the line break at the end."""
        return os.fsdecode(self.out).removesuffix("\n")


@dataclass(frozen=True, slots=True)
class Ref:
    """What a ref points at, and the work tree that has it checked out, if one has."""

    oid: str
    worktree: str


class Plumbing:
    """Runs git on the repository that a path lies in, as its user: with his settings and rights."""

    def __init__(self, path: Path, watch: Watch = lambda _: None) -> None:
        """Find git and the repository.

        Raises:
            UserError: when there is no repository.
            LedgerError: when git or the repository cannot be used.
        """
        self.path = path.absolute()
        self._watch = watch
        found = shutil.which("git")
        if found is None:
            raise LedgerError(f"git was not found on PATH. {_INSTALL}.")
        self._command: tuple[str, ...] = (found,)
        mine = {name: each for name, each in os.environ.items() if name not in _ELSEWHERE}  # noqa: TID251 - passed on to git, not read
        self._environment = mine | _ALWAYS
        if not self.path.is_dir():
            raise UserError(f"{self.path} is not a directory. Give the path of a Git clone.")
        # Git goes on from here to the top of the work tree, where a remote's relative path begins.
        self._command += ("-C", str(self.path), *_QUIETLY, *self._durably())
        self._common, self.oid_size = self._discover()

    def _durably(self) -> tuple[str, str]:
        words = self.ask("version").text
        told = re.search(r"(\d+)\.(\d+)", words)
        age = (int(told[1]), int(told[2])) if told else (0, 0)
        if age < OLDEST:
            raise LedgerError(f"git is {words!r}, which is too old. {_INSTALL}.")
        return "-c", "core.fsync=objects,reference" if age >= FSYNC else "core.fsyncObjectFiles=on"

    def _discover(self) -> tuple[Path, int]:
        said = self.ask(
            "rev-parse", "--path-format=absolute", "--git-common-dir", "--show-object-format"
        )  # fmt: skip
        if "not a git repository" in said.words:
            raise UserError(
                f"{self.path} is not in a Git repository, so there is no branch to keep a ledger "
                "on. Give the path of a clone, or run this inside one."
            )
        found = said.text.split("\n")
        if said.code or len(found) != 2:  # noqa: PLR2004 - as many as were asked for
            raise LedgerError(
                f"The repository at {self.path} cannot be used: {said.words}. "
                f"Try `git -C {self.path} status`: what it says must be put right first."
            )
        return Path(found[0]), 32 if found[1] == "sha256" else 20

    @property
    def is_shallow(self) -> bool:
        """Return whether the clone ends somewhere before the first commit."""
        return (self._common / "shallow").exists()

    def ask(
        self,
        *arguments: str,
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
        settings: Sequence[str] = (),
        timeout: float | None = None,
    ) -> Said:
        """Run a command to its end and return what it said, whether or not it succeeded."""
        self._watch(arguments[0])
        try:
            done = subprocess.run(
                (*self._command, *settings, *arguments), check=False, capture_output=True,
                input=stdin, env=self._environment | dict(variables or {}), timeout=timeout,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Said(-1, b"", f"it took longer than {timeout:g} s", is_late=True)
        except OSError as exc:
            raise LedgerError(f"git could not be started: {exc}. {_INSTALL}.") from exc
        self._watch(arguments[0])
        return Said(done.returncode, done.stdout, _last_words(done.stderr))

    def run(
        self, *arguments: str, stdin: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> str:
        """Run a command and return what it printed.

        Raises:
            LedgerError: when it fails.
        """
        said = self.ask(*arguments, stdin=stdin, variables=variables)
        if said.code:
            raise self.failed(arguments[0], said.words)
        return said.text

    def refs(self, *names: str) -> dict[str, Ref]:
        """Return where those of these refs are that are there."""
        form = "--format=%(refname)%00%(objectname)%00%(worktreepath)"
        told = self.run("for-each-ref", form, *names).split("\n")
        found = {name: Ref(*rest) for name, *rest in (each.split("\0") for each in told) if name}
        return {name: found[name] for name in names if name in found}

    def move(self, *moves: tuple[str, str, str | None]) -> Said:
        """Point refs somewhere else, one after the other, each only where it is at the old value.

        Each is (ref, new, old); an empty old value: it must not be there; None: whatever it is at.
        The first that fails ends it; git prints `commit: ok` for each that went through.
        """
        lines = []
        for ref, new, old in moves:
            was = "" if old is None else f" {old or '0' * 2 * self.oid_size}"
            lines.append(f"start\nupdate {ref} {new}{was}\ncommit\n")
        return self.ask("update-ref", "--stdin", stdin="".join(lines).encode())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command that is asked and read while it runs."""
        self._watch(arguments[0])
        return subprocess.Popen(
            (*self._command, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=self._environment,
        )  # fmt: skip

    def end(self, command: str, process: subprocess.Popen[bytes]) -> None:
        """Let a command that was started finish."""
        with contextlib.suppress(BrokenPipeError):
            process.communicate()
        self._watch(command)

    def failed(self, command: str, words: str) -> LedgerError:
        """Return the error for a command that failed where it must not."""
        return LedgerError(
            f"git {command} failed on {self.path}, where the ledger is kept on a branch: "
            f"{words or 'it does not say why'}. Nothing was written down. "
            f"`git -C {self.path} fsck` shows what is damaged."
        )


def _last_words(errors: bytes) -> str:
    """Return git's own last sentence, without `fatal:` and without what lets one in."""
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    last = [*lines, *fatal][-1] if lines else ""
    return _CREDENTIALS.sub("", last)[:_WORDS].rstrip(".")
