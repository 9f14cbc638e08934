"""A queue in a SQLite file: one worker, whatever becomes of the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fitgate.adapters.queue.embedded import EmbeddedQueue
from fitgate.bootstrap import open_database, open_ledger
from fitgate.core.work import Delivery, Task
from fitgate.errors import QueueError, UserError
from tests.adapters.ledger.telling import told
from tests.builders import DAY, NOW
from tests.contracts.queues import PATIENCE, Notes, settle


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fitgate.db"


@pytest.fixture
def queue(file: Path) -> Iterator[EmbeddedQueue]:
    with closing(EmbeddedQueue(file, lambda: NOW, patience=PATIENCE)) as opened:
        yield opened


def delivery(guid: str) -> Delivery:
    return Delivery("github:1", guid, "push", b"{}", NOW)


def test_another_worker_on_the_same_file_is_refused(queue: EmbeddedQueue, file: Path) -> None:
    refused: list[str] = []

    def other(_: Task) -> tuple[Task, ...]:
        with closing(EmbeddedQueue(file, lambda: NOW)) as second:
            try:
                second.work(Notes(), lambda: True)
            except QueueError as exc:
                refused.append(str(exc))
        return ()

    queue.put([Task("look", "k", "a", NOW)])
    settle(queue, Notes(then=other), until=1)
    (why,) = refused
    assert "another process works on this inbox" in why
    assert "FITGATE_DATABASE_URL=postgresql://…" in why
    settle(queue, Notes())


def test_ledger_and_inbox_share_a_file(queue: EmbeddedQueue, file: Path) -> None:
    where = f"sqlite:///{file}"
    queue.accept([delivery("a")])
    with closing(open_ledger(where, "github:1", Path(), create=True)) as ledger:
        ledger.append([told("one")], NOW)
        assert settle(queue, Notes(), until=1) == ["a"]
        ledger.append([told("two")], NOW)
        assert ledger.head().seq == 2


def test_a_database_without_a_ledger_is_kept_for_its_inbox(file: Path) -> None:
    database = open_database(f"sqlite:///{file}", create=True)
    with closing(EmbeddedQueue(file, lambda: NOW)) as queue:
        queue.accept([delivery("a")])
    database.close()  # it removes a file that it made and nobody wrote to
    with closing(EmbeddedQueue(file, lambda: NOW)) as queue:
        assert queue.waiting() == 1


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    file.write_text("no database, and longer than a hundred bytes" * 10)
    with pytest.raises(UserError, match="cannot be opened as a SQLite database"):
        EmbeddedQueue(file, lambda: NOW)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="in a folder that can be written"):
        EmbeddedQueue(tmp_path / "none" / "fitgate.db", lambda: NOW)


def test_tables_of_a_newer_version_are_refused(queue: EmbeddedQueue, file: Path) -> None:
    queue.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE inbox_version SET version = 99")
    with pytest.raises(UserError, match="made by a newer FITGate: its inbox is of version 99"):
        EmbeddedQueue(file, lambda: NOW)


def test_a_closed_queue_takes_nothing(queue: EmbeddedQueue) -> None:
    queue.accept([delivery("a")])
    queue.close()
    with pytest.raises(QueueError, match="it takes nothing more"):
        queue.accept([delivery("b")])


def test_what_was_done_a_month_ago_is_forgotten_and_its_body_at_once(file: Path) -> None:
    clock = [NOW]
    with (
        closing(EmbeddedQueue(file, lambda: clock[0])) as queue,
        closing(sqlite3.connect(file)) as bare,
    ):
        queue.accept([delivery("a")])
        settle(queue, Notes(), until=1)
        kept = bare.execute("SELECT guid, state, body FROM inbox_deliveries").fetchall()
        assert kept == [("a", "done", b"")]
        for days, count in ((29, 1), (2, 0)):
            clock[0] += days * DAY
            queue.put([Task("look", "k", f"{days}", NOW)])
            settle(queue, Notes(), until=1)
            assert bare.execute("SELECT count(*) FROM inbox_deliveries").fetchone() == (count,)


def test_a_disk_that_is_full_loses_nothing_that_was_accepted(
    queue: EmbeddedQueue, file: Path
) -> None:
    queue.accept([delivery("a")])
    # What is full for one connection is full for the one that writes: it is the same limit.
    (pages,) = queue._writes.execute("PRAGMA page_count").fetchone()  # noqa: SLF001 - the disk
    queue._writes.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001 - as above
    large = Delivery("github:1", "b", "push", b"x" * 1_000_000, NOW)
    with pytest.raises(QueueError, match=r"could not be written: database or disk is full"):
        queue.accept([large])
    with pytest.raises(QueueError, match="Nothing was taken"):
        queue.submit([delivery("c"), large]).result()
    queue._writes.execute("PRAGMA max_page_count = 1000000")  # noqa: SLF001 - as above
    queue.accept([large])
    assert settle(queue, Notes(), until=2) == ["a", "b"]
    assert file.exists()


def test_work_goes_on_when_the_disk_does(queue: EmbeddedQueue) -> None:
    def full(_: Task) -> tuple[Task, ...]:
        if len(notes.did) == 1:
            (pages,) = queue._writes.execute("PRAGMA page_count").fetchone()  # noqa: SLF001 - as above
            queue._writes.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001 - as above
            threading.Timer(0.3, room).start()
        return tuple(Task("look", "k", "x" * 1000 + str(n), NOW + DAY) for n in range(500))

    def room() -> None:
        queue._writes.execute("PRAGMA max_page_count = 1000000")  # noqa: SLF001 - as above

    notes = Notes(then=full)
    queue.put([Task("look", "k", "a", NOW)])
    assert settle(queue, notes, until=2) == ["a", "a"]
    assert queue.backlog().later == 500
    assert [*queue.parked()] == []
