"""The only file that names concrete adapters; each is imported when it is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from fitgate.errors import UserError
from fitgate.ports import Forge, Ledger
from fitgate.settings import LEDGERS, GitHubSettings, ledger_kind

if TYPE_CHECKING:
    from fitgate.adapters.console import Rows
    from fitgate.adapters.journal import Journal
    from fitgate.adapters.ledger.database import Database
    from fitgate.adapters.ledger.projection import ProjectedLedger
    from fitgate.adapters.policy_graph import Draw
    from fitgate.adapters.register_files import Writer
    from fitgate.core.events import Event
    from fitgate.core.facts import Repo
    from fitgate.core.measure.overview import Group, Overview
    from fitgate.core.measure.reading import Figure
    from fitgate.core.policy import Threshold
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


@contextmanager
def open_clone(path: Path) -> Iterator[Clone]:
    """Open the clone that a path is in."""
    from fitgate.adapters.git.clone import Clone as GitClone

    class Local(GitClone):
        """A clone that resolves names, counts landings and lists files."""

        def resolve(self, name: str) -> str:
            return self.overlay.resolve(name)

        def count(self, event: Event) -> int:
            return len(self.landings(event))

        def paths(self, commit: str) -> Iterator[str]:
            listing = self.overlay.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
            return filter(None, listing.text.split("\0"))

    with Local(path) as clone:
        yield clone


@contextmanager
def open_github(name: str, settings: GitHubSettings) -> Iterator[Forge]:
    """Open a repository on GitHub, `owner/name`, by the token or as the App of the settings.

    Raises:
        UserError: when there is neither.
        ForgeError: when the App is not installed there.
    """
    if not settings.token and not (settings.app_id and settings.private_key):
        raise UserError(
            "GitHub does not say who asks: set FITGATE_GITHUB_TOKEN, or FITGATE_GITHUB_APP_ID and "
            "FITGATE_GITHUB_PRIVATE_KEY_FILE."
        )
    from fitgate.adapters.github.app import App, by_token
    from fitgate.adapters.github.client import GitHub

    if settings.token:
        session = by_token(settings.token, settings.api_url)
    else:
        app = App(settings.app_id or 0, settings.private_key, settings.api_url)
        session = app.of_repository(name)
    try:
        yield GitHub(session, name)
    finally:
        session.close()


def open_ledger(where: str, repo: str, clone_path: Path, *, create: bool = False) -> Ledger:
    """Open a repository's chain; `clone_path` is the clone whose branch it may be.

    Raises:
        UserError: when there is no ledger, and `create` does not allow to make one.
        LedgerError: when it cannot be reached.
    """
    if ledger_kind(where) == "branch":
        return _branch_ledger(clone_path, repo)
    return chain_in(open_database(where, create=create), repo)


def chain_in(database: Database, repo: str) -> ProjectedLedger:
    """Return a repository's chain in an open database; closing it closes that."""
    from fitgate.adapters.ledger.projection import ProjectedLedger

    return ProjectedLedger(database, repo)


def open_database(where: str, *, create: bool = False) -> Database:
    """Open a database that may hold the chains of many repositories; raises as `open_ledger`."""
    kind = ledger_kind(where)
    if kind == "sqlite":
        from fitgate.adapters.ledger.sqlite import SqliteDatabase

        return SqliteDatabase(Path(where.removeprefix("sqlite:///")), create=create)
    if kind == "postgresql":
        from fitgate.adapters.ledger.postgres import PostgresDatabase

        return PostgresDatabase(where, create=create)
    shown = where.partition("://")[0]  # what follows may hold a password
    raise UserError(f"--ledger {shown!r} is not where a ledger can be: say {LEDGERS}.")


def _branch_ledger(clone_path: Path, repo: str) -> Ledger:
    try:
        branch = importlib.import_module("fitgate.adapters.ledger.branch")
    except ModuleNotFoundError as exc:
        raise UserError(
            "A ledger on a Git branch is not available in this version: say "
            "--ledger sqlite:///FILE or postgresql://…"
        ) from exc
    ledger: Ledger = branch.BranchLedger(clone_path, repo)
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


def harmless(cell: str) -> str:
    """Return a CSV cell that is no formula to a spreadsheet."""
    from fitgate.adapters import register_files

    return register_files.harmless(cell)
