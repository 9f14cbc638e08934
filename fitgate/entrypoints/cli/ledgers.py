"""Which ledger a command means, and which repository's chain in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitgate.errors import UserError
from fitgate.ports import Ledger

if TYPE_CHECKING:
    from fitgate.core.chronicle import Chronicle, Row
    from fitgate.core.entries import Entry

LedgerOption = Annotated[
    str | None,
    typer.Option("--ledger", help="sqlite:///FILE, postgresql://…, or branch.", metavar="WHERE"),
]
RepoOption = Annotated[
    str | None,
    typer.Option(
        "--repo", help="The id of the repository, if the ledger holds several.", metavar="ID"
    ),
]


@contextmanager
def opened(
    where: str | None, path: Path = Path(), repo: str | None = None, *, create: bool = False
) -> Iterator[Ledger]:
    """Open a ledger: `where` as given, else FITGATE_DATABASE_URL, else sqlite:///fitgate.db.

    `repo`: as given, else that of the clone at `path`, else the only one that the ledger holds.
    `create`: for those who write; a ledger that is not there is made, an older one brought up.

    Raises:
        UserError: when there is no ledger, or it cannot be told which repository is meant.
        LedgerError: when it cannot be reached.
    """
    from fitgate.settings import settings

    ledger = _open(where or settings().database_url, path, repo, create=create)
    try:
        yield ledger
    finally:
        ledger.close()


def told_by(ledger: Ledger, as_of: datetime | None = None) -> Chronicle:
    """Return all that a ledger tells, up to what came about by `as_of`; raises as `entries_of`."""
    from fitgate.core.chronicle import Chronicle

    return Chronicle(entries_of(ledger, as_of))


def entries_of(ledger: Ledger, as_of: datetime | None = None) -> Iterator[Entry]:
    """Yield all entries, up to what came about by `as_of`; the whole chain is checked on the way.

    Raises:
        BrokenChainError: at the first that does not hang together with those before it.
    """
    from fitgate.core.chain import read, whole

    yield from read(whole(ledger.stored(), ledger.repo, ledger.head), as_of)


def landing_called(told: Chronicle, name: str) -> Row:
    """Return the landing that a person means by its id, its commit or #12.

    Raises:
        UserError: when there is none, or several.
    """
    found = {row.change: row for row in told.rows() if row.is_called(name)}
    if not found:
        raise UserError(f"The ledger has no landing {name!r}. `fitgate scan --record` writes them.")
    if len(found) > 1:
        raise UserError(f"{name!r} may be {' or '.join(sorted(found))}. Say more of it.")
    return next(iter(found.values()))


def _open(where: str, path: Path, repo: str | None, *, create: bool) -> Ledger:
    from fitgate.bootstrap import chain_in, open_database, open_ledger
    from fitgate.settings import ledger_kind

    whose = repo or _of_clone(path)
    if ledger_kind(where) == "branch":
        if whose is None:
            raise UserError(
                f"{path} is not in a Git repository, so there is no branch to keep a ledger on. "
                "Run this inside a clone, or say --ledger sqlite:///FILE."
            )
        return open_ledger(where, whose, path, create=create)
    database = open_database(where, create=create)
    try:
        if whose is None or not create:
            whose = _chosen(whose, database.repos(), database.name, named=repo is not None)
        return chain_in(database, whose)
    except BaseException:
        database.close()
        raise


def _of_clone(path: Path) -> str | None:
    """Return the id of the repository that a path is in; None: it is in none."""
    from fitgate.bootstrap import open_clone
    from fitgate.core.facts import SHALLOW_ID

    try:
        with open_clone(path) as clone:
            found = clone.repo("HEAD").id
    except UserError:
        return None
    if found == SHALLOW_ID:
        raise UserError(
            f"{path}: a shallow clone ends before the commit that names its repository. "
            "`git fetch --unshallow` brings the rest; or name the repository: --repo ID."
        )
    return found


def _chosen(whose: str | None, held: Sequence[str], name: str, *, named: bool) -> str:
    listed = f"It holds: {', '.join(held)}." if held else "It holds none yet."
    if whose is not None:
        if whose in held:
            return whose
        said = f"--repo {whose}" if named else f"{whose}, the repository of the clone here"
        raise UserError(f"{name} has no entries of {said}. {listed} Name one with --repo ID.")
    if len(held) == 1:
        return held[0]
    raise UserError(
        f"It cannot be told which repository of {name} is meant. {listed} Name it with --repo ID, "
        "or run this inside its clone."
    )
