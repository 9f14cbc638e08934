"""One repository at work: its forge, what its ledger tells, and the policies that judge it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fitgate.core.breaker.watching import watch
from fitgate.core.canonical import sha256
from fitgate.core.chain import linked, read
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Draft, Head, Stored
from fitgate.core.events import Event, Pointer
from fitgate.core.facts_file import facts_bytes
from fitgate.core.gates.breaker import is_unattended
from fitgate.core.governing import policy_in_force
from fitgate.core.in_force import SHIPPED
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.core.verdict import PolicyRef
from fitgate.errors import PolicyError
from fitgate.pipeline import Judged, Policies, run
from fitgate.ports import HostedForge, Ledger
from fitgate.serving.undone import Undone

_QUIET = frozenset({
    "Seen", "Decided", "Signed", "RationaleGiven", "Tripped", "Reset", "BreakersWatched",
})  # fmt: skip


class Places(Protocol):
    """Who has the forge and the ledger of each repository at hand."""

    def at(self, pointer: Pointer) -> AbstractContextManager[Place]:
        """Open the repository that a pointer names, for one thread at a time."""


@dataclass
class Memory:
    """What a ledger tells, kept up with it: only what is new is read.

    `stirred` is the number of the last entry that may have moved a figure.
    """

    ledger: Ledger
    told: Chronicle = field(default_factory=Chronicle)
    stirred: int = 0
    _head: Head = field(default_factory=Head)

    def caught_up(self) -> Chronicle:
        """Return all that the ledger tells by now.

        Raises:
            BrokenChainError: at the first entry that does not hang together with those before it.
        """
        self._hear(linked(self.ledger.stored(self._head.seq), self.ledger.repo, self._head))
        return self.told

    def write(self, drafts: Iterable[Draft], now: datetime, blobs: Iterable[bytes] = ()) -> int:
        """Write down what is new, and return how many entries that added; raises as `append`."""
        wanted = [*drafts]
        written = self.ledger.append(wanted, now, [*blobs]) if wanted else ()
        self.caught_up()
        return len(written)

    def _hear(self, stored: Iterable[Stored]) -> None:
        for each in stored:
            for entry in read([each]):
                self.told.add(entry)
                self.stirred = self.stirred if entry.kind in _QUIET else entry.seq
            self._head = Head(each.seq, each.digest)


@dataclass
class Place:
    """A repository at work; `library` holds the shipped policies by name.

    `moved` is the number of the last entry of a breaker's after which open changes were judged.
    """

    forge: HostedForge
    memory: Memory
    policies: Policies
    library: Mapping[str, str]
    undone: Undone = field(init=False)
    moved: int = 0
    _texts: dict[str, bytes | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.undone = Undone(self.memory.ledger, self.memory.told)

    def judged(self, event: Event) -> list[Judged]:
        """Take what an event points at through the corridor, knowing what the ledger tells.

        Breakers that nobody has looked at in time are looked at first, and what moved is written
        down: else every irreversible change would wait for somebody to look.
        """
        self.memory.caught_up()
        found = [*run(event, self.forge, self.policies)]
        waiting = [each.policy for each in found if is_unattended(each.verdict.findings)]
        if not waiting:
            return found
        for policy in waiting:
            self.memory.write(watch(policy, self.memory.told, event.at), event.at)
        return [*run(event, self.forge, self.policies)]

    def blobs(self, judged: Judged) -> Iterator[bytes]:
        """Yield what a decision can be made again from: the facts, and the policy's text."""
        yield facts_bytes(judged.facts)
        ref = judged.verdict.policy
        if ref.digest not in self._texts:
            texts = (text.encode() for text in self._candidates(ref))
            self._texts[ref.digest] = next((t for t in texts if sha256(t) == ref.digest), None)
        if (text := self._texts[ref.digest]) is not None:
            yield text

    def _candidates(self, ref: PolicyRef) -> Iterator[str]:
        if ref.source == SHIPPED:
            yield self.library["default"]
        if ref.commit is not None:
            for version in self.forge.policies(ref.commit):
                yield from version.files.values()

    def policy(self, digest: str) -> Policy | None:
        """Return the policy with a digest as the ledger keeps it; None: it does not, or no more."""
        text = self.memory.ledger.blob(digest)
        try:
            said = None if text is None else text.decode()
            return None if said is None else parse_policy(said, "it", self.library).policy
        except (PolicyError, UnicodeDecodeError):
            return None

    def governing(self) -> Policy | None:
        """Return the policy in force, as the ledger keeps it; None: nothing was judged."""
        last = policy_in_force(self.memory.told)
        return None if last is None else self.policy(last.digest)
