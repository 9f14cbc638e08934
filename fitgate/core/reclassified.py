"""What people say a change is, beside what the rules said: raising is free, lowering takes two."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from fitgate.core.classes import CLASSES, derive, in_order
from fitgate.core.facts import STRICT, Facts
from fitgate.core.findings import Match
from fitgate.core.hands import Hands
from fitgate.core.policy import ChangeClass, Policy
from fitgate.core.reclassification import Reclassification
from fitgate.core.values import Instant

_IO, _PERHAPS = "io", "perhaps-io"
"""It is one; it is not known to be none."""
_WAITS = "it waits for a second person"


@dataclass(frozen=True, slots=True)
class Nature:
    """What a change is; `is_io` null: it could not be told."""

    __pydantic_config__ = STRICT
    is_io: bool | None
    categories: tuple[str, ...] = ()
    classes: tuple[ChangeClass, ...] = ()
    io_sr: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What one person's word adds (`raises`) and takes away (`lowers`), in labels: `io:data`.

    `counts`: all of it is so now; `waits` says why not. `seconded_by` are those who said it too.
    """

    __pydantic_config__ = STRICT
    by: str
    at: Instant
    why: str | None
    raises: tuple[str, ...]
    lowers: tuple[str, ...]
    seconded_by: tuple[str, ...]
    counts: bool
    waits: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether a second person can make it count."""
        return self.waits.startswith(_WAITS)


@dataclass(frozen=True, slots=True)
class Reclassified:
    """What counts of a change, and by whose word; what the rules said stands where it stood."""

    __pydantic_config__ = STRICT
    counted: Nature
    said: tuple[Said, ...]


@functools.cache
def reclassified_adapter() -> TypeAdapter[Reclassified]:
    """Return the writer of what people say; built once, on first use."""
    return TypeAdapter(Reclassified)


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules said of a change, with what they said it of and by."""

    is_io: bool | None
    categories: tuple[str, ...]
    matches: Sequence[Match]
    facts: Facts
    policy: Policy


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says a change is; null: nothing of that. `as_ruled`: what the rules said."""

    by: str
    at: Instant
    why: str | None
    is_io: bool = True
    categories: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    io_sr: frozenset[int] | None = None
    seconded_by: str | None = None
    as_ruled: bool = False

    @classmethod
    def of(cls, said: Reclassification) -> Word:
        """Return what facts tell that somebody said."""
        categories = None if said.categories is None else frozenset(said.categories)
        return cls(said.by, said.at, said.why, said.is_io, categories)


def reclassify(ruled: Ruled, words: Iterable[Word]) -> Reclassified | None:
    """Weigh what people say of a change, the earliest word first; None: nobody says otherwise.

    What anybody says it is, it is from then on. What it is no longer must be said by a human and
    then by a second one who had no hand in the change, with a reason each; until then it stays as
    it was. Whoever says otherwise since has taken their own word back.
    """
    weighing = _Weighing(ruled)
    heard = [weighing.hear(word) for word in sorted(words, key=lambda word: word.at)]
    heard = [each for each in heard if each.raises or each.lowers]
    if not heard:
        return None
    return Reclassified(weighing.nature(), tuple(map(weighing.told, heard)))


@dataclass(slots=True, eq=False)
class _Heard:
    """A word and what has become of it so far."""

    word: Word
    raises: list[str] = field(default_factory=list)
    lowers: list[str] = field(default_factory=list)
    others: dict[str, None] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.word.by, self.word.seconded_by)))


class _Weighing:
    """The labels that stand, and who speaks against which."""

    def __init__(self, ruled: Ruled) -> None:
        self._ruled, self._hands = ruled, Hands(ruled.facts, ruled.policy)
        self._raised: set[str] = set()
        self._lowered: set[str] = set()
        self._against: dict[str, list[_Heard]] = {}
        self._standing = _io(ruled.is_io) | {f"io:{name}" for name in ruled.categories}
        self._derived: set[str] = set()
        self._follow()
        self._ruled_labels = frozenset(self._standing)

    def hear(self, word: Word) -> _Heard:
        """Let a word act on what stands."""
        heard = _Heard(word)
        if word.as_ruled:
            self._affirm(heard, self._ruled_labels)
            self._follow()
            return heard
        self._say(heard, "", _io(word.is_io))
        if word.categories is not None or not word.is_io:
            self._say(heard, "io:", {f"io:{name}" for name in word.categories or ()})
        if word.io_sr is not None:
            self._say(heard, "io-sr:", {f"io-sr:{number}" for number in word.io_sr})
        self._follow()  # classes follow from all of these, unless somebody says otherwise
        if word.classes is not None:
            self._say(heard, "io-class:", {f"io-class:{letter}" for letter in word.classes})
        return heard

    def _say(self, heard: _Heard, kind: str, labels: AbstractSet[str]) -> None:
        self._affirm(heard, labels)
        for label in sorted(self._standing - labels):
            if _kind(label) == kind:
                heard.lowers.append(label)
                self._speak_against(label, heard)

    def _affirm(self, heard: _Heard, labels: AbstractSet[str]) -> None:
        for label in sorted(labels):
            if label not in self._standing:
                heard.raises.append(label)
                self._raise(label)
            elif label in self._against:  # who spoke against it takes that back
                by, others = heard.word.by, self._against[label]
                self._against[label] = [o for o in others if not self._hands.same(o.word.by, by)]

    def _raise(self, label: str) -> None:
        self._standing.add(label)
        self._raised.add(label)
        self._lowered.discard(label)
        self._against.pop(label, None)

    def _speak_against(self, label: str, heard: _Heard) -> None:
        if not (heard.word.why or "").strip():
            return
        together = self._against.setdefault(label, [])
        together.append(heard)
        names = dict.fromkeys(name for each in together for name in each.names)
        if self._hands.suffice([*names]):
            self._standing.discard(label)
            self._raised.discard(label)
            self._lowered.add(label)
            del self._against[label]
            for each in together:
                each.others |= dict.fromkeys(name for name in names if name != each.word.by)

    def _follow(self) -> None:
        """Let classes and numbers follow the categories that stand, as the rules derive them."""
        derived = derive(
            self._ruled.policy,
            self._ruled.matches,
            self._of("io:"),
            more=map(int, self._of("io-sr:", self._raised)),
            less=map(int, self._of("io-sr:", self._lowered)),
        )
        now = {f"io-class:{letter}" for letter in derived.classes}
        now |= {f"io-sr:{number}" for number in derived.io_sr}
        for label in now - self._derived - self._standing:
            self._standing.add(label)
            self._against.pop(label, None)
        self._standing -= self._derived - now - self._raised
        self._derived = now

    def _of(self, kind: str, labels: AbstractSet[str] | None = None) -> tuple[str, ...]:
        """Return what stands of a kind, without the label's beginning."""
        found = self._standing if labels is None else labels
        return tuple(sorted(label.removeprefix(kind) for label in found if _kind(label) == kind))

    def nature(self) -> Nature:
        """Return what counts; what is none is of no category."""
        if _PERHAPS not in self._standing:
            return Nature(is_io=False, categories=(), classes=(), io_sr=())
        return Nature(
            True if _IO in self._standing else None,
            in_order(self._ruled.policy, self._of("io:")),
            tuple(c for c in CLASSES if c in self._of("io-class:")),
            tuple(map(int, self._of("io-sr:"))),
        )

    def told(self, heard: _Heard) -> Said:
        """Return what has become of a word in the end."""
        stands = self._standing if _PERHAPS in self._standing else set[str]()
        open_ = [label for label in heard.lowers if label in stands]
        counts = not open_ and {*heard.raises} <= stands
        return Said(
            by=heard.word.by,
            at=heard.word.at,
            why=heard.word.why,
            raises=_shown(heard.raises),
            lowers=_shown(heard.lowers),
            seconded_by=tuple(heard.others),
            counts=counts,
            waits="" if counts else self._waits(heard, open_),
        )

    def _waits(self, heard: _Heard, open_: Sequence[str]) -> str:
        if not open_:
            return "two people took it back since"
        if not (heard.word.why or "").strip():
            return "no reason is given"
        together = [self._against.get(label, ()) for label in open_]
        with_it = [each for each in together if heard in each]
        if not with_it:
            return "somebody said otherwise since"
        names = dict.fromkeys(n for each in with_it for other in each for n in other.names)
        objections = ((name, self._hands.objection(name)) for name in names)
        known = "; ".join(f"{name} is {what}" for name, what in objections if what)
        return _WAITS + (f" ({known})" if known else "")


def _io(is_io: bool | None) -> set[str]:  # noqa: FBT001 - it is what is told
    return {True: {_IO, _PERHAPS}, None: {_PERHAPS}, False: set[str]()}[is_io]


def _kind(label: str) -> str:
    return label[: label.find(":") + 1]


def _shown(labels: Iterable[str]) -> tuple[str, ...]:
    """Return labels as people read them: one that may be an IO is told once, and told as `io`."""
    return tuple(dict.fromkeys(_IO if label == _PERHAPS else label for label in labels))
