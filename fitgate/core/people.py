"""Who may sign: which approvals count, whose they are, and how distinct people fill roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fitgate.core.facts import Approval, Facts, Override, Person
from fitgate.core.policy import PersonEntry, Policy

Seat = frozenset[str]
"""A signature that is asked for, by the roles any of which may give it."""


def taken(answer: bool | None, *, sure: bool) -> bool:  # noqa: FBT001 - it is what is asked about
    """Say how an answer counts: in the sure reading only a yes, in the other whatever may be."""
    return answer is True or (answer is None and not sure)


def some(answers: Iterable[bool | None]) -> bool | None:
    """Return Kleene's or: one yes is enough, and what is unknown may be one."""
    seen = set(answers)
    return True if True in seen else (None if None in seen else False)


@dataclass(frozen=True, slots=True)
class Voice:
    """One approval: whose it is, whether it counts (None: cannot be told), and if not, why."""

    person: Person
    human: str
    counts: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Signer:
    """A human, by whatever ids, whose approval counts; and the roles that they can sign as."""

    human: str
    name: str
    roles: frozenset[str]


class Identities:
    """Which ids are one human: two forges know the same person only by the policy's `people`."""

    def __init__(self, facts: Facts, policy: Policy) -> None:
        """Join all names that belong together, however they overlap."""
        entries = [_entry_names(entry) for entry in policy.people.values()]
        self._facts = facts
        self._mapped = frozenset[str]().union(*entries)
        self._joined: dict[str, frozenset[str]] = {}
        for names in (*entries, *map(_person_names, facts.people)):
            together = self._all(names)
            self._joined |= dict.fromkeys(together, together)

    def of(self, ref: str) -> str:
        """Return one key for all ids of a human."""
        return min(self._names(ref))

    def same(self, one: str, other: str) -> bool | None:
        """Say whether two ids are one human; None if a name that would tell could not be read."""
        if self.of(one) == self.of(other):
            return True
        perhaps = (self.nameless(one) and self._may_be_mapped(other)) or (
            self.nameless(other) and self._may_be_mapped(one)
        )
        return None if perhaps else False

    def nameless(self, ref: str) -> bool:
        """Say whether the map may know this id by a login that could not be read."""
        names = self._names(ref)
        told = self._facts.person(ref).login or any(name.startswith("email/") for name in names)
        return bool(self._mapped) and not told and not names & self._mapped

    def _may_be_mapped(self, ref: str) -> bool:
        return self.nameless(ref) or bool(self._names(ref) & self._mapped)

    def _names(self, ref: str) -> frozenset[str]:
        return self._all(_person_names(self._facts.person(ref)))

    def _all(self, names: frozenset[str]) -> frozenset[str]:
        return names.union(*(self._joined[name] for name in names if name in self._joined))


def _entry_names(entry: PersonEntry) -> frozenset[str]:
    """Return what a person of the map is called: `forge:id`, `forge/login`, `email/address`."""
    forges = {"github": entry.github, "gitlab": entry.gitlab, "slack": entry.slack}
    names = {f"{forge}{mark}{name}" for forge, name in forges.items() if name for mark in ":/"}
    return frozenset(name.casefold() for name in (*names, *(f"email/{e}" for e in entry.email)))


def _person_names(person: Person) -> frozenset[str]:
    forge, _, rest = person.id.partition(":")
    names = {person.id, *(f"email/{name}" for name in (rest, person.login) if "@" in name)}
    if person.login:
        names.add(f"{forge}/{person.login}")
    return frozenset(name.casefold() for name in names)


def voices(facts: Facts, policy: Policy) -> tuple[Voice, ...]:
    """Weigh every approval; none if approvals are unknown, which is for the caller to tell.

    Distinct people, not the author, bound to the content; stale approvals void, bots never count
    (fit.md A25).
    """
    identities = Identities(facts, policy)
    return tuple(_voice(approval, facts, identities) for approval in facts.approvals or ())


def _voice(approval: Approval, facts: Facts, identities: Identities) -> Voice:
    person, human = facts.person(approval.by), identities.of(approval.by)
    obstacles = tuple(_obstacles(approval, facts, identities))
    for why in (words for stands, words in obstacles if stands):
        return Voice(person, human, counts=False, why=why)
    for why in (words for stands, words in obstacles if stands is None):
        return Voice(person, human, counts=None, why=f"perhaps {why}")
    return Voice(person, human, counts=True, why="")


