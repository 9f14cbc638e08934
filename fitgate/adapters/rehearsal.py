"""A rehearsal run on this machine: commands in process groups of their own, timed, with a log."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import FrameType
from typing import IO

from fitgate.core.drills import Measured, Rehearsal, Rehearsed
from fitgate.core.values import length_in
from fitgate.errors import UserError

HEAD, TAIL = 256 << 10, 768 << 10
"""Bytes that are kept of a log's beginning and of its end."""
FLOOD = 1 << 30
"""Bytes of output at which a command is ended: it would fill the disk."""
RETRY = 1.0
"""Seconds from one look whether it is restored to the next."""
_GRACE = 5.0
_POLL = 0.1
_ANSWER = 4096

Tell = Callable[[str], None]


def rehearse(plan: Rehearsal, tell: Tell) -> Rehearsed:
    """Run the way back until it is restored or the time is over, and measure.

    Recovery is from the start to the first time that `verify` passes; without one, to the end of a
    command that succeeded. `tell` is called with what is being done.

    Raises:
        UserError: when a command cannot be run at all.
        KeyboardInterrupt: when somebody stopped it; nothing that was started is left running.
    """
    with tempfile.TemporaryFile() as log, _stoppable():
        stage = _Stage(log, time.monotonic() + plan.limit.total_seconds(), tell)
        began = time.monotonic()
        went = _restored(plan, stage)
        recovery = None if went else timedelta(seconds=time.monotonic() - began)
        if went:
            return Rehearsed(Measured(restored=False), went, _kept(log))
        loss = _loss(plan, stage)
        said = f"restored by {_line(plan.command)}"
        if plan.verify:
            said += f", as {_line(plan.verify)} says"
        if plan.loss and loss is None:
            said += f"; {_line(plan.loss)} told no length of time"
        return Rehearsed(Measured(restored=True, recovery=recovery, loss=loss), said, _kept(log))


def _restored(plan: Rehearsal, stage: _Stage) -> str:
    """Return why it was not restored; empty: it was."""
    limit = f"after {plan.limit.total_seconds():g} s"
    code = stage.run(plan.command)
    if code is None:
        return f"{_line(plan.command)} {stage.flooded or f'was ended {limit}'}"
    if code:
        return f"{_line(plan.command)} {_ended(code)}"
    while plan.verify:
        looked = time.monotonic()
        code = stage.run(plan.verify)
        if code == 0:
            break
        if code is None or not stage.wait(looked + RETRY):
            return f"{_line(plan.verify)} {stage.flooded or f'did not pass: given up {limit}'}"
    return ""


def _loss(plan: Rehearsal, stage: _Stage) -> timedelta | None:
    if not plan.loss:
        return None
    with tempfile.TemporaryFile() as answer:
        code = stage.run(plan.loss, answer)
        answer.seek(0)
        said = answer.read(_ANSWER)
    stage.log.write(said)
    lines = said.decode(errors="replace").split()
    return length_in(lines[-1]) if code == 0 and lines else None


def _line(command: Sequence[str]) -> str:
    return f"`{shlex.join(command)}`"


def _ended(code: int) -> str:
    if code > 0:
        return f"exited with {code}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


class _Stage:
    """Where commands run one after another, into one log, until one moment."""

    def __init__(self, log: IO[bytes], deadline: float, tell: Tell) -> None:
        self.log = log
        self.flooded = ""
        self._deadline, self._tell = deadline, tell

    def run(self, command: Sequence[str], out: IO[bytes] | None = None) -> int | None:
        """Run a command to its end; returns its exit code, None: its time was over.

        What it left running in the background, as services do, is left alone if it ended by itself.
        """
        self._tell(shlex.join(command))
        self.log.write(f"$ {shlex.join(command)}\n".encode(errors="replace"))
        self.log.flush()
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out or self.log,
                stderr=self.log,
                start_new_session=True,
            )
        except OSError as exc:
            raise UserError(f"{_line(command)} cannot be run: {exc.strerror}.") from exc
        ended = False
        try:
            while time.monotonic() < self._deadline and not self.flooded:
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(_POLL)
                    ended = True
                    return code
                if any(
                    os.fstat(file.fileno()).st_size > FLOOD for file in (self.log, out or self.log)
                ):
                    self.flooded = "was ended: it wrote more than 1 GiB"
            return None
        finally:
            if not ended:
                _end(process)
            self.log.seek(0, os.SEEK_END)

    def wait(self, until: float) -> bool:
        """Wait until a moment; says whether there is time left then."""
        time.sleep(max(0.0, min(until, self._deadline) - time.monotonic()))
        return time.monotonic() < self._deadline


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and all that it started: politely, then not."""
    try:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _kept(log: IO[bytes]) -> bytes:
    """Return a log, its middle cut out where it is long."""
    size = log.seek(0, os.SEEK_END)
    log.seek(0)
    if size <= HEAD + TAIL:
        return log.read()
    head = log.read(HEAD)
    log.seek(size - TAIL)
    return head + f"\n[{size - HEAD - TAIL} bytes are left out]\n".encode() + log.read(TAIL)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let a polite request to end stop a rehearsal as ^C does: it must not go on unattended."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
