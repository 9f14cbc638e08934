"""Run commands in turns, so that a slow minute of the machine hurts them all alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TIMEOUT = 1800


@dataclass(frozen=True, slots=True)
class Lap:
    """Seconds, the exit code, and what was said on standard error."""

    seconds: float
    code: int
    said: str


def lap(command: Sequence[str]) -> Lap:
    """Run one command with its output thrown away."""
    start = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=TIMEOUT, check=False
    )
    return Lap(time.perf_counter() - start, done.returncode, done.stderr.decode(errors="replace"))


def race(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Lap]]:
    """Run every command `rounds` times, taking turns."""
    laps: dict[str, list[Lap]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            laps[name].append(lap(command))
    return laps


def median(laps: Sequence[Lap]) -> float:
    """Return the median of the seconds."""
    return statistics.median(lap.seconds for lap in laps)
