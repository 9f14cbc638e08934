"""The corridor: read this file first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import cast

from fitgate.core.chronicle import Chronicle
from fitgate.core.classify import Looks, classify
from fitgate.core.classify.lines import Difference
from fitgate.core.contained import Contained
from fitgate.core.deploying import settled
from fitgate.core.earlier import bound_to_content
from fitgate.core.events import Event, Happening, Pointer
from fitgate.core.facts import Contents, Facts, Unknown, Unread
from fitgate.core.findings import Classification
from fitgate.core.in_force import UNREADABLE, Rulebook, choose, rulebook
from fitgate.core.policy import Policy
from fitgate.core.reading import PolicyFile
from fitgate.core.recall import recall
from fitgate.core.standing import Standing, standing
from fitgate.core.verdict import Verdict, decide
from fitgate.errors import ForgeError
from fitgate.ports import Forge

BATCH = 64
"""Changes looked into together: one round trip to the contents for all of them."""
UNSEEN = 50
"""So many changes of a deployment that no ledger tells of are judged by their diffs, not more."""
_CANNOT = frozenset({403, 404, 410, 422, 501})


@dataclass(frozen=True, slots=True)
class Judged:
    """One change at the end of the corridor; only a landing has a standing."""

    facts: Facts
    verdict: Verdict
    standing: Standing | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several processes judges: every `of`-th batch, from the `first` on."""

    first: int = 0
    of: int = 1


def run(
    event: Event, forge: Forge, policies: Policies, done: int = 0, share: Share = Share()
) -> Iterator[Judged]:
    """Take what an event points at through the corridor, oldest change first, but the first `done`.

    gather → classify → weigh → decide, forward only. What becomes of a verdict (a register, a
    check, an exit code) is the entrypoint's. What is done or another's share is gathered too: what
    a change undoes, and what is said of its policy, hangs on those before it.
    """
    for batch in batches(event, forge, policies, done, share):
        yield from _judged(batch, forge, landed=event.happening is Happening.LANDED)


Batch = Sequence[tuple[Facts, Rulebook]]
"""Changes that are looked into together, each with the policy that judges it."""


def batches(
    event: Event, forge: Forge, policies: Policies, done: int, share: Share
) -> Iterator[Batch]:
    """Yield the batches of a share in order; all changes are gathered, whoever judges them."""
    gathered = (_unfolded(*policies.briefed(each), forge, policies) for each in forge.gather(event))
    changes = islice(gathered, done, None)
    for number in count():
        batch = list(islice(changes, BATCH))
        if not batch:
            return
        if number % share.of == share.first:
            yield batch


def _unfolded(
    facts: Facts, book: Rulebook, forge: Forge, policies: Policies
) -> tuple[Facts, Rulebook]:
    """Return a deployment's facts with what those changes in it are that no ledger tells of.

    They are judged by their diffs, as they landed; the rest is known already.
    """
    deployment = facts.deployment
    if deployment is None or not deployment.contains:
        return facts, book
    unseen = [each for each in deployment.contains if each.told is None]
    if len(unseen) > UNSEEN:
        why = f"never judged, as {len(unseen)} changes of this deployment: not more than {UNSEEN}"
        told = {each.change: replace(each, why=why) for each in unseen}
    else:
        told = {each.change: _by_diff(each, facts, forge, policies) for each in unseen}
    contains = tuple(told.get(each.change, each) for each in deployment.contains)
    return replace(facts, deployment=replace(deployment, contains=contains)), book


def _by_diff(each: Contained, facts: Facts, forge: Forge, policies: Policies) -> Contained:
    head = each.commit if each.kind == "push" else None
    pointer = Pointer(
        Happening.LANDED, facts.repo.id, facts.repo.name, each.kind, each.number,
        base=each.base, head=head, ref=each.ref,
    )  # fmt: skip
    try:
        judged = [*run(pointer.event(facts.as_of), forge, policies)]
    except ForgeError as exc:
        if exc.status not in _CANNOT or exc.retry_after is not None:
            raise
        return replace(each, why=str(exc))
    if not judged:
        return replace(each, why="not found where it landed")
    verdict = judged[-1].verdict
    return replace(
        each, told="diff", is_io=verdict.is_io, categories=verdict.categories,
        classes=verdict.classes, io_sr=verdict.io_sr, layer=verdict.layer,
        why="not to be told from its diff" if verdict.is_io is None else "",
    )  # fmt: skip


def _judged(batch: Batch, forge: Forge, *, landed: bool) -> Iterator[Judged]:
    books = [book for _, book in batch]
    seen = look_into([facts for facts, _ in batch], [book.looks for book in books], forge)
    found = [classify(facts, book.looks) for facts, book in zip(seen, books, strict=True)]
    bound = bind(seen, found, forge)
    for one, book, said in zip(bound, books, found, strict=True):
        told = settled(one, said)
        facts = told if said.is_io is False else _weighed(told, book, forge)
        verdict = decide(facts, said, book)
        stands = standing(verdict) if landed else None
        yield Judged(facts, verdict, stands, book.file.policy)


