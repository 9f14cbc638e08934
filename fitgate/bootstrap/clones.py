"""A local clone, the policies that come with FITGate, and what is kept between two looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fitgate.ports import Forge

if TYPE_CHECKING:
    from fitgate.adapters.facts_cache import FactsCache
    from fitgate.adapters.journal import Journal
    from fitgate.core.drills import Rehearsal, Rehearsed
    from fitgate.core.events import Event
    from fitgate.core.facts import Repo
    from fitgate.core.reading import PolicyFile
    from fitgate.core.reverts import Reverts


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

    def branch(self) -> str | None:
        """Return the default branch: that of `origin`, else the one that is checked out."""

    @property
    def forced(self) -> Mapping[str, bool]:
        """Return of landings whether they came by a forced push, as far as the clone can tell."""

    @property
    def room(self) -> Path:
        """Return the folder inside Git's own in which FITGate may keep what it read."""


@contextmanager
def open_clone(path: Path) -> Iterator[Clone]:
    """Open the clone that a path is in."""
    from fitgate.adapters.git.clone import Clone as GitClone
    from fitgate.adapters.git.commits import moment
    from fitgate.adapters.git.forced import forced

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

        def branch(self) -> str | None:
            return self.overlay.branch()

        @property
        def forced(self) -> Mapping[str, bool]:
            return forced(self.overlay)

        @property
        def room(self) -> Path:
            return self.overlay.common / "fitgate"

    with Local(path) as clone:
        yield clone


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


def starters(branch: str, pilot: str | None) -> Mapping[str, str]:
    """Return the workflow, forms and template that a repository begins with, by their paths."""
    from fitgate.adapters.starters import starters as files

    return files(branch, pilot)


def facts_cache(path: Path, key: Mapping[str, str]) -> FactsCache:
    """Open what was found in the files of changes by earlier runs."""
    from fitgate.adapters.facts_cache import FactsCache

    return FactsCache(path, key)


def journals() -> type[Journal]:
    """Return what begins a scan's journal, or takes it up."""
    from fitgate.adapters.journal import Journal

    return Journal


def stopwatch(*, shown: bool) -> AbstractContextManager[Callable[[str], None]]:
    """Show how long a work of unknown length takes; yields what is called with what is done."""
    from fitgate.adapters import console

    return console.stopwatch(shown=shown)


def rehearse(plan: Rehearsal, tell: Callable[[str], None]) -> Rehearsed:
    """Run a rehearsal on this machine, and measure it."""
    from fitgate.adapters import rehearsal

    return rehearsal.rehearse(plan, tell)
