"""Processes that are killed while they accept or work: nothing is lost."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from fitgate.core.retrying import KILLED
from fitgate.core.work import Delivery, Task
from tests.adapters.queue.program import opened
from tests.adapters.queue.running import (
    doubled,
    ended,
    lines,
    program,
    wait_for,
    worker,
)
from tests.builders import NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fitgate.db'}"
    address: str = request.getfixturevalue("postgres")()
    return address


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def delivery(guid: str) -> Delivery:
    return Delivery("github:1", guid, "push", b"{}", NOW)


def rest(where: str, notes: Path, takes: float = 0.0) -> None:
    """Let another worker do what is left."""
    with worker(where, notes, takes) as running, closing(opened(where)) as queue:
        wait_for(lambda: not queue.waiting(), "it never came to rest")
        end(running)


def end(running: subprocess.Popen[str]) -> None:
    running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 0


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_a_worker_that_is_killed_loses_nothing(where: str, notes: Path, steps: int) -> None:
    names = [f"{number}" for number in range(6)]
    with closing(opened(where)) as queue:
        queue.accept([delivery(name) for name in names])
        with worker(where, notes) as running:
            wait_for(lambda: len(lines(notes)) >= steps, "it does nothing")
            running.kill()
            running.wait()
            took = lines(notes)
        rest(where, notes)
    assert sorted({*ended(notes)}) == names
    # At most what it had in hand is done again.
    assert len(ended(notes)) <= len(names) + 1
    assert len({line[0] for line in lines(notes)}) == 2
    assert len(took) >= steps


def test_a_worker_that_is_killed_is_replaced_within_a_few_seconds(
    postgres_place: str, notes: Path
) -> None:
    where = postgres_place
    with closing(opened(where)) as queue, worker(where, notes) as other, worker(where, notes, 60):
        queue.put([Task("look", f"{n}", f"{n}", NOW + timedelta(seconds=n)) for n in range(4)])
        wait_for(lambda: any(line[0] != str(other.pid) for line in lines(notes)), "it has no task")
        (slow,) = {int(line[0]) for line in lines(notes)} - {other.pid}
        subprocess.run(["kill", "-9", str(slow)], check=True)
        took = wait_for(lambda: len(ended(notes)) == 4, "nobody took over", 10)
        assert took < 5
        end(other)
    assert sorted(ended(notes)) == ["0", "1", "2", "3"]


@pytest.fixture
def postgres_place(postgres: Callable[[], str]) -> str:
    return postgres()


def test_what_was_accepted_before_a_kill_is_there(where: str) -> None:
    with closing(opened(where)) as queue:
        with program("accept", where) as running:
            assert running.stdout is not None
            told = [running.stdout.readline() for _ in range(20)]
            running.kill()
            told += running.stdout.readlines()
        assert len(told) <= queue.waiting() <= len(told) + 1


def test_a_task_that_kills_its_workers_is_parked(where: str, notes: Path) -> None:
    with closing(opened(where)) as queue:
        queue.put([Task("look", "k", "kills", NOW)])
        queue.put([Task("look", "k", "after", NOW + timedelta(seconds=1))])
        for number in range(1, 4):
            with worker(where, notes) as running:
                wait_for(lambda: running.poll() is not None, "it was not killed")
                assert sum(line[-1] == "kills" for line in lines(notes)) == number
        rest(where, notes)  # the other had its turn too
        (parked,) = queue.parked()
        assert (parked.what, parked.attempts, parked.why) == ("look k", 3, KILLED)
    assert ended(notes) == ["after"]


def test_a_worker_that_is_asked_to_end_finishes_its_task_and_hands_back_the_rest(
    where: str, notes: Path
) -> None:
    with closing(opened(where)) as queue:
        queue.put([Task("look", f"{number}", f"{number}", NOW) for number in range(3)])
        with worker(where, notes, 0.6) as running:
            wait_for(lambda: len(lines(notes)) == 1, "it does nothing")
            end(running)
        assert len(ended(notes)) == 1
        assert queue.waiting() == 2
        rest(where, notes)
    assert sorted(ended(notes)) == ["0", "1", "2"]


def test_workers_share_the_work_and_never_one_key(postgres_place: str, notes: Path) -> None:
    where = postgres_place
    tasks = [Task("look", f"{n % 3}", f"{n}", NOW) for n in range(18)]
    with (
        closing(opened(where)) as queue,
        worker(where, notes, 0.1) as one,
        worker(where, notes, 0.1) as two,
        worker(where, notes, 0.1) as three,
    ):
        queue.put(tasks)
        wait_for(lambda: not queue.waiting(), "it never came to rest")
        for running in (one, two, three):
            end(running)
    assert sorted(ended(notes), key=int) == [task.about for task in tasks]
    assert doubled(notes) == []
    assert len({line[0] for line in lines(notes)}) >= 2


def test_a_worker_that_slept_finds_its_task_taken_over_and_goes_on(
    postgres_place: str, notes: Path
) -> None:
    where = postgres_place
    with closing(opened(where)) as queue, worker(where, notes, 0.5) as slept:
        queue.put([Task("look", "a", "a", NOW)])
        wait_for(lambda: len(lines(notes)) == 1, "it does nothing")
        slept.send_signal(signal.SIGSTOP)
        rest(where, notes)
        assert ended(notes) == ["a"]
        slept.send_signal(signal.SIGCONT)
        wait_for(lambda: ended(notes) == ["a", "a"], "it never woke")
        queue.put([Task("look", "b", "b", NOW)])
        wait_for(lambda: ended(notes)[2:] == ["b"], "it does nothing any more")
        wait_for(lambda: not queue.waiting(), "it never came to rest")
        assert [*queue.parked()] == []
        end(slept)
