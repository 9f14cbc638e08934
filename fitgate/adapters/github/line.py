"""What came onto a branch, first parent by first parent, and which pull request brought it."""

# GraphQL gives the first parents and who brought them; REST's comparison says where a line ends
# that does not lead back to where the branch was: it was forced, or came in from the side.

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import Answer, Session
from fitgate.adapters.github.checks import Node, contexts_at, is_cut
from fitgate.adapters.github.hands import Commit
from fitgate.core.facts import Repo, Unread
from fitgate.errors import ForgeError

MOST = 250
"""Landings of one push: what brings more is not taken apart, and cannot be classified."""
DEEP = 10
"""First parents that are asked for at once."""
_PAGE, _AHEAD_PAGES = 100, 10  # commits: those that came in from the side are among them
_KEPT = 64
_BRANCH = "refs/heads/"
_GONE = frozenset({404, 422})
_REFUSED = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Step:
    """A first parent; `pulls` None: which pull requests have it could not be told; so `checks`."""

    commit: Commit
    node: Node
    pulls: tuple[Node, ...] | None
    checks: tuple[Node, ...] | None = None

    @property
    def oid(self) -> str:
        """Return the id of the commit."""
        return self.commit.oid

    @property
    def parent(self) -> str | None:
        """Return its first parent; None for the first commit of a repository."""
        return self.commit.parents[0] if self.commit.parents else None

    def brought_by(self, branch: str | None) -> int | None:
        """Return the number of the pull request that brought it; None: none did.

        `branch` is the one that it was brought onto, if that is known.
        """
        merged = (pull for pull in self.pulls or () if pull["merged"])
        onto = (p for p in merged if branch is None or p["baseRefName"] == branch)
        return min((int(pull["number"]) for pull in onto), default=None)


