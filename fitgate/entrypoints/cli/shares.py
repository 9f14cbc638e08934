"""A scan judged by several processes: each judges its share, and the lines come out in order."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, NoReturn, Protocol, Self, TypeVar

from fitgate.bootstrap import Clone, open_clone, shipped_policies
from fitgate.core.events import Event
from fitgate.core.facts_file import facts_bytes
from fitgate.core.proposal import entry_of
from fitgate.core.reading import PolicyFile
from fitgate.core.register import Line, line_adapter
from fitgate.core.verdict import verdict_json
from fitgate.core.words.matches import match_sentence
from fitgate.errors import FitgateError, UpstreamError
from fitgate.pipeline import BATCH, Judged, Policies, Share, run

Told = TypeVar("Told")
Batch = list[Told]
"""What is told of the changes that were looked into together; an empty one ends a share."""

MOST_JOBS = 4
SHORT = 250
"""Changes: fewer are soon judged, mostly before another process has begun and gathered them."""
AHEAD = 8
"""Batches that we judge while we wait for others; they stop by themselves when a pipe is full."""
_GRACE = 5.0
_PROGRAM = """\
import sys
sys.path[:] = sys.argv[2:]
from fitgate.entrypoints.cli.shares import serve
serve(int(sys.argv[1]))
"""


def worth(changes: int) -> int:
    """Return how many processes are worth their start for so many changes."""
    if changes < SHORT:
        return 1
    usable = getattr(os, "sched_getaffinity", None)  # not every system tells
    return min(len(usable(0)) if usable else os.cpu_count() or 1, MOST_JOBS)


class Task(Protocol[Told]):
    """What a process must know to judge its share of a history, and how it does."""

    @property
    def path(self) -> Path:
        """Return a folder of the clone."""

    def batches(self, clone: Clone, share: Share) -> Iterator[Batch[Told]]:
        """Judge a share and yield what is told of each change, a batch at a time."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a process must know to judge its share of a scan."""

    path: Path
    given: PolicyFile | None
    event: Event
    done: int
    keep_facts: bool = False

    def batches(self, clone: Clone, share: Share) -> Iterator[Batch[bytes]]:
        """Judge a share and yield its lines, a batch at a time."""
        policies = Policies(clone, shipped_policies(), self.given)
        judged = run(self.event, clone, policies, self.done, share)
        lines = (line_adapter().dump_json(self._line(each)) for each in judged)
        while batch := list(islice(lines, BATCH)):  # only the last one of all has fewer
            yield batch

    def _line(self, judged: Judged) -> Line:
        facts, verdict, standing = judged.facts, judged.verdict, judged.standing
        entry = None
        if verdict.is_io is not False:
            sentences = [match_sentence(match) for match in verdict.matches]
            entry = entry_of(facts, verdict, standing, judged.policy, sentences)
        kept = facts_bytes(facts).decode() if self.keep_facts else None
        return Line(facts.change.id, verdict_json(verdict), standing, entry, kept)


@contextmanager
def judged(work: Task[Told], clone: Clone, jobs: int) -> Iterator[Iterator[Told]]:
    """Give what is told of each change in order, judged by this process and `jobs - 1` others.

    Raises:
        UpstreamError: when one of the others was not started, or was ended from outside; what it
            fails of is raised as if it were this one's.
    """
    with ExitStack() as stack:
        others = [stack.enter_context(_Worker(work, Share(n, jobs))) for n in range(1, jobs)]
        yield _in_order(work.batches(clone, Share(0, jobs)), others)


def _in_order(own: Iterator[Batch[Told]], others: Sequence[_Worker[Told]]) -> Iterator[Told]:
    """Yield what each tells in turn; while another is not ready, ours are judged ahead."""
    ahead: deque[Batch[Told]] = deque()
    for number in count():
        turn = number % (len(others) + 1)
        if turn == 0:
            batch = ahead.popleft() if ahead else next(own, [])
        else:
            while len(ahead) < AHEAD and not others[turn - 1].has_spoken():
                if not (more := next(own, [])):
                    break
                ahead.append(more)
            batch = others[turn - 1].hear()
        if not batch:
            break
        yield from batch
    next(own, None)  # what comes after our last batch is gathered too: it may be a revert


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an error was, in parts that every class of ours can be put together from again."""

    kind: type[FitgateError]
    words: tuple[Any, ...]
    more: dict[str, Any]

    def again(self) -> FitgateError:
        error = self.kind.__new__(self.kind, *self.words)
        vars(error).update(self.more)
        return error


class _Worker(Generic[Told]):
    """Another process of ours, and the one pipe on which it is told its work and says its lines.

    It is no child of `multiprocessing`: that would look for its modules in the working directory
    first, which is as a rule the clone of strangers (-P), and be interrupted by a ^C that is for us
    to act on (a process group of its own). It borrows nothing of ours but its end of the pipe.
    """

    def __init__(self, work: Task[Told], share: Share) -> None:
        from multiprocessing.connection import Pipe

        self._pipe, theirs = Pipe()
        with theirs:
            end = theirs.fileno()
            try:
                self._process = subprocess.Popen(
                    (sys.executable, "-P", "-c", _PROGRAM, str(end), *sys.path),
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(end,),
                    process_group=0,
                )  # fmt: skip
            except OSError as exc:
                raise _failed(f"could not be started: {exc.strerror}") from exc
        with suppress(ConnectionError):  # that it is gone is seen when it is heard
            self._pipe.send((work, share))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        """End it; if its work is done, it is leaving and does not listen."""
        self._pipe.close()
        self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def has_spoken(self) -> bool:
        """Say whether it can be heard without waiting; it can be when it is gone."""
        return self._pipe.poll()

    def hear(self) -> Batch[Told]:
        """Return its next batch.

        Raises:
            FitgateError: what it failed of.
            UpstreamError: when it was ended from outside.
        """
        try:
            said: Batch[Told] | _Failure | str = self._pipe.recv()
        except (EOFError, OSError):
            raise self._is_gone() from None
        match said:
            case _Failure():
                raise said.again()
            case str():
                raise RuntimeError(f"a process that judged a share of the scan failed:\n{said}")
            case _:
                return said

    def _is_gone(self) -> UpstreamError:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        code = self._process.returncode or 0
        return _failed(f"was ended by signal {-code}" if code < 0 else "fell silent")


def _failed(how: str) -> UpstreamError:
    return UpstreamError(
        f"A process that judged a share of this scan {how}, as happens where memory is short. "
        "Run it again with --jobs 1; a scan into --out goes on from here with --resume."
    )


def serve(descriptor: int) -> None:
    """Judge the share that is told on a pipe, and say its lines there: the whole of a worker."""
    from multiprocessing.connection import Connection

    gc.set_threshold(50_000)  # as in the process that started this one
    signal.signal(signal.SIGTERM, _leave)
    pipe: Connection[Any, Any] = Connection(descriptor)
    with pipe, suppress(ConnectionError, EOFError):
        work, share = pipe.recv()
        try:
            _judge(work, share, pipe.send)
        except ConnectionError:
            raise  # nobody listens any more
        except FitgateError as exc:
            pipe.send(_Failure(type(exc), exc.args, vars(exc)))
        except Exception:  # noqa: BLE001 - whatever it is, a person is told of it there
            pipe.send(traceback.format_exc())


def _judge(work: Task[Told], share: Share, say: Callable[[Batch[Told]], None]) -> None:
    with open_clone(work.path) as clone:
        try:
            for batch in work.batches(clone, share):
                say(batch)
            say([])
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # git is stopped and tidied up after


def _leave(*_: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)
