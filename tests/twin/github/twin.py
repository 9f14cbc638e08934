"""The stateful twin of GitHub: accounts, repositories, one App, a server, and webhooks."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.twin.github import answers as _answers  # noqa: F401 - they register themselves
from tests.twin.github.access import Keys
from tests.twin.github.calls import Calls
from tests.twin.github.clock import Clock
from tests.twin.github.contract import Contract, sent_to
from tests.twin.github.description import Json
from tests.twin.github.diffs import Limits
from tests.twin.github.faults import Troubles
from tests.twin.github.git import File
from tests.twin.github.hooks import Hook, Hooks
from tests.twin.github.people import App, Installation, Org, User
from tests.twin.github.releases import Version
from tests.twin.github.repository import Repository
from tests.twin.github.roster import OWNER, Roster
from tests.twin.github.server import Server
from tests.twin.github.shapes import accounts
from tests.twin.github.store import change

EVENTS = (
    "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment",
    "deployment_protection_rule", "deployment_review", "deployment_status", "issue_comment",
    "issues", "label", "member", "membership", "merge_group", "pull_request",
    "pull_request_review", "push", "release", "repository", "repository_ruleset", "status",
    "workflow_run",
)  # fmt: skip
ALWAYS = ("installation", "installation_repositories", "ping")


class Twin(Roster):
    """A GitHub of one process: `with Twin() as twin: ...`; `url` is the REST API's root.

    `faults` lists what was not as GitHub publishes it; it must be empty when a test ends.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.folder = Path(tempfile.mkdtemp(prefix="github-twin-"))
        self.html = "https://github.com"
        self.clock = Clock()
        self.limits = Limits()
        self.calls = Calls()
        self.faults: list[str] = []
        self.troubles = Troubles()
        self.contract = Contract()
        self.events: Sequence[str] = EVENTS
        self.users: dict[str, User] = {}
        self.orgs: dict[str, Org] = {}
        self.repos: dict[str, Repository] = {}
        self.former: dict[str, Repository] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.keys = Keys(self)
        self.owner = OWNER
        self.manifests: dict[str, Json] = {}
        self.packages: dict[str, list[Version]] = {}
        self.retention = timedelta(days=3)
        self._numbers = itertools.count(1001)
        self.app = self.new_app("fitgate", OWNER)
        self.hooks = Hooks(self)
        self._server = Server(self)
        self.url = self._server.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and sending; remove the repositories."""
        self.hooks.close()
        self._server.close()
        shutil.rmtree(self.folder)

    def fresh(self) -> int:
        """Return an id that nothing has yet."""
        return next(self._numbers)

    @change
    def repo(
        self,
        full_name: str,
        files: Mapping[str, File] | None = None,
        *,
        roles: Mapping[str, str] | None = None,
        private: bool = True,
        install: bool = True,
    ) -> Repository:
        """Return a repository, made when first named: one commit on `main`, the App installed.

        `roles`: login → role, or `acme/team` → role.
        """
        if full_name not in self.repos:
            login, _, name = full_name.partition("/")
            owner = self.users.get(login) or self.org(login).account
            repo = self.repos[full_name] = Repository(self, owner, name, private=private)
            if install and not any(one.covers(full_name) for one in self.installations.values()):
                self.install(login)
            who = repo.administrator.login
            repo.push("main", files or {"README.md": f"# {name}\n"}, by=who, message="Begin")
        repo = self.repos[full_name]
        for who, role in (roles or {}).items():
            if "/" in who:
                repo.team_roles[self.team(who).slug] = role
            else:
                repo.collaborator(who, role)
        return repo

    def repo_named(self, full_name: str) -> Repository | None:
        """Find a repository; GitHub does not mind case."""
        found = self.repos.get(full_name)
        wanted = full_name.lower()
        return found or next((r for n, r in self.repos.items() if n.lower() == wanted), None)

    def publish(self, image: str, digest: str, *tags: str) -> None:
        """Push an image `owner/name` to the registry."""
        made = Version(self.fresh(), digest, self.clock.now, tags)
        self.packages.setdefault(image, []).append(made)

    @change
    def rename(self, repo: Repository, name: str, *, by: str = OWNER) -> None:
        """Rename a repository: its id stays, and what asks by the old name is sent on."""
        old = repo.full_name
        del self.repos[old]
        before, repo.name = repo.name, name
        self.repos[repo.full_name] = self.former[old] = repo
        for one in self.installations.values():
            if one.repos is not None and old in one.repos:
                one.repos = one.repos - {old} | {repo.full_name}
        changes = {"repository": {"name": {"from": before}}}
        self.emit("repository", "renamed", {"changes": changes}, repo, self.user(by))

    @change
    def install(
        self,
        login: str,
        permissions: Mapping[str, str] | None = None,
        repos: set[str] | None = None,
    ) -> Installation:
        """Install the App on an account; `repos` None: on all that it has and will have."""
        account = self.users.get(login) or self.org(login).account
        granted = dict(self.app.permissions if permissions is None else permissions)
        one = Installation(self.fresh(), self.app, account, self.clock.now, granted, repos)
        for other in [i for i in self.installations.values() if i.account is account]:
            del self.installations[other.id]
        self.installations[one.id] = one
        self._installed("created", one)
        return one

    @change
    def give(self, one: Installation, *names: str) -> None:
        """Give an installation that has some repositories these too."""
        assert one.repos is not None
        one.repos |= set(names)
        added = [self._named(self.repos[name]) for name in names]
        said = {
            "installation": accounts.installation(self, one),
            "repository_selection": "selected",
            "repositories_added": added,
            "repositories_removed": [],
            "requester": None,
        }
        self.emit("installation_repositories", "added", said, None, self.user(OWNER))

    @change
    def suspend(self, one: Installation, *, back: bool = False) -> None:
        """Suspend an installation, or take it back."""
        one.suspended_at = None if back else self.clock.now
        self._installed("unsuspend" if back else "suspend", one)

    @change
    def grant(self, /, one: Installation, **permissions: str) -> None:
        """Let an account accept further permissions; tokens have them at once."""
        one.permissions.update(permissions)
        self.keys.granted(one)
        self._installed("new_permissions_accepted", one)

    @change
    def uninstall(self, one: Installation) -> None:
        """Take the App away."""
        del self.installations[one.id]
        self._installed("deleted", one)

    def _installed(self, action: str, one: Installation) -> None:
        said = {
            "installation": accounts.installation(self, one),
            "repositories": [
                self._named(repo) for repo in self.repos.values() if one.covers(repo.full_name)
            ],
        }
        self.emit("installation", action, said, None, self.user(OWNER))

    def _named(self, repo: Repository) -> Json:
        return {
            "id": repo.id,
            "node_id": accounts.node_id("Repository", repo.id),
            "name": repo.name,
            "full_name": repo.full_name,
            "private": repo.private,
        }

    def emit(  # noqa: PLR0913 - an event has this many sides
        self,
        event: str,
        action: str | None,
        payload: Json,
        repo: Repository | None,
        sender: User,
        *,
        app: App | None = None,
        org: User | None = None,
    ) -> None:
        """Send an event to every hook that gets it.

        `app`: whose check it is about; `org`: whose members, where no repository is meant.
        """
        whole: Json = {**({"action": action} if action else {}), **payload}
        whole["sender"] = accounts.user(self, sender)
        if repo is not None:
            whole["repository"] = accounts.full_repository(repo, None)
            whole["repository"].pop("organization", None)
            if repo.owner.login in self.orgs:
                whole["organization"] = accounts.organization(self, repo.owner)
        if org is not None:
            whole["organization"] = accounts.organization(self, org)
        whole, problems = self.contract.webhook(event, action, whole)
        self.faults += problems
        about = repo.full_name if repo else f"{org.login}/" if org else None
        self.hooks.send(event, action, whole, self._audience(event, action, about, app))

    def _audience(
        self, event: str, action: str | None, about: str | None, app: App | None
    ) -> list[tuple[Hook, Json]]:
        """Return who hears: of a repository `acme/app`, of an organization `acme/`, or all."""
        kinds = sent_to(event, action)
        out: list[tuple[Hook, Json]] = []
        for hook in self.hooks.hooks:
            if hook.app is None:
                if "repository" in kinds and hook.repo == about:
                    out.append((hook, {}))
                continue
            if event not in (*self.events, *ALWAYS):
                continue
            own = event == "check_run" and action in ("rerequested", "requested_action")
            if (own or event == "check_suite") and app is not hook.app:
                continue  # only the App whose check it is hears of its buttons, and of its suite
            if about is None:
                out.append((hook, {}))
                continue
            for one in self.installations.values():
                meant = one.covers(about) or about == f"{one.account.login}/"
                if meant and one.app is hook.app and not one.suspended_at:
                    node = accounts.node_id("Integration", one.id)
                    out.append((hook, {"installation": {"id": one.id, "node_id": node}}))
        return out
