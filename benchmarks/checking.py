"""`python -m benchmarks.checking`: from an accepted delivery to the check, at a bounded rate."""

# The twin answers at once and runs in this process; `fitgate serve` is a process of its own. What
# the twin takes to answer is in the figure: on two cores it is about half of it.

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from math import inf
from pathlib import Path

import httpx

from benchmarks.table import Row, code_of, tell_rows
from tests.adapters.github.hosted import Hosted, hosted
from tests.postgres import databases, programs
from tests.twin.github.hooks import Delivery
from tests.web.starting import environment_of, started

COUNT, RATE, WARM, WORKED = 200, 20, 5, 16
LEAST_SHARED = 1.7
MOST = 300.0
"""Milliseconds that one in a hundred may take longer than."""
POSTS = "POST /repos/{owner}/{repo}/check-runs"


def main() -> int:
    """Measure, print the row; return 1 if the limit is broken."""
    parser = argparse.ArgumentParser(prog="benchmarks.checking", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    rows = [*checking_rows(parser.parse_args().count), *worker_rows()]
    tell_rows(rows)
    return code_of(rows)


def checking_rows(count: int) -> Iterator[Row]:
    """Open so many pull requests that are held, and tell of them at a bounded rate."""
    with hosted() as here, tempfile.TemporaryDirectory() as name:
        told = [*_opened(here, count)]
        posted = _noted(here)
        environment = environment_of(here.twin, f"sqlite:///{Path(name) / 'fitgate.db'}")
        with started(Path(name), environment, "serve", "--port", "0") as process:
            first = _sent(f"{process.url}/hooks/github", told[:WARM])
            time.sleep(3)
            accepted = _sent(f"{process.url}/hooks/github", told[WARM:])
            _wait(posted, count)
            process.end()
    cold = 1_000 * max(posted.get(sha, inf) - at for sha, at in first.items())
    took = sorted(1_000 * (posted.get(sha, inf) - at) for sha, at in accepted.items())
    p50, p99 = took[len(took) // 2], took[int(0.99 * (len(took) - 1))]
    note_ = f"p50 {p50:.0f}, the first after a start {cold:.0f}; {RATE} a second, all of them IOs"
    yield Row("accepted to check posted: p99, ms", f"{p99:.0f}", f"<= {MOST:g}", p99 <= MOST, note_)


def worker_rows() -> Iterator[Row]:
    """Let one worker and then two judge the same, where GitHub takes a tenth of a second."""
    what, limit = "two workers / one, GitHub at 100 ms", f">= {LEAST_SHARED}"
    if programs() is None:
        yield Row(what, "-", limit, None, "PostgreSQL is not here")
        return
    with tempfile.TemporaryDirectory() as name, databases(Path(name), "checking") as make:
        one, two = (_worked(Path(name), make(), workers) for workers in (1, 2))
    note = f"{WORKED / one:.2f} and {WORKED / two:.2f} pull requests a second, PostgreSQL"
    yield Row(what, f"{one / two:.2f}", limit, one / two >= LEAST_SHARED, note)


def _worked(folder: Path, where: str, workers: int) -> float:
    """Return the seconds that so many workers take for what one process has accepted."""
    with hosted() as here, ExitStack() as ends:
        told = [*_opened(here, WARM + WORKED)]
        posted = _noted(here)
        here.twin.troubles.latency = 0.1
        environment = environment_of(here.twin, where)
        served = started(folder, environment, "serve", "--port", "0", "--no-worker")
        web = ends.enter_context(served)
        for _ in range(workers):
            ends.enter_context(started(folder, environment, "worker", ready="working"))
        _sent(f"{web.url}/hooks/github", told[:WARM])
        _wait(posted, WARM)
        begun = time.perf_counter()
        _sent(f"{web.url}/hooks/github", told[WARM:])
        _wait(posted, len(told))
        return max(posted.values()) - begun


def _noted(here: Hosted) -> dict[str, float]:
    """Return when the check of each head is posted, as it comes about."""
    posted: dict[str, float] = {}
    runs = here.repo.check_runs

    def note(when: str, operation: str) -> None:
        if (when, operation) == ("after", POSTS):
            posted.setdefault([*runs.values()][-1].head_sha, time.perf_counter())

    here.twin.troubles.watching = note
    return posted


def _wait(posted: dict[str, float], count: int) -> None:
    end = time.monotonic() + 90
    while len(posted) < count and time.monotonic() < end:
        time.sleep(0.02)


def _opened(here: Hosted, count: int) -> Iterator[Delivery]:
    """Yield the deliveries of pull requests that were opened; none is sent by the twin."""
    here.twin.hooks.to("http://127.0.0.1:9/")
    here.twin.hooks.hold()
    for number in range(count):
        bar = {"eval.yaml": f"threshold: 0.{100 + number}\n"}
        here.repo.push(f"fix{number}", bar, by="alice", message="Lower it")
        here.repo.open_pull(f"fix{number}", "main", "Lower", "IO-Rationale: x", by="alice")
    yield from (one for one in here.twin.hooks.held if one.name == "pull_request.opened")


def _sent(url: str, told: list[Delivery]) -> dict[str, float]:
    """Send each at its time; return by head when it was accepted."""
    start, accepted = time.perf_counter(), dict[str, float]()
    with httpx.Client() as client, ThreadPoolExecutor(4) as pool:

        def send(number: int, one: Delivery) -> None:
            time.sleep(max(0.0, start + number / RATE - time.perf_counter()))
            client.post(url, content=one.body(), headers=one.signed()).raise_for_status()
            accepted[str(one.payload["pull_request"]["head"]["sha"])] = time.perf_counter()

        for each in [pool.submit(send, *one) for one in enumerate(told)]:
            each.result()
    return accepted


if __name__ == "__main__":
    sys.exit(main())
