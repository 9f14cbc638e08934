"""`fitgate inbox` shows what waits and what failed, and lets it be tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fitgate.bootstrap import open_database, open_queue
from fitgate.core.work import Delivery, Task
from fitgate.entrypoints.cli import asked
from fitgate.errors import DeliveryError
from fitgate.ports import Queue
from tests.builders import DAY, HOUR, NOW
from tests.cli.conftest import Fitgate
from tests.contracts.queues import Notes, settle

FAR = NOW + 10_000 * DAY  # whatever the clock says, its time has not come
WITHOUT = "Nothing waits to be done.\nNothing is parked.\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fitgate.db'}"
    make: Callable[[], str] = request.getfixturevalue("postgres")
    return make()


def opened(where: str) -> Queue:
    return open_queue(where, lambda: NOW + HOUR)


def fill(where: str) -> None:
    """Let one delivery and one task be parked, one wait, and one have its time to come."""
    with closing(opened(where)) as queue:
        queue.accept([Delivery("github:1", "bad", "pu\x1b[31msh", b"[", NOW)])
        queue.put([Task("look", "github:1#7", "{}", NOW)])
        no = DeliveryError("it is no JSON\n::error::")
        assert len(settle(queue, Notes(fails={"bad": no, "{}": no}), until=2)) == 2
        queue.accept([Delivery("github:1", "good", "push", b"{}", NOW)])
        queue.put([Task("look", "github:1#8", "{}", FAR)])


def test_an_inbox_that_is_not_there_is_not_made(fitgate: Fitgate, tmp_path: Path) -> None:
    done = fitgate("inbox")
    assert done.returncode == 2
    assert "there is no inbox here. `fitgate serve` makes one" in done.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_database_with_a_ledger_alone_has_no_inbox(fitgate: Fitgate, where: str) -> None:

    open_database(where, create=True).close()
    done = fitgate("inbox", "--ledger", where)
    assert done.returncode == 2
    assert "no such file" not in done.stderr
    assert "there is no inbox here" in done.stderr


def test_an_empty_inbox_says_so(fitgate: Fitgate, where: str) -> None:
    opened(where).close()
    done = fitgate("inbox", "--ledger", where)
    assert (done.returncode, done.stdout) == (0, WITHOUT)


def test_what_is_parked_is_told_with_its_reason_and_nothing_strange(
    fitgate: Fitgate, where: str
) -> None:
    fill(where)
    done = fitgate("inbox", "--ledger", where)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1 waits to be done, the oldest since 2026-01-31 12:00 UTC.")
    assert lines[1].startswith("1 waits for later, the next until 2053-06-18 12:00 UTC.")
    assert lines[2].startswith("2 deliveries and tasks failed each time. `fitgate inbox retry ID`")
    assert [line.split()[0] for line in lines[4:]] == ["id", "d1", "t1"]
    assert "pu\\x1b[31msh bad of github:1  it is no JSON ::error::" in lines[5]
    assert "look github:1#7" in lines[6]


def test_the_same_is_told_as_json(fitgate: Fitgate, where: str) -> None:
    fill(where)
    told = json.loads(fitgate("inbox", "--ledger", where, "--json").stdout)
    parked = told.pop("parked")
    assert told == {
        "due": 1, "since": "2026-01-31T12:00:00Z", "later": 1, "until": "2053-06-18T12:00:00Z",
    }  # fmt: skip
    assert [(p["id"], p["what"], p["attempts"], p["why"]) for p in parked] == [
        ("d1", "pu\x1b[31msh bad of github:1", 1, "it is no JSON ::error::"),
        ("t1", "look github:1#7", 1, "it is no JSON ::error::"),
    ]


def test_one_is_tried_again_by_its_id_and_the_rest_by_all(fitgate: Fitgate, where: str) -> None:
    fill(where)
    done = fitgate("inbox", "retry", "t1", "--ledger", where)
    assert done.stdout == "1 is tried again as soon as a worker is free.\n"
    done = fitgate("inbox", "--ledger", where, "--json", "retry", "--all")
    assert json.loads(done.stdout) == {"retried": 1}
    done = fitgate("inbox", "retry", "--all", "--ledger", where)
    assert done.stdout == "Nothing is parked, so nothing is tried again.\n"
    with closing(open_queue(where, asked.now)) as queue:
        assert queue.waiting() == 3
        assert sorted(settle(queue, Notes(), until=3)) == ["bad", "good", "{}"]


def test_what_is_not_parked_is_not_tried_again(fitgate: Fitgate, where: str) -> None:
    fill(where)
    done = fitgate("inbox", "retry", "d1", "d2", "--ledger", where)
    assert (done.returncode, done.stdout) == (2, "")
    assert "d2: not parked, so nothing was tried again." in done.stderr
    told = json.loads(fitgate("inbox", "--ledger", where, "--json").stdout)
    assert len(told["parked"]) == 2


@pytest.mark.parametrize("words", [("retry",), ("retry", "d1", "--all")])
def test_it_has_to_be_said_what_is_tried_again(fitgate: Fitgate, words: tuple[str, ...]) -> None:
    done = fitgate("inbox", *words)
    assert done.returncode == 2
    assert "or --all" in done.stderr


def test_a_branch_has_no_inbox(fitgate: Fitgate) -> None:
    done = fitgate("inbox", "--ledger", "branch")
    assert done.returncode == 2
    assert "kept in a database, not on a branch" in done.stderr


def test_a_server_that_does_not_answer_is_no_fault_of_the_user(fitgate: Fitgate) -> None:
    done = fitgate("inbox", "--ledger", "postgresql://nobody:secret@127.0.0.1:1/none")
    assert done.returncode == 4
    assert "the database cannot be used" in done.stderr
    assert "port 1 failed: Connection refused." in done.stderr
    assert "secret" not in done.stderr
