"""The lines that changes alter: from git's own patches, and from whole files where it has none."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from fitgate.adapters.git.blobs import Blobs
from fitgate.adapters.git.difftree import END, Pair, asked_line
from fitgate.adapters.git.program import Running
from fitgate.adapters.git.questions import AHEAD
from fitgate.adapters.git.store import Store
from fitgate.core.classify.lines import Difference
from fitgate.core.content import patched_path
from fitgate.core.facts import File, Unread

LONG = 8 << 20
"""Bytes: of a file larger than this no lines are told. Its patch is short where its change is."""
_COMMAND = (
    "-c", f"core.bigFileThreshold={LONG}",
    "diff-tree", "--stdin", "--no-commit-id", "--root", "-r", "-p", "-U0", "-M100%",
    "--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/",
    "--dst-prefix=b/", "--submodule=short", "--ignore-submodules=none", "--diff-algorithm=myers",
)  # fmt: skip
_SECTION = b"\ndiff --git "
_HUNKS = b"\n@@ -"
_BINARY = b"\nBinary files "
_CHUNK = 1 << 18
_NOTHING = Difference(b"")
Changes = Mapping[str, Difference | Unread]


class Asked(NamedTuple):
    """A pair of commits, and the files whose changed lines are wanted, by path."""

    pair: Pair
    files: Mapping[str, File]


class Changed:
    """Asks one git process for the patches of many changes, and keeps of them what is wanted.

    A patch is read as it comes and a file of it forgotten at once if nobody asked for it. What git
    calls binary, or cannot read, is compared by the contents of that file alone.
    """

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store, self._blobs = store, blobs
        self._process: Running | None = None
        self._heard = bytearray()

    def close(self) -> None:
        """End the process; a later question starts a new one."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        self._heard.clear()

    def of(self, asked: Iterable[Asked | None]) -> Iterator[Changes]:
        """Return what changed in the wanted files of each pair; None wants nothing.

        Git is asked at once, and heard when the answers are taken: until then it works by itself.
        """
        questions = iter(asked)
        ahead = deque(islice(questions, AHEAD))
        self._say(ahead)
        return self._answers(ahead, questions)

    def _answers(
        self, ahead: deque[Asked | None], questions: Iterator[Asked | None]
    ) -> Iterator[Changes]:
        while ahead:
            while ahead:
                question = ahead.popleft()
                if question is None:
                    yield {}
                elif (found := self._hear(question)) is not None:
                    yield found
                else:  # git died of it: the files that it can read are asked one by one
                    self.close()
                    self._say(ahead)
                    yield {path: self._compared(file) for path, file in question.files.items()}
            ahead.extend(islice(questions, AHEAD))
            self._say(ahead)

    def _say(self, questions: Iterable[Asked | None]) -> None:
        lines = b"".join(asked_line(question.pair) for question in questions if question)
        if lines:
            self._process = self._process or self._store.overlay.start(*_COMMAND)
            self._process.say(lines)
            self._process.send()

    def _hear(self, question: Asked) -> Changes | None:
        """Read one answer; None if the process ended before it."""
        found: dict[str, bytes | None] = {}
        for section in self._sections():
            if section is None:
                return None
            names, _, _ = section.partition(b"\n")
            path = patched_path(names)
            if path in question.files:
                start = section.find(_HUNKS)
                if start >= 0:  # a file that became a link comes twice: it goes, then it comes
                    found[path] = (found.get(path) or b"") + section[start + 1 :] + b"\n"
                elif _BINARY in section:
                    found[path] = None
        return {
            path: self._change(file, found.get(path, b"")) for path, file in question.files.items()
        }

    def _change(self, file: File, hunks: bytes | None) -> Difference | Unread:
        if hunks is None:
            return self._compared(file)
        return Difference(hunks) if hunks else _NOTHING

    def _compared(self, file: File) -> Difference | Unread:
        oids = [file.oid_before, file.oid_after]
        contents = self._blobs.read(oid for oid in oids if oid)
        sides = [contents[oid] if oid else None for oid in oids]
        texts = [None if isinstance(side, Unread) else side for side in sides]
        if unread := next((side for side in sides if isinstance(side, Unread)), None):
            return unread
        binary = [b"\0" in text for text in texts if text is not None]
        if all(binary):
            return _NOTHING  # what is no text has no lines
        if any(binary):
            return Unread("is text on one side of the change and binary on the other")
        return Difference.of_contents(*texts)

    def _sections(self) -> Iterator[bytes | None]:
        """Yield the files of one answer as they come, but for `diff --git`; None: it broke off."""
        heard, searched = self._heard, 0
        while True:
            end = 0 if heard.startswith(END) else heard.find(b"\n" + END, searched) + 1
            if end or heard.startswith(END):
                answer = bytes(heard[:end])
                del heard[: end + len(END)]
                yield from _cut(answer)
                return
            cut = heard.rfind(_SECTION) + 1
            if cut:  # all before the last file is whole
                yield from _cut(bytes(heard[:cut]))
                del heard[:cut]
            searched = max(len(heard) - len(END), 0)
            more = self._process.hear(_CHUNK) if self._process else b""
            if not more:
                yield None
                return
            heard += more


def _cut(text: bytes) -> list[bytes]:
    return (b"\n" + text).removesuffix(b"\n").split(_SECTION)[1:]
