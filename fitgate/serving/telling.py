"""What is told from outside, written down once, however often it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fitgate.core.chain import linked, read, whole
from fitgate.core.chronicle import Chronicle
from fitgate.core.entries import Entry, Head
from fitgate.core.events import Happening, Pointer
from fitgate.core.governing import policy_in_force
from fitgate.core.in_force import choose
from fitgate.core.interchange.landings import Landings
from fitgate.core.interchange.named import Named
from fitgate.core.interchange.tables import Table
from fitgate.core.interchange.told import Kind, Known, keys_of, not_landed, told_drafts
from fitgate.core.policy import Policy
from fitgate.core.reading import parse_policy
from fitgate.errors import PolicyError
from fitgate.ports import Ledger

_JUDGING = frozenset({"PolicyChanged", "Decided"})
"""What tells which policy is in force; the last of each is kept."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What somebody tells: one a row; `at` makes the row again for another time, if none is said.

    Told again, it then is what the ledger has under its key, and not the same at another time.
    """

    kind: Kind
    table: Table
    at: Callable[[datetime], Table] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: its keys, how many entries are new, and changes that have not landed."""

    keys: tuple[str, ...]
    new: int
    early: tuple[str, ...]


@dataclass
class Book:
    """A ledger that things are told to, and what it tells of them, kept up with it.

    `library` holds the shipped policies by name.
    """

    ledger: Ledger
    library: Mapping[str, str]
    landings: Landings = field(default_factory=Landings)
    named: Named = field(default_factory=Named)
    _head: Head = field(default_factory=Head)
    _judging: dict[str, Entry] = field(default_factory=dict)

    @property
    def pointer(self) -> Pointer | None:
        """Return where the repository is, as it was called when it was judged last.

        None: it never was. What is told from outside has no say in it.
        """
        if self.named.last is None:
            return None
        return Pointer(Happening.EVALUATED, self.ledger.repo, self.named.last)

    def take(self, telling: Telling, now: datetime, policy: Policy | None = None) -> Taken:
        """Write down what is told, read by a policy: the one given, else that in force.

        Raises:
            ImportProblemsError: with all that is wrong; nothing was written.
            LedgerError: when it could not be written.
        """
        self._catch_up()
        rules = policy or self.policy()
        kind, table = telling.kind, telling.table
        keys = keys_of(kind, table, rules, now, self.landings)
        held = self._held(keys)
        if telling.at is not None and keys and keys[0] in held:
            table = telling.at(held[keys[0]].at)
        drafts = told_drafts(kind, table, rules, now, Known(self.landings, held, self.named))
        new = len(self.ledger.append(drafts, now))
        early = () if kind == "landed" else not_landed(drafts, self.landings)
        return Taken(tuple(draft.key for draft in drafts), new, early)

    def policy(self) -> Policy:
        """Return the policy in force by the ledger, if it keeps it; else the default."""
        last = policy_in_force(Chronicle(self._judging.values()))
        text = None if last is None else self.ledger.blob(last.digest)
        try:
            if text is not None:
                return parse_policy(text.decode(), "the ledger's policy", self.library).policy
        except (PolicyError, UnicodeDecodeError):
            pass  # it was in force in a form that only another version reads
        return choose((), self.library).policy

    def _held(self, keys: tuple[str, ...]) -> Mapping[str, Entry]:
        there = self.ledger.holds(keys)
        if not there:
            return {}
        entries = read(linked(self.ledger.stored(), self.ledger.repo, Head()))
        return {entry.key: entry for entry in entries if entry.key in there}

    def _catch_up(self) -> None:
        for entry in self._new():
            self.landings.add(entry)
            self.named.add(entry)
            if entry.kind in _JUDGING:
                last = self._judging.get(entry.kind, entry)
                self._judging[entry.kind] = max(last, entry, key=lambda each: (each.at, each.seq))

    def _new(self) -> Iterator[Entry]:
        ledger, head = self.ledger, self._head
        for stored in whole(ledger.stored(head.seq), ledger.repo, ledger.head, head):
            yield from read([stored])
            self._head = Head(stored.seq, stored.digest)
