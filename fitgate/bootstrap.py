"""The only file that names concrete adapters; each is imported when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from fitgate.errors import UserError
from fitgate.ports import Forge, Ledger
from fitgate.settings import LEDGERS, ledger_kind

if TYPE_CHECKING:
    from fitgate.adapters.console import Rows
    from fitgate.adapters.facts_cache import FactsCache
    from fitgate.adapters.journal import Journal
    from fitgate.adapters.ledger.database import Database
    from fitgate.adapters.ledger.projection import ProjectedLedger
    from fitgate.adapters.policy_graph import Draw
    from fitgate.adapters.register_files import Writer
    from fitgate.core.chronicle import Chronicle
    from fitgate.core.drills import Rehearsal, Rehearsed
    from fitgate.core.events import Event
    from fitgate.core.facts import Repo
    from fitgate.core.ledger_file import LedgerFile
    from fitgate.core.measure.overview import Group, Overview, Source
    from fitgate.core.measure.reading import Figure
    from fitgate.core.policy import Policy, Threshold
    from fitgate.core.reading import PolicyFile
    from fitgate.core.register import Register, RegisterEntry
    from fitgate.core.reverts import Reverts
    from fitgate.core.words.cases import Reported


class Clone(Forge, Protocol):
    """A local clone as a forge, and what a command asks of it besides."""

    @property
    def reverts(self) -> Reverts:
        """Return which of the landings gathered so far undo which."""

    def repo(self, head: str) -> Repo:
        """Return the repository: its id and its name."""

    def resolve(self, name: str) -> str:
        """Return the commit that a revision names."""

    def count(self, event: Event) -> int:
        """Return how many landings an event points at."""

    def paths(self, commit: str) -> Iterator[str]:
        """Yield the path of every file that is there at a commit."""

    def committed_at(self, commit: str) -> datetime:
        """Return when a commit was made, by its committer's clock."""

    def landed_by(self, at: datetime) -> str | None:
        """Return the last commit on the branch by then; None: there was none yet."""

    @property
    def room(self) -> Path:
        """Return the folder inside Git's own in which FITGate may keep what it read."""


@contextmanager
def open_clone(path: Path) -> Iterator[Clone]:
    """Open the clone that a path is in."""
    from fitgate.adapters.git.clone import Clone as GitClone
    from fitgate.adapters.git.commits import moment

    class Local(GitClone):
        """A clone that resolves names, counts landings and lists files."""

        def resolve(self, name: str) -> str:
            return self.overlay.resolve(name)

        def count(self, event: Event) -> int:
            return len(self.landings(event))

        def paths(self, commit: str) -> Iterator[str]:
            listing = self.overlay.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
            return filter(None, listing.text.split("\0"))

        def committed_at(self, commit: str) -> datetime:
            seconds = self.overlay.run("log", "-1", "--format=%ct", commit).text
            return moment(seconds.encode(), "committed_at")[0]

        def landed_by(self, at: datetime) -> str | None:
            until = f"--until={int(at.timestamp())}"
            walk = ("rev-list", "--first-parent", "-1", until, self.overlay.resolve("HEAD"))
            return self.overlay.run(*walk).text or None

        @property
        def room(self) -> Path:
            return self.overlay.common / "fitgate"

    with Local(path) as clone:
        yield clone


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


def shipped_policies() -> Mapping[str, str]:
    """Return the policies that come with FITGate, by the name that `use` calls them."""
    from fitgate.adapters.shipped import ShippedPolicies

    return ShippedPolicies()


def default_policy() -> PolicyFile:
    """Return the default policy, from the form in which it is read soonest."""
    from fitgate.adapters.shipped import ShippedPolicies
    from fitgate.core.in_force import SHIPPED
    from fitgate.core.reading import parse_policy, read_compiled

    shipped = ShippedPolicies()
    text = shipped["default"]
    return read_compiled(shipped.compiled, text, SHIPPED) or parse_policy(text, SHIPPED, shipped)


def facts_cache(path: Path, key: Mapping[str, str]) -> FactsCache:
    """Open what was found in the files of changes by earlier runs."""
    from fitgate.adapters.facts_cache import FactsCache

    return FactsCache(path, key)


def written(path: Path) -> AbstractContextManager[IO[str]]:
    """Open a file that appears in its place, whole, when all is written."""
    from fitgate.adapters.register_files import atomic

    return atomic(path)


