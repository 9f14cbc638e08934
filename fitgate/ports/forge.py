"""Where changes come from, and where verdicts are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a check of facts loads this, and nothing of ledgers or queues
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from fitgate.core.classify.lines import Difference
    from fitgate.core.closing import Checked
    from fitgate.core.commands.asked import Comment, Speaker
    from fitgate.core.controls import Controls, TakenOff
    from fitgate.core.events import Event, Headed, Pointer
    from fitgate.core.facts import Contents, Evaluation, Facts, Person, Unread
    from fitgate.core.in_force import PolicyText
    from fitgate.core.incidents import Issue
    from fitgate.core.passage import Passage
    from fitgate.core.policy import Role
    from fitgate.core.proving import Shown
    from fitgate.core.releasing import Release
    from fitgate.core.verdict import Verdict


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

    def shown(self, facts: Facts) -> Shown | None:
        """Return what our check on the head of a gathered pull request says; None: nothing."""

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
