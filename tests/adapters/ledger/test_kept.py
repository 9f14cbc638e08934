"""What is written down stays as it is, and who changed it is found out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from fitgate.adapters.queue.embedded import EmbeddedQueue
from fitgate.core.canonical import sha256
from fitgate.core.chain import linked
from fitgate.core.work import Delivery
from fitgate.errors import BrokenChainError, LedgerError
from tests.adapters.ledger.raw import Place, closed
from tests.builders import NOW
from tests.contracts.openers import REPO

REFUSED = (sqlite3.IntegrityError, psycopg.errors.RaiseException)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET content = content",
        "UPDATE entries SET change = 'x' WHERE seq = 2",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE seq = 2",
        "UPDATE blobs SET content = content",
    ],
)
def test_an_entry_can_be_neither_changed_nor_removed(place: Place, statement: str) -> None:
    ledger = place.open()
    kept = ledger.append([closed(1), closed(2)], NOW, [b"x"])
    with pytest.raises(REFUSED, match=r"ledger|changed"):
        place.run(statement)
    assert [*ledger.stored()] == kept


@pytest.mark.parametrize("row", ["1, 1, 'other key'", "1, 3, 'closed/#1'"])
def test_an_entry_cannot_be_replaced_in_sqlite(in_sqlite: Place, row: str) -> None:
    ledger = in_sqlite.open()
    kept = ledger.append([closed(1), closed(2)], NOW)
    columns = "(chain, seq, key, kind, at, recorded_at, digest, content)"
    with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
        in_sqlite.run(
            f"INSERT OR REPLACE INTO entries {columns} VALUES ({row}, 'K', 1, 1, 'd', 'c')"
        )
    assert [*ledger.stored()] == kept


def test_the_table_cannot_be_emptied_in_postgresql(in_postgresql: Place) -> None:
    ledger = in_postgresql.open()
    kept = ledger.append([closed(1)], NOW)
    with pytest.raises(psycopg.errors.RaiseException, match="TRUNCATE on entries"):
        in_postgresql.run("TRUNCATE entries CASCADE")
    assert [*ledger.stored()] == kept


EDITED = "UPDATE entries SET content = {as_bytes} WHERE seq = 3"
FAULTS = [
    (["DELETE FROM entries WHERE seq = 3"], 3, "is missing: the ledger went on to 3"),
    (["DELETE FROM entries"], 1, "is missing: the ledger went on to 3"),
    ([EDITED], 3, "does not have the digest that it is kept with"),
    (["UPDATE chains SET seq = 2"], 3, "was written past the end of the ledger"),
    (["UPDATE chains SET digest = 'x'"], 3, "is not the one that the ledger ended with"),
]


@pytest.mark.parametrize(("statements", "seq", "why"), FAULTS)
def test_nothing_is_added_to_a_ledger_that_was_tampered_with(
    place: Place, statements: list[str], seq: int, why: str
) -> None:
    ledger = place.open()
    ledger.append([closed(n) for n in range(3)], NOW)
    as_bytes = "CAST('{}' AS BLOB)" if place.dialect == "sqlite" else "'{}'::bytea"
    place.tamper(*(statement.replace("{as_bytes}", as_bytes) for statement in statements))
    before = [*ledger.stored()]
    with pytest.raises(BrokenChainError) as caught:
        ledger.append([closed(7)], NOW, [b"x"])
    assert (caught.value.seq, caught.value.why) == (seq, why)
    assert [*ledger.stored()] == before


def test_an_entry_edited_in_the_middle_is_named_before_anything_is_added(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.open().append([closed(n) for n in range(9)], NOW)
    place.tamper("UPDATE entries SET digest = 'x' WHERE seq = 4")
    for checked in (100, 6):
        monkeypatch.setattr("fitgate.adapters.ledger.sql.CHECKED", checked)
        ledger = place.open()
        with pytest.raises(BrokenChainError, match="entry 4 of the ledger does not have the"):
            ledger.append([closed(10)], NOW)
        assert ledger.head().seq == 9
    monkeypatch.setattr("fitgate.adapters.ledger.sql.CHECKED", 4)  # it lies farther back
    assert [each.seq for each in place.open().append([closed(10)], NOW)] == [10]


def test_a_file_that_was_made_in_vain_is_removed_and_no_other(in_sqlite: Place) -> None:
    file = Path(in_sqlite.where.removeprefix("sqlite:///"))
    in_sqlite.open().close()
    assert [*file.parent.glob(f"{file.name}*")] == []
    first, second = in_sqlite.open(), in_sqlite.open()
    assert second.head().seq == 0  # another one has it open
    first.close()
    assert [each.seq for each in second.append([closed(1)], NOW)] == [1]
    second.close()
    assert in_sqlite.open(create=False).head().seq == 1


def test_a_file_that_holds_an_inbox_too_is_never_removed(in_sqlite: Place) -> None:
    file = Path(in_sqlite.where.removeprefix("sqlite:///"))
    ledger = in_sqlite.open()
    delivery = Delivery("github:1", "guid", "push", b"{}", NOW)
    with closing(EmbeddedQueue(file, lambda: NOW)) as queue:
        queue.accept([delivery])
    ledger.close()
    with closing(EmbeddedQueue(file, lambda: NOW, create=False)) as queue:
        assert queue.waiting() == 1


def test_a_chain_is_checked_once_for_as_long_as_it_is_open(place: Place) -> None:
    ledger = place.open()
    ledger.append([closed(1), closed(2), closed(3)], NOW)
    place.tamper("UPDATE entries SET digest = 'x' WHERE seq = 1")
    assert [each.seq for each in ledger.append([closed(4)], NOW)] == [4]
    assert ledger.blob(sha256(b"x")) is None


def test_an_edit_further_back_is_found_by_whoever_reads_the_chain(place: Place) -> None:
    ledger = place.open()
    ledger.append([closed(n) for n in range(5)], NOW)
    place.tamper(
        "UPDATE entries SET content = (SELECT content FROM entries WHERE seq = 1), "
        "digest = (SELECT digest FROM entries WHERE seq = 1) WHERE seq = 3"
    )
    with pytest.raises(BrokenChainError, match="entry 3 of the ledger does not hang on"):
        [*linked(ledger.stored(), REPO)]


def test_a_content_may_be_erased_and_its_digest_stays(place: Place) -> None:
    ledger = place.open()
    kept = ledger.append([closed(1)], NOW, [b"names", b"rules"])
    place.run(f"DELETE FROM blobs WHERE digest = '{sha256(b'names')}'")
    assert ledger.blob(sha256(b"names")) is None
    assert ledger.blob(sha256(b"rules")) == b"rules"
    assert [*linked(ledger.stored(), REPO)] == kept
    ledger.append([], NOW, [b"names"])
    assert ledger.blob(sha256(b"names")) == b"names"


@pytest.mark.parametrize("other", ["SELECT content FROM blobs WHERE digest LIKE '%{0}'", "nothing"])
def test_a_content_that_was_altered_is_not_taken_for_it(place: Place, other: str) -> None:
    ledger = place.open()
    ledger.append([], NOW, [b"names", b"rules"])
    packed = "CAST('nothing' AS BLOB)" if place.dialect == "sqlite" else "'nothing'::bytea"
    value = packed if other == "nothing" else f"({other.format(sha256(b'rules')[-64:])})"
    place.tamper(f"UPDATE blobs SET content = {value} WHERE digest = '{sha256(b'names')}'")
    with pytest.raises(LedgerError, match="was altered in the database"):
        ledger.blob(sha256(b"names"))


def test_two_repositories_have_a_chain_each_in_one_database(place: Place) -> None:
    first = place.open()
    other = type(first)(first.database, "github:2")
    first.append([closed(1)], NOW, [b"x"])
    other.append([closed(1), closed(2)], NOW)
    assert first.database.repos() == ["github:1", "github:2"]
    assert [e.seq for e in linked(first.stored(), "github:1")] == [1]
    assert [e.seq for e in linked(other.stored(), "github:2")] == [1, 2]
    assert other.blob(sha256(b"x")) is None
