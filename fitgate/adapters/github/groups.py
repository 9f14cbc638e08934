"""Which pull requests a merge group holds: all that would land with it, each in its place."""

# A group says neither which pull requests it holds nor how many (platform.md, "Merge queue"); they
# are the first parents between the branch and its head. GitHub's queue tells which pull request
# each of these is of, else the commit's message does, which GitHub writes.

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Session
from fitgate.adapters.github.checks import Node, OwnCheck, contexts_at, own_check
from fitgate.adapters.github.line import DEEP, Lines, Step, steps_of
from fitgate.adapters.github.pulls import NOT_ON_A_FORGE
from fitgate.core.facts import Change, Facts, Repo
from fitgate.errors import ForgeError

MOST = 100
"""Pull requests of one group; GitHub builds no larger ones (rules, `max_entries_to_build`)."""
_REF = re.compile(
    r"refs/heads/gh-readonly-queue/(?P<branch>.+)/pr-(?P<number>\d{1,9})-[0-9a-f]{40,64}"
)
_MERGE = re.compile(r"Merge pull request #(\d{1,9}) from ")
_SQUASH = re.compile(r".*\(#(\d{1,9})\)")


@dataclass(frozen=True, slots=True)
class Member:
    """A commit of the group, the pull request that it is of, and whose policy judges that.

    `number` None: which it is cannot be told.
    """

    step: Step
    number: int | None
    base: str


@dataclass(frozen=True, slots=True)
class Group:
    """A merge group: what it would land, oldest first, and our check on its head."""

    repo: Repo
    branch: str
    head: str
    url: str
    check: OwnCheck | None
    members: tuple[Member, ...]


class Groups:
    """Reads merge groups of one repository; none of them stays."""

    def __init__(self, session: Session, name: str, lines: Lines) -> None:
        self._session, self._name, self._lines = session, name, lines

    def of(self, ref: str | None, base: str, head: str) -> Group:
        """Return the group that a branch of the queue is of.

        Raises:
            ForgeError: when it is gone, or does not lead back to the branch that it is for.
        """
        found = _REF.fullmatch(ref or "")
        if found is None:
            raise ForgeError(f"{ref} of {self._name} is no branch of a merge queue.")
        answer = self._session.graph(self._name, queries.group(head, found["branch"], DEEP))
        said = answer.repository
        tip = ((said["base"] or {}).get("target") or {}).get("oid")
        entries = ((said.get("mergeQueue") or {}).get("entries") or {}).get("nodes") or ()
        steps = self._within(steps_of(answer, self._name, head), base, tip)
        lands = {step.oid for step in steps[: _place(steps, base)]}
        numbers = {head: int(found["number"]), **_queued(entries)}
        members = (
            Member(step, _number(step, numbers), base if step.oid in lands else str(tip))
            for step in reversed(steps)
        )
        return Group(
            Repo(f"github:{said['databaseId']}", str(said["nameWithOwner"])),
            found["branch"], head, str(said["url"]),
            check=own_check(contexts_at(said["own"], answer.refused), self._session.app),
            members=tuple(members),
        )  # fmt: skip

    def _within(self, steps: list[Step], base: str, tip: str | None) -> list[Step]:
        """Return the commits from the head back to the branch, or to the base if that moved on."""
        oids = [step.oid for step in steps]
        while tip not in oids and base not in oids and len(steps) <= MOST and steps[-1].parent:
            steps += self._lines.steps(str(steps[-1].parent))
            oids = [step.oid for step in steps]
        if tip in oids:
            return steps[: oids.index(tip)]
        if base in oids:
            return steps[: oids.index(base)]
        raise ForgeError(
            f"The merge group {oids[0][:12]} of {self._name} does not lead back to its base."
        )


def unnamed(group: Group, member: Member, at: datetime) -> Facts:
    """Return the facts of a commit of a group of which it cannot be told whose it is."""
    title, _, body = member.step.commit.message.partition("\n")
    change = Change(
        id=f"github:{group.repo.name}@{member.step.oid}",
        kind="group",
        title=title,
        body=body.strip("\n"),
        branch=group.branch,
        base=member.base,
        head=member.step.oid,
    )
    return Facts(at, "github", group.repo, change, unknown=NOT_ON_A_FORGE)


def _place(steps: list[Step], base: str) -> int:
    oids = [step.oid for step in steps]
    return oids.index(base) if base in oids else len(oids)


def _queued(entries: Iterable[Node]) -> Mapping[str, int]:
    """Return which pull request each commit of the queue is of, as the queue says."""
    whole = (one for one in entries if one and one["headCommit"] and one["pullRequest"])
    return {str(one["headCommit"]["oid"]): int(one["pullRequest"]["number"]) for one in whole}


def _number(step: Step, queued: Mapping[str, int]) -> int | None:
    title = step.commit.message.partition("\n")[0]
    found = _MERGE.match(title) if len(step.commit.parents) > 1 else _SQUASH.fullmatch(title)
    return queued.get(step.oid) or (int(found[1]) if found else None)
