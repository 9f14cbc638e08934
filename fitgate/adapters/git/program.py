"""The git program in an environment of ours: no settings, hooks or network from outside."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from fitgate.errors import ForgeError, UserError

OLDEST = (2, 31)
"""The first git with `rev-parse --path-format=absolute` (git-rev-parse, "Options for Files")."""
_PIPE = 1 << 20  # bytes; git works ahead of us by as much, and an ordinary pipe may be no larger
_TAIL = 4096
_WORDS = 300
_INSTALL = "Install Git 2.31 or newer (https://git-scm.com/downloads)"


@dataclass(frozen=True, slots=True)
class Said:
    """How a git command ended, and what it printed."""

    code: int
    out: bytes
    words: str

    @property
    def text(self) -> str:
        """Return what it printed, without the line break at the end."""
        return os.fsdecode(self.out).removesuffix("\n")


class Program:
    """Runs git with nothing of the caller's environment but the place where git is.

    The variables are those of git(1), "Environment Variables". `GIT_ALLOW_PROTOCOL` outranks any
    `protocol.*.allow` of a clone, so that no promisor remote can make git run or reach anything.
    """

    def __init__(self, home: Path) -> None:
        """Find git and check its age.

        Raises:
            ForgeError: when there is no git, or one that is too old.
        """
        found = shutil.which("git")
        if found is None:
            raise ForgeError(f"git was not found on PATH. {_INSTALL}.")
        self._git = found
        self._home = home
        settings = home / ".gitconfig"
        # In a file, because git 2.35.2 to 2.37 take `safe.directory` from nowhere else.
        settings.write_text("[safe]\n\tdirectory = *\n", encoding="ascii")
        self._environment = {
            "PATH": os.pathsep.join((str(Path(found).parent), os.defpath)),
            "HOME": str(home),
            "LC_ALL": "C",
            "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(settings),
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "none",
        }
        self._running: set[Running] = set()
        self._check_age()

    def _check_age(self) -> None:
        words = self.run("version").text
        age = re.search(r"(\d+)\.(\d+)", words)
        if age is None or (int(age[1]), int(age[2])) < OLDEST:
            raise ForgeError(f"{self._git} is {words!r}, which is too old. {_INSTALL}.")

    def run(self, *arguments: str) -> Said:
        """Run a command to its end and return what it said, whether or not it succeeded."""
        command = (self._git, *arguments)
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, stdin=subprocess.DEVNULL,
                env=self._environment, cwd=self._home,
            )  # fmt: skip
        except ValueError as exc:  # a NUL byte in an argument
            raise UserError(f"{arguments[-1]!r} cannot be given to git: {exc}") from exc
        except OSError as exc:
            raise ForgeError(f"{self._git} could not be started: {exc}. {_INSTALL}.") from exc
        return Said(done.returncode, done.stdout, _last_words(done.stderr))

    def start(self, *arguments: str) -> Running:
        """Start a command that is read, and perhaps asked, while it runs."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        process = subprocess.Popen(
            (self._git, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            env=self._environment, cwd=self._home, bufsize=1 << 18,
        )  # fmt: skip
        _widen(process.stdout)
        running = Running(process, errors, self._running.discard)
        self._running.add(running)
        return running

    def close(self) -> None:
        """Stop whatever still runs."""
        for running in tuple(self._running):
            running.stop()


class Running:
    """A git process that we read from, and that may be asked by writing to it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        errors: IO[bytes],
        ended: Callable[[Running], None],
    ) -> None:
        self._process = process
        self._errors = errors
        self._ended = ended
        self._asked = cast("IO[bytes]", process.stdin)
        self._sent = True
        self.out = cast("IO[bytes]", process.stdout)

    def say(self, line: bytes) -> None:
        """Write to the process, at the latest when `send` is called."""
        with contextlib.suppress(BrokenPipeError):
            self._asked.write(line)
            self._sent = False

    def send(self) -> None:
        """Let the process have what was said; that it is gone is seen when reading its answer."""
        if not self._sent:
            self._sent = True
            with contextlib.suppress(BrokenPipeError):
                self._asked.flush()

    def hear(self, most: int) -> bytes:
        """Read what the process has said, at least a byte; nothing when it has ended."""
        return os.read(self.out.fileno(), most)

    def end(self) -> Said:
        """Let the process finish, or stop it if it has more to say; return how it ended."""
        with contextlib.suppress(BrokenPipeError):
            self._asked.close()
        self.out.close()
        code = self._process.wait()
        self._errors.seek(max(self._errors.seek(0, os.SEEK_END) - _TAIL, 0))
        said = Said(code, b"", _last_words(self._errors.read()))
        self._errors.close()
        self._ended(self)
        return said

    def stop(self) -> None:
        """Stop the process, if it still runs; nothing it could still say matters."""
        if not self._errors.closed:
            self._process.kill()
            self.end()


def _widen(pipe: IO[bytes] | None) -> None:
    """Make a pipe larger, if the system can and a user's pipes (pipe(7)) are not too many yet."""
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _last_words(errors: bytes) -> str:
    """Return git's own last sentence, without `fatal:`."""
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return [*lines, *fatal][-1][:_WORDS].rstrip(".") if lines else ""
