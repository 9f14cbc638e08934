"""What every queue does, wherever it is kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from fitgate.core.work import Backlog, Delivery, Every, Task
from fitgate.ports import Queue
from tests.contracts.queues import SECOND, Notes, Place, settle

HOUR = timedelta(hours=1)


def test_an_empty_queue_has_nothing_to_do(queue: Queue) -> None:
    assert (queue.waiting(), queue.backlog(), [*queue.parked()]) == (0, Backlog(), [])
    assert queue.retry(["1", "d1", "t1", "", "d", "dx", "d٣", "d" + "9" * 40]) == 0
    assert settle(queue, Notes()) == []


def test_what_was_accepted_is_opened_and_what_that_gives_is_done(
    place: Place, queue: Queue
) -> None:
    body = bytes(range(256)) * 100
    queue.accept([place.delivery("a", body=body), place.delivery("b")])
    assert queue.waiting() == 2
    notes = Notes(gives=lambda d: [place.task(f"look {d.guid}", d.guid)])
    assert sorted(settle(queue, notes, until=4)) == ["a", "b", "look a", "look b"]
    assert notes.bodies[notes.did.index("a")] == body
    assert (queue.waiting(), queue.backlog()) == (0, Backlog())


def test_what_was_submitted_is_kept_when_its_future_ends(place: Place, queue: Queue) -> None:
    futures = [queue.submit([place.delivery(f"{number}")]) for number in range(50)]
    assert [future.result(10) for future in futures] == [None] * 50
    assert queue.waiting() == 50
    assert sorted(settle(queue, Notes(), until=50), key=int) == [f"{n}" for n in range(50)]


def test_many_accept_at_the_same_time_and_nothing_is_lost_or_doubled(place: Place) -> None:
    queues = [place.open() for _ in range(4)]

    def give(number: int) -> None:
        for each in range(10):
            queues[number].accept([place.delivery(f"{each}"), place.delivery(f"{number}-{each}")])

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(give, range(4))] == [None] * 4
    notes = Notes()
    settle(queues[0], notes, until=50)
    wanted = [f"{e}" for e in range(10)] + [f"{n}-{e}" for n in range(4) for e in range(10)]
    assert sorted(notes.did) == sorted(wanted)


def test_the_same_delivery_in_one_go_is_one(place: Place, queue: Queue) -> None:
    queue.accept([place.delivery("a"), place.delivery("a"), place.delivery("a", "github:2")])
    assert settle(queue, Notes(), until=2) == ["a", "a"]


def test_a_delivery_that_was_done_is_not_done_again(place: Place, queue: Queue) -> None:
    queue.accept([place.delivery("a")])
    queue.accept([place.delivery("a")])
    notes = Notes()
    settle(queue, notes, until=1)
    queue.accept([place.delivery("a"), place.delivery("b")])
    assert settle(queue, notes, until=2) == ["a", "b"]


def test_what_is_called_the_same_by_two_hooks_is_two(place: Place, queue: Queue) -> None:
    queue.accept([place.delivery("a", hook) for hook in ("github:1", "github:2", "api")])
    assert settle(queue, Notes(), until=3) == ["a", "a", "a"]


def test_a_task_waits_for_its_time(place: Place, queue: Queue) -> None:
    queue.put(
        [
            place.task("later", after=HOUR),
            place.task("now"),
            place.task("latest", "l", after=2 * HOUR),
        ]
    )
    notes = Notes()
    assert settle(queue, notes, until=1) == ["now"]
    backlog = queue.backlog()
    assert (backlog.due, backlog.since, backlog.later) == (0, None, 2)
    assert backlog.until is not None
    assert abs(backlog.until - (place.now() + HOUR)) < 10 * SECOND
    place.forward(HOUR)
    assert queue.waiting() == 1
    assert settle(queue, notes, until=2) == ["now", "later"]
    assert queue.backlog().later == 1


def test_what_was_due_first_is_done_first(place: Place, queue: Queue) -> None:
    for seconds in (5, 20, 10, 15):
        queue.put([place.task(f"{seconds}", f"{seconds % 10}", after=-seconds * SECOND)])
    since = queue.backlog().since
    assert since is not None
    assert abs(since - (place.now() - 20 * SECOND)) < 5 * SECOND
    assert settle(queue, Notes(), until=4) == ["20", "15", "10", "5"]


def test_a_task_that_waits_for_long_keeps_no_other_of_its_key_waiting(
    place: Place, queue: Queue
) -> None:
    queue.put([place.task("when the cool-down ends", after=48 * HOUR)])
    queue.put([place.task("now")])
    assert settle(queue, Notes(), until=1) == ["now"]


def test_the_same_task_waits_once_and_the_earlier_time_counts(place: Place, queue: Queue) -> None:
    queue.put([place.task("a", after=HOUR), place.task("a", after=2 * HOUR)])
    queue.put([place.task("a", after=3 * HOUR)])
    assert (queue.backlog().due, queue.backlog().later) == (0, 1)
    queue.put([place.task("a"), place.task("b", "k"), place.task("a", "other")])
    assert (queue.backlog().due, queue.backlog().later) == (3, 0)
    notes = Notes()
    assert sorted(settle(queue, notes, until=3)) == ["a", "a", "b"]
    place.forward(4 * HOUR)
    assert settle(queue, notes) == notes.did
    assert len(notes.did) == 3


def test_a_task_may_put_itself_again(place: Place, queue: Queue) -> None:
    notes = Notes()
    notes.then = lambda task: (
        [
            Task(
                task.job,
                task.key,
                task.about,
                place.now() + (HOUR if len(notes.did) < 3 else -HOUR),
            )
        ]
        * (len(notes.did) < 5)
    )
    queue.put([place.task("a")])
    assert settle(queue, notes, until=1) == ["a"]
    place.forward(HOUR)
    assert settle(queue, notes, until=2) == ["a"] * 2
    place.forward(HOUR)
    assert settle(queue, notes, until=5) == ["a"] * 5
    assert queue.backlog() == Backlog()


def test_what_is_put_while_it_is_done_is_done_again(place: Place, queue: Queue) -> None:
    notes = Notes()

    def meanwhile(task: Task) -> tuple[Task, ...]:
        if len(notes.did) == 1:
            queue.put([place.task(task.about)])
        return ()

    notes.then = meanwhile
    queue.put([place.task("a")])
    assert settle(queue, notes, until=2) == ["a", "a"]


def test_what_is_to_be_done_every_hour_is_put_once_an_hour(place: Place) -> None:
    queue, other = place.open(), place.open()
    every = [
        Every("reconcile", "github:1", "hourly", HOUR),
        Every("watch", "github:1", "daily", 24 * HOUR),
    ]
    notes = Notes()
    assert sorted(settle(queue, notes, every, until=2)) == ["daily", "hourly"]
    place.forward(0.5 * HOUR)
    queue.put([place.task("asked for")])
    assert settle(other, notes, every, until=3)[2:] == ["asked for"]
    place.forward(0.5 * HOUR + SECOND)
    assert settle(other, notes, every, until=4)[3:] == ["hourly"]
    place.forward(30 * HOUR)  # nobody worked meanwhile: that is caught up with once
    assert sorted(settle(queue, notes, every, until=6)[4:]) == ["daily", "hourly"]
    queue.put([place.task("asked for")])
    assert settle(queue, notes, every, until=7)[6:] == ["asked for"]


def test_a_worker_stops_when_it_is_told_and_finishes_what_it_has_in_hand(
    place: Place, queue: Queue
) -> None:
    stopped = threading.Event()
    queue.put([place.task(f"{number}", f"{number}") for number in range(5)])

    def told_to_stop(_: Task) -> list[Task]:
        stopped.set()
        return [place.task("after", "a")]

    notes = Notes(then=told_to_stop)
    queue.work(notes, stopped.is_set)
    assert len(notes.did) == 1
    assert queue.waiting() == 5
    again = Notes()
    assert len(settle(place.open(), again, until=5)) == 5
    assert "after" in again.did


def test_a_delivery_is_told_by_its_own_words(place: Place, queue: Queue) -> None:
    odd = Delivery("github:1", "g' \" %s ? :x", "ping é", b"\0\xff", place.now())
    queue.accept([odd])
    notes = Notes(gives=lambda _: [place.task('{"é":"\\u0000 %s ? \' :x"}', "acme/app#7 é")])
    assert settle(queue, notes, until=2) == [odd.guid, '{"é":"\\u0000 %s ? \' :x"}']