def _weighed(facts: Facts, book: Rulebook, forge: Forge) -> Facts:
    """Return the facts of an IO with what is known of its people and its clock."""
    facts = forge.complete(facts, book.file.policy.roles)
    if facts.change.digest is None:
        return facts
    states = (look_into([state], [book.looks], forge) for state in forge.earlier(facts))
    return bound_to_content(facts, (forge.bind(state)[0] for state in states))


def look_into(batch: Sequence[Facts], looks: Sequence[Looks], forge: Forge) -> list[Facts]:
    """Return the facts with what the rules ask of the files' contents; nothing else is read."""
    asked = list(zip(batch, looks, strict=True))
    changes = forge.changes((facts, ask.lined(facts.files or ())) for facts, ask in asked)
    contents = forge.read({oid for facts, ask in asked for oid in ask.wanted(facts.files or ())})
    return [
        _looked_into(facts, ask, contents, change)
        for (facts, ask), change in zip(asked, changes, strict=True)
    ]


def _looked_into(
    facts: Facts, ask: Looks, contents: Contents, change: Mapping[str, Difference | Unread]
) -> Facts:
    if facts.files is None:
        return facts
    files = (ask.inspect(file, contents, change.get(file.path)) for file in facts.files)
    return replace(facts, files=tuple(files), looked=ask.ids)


def bind(seen: list[Facts], found: list[Classification], forge: Forge) -> list[Facts]:
    """Return the facts with content digests where something hangs on them: on IOs only."""
    maybe = [said.is_io is not False for said in found]
    wanted = [n for n, facts in enumerate(seen) if maybe[n] and facts.files is not None]
    bound = [_unbound(facts) if maybe[n] else facts for n, facts in enumerate(seen)]
    for n, facts in zip(wanted, forge.bind([seen[n] for n in wanted]), strict=True):
        bound[n] = facts
    return bound


def _unbound(facts: Facts) -> Facts:
    """Return facts that say why there is no digest, if not even the files could be listed.

    The forge is not asked: its words for the next thing that it cannot read hang on the last one.
    """
    why = (unknown.why for unknown in facts.unknown if unknown.what == "files")
    lacking = [Unknown("digest", each) for each in why if facts.files is None]
    return replace(facts, unknown=(*facts.unknown, *lacking))


class Policies:
    """Which policy judges which change: the one given, else the one at its base.

    `told` is what a ledger remembers; without one nothing is known beside what the forge says.
    """

    def __init__(
        self,
        forge: Forge,
        library: Mapping[str, str],
        given: PolicyFile | None = None,
        told: Chronicle | None = None,
    ) -> None:
        self._forge, self._library, self._told = forge, library, told
        self._given = rulebook(given) if given else None
        self._head: str | None = None
        self._book: Rulebook | None = None

    def briefed(self, facts: Facts) -> tuple[Facts, Rulebook]:
        """Return the facts with what the ledger remembers of the change, and its policy."""
        book = self.judging(facts)
        known = recall(facts, self._told, book.file.policy) if self._told else facts
        return known, book

    def judging(self, facts: Facts) -> Rulebook:
        """Return the policy for a change; asked in order, the base is read only when it moved."""
        if self._given is not None:
            return self._given
        base, head = facts.change.base, facts.change.head
        if self._book is None or base != self._head:
            chosen = choose(self._forge.policies(base) if base else (), self._library)
            if self._book is None or chosen != self._book.file:
                self._book = rulebook(chosen)
        touched = facts.files is None or any(file.is_policy for file in facts.files)
        # What has not landed may stand on an older policy; what is deployed, on any.
        follows = facts.change.landed_at is not None and facts.deployment is None
        self._head = (facts.change.landing or head) if follows and not touched else None
        return self._mending(facts) or self._at(base)

    def _at(self, base: str | None) -> Rulebook:
        """Return the policy in force, as it stands at a base and not where it was read first."""
        book = cast("Rulebook", self._book)
        if book.file.commit is None or book.file.note:
            return book
        return replace(book, file=replace(book.file, commit=base))

    def _mending(self, facts: Facts) -> Rulebook | None:
        """Return the policy that a change brings, if all it does is mend a broken one."""
        broken = self._book is not None and self._book.file.note.startswith(UNREADABLE)
        only_policy = bool(facts.files) and all(file.is_policy for file in facts.files or ())
        if not (self._book and broken and only_policy and facts.change.head):
            return None
        brought = choose(self._forge.policies(facts.change.head), self._library)
        mends = brought.commit == facts.change.head and not brought.note
        return rulebook(replace(brought, note=self._book.file.note)) if mends else None
