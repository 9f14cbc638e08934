"""Real classes that satisfy the ports without a world behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from fitgate.core.classify.lines import Difference
from fitgate.core.events import Event
from fitgate.core.facts import Contents, Facts, File, Unread
from fitgate.core.in_force import PolicyText
from tests.builders import DIGEST


@dataclass
class FakeForge:
    """A forge that holds these changes, blobs and policies, and counts what it is asked."""

    landings: Sequence[Facts]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    versions: Mapping[str, Sequence[PolicyText]] = field(default_factory=dict)
    reads: list[frozenset[str]] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)

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

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Give every change the same digest."""
        self.bound += [f.change.id for f in facts]
        return [replace(f, change=replace(f.change, digest=DIGEST)) for f in facts]

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the versions kept for a commit; without any, that there is no policy."""
        self.bases.append(commit)
        yield from self.versions.get(commit, (PolicyText(commit, {}),))
