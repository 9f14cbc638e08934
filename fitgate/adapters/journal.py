"""A scan's journal: one JSON line a judged change, so that a scan can be taken up again."""

from __future__ import annotations

import fcntl
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from fitgate.errors import Problem, RegisterError, UserError

Said = Mapping[str, str]
"""What a scan was asked for, or what that came to: its name → its value, empty if it has none."""


class Journal:
    """The lines of one scan, in a file of that name or, without one, in a file that has none.

    The first line is a header: what was `asked` (a later run must ask the same) and what was
    `fixed` by it (the moment, the commits), which a later run takes over.
    """

    def __init__(self, file: IO[bytes], path: Path | None, fixed: Said, done: int = 0) -> None:
        self.fixed = fixed
        self.done = done
        self._file, self._path = file, path
        self._start = 0

    @classmethod
    def begin(cls, path: Path | None, asked: Said, fixed: Said) -> Self:
        """Begin anew; an earlier journal in that place is thrown away.

        Raises:
            UserError: when another scan is writing there, or the place cannot be written.
        """
        journal = cls(_locked(path) if path else tempfile.TemporaryFile(), path, fixed)  # noqa: SIM115 - closed with the journal
        journal._file.truncate(0)
        journal._write({"asked": asked, "fixed": fixed})
        journal._start = journal._file.tell()
        return journal

    @classmethod
    def take_up(cls, path: Path, asked: Said) -> Self | None:
        """Go on after the last whole line of the journal there; None if none was begun.

        Raises:
            RegisterError: when that journal is of another scan; it says what differs.
            UserError: when another scan is writing there, or the place cannot be written.
        """
        if not path.exists():
            return None
        file = _locked(path)
        header = _parsed(file.readline())
        if header is None or not header.keys() >= {"asked", "fixed"}:
            file.close()
            return None
        if differing := [*_differing(header["asked"], asked)]:
            file.close()
            raise RegisterError(str(path), differing)
        journal = cls(file, path, header["fixed"])
        journal._start = file.tell()
        journal.done = journal._cut()
        return journal

    def append(self, line: bytes) -> None:
        """Add one line of JSON, out of this process's hands at once."""
        self._file.write(line + b"\n")
        self._file.flush()
        self.done += 1

    def lines(self) -> Iterator[bytes]:
        """Yield all lines in order, from the beginning."""
        for _, line in self.placed():
            yield line

    def placed(self) -> Iterator[tuple[int, bytes]]:
        """Yield all lines in order, each with the place at which `at` finds it again."""
        place = self._start
        while True:
            self._file.seek(place)
            line = self._file.readline()
            if not line:
                return
            yield place, line
            place += len(line)

    def at(self, place: int) -> bytes:
        """Return the line at a place."""
        self._file.seek(place)
        return self._file.readline()

    def remove(self) -> None:
        """Take the journal away: everything is written."""
        if self._path:
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self, document: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(document).encode() + b"\n")
        self._file.flush()

    def _cut(self) -> int:
        """Cut off what is not a whole line, and count those that are."""
        whole, end = 0, self._start
        for place, line in self.placed():
            if _parsed(line) is None:
                break
            whole, end = whole + 1, place + len(line)
        self._file.truncate(end)
        self._file.seek(end)
        return whole


def _locked(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("r+b" if path.exists() else "w+b")
    except OSError as exc:
        raise UserError(f"{path}: {exc.strerror}. Choose another --out.") from exc
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        file.close()
        raise UserError(f"{path}: another scan is writing here. Wait for it to end.") from exc
    return file


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _differing(before: Said, now: Said) -> Iterator[Problem]:
    again = "ask for the same again, or leave out --resume to begin anew"
    for name in {**before, **now}:
        if before.get(name) != now.get(name):
            message = f"{name} was {before.get(name)!r} and is now {now.get(name)!r}"
            yield Problem(message, remedy=again)
