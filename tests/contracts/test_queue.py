"""What every queue does, wherever it is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fitgate.core.work import Backlog, Delivery, Every, Parked, Task
from fitgate.errors import DeliveryError, ForgeError
from fitgate.ports import Queue
from tests.contracts.queues import PLACES, SECOND, Notes, Place, settle

HOUR = timedelta(hours=1)


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    found: Place = request.param(request)
    yield found
    found.close()


@pytest.fixture
def queue(place: Place) -> Queue:
    return place.open()


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


def test_what_fails_is_tried_again_later_each_time_then_parked(place: Place, queue: Queue) -> None:
    notes = Notes(fails={"a": ForgeError("the forge is down"), "d": ValueError("no\x1bno")})
    queue.put([place.task("a"), place.task("b", "other")])
    queue.accept([place.delivery("d")])
    assert sorted(settle(queue, notes, until=3)) == ["a", "b", "d"]
    assert (queue.backlog().due, queue.backlog().later) == (0, 2)
    place.forward(9 * SECOND)
    assert len(settle(queue, notes)) == 3
    place.forward(2 * SECOND)
    assert sorted(settle(queue, notes, until=5)) == ["a", "a", "b", "d", "d"]
    place.forward(15 * SECOND)
    assert len(settle(queue, notes)) == 5
    assert [*queue.parked()] == []
    place.forward(6 * SECOND)
    assert len(settle(queue, notes, until=7)) == 7
    told = sorted(queue.parked(), key=lambda each: each.what)
    assert [(p.what, p.attempts, p.why) for p in told] == [
        ("look k", 3, "the forge is down"),
        ("push d of github:1", 3, "ValueError: no\\x1bno"),
    ]
    assert all(abs(p.since - place.now()) < 10 * SECOND for p in told)
    place.forward(99 * HOUR)
    assert len(settle(queue, notes)) == 7
    assert queue.backlog() == Backlog()


def test_a_forge_that_says_when_is_not_asked_before(place: Place, queue: Queue) -> None:
    notes = Notes(fails={"a": ForgeError("too many requests", status=429, retry_after=1800)})
    queue.put([place.task("a")])
    settle(queue, notes, until=1)
    place.forward(1790 * SECOND)
    assert len(settle(queue, notes)) == 1
    place.forward(11 * SECOND)
    assert len(settle(queue, notes, until=2)) == 2


def test_what_fails_keeps_nothing_else_waiting(place: Place, queue: Queue) -> None:
    notes = Notes(fails={"a": ForgeError("down")})
    queue.put([place.task("a"), place.task("b"), place.task("c", after=SECOND)])
    place.forward(SECOND)
    assert sorted(settle(queue, notes, until=3)) == ["a", "b", "c"]


def test_what_can_never_be_understood_is_parked_at_once(place: Place, queue: Queue) -> None:
    queue.accept([place.delivery("a"), place.delivery("b")])
    notes = Notes(fails={"a": DeliveryError("it is no JSON")})
    assert sorted(settle(queue, notes, until=2)) == ["a", "b"]
    (parked,) = queue.parked()
    assert (parked.attempts, parked.why) == (1, "it is no JSON")


def failed_for_good(place: Place, queue: Queue, notes: Notes) -> tuple[Parked, Parked]:
    """Let the delivery `d` and the task `t` fail until they are parked."""
    notes.fails |= {"d": ForgeError("down"), "t": ForgeError("down")}
    queue.accept([place.delivery("d", body=b"kept")])
    queue.put([place.task("t")])
    for number in (2, 4, 6):
        settle(queue, notes, until=number)
        place.forward(HOUR)
    assert len(queue.parked()) == 2
    notes.fails.clear()
    by_name = {parked.what: parked for parked in queue.parked()}
    return by_name["push d of github:1"], by_name["look k"]


def test_what_is_parked_is_retried_by_hand(place: Place, queue: Queue) -> None:
    notes = Notes(gives=lambda _: [place.task("of d")])
    parked = failed_for_good(place, queue, notes)
    assert queue.retry([each.id for each in parked]) == 2
    assert (queue.waiting(), [*queue.parked()]) == (2, [])
    assert sorted(settle(queue, notes, until=9)[6:]) == ["d", "of d", "t"]
    assert notes.bodies[-1] == b"kept"
    assert queue.retry([each.id for each in parked]) == 0
    queue.accept([place.delivery("d")])
    assert queue.waiting() == 0


def test_what_is_retried_has_all_its_attempts_anew(place: Place, queue: Queue) -> None:
    notes = Notes()
    parked = failed_for_good(place, queue, notes)
    notes.fails = {"d": ForgeError("again"), "t": ForgeError("again")}
    queue.retry([each.id for each in parked])
    for number in (8, 10):
        settle(queue, notes, until=number)
        assert [*queue.parked()] == []
        place.forward(HOUR)
    settle(queue, notes, until=12)
    assert {(each.attempts, each.why) for each in queue.parked()} == {(3, "again")}


def test_a_redelivery_revives_what_was_parked(place: Place, queue: Queue) -> None:
    notes = Notes()
    _, task = failed_for_good(place, queue, notes)
    queue.accept([place.delivery("d")])
    assert [each.id for each in queue.parked()] == [task.id]
    assert settle(queue, notes, until=7)[6:] == ["d"]


def test_a_parked_task_is_forgotten_once_the_same_is_done(place: Place, queue: Queue) -> None:
    notes = Notes()
    delivery, _ = failed_for_good(place, queue, notes)
    queue.put([place.task("t")])
    assert len(queue.parked()) == 2
    assert settle(queue, notes, until=7)[6:] == ["t"]
    assert [each.id for each in queue.parked()] == [delivery.id]


def test_a_task_that_is_parked_again_is_parked_once(place: Place, queue: Queue) -> None:
    notes = Notes()
    failed_for_good(place, queue, notes)
    notes.fails = {"t": DeliveryError("never")}
    queue.put([place.task("t")])
    settle(queue, notes, until=7)
    assert sorted((each.what, each.why) for each in queue.parked()) == [
        ("look k", "never"), ("push d of github:1", "down"),
    ]  # fmt: skip


def test_a_retried_task_that_waits_already_is_one(place: Place, queue: Queue) -> None:
    notes = Notes()
    _, task = failed_for_good(place, queue, notes)
    queue.put([place.task("t", after=HOUR)])
    assert queue.retry([task.id]) == 1
    assert (queue.backlog().due, queue.backlog().later) == (1, 0)
    assert settle(queue, notes, until=7)[6:] == ["t"]


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
