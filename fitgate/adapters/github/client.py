"""A repository on GitHub as a Forge: gather, read, bind; the corridor needs no more of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from fitgate.adapters.github.acting import Acting, Judged
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.binding import bound
from fitgate.adapters.github.blobs import Blobs
from fitgate.adapters.github.brought import Brought
from fitgate.adapters.github.deployed import bound_deployment
from fitgate.adapters.github.deploying import Deploying
from fitgate.adapters.github.ended import Ended
from fitgate.adapters.github.evidence import artifacts, declared, restored
from fitgate.adapters.github.files import Touched, difference
from fitgate.adapters.github.listing import Listing, Listings
from fitgate.adapters.github.policies import PolicyTexts
from fitgate.adapters.github.pulls import Pull
from fitgate.adapters.github.pushes import Pushes, clocked
from fitgate.adapters.github.rights import Rights
from fitgate.adapters.github.talking import Talking
from fitgate.adapters.github.watching import Watching
from fitgate.core.classify.lines import Difference
from fitgate.core.closing import Checked
from fitgate.core.commands.asked import Comment, Speaker
from fitgate.core.events import Event, Headed, Pointer
from fitgate.core.facts import Contents, Evaluation, Facts, Person, Unknown, Unread
from fitgate.core.in_force import PolicyText
from fitgate.core.policy import Role
from fitgate.core.proving import Shown
from fitgate.core.releasing import Release
from fitgate.core.verdict import Verdict
from fitgate.core.words.page import MARK
from fitgate.errors import ForgeError

_KEPT = 64
_ABSENT = frozenset({404, 422})
_NOT_YET = 501


class GitHub(Watching):
    """One repository on GitHub; it satisfies `ports.Forge`.

    What a commit holds never changes, so it is read once: files, contents, policies, pushes. All
    else is read anew whenever it is gathered. It is used by one thread at a time.
    """

    def __init__(self, session: Session, name: str) -> None:
        """Take a session that may read it, and its name, `owner/name`."""
        self.session, self.name = session, name
        self.blobs = Blobs(session, name)
        self._listings = Listings(session, name, self.blobs, MARK)
        self._policies = PolicyTexts(session, name, self.blobs)
        self._rights = Rights(session, name)
        self._ended = Ended(session, name)
        self._pushes = Pushes(session)
        self._acting = Acting(session, name)
        self._deploying = Deploying(session, name)
        self._brought = Brought(session, name, self._listings, self.pull, self._whole)
        self._talking = Talking(session, name)
        self._pulls: OrderedDict[str, Pull] = OrderedDict()
        self._changes: OrderedDict[tuple[str, str | None], Listing] = OrderedDict()

    def gather(self, event: Event) -> Iterator[Facts]:
        """Read the pull request that an event points at, or all that a push or a group holds.

        Contents are not yet looked into.
        """
        pointer = event.on
        match pointer:
            case Pointer(kind="pull", number=int() as number):
                yield self.pull(number, event.at, event.head or None)
            case Pointer(kind="push"):
                yield from self._brought.pushed(pointer, event.at)
            case Pointer(kind="release"):
                yield from self._brought.released(pointer, event.at)
            case Pointer(kind="group"):
                yield from self._brought.grouped(pointer, event.at)
            case Pointer(kind="deployment", number=int()):
                yield self._deploying.facts(pointer, event.at)
            case _:
                words = f"{_words(pointer)} cannot be gathered from GitHub."
                raise ForgeError(words, status=_NOT_YET)

    def landed(self, pointer: Pointer) -> Sequence[str]:
        """Return the ids of the changes that a push brought onto the default branch."""
        return self._brought.ids(pointer)

    def pull(self, number: int, at: datetime, hint: str | None = None) -> Facts:
        """Return the facts of a pull request as of now, or as of its merge."""
        pull, listing = self._listings.pull(number, at, hint)
        if pull.policy:
            self._policies.note(pull.base, pull.policy)
        if pull.rebased and (
            base := self._brought.lines.start(str(pull.facts.change.landing), number)
        ):
            facts = replace(pull.facts, change=replace(pull.facts.change, base=base))
            pull = replace(pull, base=base, facts=facts)
        return self._whole(pull.facts, listing, pull)

    def _whole(self, facts: Facts, listing: Listing, pull: Pull | None = None) -> Facts:
        """Return the facts with the files, and with what these declare and bring back."""
        facts = self._with_files(facts, listing)
        if facts.files is not None:
            facts = declared(facts, self.blobs)
            facts = artifacts(facts, self.session, self.name)
            facts = restored(facts, self._listings, self.session, self.name)
        self._remember(facts, listing, pull)
        return facts

    def deployment(self, pointer: Pointer) -> int | None:
        """Return the id of the deployment that a run makes to an environment; None: none."""
        return self._deploying.number(pointer)

    def answer_gate(self, facts: Facts, verdict: Verdict) -> tuple[str, ...]:
        """Show a verdict on its deployment and answer the gate; return what was written."""
        return self._deploying.answer(facts, verdict)

    def evaluations(self, commit: str, at: datetime) -> tuple[Evaluation, ...] | None:
        """Return how checks, statuses and workflow runs on a commit stand; None: it is hidden."""
        return self._deploying.evaluations(commit, at)

    def seen(self, facts: Facts) -> Pull:
        """Return what else GitHub told of a pull request when its facts were gathered."""
        return self._pulls[facts.change.id]

    def _with_files(self, facts: Facts, listing: Listing) -> Facts:
        if isinstance(listing.ones, Unread):
            why = Unknown("files", listing.ones.why)
            return replace(facts, files=None, unknown=(*facts.unknown, why))
        return replace(facts, files=tuple(one.file for one in listing.ones))

    def _remember(self, facts: Facts, listing: Listing, pull: Pull | None = None) -> None:
        self._changes[facts.change.id, facts.change.head] = listing
        self._changes.move_to_end((facts.change.id, facts.change.head))
        if pull is not None:
            self._pulls[facts.change.id] = pull
            self._pulls.move_to_end(facts.change.id)
        while len(self._pulls) > _KEPT:
            self._pulls.popitem(last=False)
        while len(self._changes) > _KEPT:
            self._changes.popitem(last=False)

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the contents of these blobs; what cannot be had says why."""
        return self.blobs.read(oids)

    def changes(
        self, asked: Iterable[tuple[Facts, AbstractSet[str]]]
    ) -> Iterator[Mapping[str, Difference | Unread]]:
        """Yield for each change what changed in the lines of the files with these paths."""
        for facts, paths in asked:
            ones = [one for one in self._ones(facts) if one.file.path in paths]
            told = {one.file.path for one in ones if one.patch is not None}
            unread = [one for one in ones if one.file.path not in told]
            contents = self.blobs.read(oid for one in unread for oid in one.oids)
            yield {one.file.path: difference(one, contents) for one in ones}

    def _ones(self, facts: Facts) -> tuple[Touched, ...]:
        listing = self._changes.get((facts.change.id, facts.change.head))
        return () if listing is None or isinstance(listing.ones, Unread) else listing.ones

    def complete(self, facts: Facts, roles: Mapping[str, Role]) -> Facts:
        """Return the facts with the roles of those who signed, and the time of the last push."""
        pull = self._pulls.get(facts.change.id)
        if pull is not None:
            facts = clocked(facts, pull, self._pushes.of(pull))
        return self._rights.assigned(facts, roles)

    def earlier(self, facts: Facts) -> Iterator[Facts]:
        """Yield the change as it stood where it was approved, then push by push, newest first."""
        if facts.deployment is not None:  # a commit does not change while it waits
            return
        head = facts.change.head
        given = (approval.commit for approval in facts.approvals or ())
        for commit in dict.fromkeys(given):
            if commit is not None and commit != head:
                yield self._as_it_stood(facts, commit, None)
        pull = self._pulls.get(facts.change.id)
        if pull is None:  # a push stands as it is
            return
        pushes = self._pushes.of(pull)
        if isinstance(pushes, Unknown):
            return
        for newer, push in pairwise(pushes):
            if newer.at <= pull.since:  # nobody could see what was there before
                return
            yield self._as_it_stood(facts, push.head, max(push.at, pull.since))

    def _as_it_stood(self, facts: Facts, commit: str, at: datetime | None) -> Facts:
        change = replace(facts.change, head=commit, digest=None, material_at=at)
        state = replace(facts, change=change, files=None, looked=None)
        try:
            listing = self._listings.between(str(facts.change.base), commit)
        except ForgeError as exc:
            if exc.status not in _ABSENT:
                raise
            return state  # the commit is gone: what stood there is not known to be the same
        state = self._with_files(state, listing)
        self._remember(state, listing)
        return state

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Return the same facts with the content digest of each change, in the same order."""
        return [self._bound(each) for each in facts]

    def _bound(self, facts: Facts) -> Facts:
        if facts.deployment is not None:
            return bound_deployment(facts)
        at_hand = (facts.change.id, facts.change.head) in self._changes
        return bound(facts, self._ones(facts) if at_hand else None, self.blobs)

    def apply(
        self, facts: Facts, verdict: Verdict, others: Sequence[tuple[Facts, Verdict]] = ()
    ) -> tuple[str, ...]:
        """Show a verdict on its pull request, and return what was written: nothing, if all stood.

        `others` are the verdicts on the other open pull requests with this head: the check is of
        the commit, so it is the worst of them (contract.md, "Which policy, which base").
        """
        return self._acting.apply(Judged(facts, verdict), self.seen(facts), others)

    def siblings(self, facts: Facts) -> Sequence[int]:
        """Return the numbers of the other open pull requests with the head of a gathered one.

        Raises:
            ForgeError: when GitHub would not tell: the check would not be the worst of them.
        """
        found = self.seen(facts).siblings
        if found is None:
            raise ForgeError(
                f"the other pull requests at the head of {facts.change.id} are cut off"
            )
        return found

    def shown(self, facts: Facts) -> Shown | None:
        """Return what our check on the head of a gathered pull request says; None: nothing."""
        check = self.seen(facts).check
        return None if check is None else check.shown

    def release(self, pointer: Pointer) -> Release | None:
        """Return a release and what it holds; None: it is a draft, a pre-release, or gone."""
        return self._brought.release(pointer)

    def ended(
        self, commit: str, number: int | None, at: datetime
    ) -> tuple[Checked, Checked | None]:
        """Return how the evaluations of a landing stand, and those on its pull request's head."""
        return self._ended.of(commit, number, at)

    def headed(self, commit: str) -> Sequence[Headed]:
        """Return the pull requests with this head, whatever became of them."""
        return self._ended.headed(commit)

    def apply_group(self, judged: Sequence[tuple[Facts, Verdict]]) -> tuple[str, ...]:
        """Show the worst verdict on the merge group that was gathered last; say what was written.

        In a queue nobody can act: what is held fails (contract.md, "Outcomes").
        """
        return self._acting.group(judged, self._brought.group())

    def withdraw(self, head: str) -> bool:
        """Take the verdict off a commit until it is judged anew; say whether there was one."""
        return self._acting.withdraw(head)

    def comment(self, comment: int) -> Comment | None:
        """Return a comment by its id as it stands now; None: it is gone, or nobody's any more."""
        return self._talking.comment(comment)

    def speaker(self, person: Person, roles: Mapping[str, Role]) -> Speaker:
        """Return somebody with what they may do here now; what is refused is unknown."""
        return self._rights.speaker(person, roles)

    def answered(self, number: int, mark: str, since: datetime | None) -> str | None:
        """Return what our comment that begins with a mark says, if there is one since then."""
        return self._talking.answered(number, mark, since)

    def answer(self, number: int, mark: str, text: str, since: datetime | None) -> bool:
        """Make our one comment with a mark say this; say whether anything was written."""
        return self._talking.answer(number, mark, text, since)

    def react(self, number: int, comment: int, *, good: bool) -> bool:
        """Mark a comment as done or as not done; say whether that could be."""
        return self._talking.react(number, comment, good=good)

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy as it stands at a commit, then its earlier versions, newest first."""
        return self._policies.versions(commit)


def _words(pointer: Pointer | None) -> str:
    return "A revision" if pointer is None else f"{pointer.name} {pointer.kind or 'event'}"