def junit_report(name: str, tests: Iterable[Reported]) -> str:
    """Return how tests ended as JUnit XML."""
    from fitgate.adapters.junit import junit

    return junit(name, tests)


def journals() -> type[Journal]:
    """Return what begins a scan's journal, or takes it up."""
    from fitgate.adapters.journal import Journal

    return Journal


def register_writers() -> Mapping[str, Writer]:
    """Return what writes a register, by the name of the file."""
    from fitgate.adapters import register_files
    from fitgate.adapters.register_page import write_page

    return {
        "register.yaml": register_files.write_yaml,
        "register.csv": register_files.write_csv,
        "register.html": write_page,
        "register.json": register_files.write_json,
        "verdicts.json": register_files.write_verdicts,
    }


@contextmanager
def figures_in_columns(
    ledger: Ledger, where: str, policy: Callable[[Chronicle], Policy], least: int
) -> Iterator[Source | None]:
    """Open the columns of a ledger as a source of figures, beside its file or in memory.

    None where they would not pay: without DuckDB, without rows beside the entries, or with no more
    than `least` landings. `policy` chooses one from what the ledger tells of policies.
    """
    if ledger.head().seq <= least or find_spec("duckdb") is None:
        yield None
        return
    from fitgate.adapters.columns.source import opened

    file = Path(where.removeprefix("sqlite:///") + ".columns")
    with opened(ledger, file if ledger_kind(where) == "sqlite" else None, policy, least) as source:
        yield source


def metrics_page(
    overview: Overview,
    weeks: Sequence[Group],
    limits: dict[Figure, Threshold],
    version: str,
    out: IO[str],
) -> None:
    """Write figures, and their trend by week, as a page."""
    from fitgate.adapters.metrics_page import Trend, write_page

    write_page(overview, Trend(weeks, limits), version, out)


def policy_pictures() -> Mapping[str, Draw]:
    """Return what draws a policy, by the name of the format."""
    from fitgate.adapters.policy_graph import WRITERS

    return WRITERS


def print_table(header: Sequence[str], rows: Rows, *, colour: bool) -> None:
    """Print rows to stdout: by Rich on a terminal, plain in a pipe."""
    from fitgate.adapters import console

    console.print_table(header, rows, sys.stdout, rich=sys.stdout.isatty() and colour)


def progress(
    what: str, total: int, *, shown: bool
) -> AbstractContextManager[Callable[[int], None]]:
    """Show how far a long work is; yields what is called with the number done so far."""
    from fitgate.adapters import console

    return console.progress(what, total, shown=shown)


def painted(line: str) -> str:
    """Return a line of a verdict with its outcomes in colour."""
    from fitgate.adapters import console

    return console.painted(line)


def refuse_foreign(folder: Path) -> None:
    """Make sure that a register may be written into a folder."""
    from fitgate.adapters import register_files

    register_files.refuse_foreign(folder)


def write_register(folder: Path, register: Register) -> list[Path]:
    """Write the files of a register into a folder, and return them."""
    from fitgate.adapters.register_files import write_files

    writers = register_writers()
    names = ("register.yaml", "register.csv", "register.html", "verdicts.json")
    return write_files(folder, register, {name: writers[name] for name in names})


def read_register(path: Path) -> list[RegisterEntry]:
    """Read the entries of a register that a scan wrote."""
    from fitgate.adapters.register_files import read_yaml

    return read_yaml(path)


def write_imported_register(folder: Path, entries: Sequence[RegisterEntry]) -> Path:
    """Write entries of somebody else's register as one of ours, and return the file."""
    from fitgate.adapters import register_files

    return register_files.write_imported(folder, entries)


def harmless(cell: str) -> str:
    """Return a CSV cell that is no formula to a spreadsheet."""
    from fitgate.adapters import register_files

    return register_files.harmless(cell)


def stopwatch(*, shown: bool) -> AbstractContextManager[Callable[[str], None]]:
    """Show how long a work of unknown length takes; yields what is called with what is done."""
    from fitgate.adapters import console

    return console.stopwatch(shown=shown)


def rehearse(plan: Rehearsal, tell: Callable[[str], None]) -> Rehearsed:
    """Run a rehearsal on this machine, and measure it."""
    from fitgate.adapters import rehearsal

    return rehearsal.rehearse(plan, tell)
