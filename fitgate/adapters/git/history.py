"""The landings on a branch, oldest first: one for each first-parent commit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from fitgate.adapters.git.commits import LOG, Commit, moment, read_commits
from fitgate.adapters.git.difftree import Pair, files_between
from fitgate.adapters.git.landings import Landing, shape_of
from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.store import Store
from fitgate.core.facts import File, Unknown, Unread

EDGE = "the clone is shallow and ends here"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; either end may be open. What ends it is no longer in it."""

    start: datetime | None = None
    end: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        return not ((self.start and at < self.start) or (self.end and at >= self.end))


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of first parents, without the one that came before it."""

    newest: str
    before: str | None
    count: int

    @property
    def revisions(self) -> tuple[str, ...]:
        return (self.newest, f"^{self.before}") if self.before else (self.newest,)


class History:
    """The first-parent history of a clone."""

    def __init__(self, overlay: Overlay) -> None:
        self._overlay = overlay
        self._store = Store(overlay)

    def since(self, start: datetime, head: str = "HEAD") -> Landings:
        """Return what landed on a branch since a moment."""
        return self.range(None, head, Window(start))

    def between(self, start: datetime, end: datetime, head: str = "HEAD") -> Landings:
        """Return what landed on a branch from one moment until before another."""
        return self.range(None, head, Window(start, end))

    def range(self, base: str | None, head: str, window: Window = Window()) -> Landings:
        """Return what landed on `head` that `base` does not have; None: from the beginning.

        Raises:
            UserError: when one of them names no commit.
        """
        revisions = [self._overlay.resolve(head)]
        if base is not None:
            revisions.append(f"^{self._overlay.resolve(base)}")
        return Landings(self._store, revisions, window)


class Landings(Iterable[Landing]):
    """Some landings, oldest first. How many there are is known before the first is read.

    Committers' clocks are wrong now and then: each commit is judged by its own date, wherever it
    stands, and one without a possible date by those that landed before and after it.
    """

    def __init__(self, store: Store, revisions: Iterable[str], window: Window) -> None:
        self._store = store
        self._overlay = store.overlay
        self._window = window
        self._span = self._measure(revisions)

    def __len__(self) -> int:
        return self._span.count if self._span else 0

    def __iter__(self) -> Iterator[Landing]:
        if self._span is None:
            return
        held: deque[tuple[Commit, tuple[Commit, ...]]] = deque()
        for answer in files_between(self._store, self._pairs(self._span, held)):
            yield self._landing(*held.popleft(), answer)

    def _measure(self, revisions: Iterable[str]) -> _Span | None:
        """Find the newest and the oldest landing in the window, newest first as git walks."""
        newest: str | None = None
        before: str | None = None
        count = 0
        undated: list[str] = []
        log = ("log", "--first-parent", "--format=%H %P%x00%ct", *revisions)
        with self._overlay.reading(*log) as stream:
            for line in stream:
                ids, _, seconds = line.rstrip(b"\n").partition(b"\0")
                sha, *parents = ids.decode("ascii").split()
                at, odd = moment(seconds, "landed_at")
                if odd and self._window != Window():
                    undated.append(sha)
                elif odd or at in self._window:
                    if newest is None and self._window.end:
                        undated.clear()  # they may have landed after it
                    newest = newest or [*undated, sha][0]
                    before = parents[0] if parents else None
                    count += 1 + len(undated)
                    undated.clear()
        return _Span(newest, before, count) if newest else None

    def _pairs(
        self, span: _Span, held: deque[tuple[Commit, tuple[Commit, ...]]]
    ) -> Iterator[Pair | Unread]:
        for commit, side in self._joined(span):
            if _undated(commit) or commit.committed_at in self._window:
                held.append((commit, side))
                edge = commit.sha in self._overlay.shallow
                yield Unread(EDGE) if edge else Pair(commit.sha, next(iter(commit.parents), None))

    def _joined(self, span: _Span) -> Iterator[tuple[Commit, tuple[Commit, ...]]]:
        """Yield each first-parent commit with the commits that it brought in.

        Git lists every commit after its parents. So when a first-parent commit comes, all that it
        brought in is here and has not been taken by an earlier one; the rest waits for a later one.
        """
        waiting: dict[str, tuple[int, Commit]] = {}
        reversed_ = ("--reverse", *span.revisions)
        with (
            self._overlay.reading("rev-list", "--first-parent", *reversed_) as spine,
            self._overlay.reading(*LOG, "--topo-order", *reversed_) as log,
        ):
            awaited = spine.readline()[:-1].decode("ascii")
            for place, commit in enumerate(read_commits(log)):
                waiting[commit.sha] = place, commit
                if commit.sha == awaited:
                    yield commit, tuple(_take_side(waiting, commit))
                    awaited = spine.readline()[:-1].decode("ascii")

    def _landing(
        self, commit: Commit, side: tuple[Commit, ...], files: tuple[File, ...] | Unread
    ) -> Landing:
        unknown = [Unknown("landed_at", why) for why in _undated(commit)]
        if isinstance(files, Unread):
            unknown.append(Unknown("files", files.why))
        return Landing(
            commit=commit,
            side=side,
            shape=shape_of(commit),
            files=None if isinstance(files, Unread) else files,
            edge=commit.sha in self._overlay.shallow,
            unknown=tuple(unknown),
        )


def _undated(commit: Commit) -> list[str]:
    """Return what is wrong with the time at which a commit landed, if anything is."""
    return [unknown.why for unknown in commit.unknown if unknown.what == "committed_at"]


def _take_side(waiting: dict[str, tuple[int, Commit]], landing: Commit) -> list[Commit]:
    """Take out of those that wait what a landing brought in; return it, oldest first."""
    taken: list[tuple[int, Commit]] = []
    reached = [landing.sha]
    while reached:
        found = waiting.pop(reached.pop(), None)
        if found is not None:
            taken.append(found)
            reached += found[1].parents
    taken.sort()
    return [commit for _, commit in taken[:-1]]
