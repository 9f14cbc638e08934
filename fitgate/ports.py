"""What the corridor asks of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from fitgate.core.classify.lines import Difference
from fitgate.core.closing import Checked
from fitgate.core.commands.asked import Comment, Speaker
from fitgate.core.controls import Controls, TakenOff
from fitgate.core.entries import Draft, Head, Stored
from fitgate.core.events import Event, Headed, Pointer
from fitgate.core.facts import Contents, Evaluation, Facts, Person, Unread
from fitgate.core.in_force import PolicyText
from fitgate.core.incidents import Issue
from fitgate.core.passage import Passage
from fitgate.core.policy import Role
from fitgate.core.releasing import Release
from fitgate.core.verdict import Verdict
from fitgate.core.work import Backlog, Delivery, Every, Parked, Task

if TYPE_CHECKING:  # a check of facts loads this, and no ledger
    from fitgate.core.chronicle import Row


class Forge(Protocol):
    """Where changes come from: a hosted forge, or a local clone."""

    def gather(self, event: Event) -> Iterator[Facts]:
        """Read the changes that an event points at, oldest first, contents not yet looked into.

        Raises:
            ForgeError: when the forge cannot be read at all; what is missing is in `unknown`.
        """

    def read(self, oids: Iterable[str]) -> Contents:
        """Return the contents of these blobs; what cannot be had says why."""

    def changes(
        self, asked: Iterable[tuple[Facts, AbstractSet[str]]]
    ) -> Iterator[Mapping[str, Difference | Unread]]:
        """Yield for each change what changed in the lines of the files with these paths."""

    def complete(self, facts: Facts, roles: Mapping[str, Role]) -> Facts:
        """Return the facts with what only an IO is asked for: who may sign as what, last pushed.

        `roles` are those of the policy that judges. What could not be read is in `unknown`.
        """

    def earlier(self, facts: Facts) -> Iterator[Facts]:
        """Yield the change as it stood before: where it was approved, then push by push.

        Newest first; a state that was pushed says when in `material_at`, none other has one.
        """

    def bind(self, facts: Sequence[Facts]) -> Sequence[Facts]:
        """Return the same facts with the content digest of each change, in the same order."""

    def policies(self, commit: str) -> Iterator[PolicyText]:
        """Yield the policy as it stands at a commit, then its earlier versions, newest first."""


class HostedForge(Forge, Protocol):
    """A repository on a hosted forge, where verdicts are shown.

    Every write is asked for as what must hold: asked again, it writes nothing.
    """

    def apply(
        self, facts: Facts, verdict: Verdict, others: Sequence[tuple[Facts, Verdict]] = ()
    ) -> tuple[str, ...]:
        """Show a verdict on its pull request; return what was written, in words.

        `others` are those on the other open pull requests with this head; the check is the worst.
        """

    def landed(self, pointer: Pointer) -> Sequence[str]:
        """Return the ids of the changes that a push brought onto a branch that counts, in order.

        Raises:
            ForgeError: when what it brought cannot be read.
        """

    def release(self, pointer: Pointer) -> Release | None:
        """Return a release and what it holds; None: it is a draft, a pre-release, or gone."""

    def ended(
        self, commit: str, number: int | None, at: datetime
    ) -> tuple[Checked, Checked | None]:
        """Return how the evaluations of a landing stand, and those on its pull request's head."""

    def headed(self, commit: str) -> Sequence[Headed]:
        """Return the pull requests with this head, whatever became of them."""

    def issue(self, number: int) -> Issue | None:
        """Return an issue; None: it is a pull request, or gone."""

    def apply_group(self, judged: Sequence[tuple[Facts, Verdict]]) -> tuple[str, ...]:
        """Show the worst verdict on the merge group that was gathered last; say what was written.

        In a queue nobody can act: what is held fails (contract.md, "Outcomes").
        """

    def withdraw(self, head: str) -> bool:
        """Take the verdict off a commit until it is judged anew; say whether there was one."""

    def deployment(self, pointer: Pointer) -> int | None:
        """Return the id of the deployment that a run makes to an environment; None: none."""

    def answer_gate(self, facts: Facts, verdict: Verdict) -> tuple[str, ...]:
        """Show a verdict on its deployment, answer the gate that waits; return what was written."""

    def evaluations(self, commit: str, at: datetime) -> tuple[Evaluation, ...] | None:
        """Return how checks, statuses and workflow runs on a commit stand; None: it is hidden."""

    def siblings(self, facts: Facts) -> Sequence[int]:
        """Return the numbers of the other open pull requests with the head of a gathered one."""

    def passage(self, facts: Facts, pointer: Pointer, now: datetime) -> Passage:
        """Return how a landing that was gathered came past the forge's gates, as of its moment."""

    def controls(self) -> Controls:
        """Return how strong the forge's own gates are now; a hidden area says why."""

    def taken_off(self, number: int) -> Sequence[TakenOff]:
        """Return which labels of ours people took off a pull request, oldest first."""

    def happened(self, since: datetime, now: datetime) -> Sequence[tuple[datetime, Pointer]]:
        """Return where something happened since a moment, and when, oldest first; perhaps more.

        It is what deliveries would have told of landings and proposals.

        Raises:
            ForgeError: when not all of it could be read; what a permission hides is left out.
        """

    def open_pulls(self) -> Sequence[int]:
        """Return the numbers of all open pull requests."""

    def comment(self, comment: int) -> Comment | None:
        """Return a comment by its id as it stands now; None: it is gone, or nobody's any more."""

    def speaker(self, person: Person, roles: Mapping[str, Role]) -> Speaker:
        """Return somebody with what they may do here now; what is refused is unknown."""

    def answered(self, number: int, mark: str, since: datetime | None) -> str | None:
        """Return what our comment that begins with a mark says; None: there is none since then."""

    def answer(self, number: int, mark: str, text: str, since: datetime | None) -> bool:
        """Make our one comment with a mark say this; False: it does, or nothing can be said there.

        `text` begins with the mark.
        """

    def react(self, number: int, comment: int, *, good: bool) -> bool:
        """Mark a comment as done or as not done; False: that cannot be."""