def _obstacles(
    approval: Approval, facts: Facts, identities: Identities
) -> Iterator[tuple[bool | None, str]]:
    """Yield what may keep an approval from counting: whether it does, and in what words."""
    yield from _own(approval.by, facts, identities)
    yield {"bot": True, "human": False}.get(facts.person(approval.by).kind), "a bot"
    unknown = approval.digest is None or facts.change.digest is None
    yield None if unknown else approval.digest != facts.change.digest, "stale"
    yield approval.at > facts.as_of, "given later"
    yield None if identities.nameless(approval.by) else False, "somebody's second account"


def _own(ref: str, facts: Facts, identities: Identities) -> Iterator[tuple[bool | None, str]]:
    """Yield whether somebody wrote, or helped to write, the change itself."""
    author, others = facts.change.author, facts.change.contributors
    yield None if author is None else identities.same(ref, author), "the author"
    helped = None if others is None else some(identities.same(ref, other) for other in others)
    yield helped, "a contributor"


def had_a_hand(ref: str, facts: Facts, policy: Policy) -> bool | None:
    """Say whether somebody wrote, or helped to write, the change; None: it cannot be told."""
    return some(part for part, _ in _own(ref, facts, Identities(facts, policy)))


def holds(person: Person, role: str, policy: Policy) -> bool | None:
    """Say whether somebody has a role: by what was read of them, or by name in the policy."""
    users = policy.roles[role].users if role in policy.roles else ()
    return some((named(person, users), None if person.roles is None else role in person.roles))


def named(person: Person, logins: Iterable[str]) -> bool | None:
    """Say whether a list of logins names somebody; whose login is unknown, it may."""
    logins = {login.casefold() for login in logins}
    if not person.login and logins:
        return None
    return person.login.casefold() in logins


def signers(
    said: Iterable[Voice], roles: Iterable[str], policy: Policy, *, sure: bool
) -> tuple[Signer, ...]:
    """Return the distinct people who can sign as some of the roles, in one of the readings."""
    asked = frozenset(roles)
    found: dict[str, Signer] = {}
    for voice in said:
        if taken(voice.counts, sure=sure):
            has = {r for r in asked if taken(holds(voice.person, r, policy), sure=sure)}
            name = voice.person.login or voice.person.id
            before = found.get(voice.human, Signer(voice.human, name, frozenset()))
            joined = Signer(voice.human, min(name, before.name), before.roles | has)
            found[voice.human] = joined
    return tuple(found[human] for human in sorted(found) if found[human].roles)


def match_roles(seats: Sequence[Seat], people: Iterable[Signer]) -> tuple[Signer | None, ...]:
    """Seat as many distinct people as possible, each where they have a role; None is an empty seat.

    A maximum bipartite matching by augmenting paths (Kuhn): taking whoever comes first could spend
    the only safety owner on a seat that others can fill. The order of `people` does not matter.
    """
    by_name = sorted(people, key=lambda signer: signer.human)
    seated: dict[int, Signer] = {}
    seat_of: dict[str, int] = {}

    def seat(index: int, asked: set[str]) -> bool:
        for signer in by_name:
            if signer.human in asked or not signer.roles & seats[index]:
                continue
            asked.add(signer.human)
            if signer.human not in seat_of or seat(seat_of[signer.human], asked):
                seat_of[signer.human], seated[index] = index, signer
                return True
        return False

    for index in range(len(seats)):
        seat(index, set())
    return tuple(seated.get(index) for index in range(len(seats)))


def may_override(override: Override, facts: Facts, policy: Policy) -> bool:
    """Say whether somebody surely has a role that may break the glass.

    The author may, in an emergency: it is counted and followed up. But that a change is no IO must
    be said by a second person (fit.md 2.3: lowering needs one).
    """
    person = facts.person(override.by)
    roles = policy.override.roles
    if person.kind != "human" or not any(holds(person, role, policy) for role in roles):
        return False
    own = _own(override.by, facts, Identities(facts, policy))
    return override.settles != "not-io" or all(part is False for part, _ in own)
