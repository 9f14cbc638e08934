"""Many writers, writers that die, and disks that are full: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from fitgate.adapters.ledger.projection import ProjectedLedger
from fitgate.adapters.ledger.sqlite import SqliteDatabase
from fitgate.core.chain import linked, read
from fitgate.core.entries import Draft
from fitgate.errors import LedgerError
from tests.adapters.ledger.raw import Place, closed
from tests.builders import NOW
from tests.contracts.openers import REPO

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from tests.adapters.ledger.raw import Place, closed
from tests.builders import NOW
ledger = Place(sys.argv[1]).open()
first, last = int(sys.argv[2]), int(sys.argv[3])
print(sum(len(ledger.append([closed(n), closed(n + 1)], NOW)) for n in range(first, last)))
ledger.close()
"""


def test_writers_at_the_same_time_lose_nothing_and_double_nothing(place: Place) -> None:
    spans = ((0, 20), (10, 30), (0, 30))
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, place.where, str(first), str(last)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for first, last in spans
    ]  # fmt: skip
    said = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    ledger = place.open()
    keys = [entry.key for entry in read(linked(ledger.stored(), REPO))]
    assert sorted(keys) == sorted(f"closed/#{n}" for n in range(31))
    assert sum(int(out) for out, _ in said) == 31


@pytest.mark.parametrize(("way", "steps"), [("grow", 25), ("begin", 40)])
def test_a_writer_may_be_killed_at_any_step_in_sqlite(
    in_sqlite: Place, way: str, steps: int
) -> None:
    assert killed_at_each_step(in_sqlite.where, way) > steps


def test_a_writer_may_be_killed_at_any_step_in_postgresql(in_postgresql: Place) -> None:
    assert killed_at_each_step(in_postgresql.where, "grow") > 20


def killed_at_each_step(where: str, way: str) -> int:
    """Return at how many steps a writer was killed, nothing being lost or doubled at any."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.adapters.ledger.crashing", way, where],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_writer_that_waits_too_long_says_which_process_writes(in_sqlite: Place) -> None:
    in_sqlite.open()
    ledger = ProjectedLedger(in_sqlite.database(patience=0.1), REPO)
    with in_sqlite.raw() as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=f"process {os.getpid()} has been writing") as caught:
            ledger.append([closed(1)], NOW)
        assert "Nothing was written; try again" in str(caught.value)
        assert [*ledger.stored()] == []  # readers do not wait
        other.execute("ROLLBACK")
    assert len(ledger.append([closed(1)], NOW)) == 1


def test_a_writer_that_waits_too_long_says_which_session_writes(in_postgresql: Place) -> None:
    in_postgresql.open()
    ledger = ProjectedLedger(in_postgresql.database(patience=0.1), REPO)
    lock = f"SELECT pg_advisory_lock(hashtextextended('fitgate ledger {REPO}', 0))"
    with closing(psycopg.connect(in_postgresql.where, application_name="somebody")) as other:
        other.execute(lock)
        with pytest.raises(LedgerError, match=r"session \d+ \(somebody\) has been writing"):
            ledger.append([closed(1)], NOW)
    assert len(ledger.append([closed(1)], NOW)) == 1


def test_a_writer_that_is_gone_by_now_is_called_another(place: Place) -> None:
    database = place.open().database
    assert database.holder() in {"another process", "another session"}
    database.close()
    assert database.holder() in {"another process", "another session"}


def test_writers_of_two_repositories_do_not_wait_for_each_other(in_postgresql: Place) -> None:
    in_postgresql.open()
    database = in_postgresql.database(patience=0.1)
    with database.writing("github:2"):
        assert len(ProjectedLedger(database, REPO).append([closed(1)], NOW)) == 1


def test_a_disk_that_is_full_loses_nothing(in_sqlite: Place) -> None:
    in_sqlite.open().append([closed(1)], NOW)
    database = in_sqlite.database()
    assert isinstance(database, SqliteDatabase)
    room = [60]
    event.listen(
        database.engine,
        "checkout",
        lambda connection, *_: connection.execute(f"PRAGMA max_page_count = {room[0]}"),
    )
    ledger = ProjectedLedger(database, REPO)
    large = [Draft(NOW, "Closed", f"k{n}", {"change": "x" * 9_000}) for n in range(100)]
    with pytest.raises(LedgerError, match="could not be written: database or disk is full"):
        ledger.append(large, NOW)
    assert ledger.head().seq == 1
    assert [e.seq for e in linked(ledger.stored(), REPO)] == [1]
    room[0] = 100_000
    assert len(ledger.append(large, NOW)) == 100
    assert ledger.head().seq == 101
