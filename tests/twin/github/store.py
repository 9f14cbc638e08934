"""What a repository of the twin holds; what can be done to it is in the files beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from tests.twin.github.answer import Refusal
from tests.twin.github.git import Git
from tests.twin.github.people import LEVELS, User, at_least

if TYPE_CHECKING:
    from tests.twin.github.checks import CheckRun, Status, Suite
    from tests.twin.github.deployments import Deployment, Environment
    from tests.twin.github.issues import Comment, Issue, Label
    from tests.twin.github.merge_queue import Entry
    from tests.twin.github.pulls import Pull
    from tests.twin.github.releases import Release
    from tests.twin.github.rulesets import Protection, Ruleset, RuleSuite
    from tests.twin.github.runs import Run
    from tests.twin.github.twin import Twin

P = ParamSpec("P")
R = TypeVar("R")


class OnTwin(Protocol):
    """Whatever belongs to a twin."""

    @property
    def twin(self) -> Twin: ...


S = TypeVar("S", bound=OnTwin)


def change(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let a test change the twin while nobody else does."""

    @wraps(method)
    def alone(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.twin.lock:
            return method(self, *args, **kwargs)

    return alone


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the repository's activity: a ref moved."""

    id: int
    before: str
    after: str
    ref: str
    at: datetime
    kind: str
    actor: User


class Store:
    """One repository's state."""

    def __init__(self, twin: Twin, owner: User, name: str, *, private: bool) -> None:
        self.twin = twin
        self.id = twin.fresh()
        self.owner = owner
        self.name = name
        self.private = private
        self.default_branch = "main"
        self.created_at = self.pushed_at = twin.clock.now
        self.git = Git(twin.folder / f"{self.id}.git")
        self.collaborators: dict[str, str] = {}
        self.team_roles: dict[str, str] = {}
        self.labels: dict[str, Label] = {}
        self.issues: dict[int, Issue] = {}
        self.comments: dict[int, Comment] = {}
        self.suites: dict[int, Suite] = {}
        self.check_runs: dict[int, CheckRun] = {}
        self.statuses: list[Status] = []
        self.activity: list[Activity] = []
        self.rulesets: dict[int, Ruleset] = {}
        self.protections: dict[str, Protection] = {}
        self.rule_suites: dict[int, RuleSuite] = {}
        self.environments: dict[str, Environment] = {}
        self.deployments: dict[int, Deployment] = {}
        self.runs: dict[int, Run] = {}
        self.queue: list[Entry] = []
        self.releases: list[Release] = []
        self.attestations: dict[str, list[dict[str, object]]] = {}

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def url(self) -> str:
        """Return where the API has it."""
        return f"{self.twin.url}/repos/{self.full_name}"

    @property
    def html(self) -> str:
        """Return where a browser would see it."""
        return f"{self.twin.html}/{self.full_name}"

    @property
    def pulls(self) -> dict[int, Pull]:
        """Return the issues that are pull requests."""
        from tests.twin.github.pulls import Pull  # noqa: PLC0415 - a pull request knows its store

        return {n: one for n, one in self.issues.items() if isinstance(one, Pull)}

    def role_of(self, login: str) -> str:
        """Return the most that a person may do here, by any way."""
        roles = ["none" if self.private else "read", self.collaborators.get(login, "none")]
        if login == self.owner.login:
            roles.append("admin")
        org = self.twin.orgs.get(self.owner.login)
        if org is not None and login in org.members:
            roles.append("admin" if org.members[login] == "admin" else "read")
            roles += [
                role for slug, role in self.team_roles.items() if login in org.teams[slug].members
            ]
        return max(roles, key=LEVELS.index)

    def actor(self, by: str | None, needs: str = "read") -> User:
        """Return who does something, if they may; nobody named: the repository's administrator."""
        user = self.twin.user(by) if by else self.administrator
        if not at_least(LEVELS, self.role_of(user.login), needs):
            raise Refusal(403, f"{user.login} needs {needs} on {self.full_name}")
        return user

    @property
    def administrator(self) -> User:
        """Return somebody who may do everything."""
        org = self.twin.orgs.get(self.owner.login)
        if org is None:
            return self.owner
        return self.twin.user(next(who for who, role in org.members.items() if role == "admin"))

    def sha_of(self, name: str) -> str | None:
        """Resolve a branch, a tag, a ref or a full sha to a commit."""
        refs = self.git.refs()
        for ref in (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}", name):
            if ref in refs:
                return self._peeled(refs[ref])
        found = self.git.read(name) if len(name) == 40 else None
        return name if found is not None and found[0] == "commit" else None

    def commit(self, name: str) -> str:
        """Resolve a name to a commit, which must be there."""
        sha = self.sha_of(name)
        if sha is None:
            raise Refusal(422, f"No commit found for SHA: {name}")
        return sha

    def branches(self) -> dict[str, str]:
        """Return the branches: name → sha."""
        refs = self.git.refs("refs/heads/")
        return {name.removeprefix("refs/heads/"): sha for name, sha in refs.items()}

    def _peeled(self, oid: str) -> str:
        found = self.git.read(oid)
        while found is not None and found[0] == "tag":
            oid = found[1].decode().split("\n", 1)[0].removeprefix("object ")
            found = self.git.read(oid)
        return oid
