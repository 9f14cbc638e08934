"""What keeping deliveries costs beside bare commits, and what a second worker brings."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Semaphore

from benchmarks.sender import payload
from benchmarks.table import Row
from fitgate.bootstrap import open_queue
from fitgate.core.work import Delivery, Task
from fitgate.ports import Queue
from tests.postgres import databases, programs

ALONE, TOGETHER, WAITING = 300, 3_000, 64
RATE, BOUNDED = 400, 1_200
LEAST_GROUPED, MOST_P99 = 3.0, 30.0
SLOW_COMMITS = 500
"""Fewer bare commits a second, and it is the disk, or somebody else on it, that is measured."""
TASKS, LEAST_SHARED = 60, 1.7


def queue_rows() -> Iterator[Row]:
    """Accept alone, in a rush and at a bounded rate, on both databases; then work."""
    with tempfile.TemporaryDirectory() as folder:
        commits = _bare_commits(Path(folder))
        with closing(open_queue(f"sqlite:///{folder}/fitgate.db", _now)) as queue:
            yield from _accept_rows("SQLite", queue, commits)
        if programs() is None:
            yield Row("two workers / one, PostgreSQL", "-", "", None, "PostgreSQL is not here")
            return
        with databases(Path(folder), "bench", durable=True) as make:
            with closing(open_queue(make(), _now)) as queue:
                yield from _accept_rows("PostgreSQL", queue, commits)
            one, two = _drained(make(), 1), _drained(make(), 2)
    note = f"{TASKS / one:.1f} and {TASKS / two:.1f} tasks of 100 ms a second"
    shared = one / two
    limit = f">= {LEAST_SHARED}"
    yield Row("two workers / one, PostgreSQL", f"{shared:.2f}", limit, shared >= LEAST_SHARED, note)


def _accept_rows(name: str, queue: Queue, commits: float) -> Iterator[Row]:
    body = payload()
    deliveries = [_delivery(name, number, body) for number in range(ALONE + TOGETHER + BOUNDED)]
    start = time.perf_counter()
    for each in deliveries[:ALONE]:
        queue.accept([each])
    alone = ALONE / (time.perf_counter() - start)
    note = f"{alone / commits:.2f} of bare SQLite commits, {commits:,.0f}"
    yield Row(f"{name}: deliveries accepted alone, a second", f"{alone:,.0f}", "", None, note)
    grouped = _rush(queue, deliveries[ALONE : ALONE + TOGETHER])
    ratio, limit = grouped / alone, f">= {LEAST_GROUPED:g}"
    note = f"{grouped:,.0f} a second, durable, of {len(body):,} bytes"
    kept = ratio >= LEAST_GROUPED
    yield Row(f"{name}: {WAITING} at a time / alone", f"{ratio:.1f}", limit, kept, note)
    middle, late = _bounded(queue, deliveries[ALONE + TOGETHER :])
    known = late <= MOST_P99 or commits >= SLOW_COMMITS
    yield Row(
        f"{name}: p99 at {RATE} a second, ms", f"{late:.1f}", f"<= {MOST_P99:g}",
        late <= MOST_P99 if known else None, f"p50 {middle:.1f}",
    )  # fmt: skip


def _rush(queue: Queue, deliveries: Sequence[Delivery]) -> float:
    """Submit so that some always wait; return how many were kept a second."""
    room = Semaphore(WAITING)
    start = time.perf_counter()
    futures = []
    for each in deliveries:
        room.acquire()
        future = queue.submit([each])
        future.add_done_callback(lambda _: room.release())
        futures.append(future)
    _all_kept(futures)
    return len(deliveries) / (time.perf_counter() - start)


def _bounded(queue: Queue, deliveries: Sequence[Delivery]) -> tuple[float, float]:
    """Submit at a steady rate; return the median and the 99th percentile, in milliseconds."""
    took: list[float] = []

    def submit(each: Delivery) -> Future[None]:
        begun = time.perf_counter()
        future = queue.submit([each])
        future.add_done_callback(lambda _: took.append(time.perf_counter() - begun))
        return future

    start = time.perf_counter()
    futures = []
    for number, each in enumerate(deliveries):
        time.sleep(max(0.0, start + number / RATE - time.perf_counter()))
        futures.append(submit(each))
    _all_kept(futures)
    percents = statistics.quantiles(took, n=100)
    return 1000 * percents[49], 1000 * percents[98]


def _all_kept(futures: Sequence[Future[None]]) -> None:
    for future in wait(futures).done:
        future.result()


def _bare_commits(folder: Path) -> float:
    """Return how many durable commits of one row the driver alone makes a second."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE rows (body BLOB)")
        start = time.perf_counter()
        for _ in range(ALONE):
            bare.execute("INSERT INTO rows VALUES (?)", (b"x" * 2_000,))
        return ALONE / (time.perf_counter() - start)


def _drained(where: str, count: int) -> float:
    """Return the seconds in which so many workers do all tasks."""
    with closing(open_queue(where, _now)) as queue, _workers(where, count):
        start = time.perf_counter()
        queue.put([Task("look", f"{number}", "{}", _now()) for number in range(TASKS)])
        _wait_for(lambda: not queue.waiting())
        return time.perf_counter() - start


@contextmanager
def _workers(where: str, count: int) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.one_worker", where]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
    try:
        for each in started:
            assert each.stdout is not None  # noqa: S101 - it was asked for
            each.stdout.readline()
        time.sleep(1)  # each has connected by then
        yield
    finally:
        for each in started:
            each.terminate()
            each.communicate(timeout=30)


def _wait_for(what: Callable[[], bool], most: float = 120.0) -> None:
    ends = time.monotonic() + most
    while not what():
        if time.monotonic() > ends:
            raise SystemExit("benchmarks: the workers never came to rest")
        time.sleep(0.01)


def _delivery(name: str, number: int, body: bytes) -> Delivery:
    return Delivery("github:1", f"{name}-{number}", "pull_request", body, _now())


def _now() -> datetime:
    return datetime.now(UTC)
