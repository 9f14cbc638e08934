"""Databases of another version: brought up with all that is in them, or refused with a reason."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from fitgate.adapters.ledger import database as databases
from fitgate.adapters.ledger import migrations
from fitgate.adapters.ledger.tables import METADATA, REVISIONS, VERSION_TABLE
from fitgate.bootstrap import open_database
from fitgate.core.chain import linked
from fitgate.errors import LedgerError, UserError
from tests.adapters.ledger.raw import Place, closed, landed
from tests.builders import NOW
from tests.contracts.openers import REPO
from tests.fakes import MemoryLedger


def test_the_revisions_that_the_code_knows_are_those_that_there_are() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == REVISIONS


def test_the_tables_that_the_code_knows_are_those_that_the_migrations_leave(place: Place) -> None:
    ledger = place.open()
    seen = inspect(ledger.database.engine)
    assert {*seen.get_table_names()} == {*METADATA.tables, VERSION_TABLE}
    for name, table in METADATA.tables.items():
        there = {column["name"]: str(column["type"]) for column in seen.get_columns(name)}
        meant = {c.name: c.type.compile(ledger.database.engine.dialect) for c in table.columns}
        assert there == meant
    # `row_of` and the driver's own INSERT rely on the order.
    assert [c["name"] for c in seen.get_columns("entries")] == [
        *METADATA.tables["entries"].c.keys()
    ]


def old(place: Place, chain: MemoryLedger, to: str = "0001") -> None:
    """Make a database of an older revision, with these entries in it."""
    database = place.database()
    database.upgrade("0001")
    place.fill(chain.chain)
    database.upgrade(to)


@pytest.fixture
def chain() -> MemoryLedger:
    memory = MemoryLedger(REPO)
    memory.append([landed(1), landed(2), closed(1), closed(3)], NOW)
    return memory


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_database_of_an_older_version_is_brought_up_by_who_writes(
    place: Place, chain: MemoryLedger, revision: str
) -> None:
    old(place, chain, revision)
    ledger = place.open(create=True)
    assert [*linked(ledger.stored(), REPO)] == chain.chain
    (row, other) = ledger.rows()
    assert (row.change, row.closed_at) == ("#1", closed(1).at)
    assert (other.change, other.closed_at) == ("#2", None)
    (written,) = ledger.append([closed(2), closed(1)], NOW)
    assert written.seq == 5
    ledger.close()
    with pytest.raises(Exception, match="changed"):  # the triggers are still there
        place.run("DELETE FROM entries")


def test_a_database_of_an_older_version_is_not_touched_by_who_reads(
    place: Place, chain: MemoryLedger
) -> None:
    old(place, chain)
    with pytest.raises(UserError, match="older FITGate: its tables are of revision 0001") as caught:
        place.open(create=False)
    assert "`fitgate ledger upgrade` brings them up" in str(caught.value)
    database = place.database()
    with database.reading() as connection:
        assert databases.revision(connection) == "0001"


@pytest.mark.parametrize("create", [True, False])
def test_a_database_of_a_newer_version_is_refused(place: Place, *, create: bool) -> None:
    place.open().append([closed(1)], NOW)
    place.run(f"UPDATE {VERSION_TABLE} SET version_num = '0099'")
    with pytest.raises(UserError, match=r"newer FITGate.*0099.*up to 0004.*Use that version"):
        place.open(create=create)


def test_a_ledger_that_is_not_there_is_not_made_by_who_reads(place: Place) -> None:
    with pytest.raises(UserError, match=r"no ledger here. `fitgate scan --record` makes one"):
        place.open(create=False)
    if place.dialect == "sqlite":
        assert not Path(place.where.removeprefix("sqlite:///")).exists()


def test_what_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "fitgate.db"
    file.write_text("this is a letter, and long enough not to be mistaken for a header " * 20)
    with pytest.raises(UserError, match="cannot be opened as a SQLite database: file is not a"):
        open_database(f"sqlite:///{file}", create=True)
    with pytest.raises(UserError, match="cannot be opened as a SQLite database: unable to open"):
        open_database(f"sqlite:///{tmp_path}/no/such/folder.db", create=True)


def test_a_server_that_does_not_answer_is_said_without_its_password() -> None:
    with pytest.raises(LedgerError, match="cannot be reached") as caught:
        open_database("postgresql://me:secret@127.0.0.1:1/db?password=secret", create=True)
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith("postgresql://me:***@127.0.0.1:1/db: ")
    assert str(caught.value).endswith("port 1 failed: Connection refused.")


def test_without_its_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError, match=r"needs the driver psycopg: install `fitgate\[postgres\]`"):
        open_database("postgresql://me@127.0.0.1:1/db")


def test_a_database_that_the_server_does_not_have_is_for_the_user_to_make(
    postgres: Callable[[], str],
) -> None:
    where = postgres()
    with pytest.raises(UserError, match="`createdb not_there` makes one"):
        open_database("postgresql://fitgate@/not_there?" + where.partition("?")[2])


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mysql://me:secret@h/db", "--ledger 'mysql' is not where"),
        ("fitgate.db", "--ledger 'fitgate.db' is not where"),
        ("postgresql://h:no-port/db", "not one of PostgreSQL"),
    ],
)
def test_what_is_no_address_of_a_ledger_says_what_is(where: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        open_database(where)
    assert "secret" not in str(caught.value)
