"""What waits is written together, and nobody pays for another's mistake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from fitgate.adapters.queue.grouped import MOST, Grouped
from fitgate.errors import QueueError


class Disk:
    """Writes when it is let; `groups` are what it wrote."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.is_free = threading.Event()
        self.is_busy = threading.Event()
        self.refuses: dict[int, Exception] = {}

    def write(self, numbers: Sequence[int]) -> list[int]:
        self.is_busy.set()
        assert self.is_free.wait(10)
        for number in numbers:
            if number in self.refuses:
                raise self.refuses[number]
        self.groups.append([*numbers])
        return [-number for number in numbers]


@contextmanager
def busy() -> Iterator[tuple[Disk, Grouped[int, int], Callable[[], None]]]:
    """Give a disk that writes the number 0 until it is let go of."""
    disk = Disk()
    writer = Grouped(disk.write, "test")
    first = writer.submit(0)
    assert disk.is_busy.wait(10)
    yield disk, writer, disk.is_free.set
    disk.is_free.set()
    writer.close()
    assert first.result(10) == 0


def test_who_comes_alone_is_written_alone() -> None:
    disk = Disk()
    disk.is_free.set()
    writer = Grouped(disk.write, "test")
    assert [writer.submit(number).result(10) for number in range(3)] == [0, -1, -2]
    assert disk.groups == [[0], [1], [2]]
    writer.close()


def test_all_that_waits_is_written_together() -> None:
    with busy() as (disk, writer, let_go):
        futures = [writer.submit(number) for number in range(1, MOST + 11)]
        let_go()
        assert [future.result(10) for future in futures] == [-n for n in range(1, MOST + 11)]
    assert [len(group) for group in disk.groups] == [1, MOST, 10]


def test_one_that_is_bad_fails_alone() -> None:
    with busy() as (disk, writer, let_go):
        disk.refuses[2] = ValueError("bad")
        futures = [writer.submit(number) for number in range(1, 4)]
        let_go()
        assert (futures[0].result(10), futures[2].result(10)) == (-1, -3)
        with pytest.raises(ValueError, match="bad"):
            futures[1].result(10)
    assert disk.groups == [[0], [1], [3]]


def test_where_nothing_can_be_written_all_are_told_at_once() -> None:
    with busy() as (disk, writer, let_go):
        disk.refuses[2] = QueueError("the disk is full")
        futures = [writer.submit(number) for number in range(1, 4)]
        let_go()
        for future in futures:
            with pytest.raises(QueueError, match="full"):
                future.result(10)
    assert disk.groups == [[0]]


def test_whoever_does_not_wait_any_more_is_left_out() -> None:
    with busy() as (disk, writer, let_go):
        futures: list[Future[int]] = [writer.submit(number) for number in range(1, 4)]
        assert futures[1].cancel()
        let_go()
        assert (futures[0].result(10), futures[2].result(10)) == (-1, -3)
    assert disk.groups == [[0], [1, 3]]


def test_what_waits_when_it_is_closed_is_written() -> None:
    with busy() as (disk, writer, let_go):
        future = writer.submit(1)
        threading.Timer(0.1, let_go).start()
        writer.close()
        assert future.result(0) == -1
        with pytest.raises(QueueError, match="closed"):
            writer.submit(2)
    assert disk.groups == [[0], [1]]
