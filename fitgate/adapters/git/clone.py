"""A local clone as a Forge: scan, check and replay read it through here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from fitgate.adapters.git.artifacts import Artifacts
from fitgate.adapters.git.blobs import Blobs
from fitgate.adapters.git.changed import Asked, Changed
from fitgate.adapters.git.difftree import Pair
from fitgate.adapters.git.facts import Sources, facts_of, fork_point, proposal
from fitgate.adapters.git.history import EDGE, History, Landings, Window
from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.patches import Patches
from fitgate.adapters.git.restorations import Restorations
from fitgate.adapters.git.store import Store
from fitgate.core.classify.lines import Difference
from fitgate.core.content import FilePatch, content_digest
from fitgate.core.events import Event, Happening
from fitgate.core.facts import POLICY_FILES, Contents, Facts, Repo, Unknown, Unread
from fitgate.core.in_force import PolicyText
from fitgate.core.policy import Role
from fitgate.core.reverts import Reverts
from fitgate.errors import ForgeError


class Clone:
    """The history in a local clone; it satisfies `ports.Forge`."""

    def __init__(self, path: Path | str) -> None:
        """Open the repository that `path` is, or lies in.

        Raises:
            UserError: when there is none, or it has no commits.
            ForgeError: when git or the repository cannot be used.
        """
        with ExitStack() as stack:
            self.overlay = stack.enter_context(Overlay(path))
            self._store = Store(self.overlay)
            self.blobs = Blobs(self._store)
            self.history = History(self.overlay)
            self._restorations = Restorations(self._store)
            self._artifacts = Artifacts(self._store)
            self._changed = Changed(self._store, self.blobs)
            stack.callback(self._changed.close)
            self._patches = Patches(self._store)
            stack.callback(self._patches.close)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def reverts(self) -> Reverts:
        """Return which of the landings that `gather` has yielded undo which."""
        return self._restorations.reverts

    def resolve(self, name: str) -> str:
        """Return the id of the commit that a revision name stands for.

        Raises:
            UserError: when it stands for none.
        """
        return self.overlay.resolve(name)

    def repo(self, head: str) -> Repo:
        """Return the repository, which the oldest first-parent ancestor of `head` names."""
        return Repo(self.overlay.repo_id(self.resolve(head)), self.overlay.name)

    def landings(self, event: Event) -> Landings:
        """Return the landings that an event points at."""
        return self.history.range(event.base, event.head, Window(event.since))

    def count(self, event: Event) -> int:
        """Return how many landings an event points at."""
        return len(self.landings(event))

    def gather(self, event: Event) -> Iterator[Facts]:
        """Read the changes that an event points at, oldest first, contents not yet looked into."""
        self._restorations = Restorations(self._store)
        sources = Sources(
            self._store, self.blobs, self._artifacts, self._restorations, self.repo(event.head)
        )
        match event.happening:
            case Happening.PROPOSED:
                base, head = self.resolve(event.base or "HEAD"), self.resolve(event.head)
                yield proposal(sources, base, head, event.at)
            case Happening.LANDED:
                for landing in self.landings(event):
                    yield facts_of(landing, sources)
            case _:  # what else happens leaves no trace in a clone
                return

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the contents of these blobs; what cannot be had says why."""
        return self.blobs.read(oids)

    def changes(
        self, asked: Iterable[tuple[Facts, AbstractSet[str]]]
    ) -> Iterator[Mapping[str, Difference | Unread]]:
        """Yield for each change what changed in the lines of the files with these paths."""
        return self._changed.of(map(self._asked, asked))

    def _asked(self, asked: tuple[Facts, AbstractSet[str]]) -> Asked | None:
        facts, paths = asked
        files = {file.path: file for file in facts.files or () if file.path in paths}
        pair = self._pair(facts) if files else None
        return Asked(pair, files) if isinstance(pair, Pair) else None

    def complete(self, facts: Facts, roles: Mapping[str, Role]) -> Facts:
        """Return the facts as they are: a clone knows of no roles, and of no pushes."""
        del roles
        return facts

    def earlier(self, facts: Facts) -> Iterator[Facts]:
        """Yield nothing: a clone holds no approvals, and no times of pushes."""
        del facts
        yield from ()

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Return the same facts with the content digest of each change, in the same order."""
        patches = self._patches.between(map(self._pair, facts))
        return [_bound(each, patch) for each, patch in zip(facts, patches, strict=True)]

    def _pair(self, facts: Facts) -> Pair | Unread:
        change = facts.change
        head = str(change.head)
        if change.landed_at is not None or change.base is None:
            return Unread(EDGE) if head in self.overlay.shallow else Pair(head, change.base)
        fork = fork_point(self.overlay, change.base, head)
        return fork if isinstance(fork, Unread) else Pair(head, fork)

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy as it stands at a commit, then its earlier versions, newest first."""
        yield self._policy(commit)
        log = ("log", "--first-parent", "--format=%P", commit, "--", *sorted(POLICY_FILES))
        for parents in self.overlay.run(*log).text.splitlines():
            if parents:
                yield self._policy(parents.split()[0])

    def _policy(self, commit: str) -> PolicyText:
        files = {}
        for path in sorted(POLICY_FILES):
            data = self.blobs.read_at(commit, path)
            if isinstance(data, Unread):
                raise ForgeError(
                    f"{path} at {commit[:12]} {data.why} ({self.overlay.clone}), so the policy "
                    "cannot be read. Use a clone with all files, or name a policy file yourself."
                )
            if data is not None:
                files[path] = data.decode("utf-8", "replace")
        return PolicyText(commit, files)


def _bound(facts: Facts, patches: tuple[FilePatch, ...] | Unread) -> Facts:
    if isinstance(patches, Unread):
        return replace(facts, unknown=(*facts.unknown, Unknown("digest", patches.why)))
    files = facts.files or ()
    evidence = [setting for file in files for setting in file.settings or ()]
    effects = [effect for file in files for effect in file.effects or ()]
    digest = content_digest(patches, evidence, effects)
    return replace(facts, change=replace(facts.change, digest=digest))
