"""Where ledgers are kept, and their figures in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fitgate.errors import UserError
from fitgate.ports import Ledger
from fitgate.settings import LEDGERS, ledger_kind

if TYPE_CHECKING:
    from fitgate.adapters.ledger.database import Database
    from fitgate.adapters.ledger.projection import ProjectedLedger
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.ledger_file import LedgerFile
    from fitgate.core.measure.overview import Source
    from fitgate.core.policy import Policy


def open_ledger(where: str, repo: str, clone_path: Path, *, create: bool = False) -> Ledger:
    """Open a repository's chain; `clone_path` is the clone whose branch it may be.

    Raises:
        UserError: when there is no ledger, and `create` does not allow to make one.
        LedgerError: when it cannot be reached.
    """
    if ledger_kind(where) == "branch":
        return _branch_ledger(clone_path, repo, create=create)
    return chain_in(open_database(where, create=create), repo)


def chain_in(database: Database, repo: str) -> ProjectedLedger:
    """Return a repository's chain in an open database; closing it closes that."""
    from fitgate.adapters.ledger.projection import ProjectedLedger

    return ProjectedLedger(database, repo)


def open_database(where: str, *, create: bool = False, upgrade: bool = False) -> Database:
    """Open a database that may hold the chains of many repositories; raises as `open_ledger`.

    `upgrade` brings its tables up to this version, `create` makes them too.
    """
    database = _database(where, create=create)
    try:
        database.prepare(create=create, upgrade=upgrade)
    except BaseException:
        database.close()
        raise
    return database


def restored(ledger: ProjectedLedger, file: LedgerFile) -> int:
    """Write down what a file of a ledger holds, all or nothing; return how many entries were new.

    Raises:
        UserError: when the file is not sound, or does not go on from what the ledger holds.
        LedgerError: when it could not be written.
    """
    from fitgate.adapters.ledger.restoring import restore

    return restore(ledger, file)


def _database(where: str, *, create: bool) -> Database:
    kind = ledger_kind(where)
    if kind == "sqlite":
        from fitgate.adapters.ledger.sqlite import SqliteDatabase

        return SqliteDatabase(Path(where.removeprefix("sqlite:///")), create=create)
    if kind == "postgresql":
        from fitgate.adapters.ledger.postgres import PostgresDatabase

        return PostgresDatabase(where)
    shown = where.partition("://")[0]  # what follows may hold a password
    raise UserError(f"--ledger {shown!r} is not where a ledger can be: say {LEDGERS}.")


def _branch_ledger(clone_path: Path, repo: str, *, create: bool) -> Ledger:
    from fitgate.adapters.ledger.branch import BranchLedger

    ledger = BranchLedger(clone_path, repo)
    if not create and not ledger.head().seq:
        ledger.close()
        raise UserError(
            f"{clone_path}: there is no ledger on the branch fitgate-ledger. "
            "`fitgate scan --record --ledger branch` makes one; or say where it is: "
            "--ledger sqlite:///FILE or postgresql://…"
        )
    return ledger


@contextmanager
def figures_in_columns(
    ledger: Ledger, where: str, policy: Callable[[Chronicle], Policy], least: int
) -> Iterator[Source | None]:
    """Open the columns of a ledger as a source of figures, beside its file or in memory.

    None where they would not pay: without DuckDB, without rows beside the entries, or with no more
    than `least` entries. `policy` chooses one from what the ledger tells of policies.
    """
    if ledger.head().seq <= least or find_spec("duckdb") is None:
        yield None
        return
    from fitgate.adapters.columns.source import opened

    file = Path(where.removeprefix("sqlite:///") + ".columns")
    with opened(ledger, file if ledger_kind(where) == "sqlite" else None, policy) as source:
        yield source


def figures_of_rows(
    ledger: Ledger, policy: Callable[[Chronicle], Policy], least: int
) -> Source | None:
    """Return a source of figures from the rows that a ledger keeps.

    Only what is new is folded, and checked to hang on what was before. None where that would not
    pay: the ledger keeps no rows, or has no more than `least` entries.
    """
    from fitgate.core.chain import read
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.measure.history import CONTROLS, History
    from fitgate.core.measure.overview import Plain
    from fitgate.ports import ProjectingLedger

    if not isinstance(ledger, ProjectingLedger) or ledger.head().seq <= least:
        return None
    controls = Chronicle(read(ledger.of_kinds(CONTROLS)))
    return Plain(History.of_rows(ledger.rows(), controls), policy(controls))