@dataclass(frozen=True, slots=True)
class Line:
    """What a push brought, oldest first; or why that cannot be told.

    `forced`: what stood there before is no longer on the branch. `before` is where it was.
    `branch` None: what leads from one commit to another, on whatever branch.
    """

    repo: Repo
    branch: str | None
    before: str | None
    tip: Step
    forced: bool = False
    steps: tuple[Step, ...] | Unread = field(default=())

    def landings(self) -> tuple[int | Step, ...]:
        """Return what landed, oldest first: the number of a pull request, or a commit alone.

        A rebase brings several commits; its last one is where the pull request landed.
        """
        steps = () if isinstance(self.steps, Unread) else self.steps
        found: dict[int | str, int | Step] = {}
        for step in steps:
            number = step.brought_by(self.branch)
            key = step.oid if number is None else number
            found.pop(key, None)
            found[key] = step if number is None else number
        return tuple(found.values())

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the changes that landed."""
        if isinstance(self.steps, Unread):
            return (f"github:{self.repo.name}@{self.tip.oid}",)
        return tuple(
            f"github:{self.repo.name}{f'#{one}' if isinstance(one, int) else f'@{one.oid}'}"
            for one in self.landings()
        )


class Lines:
    """Reads the first parents of one repository's branches; what was told is kept."""

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._known: OrderedDict[tuple[str, str | None, str], Line] = OrderedDict()

    def pushed(self, ref: str | None, before: str | None, after: str | None) -> Line | None:
        """Return what a push brought onto the default branch; None: it is no concern of ours.

        Nothing is brought by a branch that is deleted, or with which a repository begins.

        Raises:
            ForgeError: when the commit cannot be read.
        """
        if after is None or ref is None or not ref.startswith(_BRANCH):
            return None
        key = (ref, before, after)
        if key not in self._known:
            answer, steps = self._steps(after)
            line = Line(_repo(answer), ref.removeprefix(_BRANCH), before, steps[0])
            if line.branch != ((answer.repository["defaultBranchRef"] or {}).get("name")):
                return None
            self._keep(key, self._followed(line, steps, ref))
        return self._known[key]

    def between(self, before: str | None, after: str) -> Line:
        """Return what leads from one commit to another; `before` None: from the beginning.

        Raises:
            ForgeError: when the commit cannot be read.
        """
        key = ("", before, after)
        if key not in self._known:
            answer, steps = self._steps(after)
            line = Line(_repo(answer), None, before, steps[0])
            oids = [step.oid for step in steps]
            if before is None:
                while steps[-1].parent is not None and len(steps) <= MOST:
                    steps += self.steps(str(steps[-1].parent))
                line = _told(line, steps)
            elif before in oids:
                line = _told(line, steps[: oids.index(before)])
            else:
                line = self._measured(line, steps)
            self._keep(key, line)
        return self._known[key]

    def _keep(self, key: tuple[str, str | None, str], line: Line) -> None:
        self._known[key] = line
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def start(self, commit: str, number: int) -> str | None:
        """Return the commit before the first of those that a pull request brought one by one.

        None: it cannot be told.
        """
        here: str | None = commit
        for _ in range(MOST // DEEP):
            if here is None:
                return None
            for step in self.steps(here):
                if step.pulls is None:
                    return None
                if all(pull["number"] != number for pull in step.pulls):
                    return step.oid
                here = step.parent
        return None

    def _followed(self, line: Line, steps: list[Step], ref: str) -> Line:
        if line.before is None:
            before = self._deleted(ref)
            if isinstance(before, Unread):
                return replace(line, steps=before)
            if before is None:  # the repository begins: there was nothing to be changed
                return line
            line = replace(line, before=before, forced=True)
        oids = [step.oid for step in steps]
        if line.before in oids:
            return _told(line, steps[: oids.index(line.before)])
        return self._measured(line, steps)

    def _measured(self, line: Line, steps: list[Step]) -> Line:
        """Follow a line that does not lead back to where the branch was within a question."""
        try:
            fork, ahead = self._ahead(str(line.before), steps[0].oid)
        except ForgeError as exc:
            if exc.status not in _GONE:
                raise
            why = Unread("cannot be told: where the branch was before has nothing to do with it")
            return replace(line, forced=True, steps=why)
        line = replace(line, forced=line.forced or fork != line.before)
        if isinstance(ahead, Unread):
            return replace(line, steps=ahead)
        while steps[-1].oid in ahead and len(steps) <= MOST:
            if steps[-1].parent is None:
                break
            steps += self.steps(str(steps[-1].parent))
        return _told(line, [step for step in steps if step.oid in ahead])

    def _ahead(self, before: str, after: str) -> tuple[str, set[str] | Unread]:
        """Return where two commits parted, and all commits that the later one has on top."""
        ahead: set[str] = set()
        for page in range(1, _AHEAD_PAGES + 1):
            path = f"/repos/{self._name}/compare/{before}...{after}?per_page={_PAGE}&page={page}"
            said = self._session.read(path)
            fork, total = str(said["merge_base_commit"]["sha"]), int(said["total_commits"])
            ahead |= {str(commit["sha"]) for commit in said["commits"]}
            if len(ahead) >= total:
                return fork, ahead
            if total > _AHEAD_PAGES * _PAGE:
                break
        return fork, Unread(f"cannot be told: {total} commits came at once")

    def _deleted(self, ref: str) -> str | Unread | None:
        """Return where a branch was when it was deleted last; None: it never was."""
        asked = urlencode({"ref": ref, "activity_type": "branch_deletion", "per_page": 1})
        try:
            said = self._session.read(f"/repos/{self._name}/activity?{asked}")
        except ForgeError as exc:
            if not exc.is_refusal(*_REFUSED):
                raise
            return Unread("cannot be told: whether the branch is new may not be read")
        return str(said[0]["before"]) if said else None

    def steps(self, commit: str) -> list[Step]:
        """Return a commit and the first parents before it, newest first, as far as one asks."""
        return self._steps(commit)[1]

    def _steps(self, commit: str) -> tuple[Answer, list[Step]]:
        answer = self._session.graph(self._name, queries.line(commit, DEEP))
        return answer, steps_of(answer, self._name, commit)


def steps_of(answer: Answer, name: str, commit: str) -> list[Step]:
    """Return what an answer tells of a commit and the first parents before it.

    Raises:
        ForgeError: 404, when there is no such commit.
    """
    node = answer.repository.get("object")
    if not node:
        raise ForgeError(f"{commit[:12]} of {name} could not be read.", status=404)
    return [*_chain(node, answer.refused)]


def _chain(node: Node, refused: Mapping[str, str]) -> Iterator[Step]:
    """Yield a commit and its first parents."""
    here: Node | None = node
    while here and "message" in here:
        found, checks = here["associatedPullRequests"], contexts_at(here, refused)
        yield Step(
            Commit.of(here),
            here,
            pulls=None if is_cut(found) else tuple(found["nodes"]),
            checks=None if checks is None else tuple(checks),
        )
        following = here["next"]["nodes"]
        here = following[0] if following else None


def _told(line: Line, newest_first: list[Step]) -> Line:
    if len(newest_first) > MOST:
        return replace(line, steps=Unread(f"cannot be told: more than {MOST} landed at once"))
    return replace(line, steps=tuple(reversed(newest_first)))


def _repo(answer: Answer) -> Repo:
    said = answer.repository
    return Repo(f"github:{said['databaseId']}", str(said["nameWithOwner"]))