class Ledger(Protocol):
    """One repository's append-only memory: a chain of entries, and what they name by digest."""

    @property
    def repo(self) -> str:
        """Return the id of the repository whose chain this is."""

    def head(self) -> Head:
        """Return the end of the chain; number 0 of an empty one."""

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Write down, in this order, those whose key is not there yet; return what was written.

        All or nothing, the blobs with it; it is durable when this returns. `now` becomes
        `recorded_at`, or the last one where the clock went back.

        Raises:
            LedgerError: when it could not be written; nothing was.
            BrokenChainError: when what is there does not hang together; it names the entry.
        """

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the entries behind a number, in their order, as they are kept."""

    def holds(self, keys: Sequence[str]) -> AbstractSet[str]:
        """Return which of these keys have been written down."""

    def blob(self, digest: str) -> bytes | None:
        """Return the content with this digest; None: it is not, or no longer, kept."""

    def digests(self) -> Sequence[str]:
        """Return the digests of all contents that are kept, in order."""

    def close(self) -> None:
        """Let go of what the ledger holds open."""


class Marks(Protocol):
    """How far things have been looked at: one moment a name, which only moves forward."""

    def reached(self, name: str) -> datetime | None:
        """Return how far it got; None: nobody has looked yet."""

    def reach(self, name: str, at: datetime) -> None:
        """Note that it got so far, if that is further than before; durable when this returns.

        Raises:
            LedgerError: when it could not be written.
        """


class Origin(Protocol):
    """Where deliveries come from, as a whole: a GitHub App."""

    def repositories(self) -> Sequence[Pointer]:
        """Return the repositories that it is installed on.

        Raises:
            ForgeError: when not all of them could be listed.
        """

    def redelivered(self, since: datetime) -> int:
        """Ask again for what arrived nowhere since a moment; return how many deliveries that is.

        Raises:
            ForgeError: when it could not be asked; what was asked for stands.
        """


@runtime_checkable
class ProjectingLedger(Ledger, Protocol):
    """A ledger that keeps a row a landing beside its entries."""

    def rows(self) -> Iterator[Row]:
        """Yield all of them, brought up to the end of the chain; costs what is new to fold.

        Raises:
            BrokenChainError: when what is new does not hang on what was brought up before.
        """

    def rows_since(self, after: int) -> Iterator[Row]:
        """Yield those of changes that an entry behind a number speaks of."""

    def rows_of(self, changes: Sequence[str]) -> Iterator[Row]:
        """Yield those of these changes."""

    def of_kinds(self, kinds: Sequence[str]) -> Iterator[Stored]:
        """Yield the entries of these kinds."""


class Worker(Protocol):
    """What is done with what a queue holds."""

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Return what a delivery gives to do; nothing, if it is of no concern.

        Raises:
            DeliveryError: when it can never be understood.
        """

    def done(self, task: Task) -> Sequence[Task]:
        """Do a task, and return what is to be done after it; done twice, it has one effect."""


class Queue(Protocol):
    """Deliveries and tasks, kept until they are done: whoever is killed, nothing is lost."""

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Keep deliveries; all are durable when this returns, or none was taken.

        What has been done already is not done again; what was parked is tried anew.

        Raises:
            QueueError: when they could not be kept.
        """

    def submit(self, deliveries: Sequence[Delivery]) -> Future[None]:
        """Begin to keep deliveries, and return at once; the future ends as `accept` would.

        All that waits is kept in one go, so that many cost little more than one. For coroutines:
        `await asyncio.wrap_future(queue.submit([delivery]))`.
        """

    def put(self, tasks: Sequence[Task]) -> None:
        """Keep tasks until they are due; one that waits already is not put twice.

        Raises:
            QueueError: when they could not be kept.
        """

    def work(self, worker: Worker, stop: Callable[[], bool], every: Sequence[Every] = ()) -> None:
        """Do what is due, oldest first, until `stop` says so; the task in hand is finished.

        A failure is tried again, later each time; what keeps failing is parked. `stop` is asked
        often, and by any thread.

        Raises:
            QueueError: when nobody but one may work here, and one does.
        """

    def parked(self) -> Sequence[Parked]:
        """Return what kept failing, and why, oldest first."""

    def waiting(self) -> int:
        """Return how many deliveries and tasks that are due have not been done."""

    def backlog(self) -> Backlog:
        """Return what waits, and since when."""

    def retry(self, ids: Sequence[str]) -> int:
        """Let these parked ones be tried again now; return how many there were."""

    def close(self) -> None:
        """Let go of what the queue holds open."""
