"""Many questions put to one git process: asked a little ahead, answered in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Generic, TypeVar

from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.program import Running
from fitgate.core.facts import Unread

Q = TypeVar("Q")
A = TypeVar("A")

AHEAD = 64
"""Questions under way: so many lines fit in any pipe, so neither side ever waits for the other."""
_DIED = 128
"""How git ends when an object it needs is missing or damaged (git(1), `die`)."""


class SilenceError(Exception):
    """The process ended before its answer did."""


class Questions(Generic[Q, A]):
    """One git command that answers a line with an answer; started again when it dies of a question.

    Git gives up on the first object that it cannot read. The question that it died of is answered
    `Unread` with git's words, and the next ones are put to a new process. From then on `doubt` is
    asked first, which may know at less cost that a question cannot be answered.
    """

    def __init__(
        self,
        overlay: Overlay,
        command: Sequence[str],
        say: Callable[[Q], bytes],
        hear: Callable[[IO[bytes]], A],
        doubt: Callable[[Q], Unread | None] = lambda _: None,
    ) -> None:
        """Take the command, how a question is written, and how its answer is read.

        `hear` raises SilenceError when the answer ends before it is whole.
        """
        self._overlay = overlay
        self._command = command
        self._say = say
        self._hear = hear
        self._doubt = doubt
        self._in_doubt = False
        self._process: Running | None = None
        self._asking = False

    def answers(self, questions: Iterable[Q | Unread]) -> Iterator[A | Unread]:
        """Yield the answer to each question; an Unread among them is its own answer."""
        if self._asking:
            raise RuntimeError("two rounds of questions would get each other's answers")
        self._asking = True
        waiting: deque[Q | Unread] = deque()
        try:
            for question in questions:
                waiting.append(self._ask(question))
                if len(waiting) == AHEAD:
                    yield from self._answered(waiting, AHEAD // 2)
            yield from self._answered(waiting, 0)
        finally:
            self._asking = False
            if waiting:  # nobody will read what is still to come
                self.close()

    def _answered(self, waiting: deque[Q | Unread], left: int) -> Iterator[A | Unread]:
        """Send what has been asked, in one go, and yield answers until so many are left."""
        while len(waiting) > left:
            if self._process is not None:
                self._process.send()
            yield self._answer(waiting)

    def _ask(self, question: Q | Unread) -> Q | Unread:
        if self._in_doubt and not isinstance(question, Unread):
            question = self._doubt(question) or question
        if not isinstance(question, Unread):
            self._running().say(self._say(question))
        return question

    def _running(self) -> Running:
        if self._process is None:
            self._process = self._overlay.start(*self._command)
        return self._process

    def _answer(self, waiting: deque[Q | Unread]) -> A | Unread:
        question = waiting[0]
        if isinstance(question, Unread):
            answer: A | Unread = question
        else:
            process = self._running()
            try:
                answer = self._hear(process.out)
            except SilenceError:
                answer = self._why(process)
                self._in_doubt = True
                for n in range(1, len(waiting)):
                    waiting[n] = self._ask(waiting[n])
        waiting.popleft()
        return answer

    def _why(self, process: Running) -> Unread:
        self._process = None
        said = process.end()
        if said.code != _DIED:
            raise self._overlay.failed(self._command[0], said)
        return Unread(f"git cannot read it from this clone: {said.words}")

    def close(self) -> None:
        """End the process; a later question starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()
