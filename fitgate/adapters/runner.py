"""GitHub's runner as a job sees it: what it tells, and the files and commands that answer it."""

# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. Whatever is
# printed at the start of a line may be a command, so that nobody's text is printed as it is.

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from fitgate.core.inert import inert
from fitgate.errors import UserError

Level = Literal["notice", "warning", "error"]
SUMMARY_LIMIT = 1 << 20
"""Bytes that a step's summary may have; GitHub shows none of one that is longer."""
_CUT = "\n\nThe rest does not fit here: the check `fitgate` and the job's log have it.\n"
_EVENT_LIMIT = 64 << 20
_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_OUTSIDE = (
    "is not set: this command is for a job of a GitHub workflow. By hand, "
    "`fitgate check --pull OWNER/REPO#7` says the same."
)


@dataclass(frozen=True)
class Runner:
    """The runner of a job: what its environment says, and where the job may answer."""

    environment: Mapping[str, str] = field(repr=False)
    out: IO[str]
    chance: Callable[[], str] = lambda: secrets.token_hex(16)

    @property
    def event(self) -> str:
        """Return the name of the event that the workflow runs for."""
        return self._needed("GITHUB_EVENT_NAME")

    @property
    def ref(self) -> str:
        """Return the ref that the workflow runs on, `refs/heads/main`."""
        return self.environment.get("GITHUB_REF") or ""

    @property
    def repository(self) -> tuple[str, str]:
        """Return the repository: its id as ours are, `github:1296269`, and its name."""
        name, number = self._needed("GITHUB_REPOSITORY"), self._needed("GITHUB_REPOSITORY_ID")
        return f"github:{number}", name

    @property
    def run(self) -> str:
        """Return what is the same for all attempts at the same thing: the run, and which it is."""
        said = (self.environment.get(f"GITHUB_RUN_{each}") or "0" for each in ("ID", "ATTEMPT"))
        return "-".join(said)

    def body(self) -> bytes:
        """Read the event.

        Raises:
            UserError: when there is none, or it cannot be read.
        """
        path = Path(self._needed("GITHUB_EVENT_PATH"))
        try:
            with path.open("rb") as file:
                content = file.read(_EVENT_LIMIT + 1)
        except OSError as exc:
            raise UserError(f"GITHUB_EVENT_PATH {path}: {exc.strerror}.") from exc
        if len(content) > _EVENT_LIMIT:
            raise UserError(f"GITHUB_EVENT_PATH {path}: is larger than {_EVENT_LIMIT >> 20} MiB.")
        return content

    def _needed(self, name: str) -> str:
        said = self.environment.get(name)
        if not said:
            raise UserError(f"{name} {_OUTSIDE}")
        return said

    def output(self, name: str, value: str) -> None:
        """Set an output of the step, whatever is in its value."""
        while (mark := f"fitgate_{self.chance()}") in value:
            pass
        self._append("GITHUB_OUTPUT", f"{name}<<{mark}\n{value}\n{mark}\n")

    def summarize(self, text: str) -> None:
        """Add Markdown to the step's summary, cut at the end of a line where it is too long."""
        content = text.encode(errors="replace")
        if len(content) > SUMMARY_LIMIT:
            room = SUMMARY_LIMIT - len(_CUT.encode())
            content = content[:room].rpartition(b"\n")[0] + _CUT.encode()
        self._append("GITHUB_STEP_SUMMARY", content.decode(errors="replace") + "\n")

    def _append(self, name: str, text: str) -> None:
        path = self.environment.get(name)
        if not path:
            return
        try:
            with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
        except OSError as exc:
            raise UserError(f"{name} {path}: cannot be written: {exc.strerror}.") from exc

    def annotate(
        self, level: Level, message: str, *, title: str = "", file: str = "", line: int = 0
    ) -> None:
        """Show a remark on the run, or on a line of a file."""
        told = {"file": file, "line": str(line or ""), "title": title}
        properties = ",".join(
            f"{name}={inert(value).translate(_PROPERTY)}" for name, value in told.items() if value
        )
        lines = "\n".join(map(inert, message.split("\n"))).translate(_TEXT)
        print(f"::{level}{f' {properties}' if properties else ''}::{lines}", file=self.out)

    @contextmanager
    def inert(self) -> Iterator[None]:
        """Print without a line being taken for a command, whatever it says."""
        mark = self.chance()
        print(f"::stop-commands::{mark}", file=self.out)
        try:
            yield
        finally:
            print(f"::{mark}::", file=self.out)
