"""A queue in PostgreSQL: its tables from one version to the next, and connections that are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.schema import SchemaManager

from fitgate.adapters.queue.jobs import urgency
from fitgate.adapters.queue.postgres import behind
from fitgate.adapters.queue.procrastinate import ProcrastinateQueue
from fitgate.core.work import Delivery, Task
from fitgate.errors import QueueError, UserError
from tests.builders import NOW
from tests.contracts.queues import PACE, Notes, settle

MIGRATIONS = Path(SchemaManager.get_migrations_path())
LOST = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fitgate'"
MOMENTS = st.datetimes(timezones=st.just(UTC))


@pytest.fixture
def where(postgres: Callable[[], str]) -> str:
    return postgres()


@pytest.fixture
def queue(where: str) -> Iterator[ProcrastinateQueue]:
    with closing(ProcrastinateQueue(where, pace=PACE)) as opened:
        yield opened


def ask(where: str, words: str) -> list[tuple[object, ...]]:
    with psycopg.connect(where) as connection:
        done = connection.execute(words.encode())
        return done.fetchall() if done.description else []


def delivery(guid: str) -> Delivery:
    return Delivery("github:1", guid, "push", b"{}", NOW)


def test_many_make_the_tables_at_the_same_time(where: str) -> None:
    def opened(_: int) -> int:
        with closing(ProcrastinateQueue(where)) as one:
            return one.waiting()

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(opened, range(4))] == [0] * 4


def test_tables_of_an_older_procrastinate_are_brought_up(where: str) -> None:
    names = sorted(path.name for path in MIGRATIONS.glob("*.sql"))
    before, after = names[:-3], names[-3:]
    with psycopg.connect(where, autocommit=True) as connection:
        for name in before:
            connection.execute((MIGRATIONS / name).read_bytes())
        connection.execute("CREATE TABLE inbox_version (version integer, procrastinate text)")
        connection.execute("INSERT INTO inbox_version VALUES (0, %s)", (before[-1],))
    assert "procrastinate_fetch_job_v2" in (MIGRATIONS / after[0]).read_text()
    with closing(ProcrastinateQueue(where, pace=PACE)) as queue:
        queue.accept([delivery("a")])
        queue.put([Task("look", "k", "b", NOW)])
        assert sorted(settle(queue, Notes(), until=2)) == ["a", "b"]
    assert ask(where, "SELECT version, procrastinate FROM inbox_version") == [(1, after[-1])]


def test_tables_that_somebody_else_made_for_procrastinate_are_used(where: str) -> None:
    with psycopg.connect(where) as connection:
        connection.execute(SchemaManager.get_schema())
    with closing(ProcrastinateQueue(where, pace=PACE)) as queue:
        queue.accept([delivery("a")])
        assert settle(queue, Notes(), until=1) == ["a"]


def test_only_what_is_missing_is_run_in_its_order() -> None:
    assert behind("03.01.00_50", ["03.02.00_01", "03.01.00_50", "03.01.00_01", "03.02.00_00"]) == [
        "03.02.00_00", "03.02.00_01",
    ]  # fmt: skip


def test_tables_of_a_newer_version_are_refused(queue: ProcrastinateQueue, where: str) -> None:
    assert queue.waiting() == 0
    ask(where, "UPDATE inbox_version SET version = 99")
    with pytest.raises(UserError, match="made by a newer FITGate: its inbox is of version 99"):
        ProcrastinateQueue(where)


def test_what_is_not_there_is_not_made_by_those_who_only_look(where: str) -> None:
    with pytest.raises(UserError, match="there is no inbox here"):
        ProcrastinateQueue(where, create=False)
    assert ask(where, "SELECT count(*) FROM pg_tables WHERE tablename LIKE '%inbox%'") == [(0,)]


def test_a_database_that_is_not_there_is_named_without_its_password(where: str) -> None:
    there = where.replace("fitgate@", "fitgate:secret@").replace("/alone", "/none")
    with pytest.raises(UserError, match=r"there is no such database.*`createdb \S+` makes") as exc:
        ProcrastinateQueue(there.partition("?")[0][:-1] + "x?" + there.partition("?")[2])
    assert "secret" not in str(exc.value)


@pytest.mark.parametrize("address", ["postgresql://%", "postgresql://a b c"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="it must be postgresql://"):
        ProcrastinateQueue(address)


def test_connections_that_are_lost_are_made_again(queue: ProcrastinateQueue, where: str) -> None:
    for number in range(3):
        ask(where, LOST)
        queue.accept([delivery(f"{number}")])
    ask(where, LOST)
    assert queue.waiting() == 3

    def loses(task: Task) -> list[Task]:
        ask(where, LOST)
        return [Task("look", "k", "after", NOW)] if task.about == "loses" else []

    notes = Notes(then=loses)
    queue.put([Task("look", "k", "loses", NOW)])
    settle(queue, notes, until=5)
    assert {*notes.did} == {"0", "1", "2", "loses", "after"}
    assert [*queue.parked()] == []


def test_a_database_that_does_not_answer_any_more_is_told(
    queue: ProcrastinateQueue, where: str
) -> None:
    queue.accept([delivery("a")])
    name = where.partition("?")[0].rpartition("/")[2]
    elsewhere = where.replace(f"/{name}", "/postgres")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute(LOST.encode())
        queue._database._pool.timeout = 1.0  # noqa: SLF001 - the test need not wait for long
        with pytest.raises(QueueError, match="could not be read or written"):
            queue.accept([delivery("b")])
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    queue.accept([delivery("b")])
    assert sorted(settle(queue, Notes(), until=2)) == ["a", "b"]


def test_keys_may_be_long_and_what_cannot_be_kept_is_the_fault_of_its_task(
    queue: ProcrastinateQueue,
) -> None:
    notes = Notes(then=lambda task: [Task("look", "no\0key", "x", NOW)] * (task.about == "bad"))
    queue.put([Task("look", "k" * 10_000, "a" * 10_000, NOW), Task("look", "k", "bad", NOW)])
    assert sorted(map(len, settle(queue, notes, until=2))) == [3, 10_000]
    assert queue.backlog().later == 1
    ask(queue._database.address, "UPDATE procrastinate_jobs SET scheduled_at = now()")  # noqa: SLF001 - its time
    settle(queue, notes, until=3)
    ask(queue._database.address, "UPDATE procrastinate_jobs SET scheduled_at = now()")  # noqa: SLF001 - as above
    settle(queue, notes, until=4)
    (parked,) = queue.parked()
    assert "NUL" in parked.why


@given(MOMENTS, MOMENTS)
def test_the_sooner_a_job_is_due_the_more_urgent_it_is(one: datetime, other: datetime) -> None:
    assert (urgency(one) >= urgency(other)) or one > other
    assert -(2**31) <= urgency(one) < 2**31
