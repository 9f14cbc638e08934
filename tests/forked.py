"""Commands run as their users start them, each in a process of its own, but soon."""

# A process is started once, loads what commands load, and is forked for each command: that takes a
# hundredth of a second where a new one takes half a second. The child has its own memory, working
# directory, environment, standard streams and exit code, and ends as any Python ends. What a fork
# cannot show (what a command loads, how soon it starts) is tested with new processes, as is that
# both say the same. Several at once are new processes; with FITGATE_TESTS_START_ANEW=1 all are.

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

Done = subprocess.CompletedProcess[str]
ANEW = "FITGATE_TESTS_START_ANEW"
LENGTH = 8
"""Bytes of a number as it is sent."""
_PROGRAM = """
import sys
sys.path[:] = sys.argv[2:]
from tests.forked_commands import serve
if serve(int(sys.argv[1])):
    from fitgate.entrypoints.cli import main
    main()
"""


def run_forked(
    folder: Path, words: Sequence[str], *, given: str = "", together: bool = False
) -> Done:
    """Run `fitgate` with these words in a folder; `together` puts stderr into stdout."""
    several = threading.current_thread() is not threading.main_thread()
    if several or os.environ.get(ANEW):
        return run_anew(folder, words, given=given, together=together)
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        streams[0].write(given.encode())
        streams[0].seek(0)
        ends = [streams[0], streams[1], streams[1] if together else streams[2]]
        asked = [*words], str(folder), dict(os.environ)
        code = _server().run(asked, [each.fileno() for each in ends])
        out, err = (_text(each) for each in streams[1:])
    return subprocess.CompletedProcess(["fitgate", *words], code, out, None if together else err)


def run_anew(
    folder: Path, words: Sequence[str], *, given: str = "", together: bool = False
) -> Done:
    """Run the same in a new process."""
    return subprocess.run(
        [sys.executable, "-m", "fitgate", *words],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if together else subprocess.PIPE,
        encoding="utf-8",
        input=given,
    )


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n").replace("\r", "\n")  # as `encoding=` does


class _Server:
    """The process that is forked, seen from a test."""

    def __init__(self) -> None:
        ours, its = socket.socketpair()
        self._ours = ours
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(its.fileno()), *sys.path],
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        its.close()
        atexit.register(self.close)

    def run(self, asked: tuple[list[str], str, dict[str, str]], streams: Sequence[int]) -> int:
        """Let it run a command, and return its exit code; below 0 is the signal that ended it."""
        said = json.dumps(asked).encode()
        socket.send_fds(self._ours, [len(said).to_bytes(LENGTH)], streams)
        self._ours.sendall(said)
        answer = read(self._ours, LENGTH)
        if not answer:
            raise RuntimeError(f"what runs commands has ended: {self._process.wait()}")
        return int.from_bytes(answer, signed=True)

    def close(self) -> None:
        """End it: it goes when nobody can ask any more."""
        self._ours.close()
        self._process.wait()


_SERVERS: dict[int, _Server] = {}


def _server() -> _Server:
    """Return the server of this process; who was forked himself needs another."""
    return _SERVERS.setdefault(os.getpid(), _SERVERS.get(os.getpid()) or _Server())


def read(end: socket.socket, length: int) -> bytes:
    """Return so many bytes; none: the other end is gone."""
    found = b""
    while len(found) < length:
        more = end.recv(length - len(found))
        if not more:
            return b""
        found += more
    return found
