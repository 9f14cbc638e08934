"""What every queue does with what fails."""

from __future__ import annotations

from datetime import timedelta

from fitgate.core.work import Backlog, Parked
from fitgate.errors import DeliveryError, ForgeError
from fitgate.ports import Queue
from tests.contracts.queues import SECOND, Notes, Place, settle

HOUR = timedelta(hours=1)


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
