"""Real classes that satisfy the ports without a world behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from fitgate.core.canonical import sha256
from fitgate.core.chain import read
from fitgate.core.classify.lines import Difference
from fitgate.core.entries import Draft, Entry, Head, Stored, seal
from fitgate.core.events import Event
from fitgate.core.facts import Contents, Facts, File, Unread
from fitgate.core.in_force import PolicyText
from fitgate.core.policy import Role
from tests.builders import DIGEST
from tests.memory_queue import MemoryQueue

__all__ = ["FakeForge", "MemoryLedger", "MemoryMarks", "MemoryQueue"]


@dataclass
class FakeForge:
    """A forge that holds these changes, blobs and policies, and counts what it is asked."""

    landings: Sequence[Facts]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    versions: Mapping[str, Sequence[PolicyText]] = field(default_factory=dict)
    reads: list[frozenset[str]] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    states: Mapping[str, Sequence[Facts]] = field(default_factory=dict)
    taken: int = 0

    def gather(self, event: Event) -> Iterator[Facts]:
        """Yield every change, whatever the event."""
        del event
        yield from self.landings

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the blobs that are there."""
        wanted = frozenset(oids)
        if wanted:
            self.reads.append(wanted)
        return {oid: self.blobs.get(oid, Unread("not in this clone")) for oid in wanted}

    def changes(
        self, asked: Iterable[tuple[Facts, AbstractSet[str]]]
    ) -> Iterator[Mapping[str, Difference | Unread]]:
        """Compare the blobs that are there."""
        for facts, paths in asked:
            yield {f.path: self._compared(f) for f in facts.files or () if f.path in paths}

    def _compared(self, file: File) -> Difference | Unread:
        wanted = [oid for oid in (file.oid_before, file.oid_after) if oid]
        if wanted:
            self.reads.append(frozenset(wanted))
        if any(oid not in self.blobs for oid in wanted):
            return Unread("not in this clone")
        before, after = (self.blobs[o] if o else None for o in (file.oid_before, file.oid_after))
        return Difference.of_contents(before, after)

    def complete(self, facts: Facts, roles: Mapping[str, Role]) -> Facts:
        """Give everybody the roles that are kept for them, and the time of the last push."""
        people = tuple(
            replace(p, roles=tuple(r for r in self.roles.get(p.id, ()) if r in roles))
            for p in facts.people
        )
        return replace(facts, people=people) if self.roles else facts

    def earlier(self, facts: Facts) -> Iterator[Facts]:
        """Yield the states that are kept for a change, and count those that are taken."""
        for state in self.states.get(facts.change.id, ()):
            self.taken += 1
            yield state

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Give every change the same digest, but those that have one."""
        self.bound += [f.change.id for f in facts]
        return [
            replace(f, change=replace(f.change, digest=f.change.digest or DIGEST)) for f in facts
        ]

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the versions kept for a commit; without any, that there is no policy."""
        self.bases.append(commit)
        yield from self.versions.get(commit, (PolicyText(commit, {}),))


@dataclass
class MemoryLedger:
    """A ledger that is gone with the process."""

    repo: str = "github:1"
    chain: list[Stored] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    _end: Head = field(default_factory=Head)
    _keys: set[str] = field(default_factory=set)

    def head(self) -> Head:
        """Return the end of the chain."""
        return self._end

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write down what is new, all or nothing."""
        written: dict[str, Stored] = {}
        end = self._end
        for draft in drafts:
            if draft.key not in self._keys and draft.key not in written:
                written[draft.key], end = seal(draft, self.repo, end, now)
        self.blobs |= {sha256(content): content for content in blobs}
        self.chain += written.values()
        self._keys |= written.keys()
        self._end = end
        return [*written.values()]

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield what is behind a number."""
        yield from self.chain[after:]

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which keys are there."""
        return self._keys.intersection(keys)

    def blob(self, digest: str) -> bytes | None:
        """Return a blob, if it is there."""
        return self.blobs.get(digest)

    def digests(self) -> Sequence[str]:
        """Return the digests of all blobs."""
        return sorted(self.blobs)

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    @property
    def entries(self) -> list[Entry]:
        """Return all entries as values."""
        return [*read(self.chain)]


@dataclass
class MemoryMarks:
    """Marks that are gone with the process; it satisfies `ports.Marks`."""

    marks: dict[str, datetime] = field(default_factory=dict)

    def reached(self, name: str) -> datetime | None:
        """Return how far it got."""
        return self.marks.get(name)

    def reach(self, name: str, at: datetime) -> None:
        """Move it forward."""
        self.marks[name] = max(at, self.marks.get(name, at))
