"""Programs that accept or work, started, watched and killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST = 30.0
"""Seconds that a test waits for anything."""


@contextmanager
def program(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program; it is killed where it has not ended."""
    command = [sys.executable, "-m", "tests.adapters.queue.program", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def worker(where: str, notes: Path, takes: float = 0.05) -> Iterator[subprocess.Popen[str]]:
    """Run a worker, once it is ready."""
    notes.touch()
    with program("work", where, str(notes), str(takes)) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        yield running


def wait_for(what: Callable[[], bool], why: str, most: float = MOST) -> float:
    """Wait until something is so; return for how many seconds."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < most, why
        time.sleep(0.02)
    return time.monotonic() - began


def lines(notes: Path) -> list[list[str]]:
    """Return what workers noted down: process, what, and of which key and task."""
    return [line.split() for line in notes.read_text().splitlines()]


def ended(notes: Path) -> list[str]:
    """Return the tasks that were ended, in order."""
    return [line[3] for line in lines(notes) if line[1] == "ended"]


def doubled(notes: Path) -> list[str]:
    """Return the keys of which two tasks were done at the same time."""
    busy: set[str] = set()
    found = []
    for _, what, key, *_ in (line for line in lines(notes) if line[1] != "opened"):
        if what == "began" and key in busy:
            found.append(key)
        (busy.add if what == "began" else busy.discard)(key)
    return found
