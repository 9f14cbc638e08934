"""Environments, deployments, and the gates between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.twin.github.answer import Refusal
from tests.twin.github.description import Json
from tests.twin.github.people import App, User
from tests.twin.github.runs import Run, Running
from tests.twin.github.shapes import deployments as shapes
from tests.twin.github.store import change

if TYPE_CHECKING:
    from tests.twin.github.repository import Repository
    from tests.twin.github.twin import Twin

ACTIONS = "github-actions[bot]"
MOST_REPORTS = 10
LONGEST_REPORT = 1024


@dataclass(slots=True)
class Environment:
    """Where things are deployed to; `gates`: Apps whose rule it has, `reviewers`: logins."""

    id: int
    name: str
    created_at: datetime
    gates: list[App] = field(default_factory=list)
    reviewers: list[User] = field(default_factory=list)
    admins_bypass: bool = True


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """How a deployment stands."""

    id: int
    state: str
    creator: User
    description: str
    target_url: str
    at: datetime
    environment_url: str = ""


class Deployment:
    """A deployment: by a workflow (`run`), which its environment's gates hold, or by the API."""

    def __init__(self, repo: Repository, said: Json, creator: User, run: Run | None) -> None:
        self.repo = repo
        self.id = repo.twin.fresh()
        self.ref: str = said["ref"]
        self.sha = repo.commit(self.ref)
        self.task: str = said.get("task", "deploy")
        self.environment: str = said.get("environment", "production")
        self.payload: object = said.get("payload", {})
        self.description: str = said.get("description") or ""
        self.production = bool(said.get("production_environment", self.environment == "production"))
        self.transient = bool(said.get("transient_environment", False))
        self.creator = creator
        self.run = run
        self.created_at = self.updated_at = repo.twin.clock.now
        self.statuses: list[DeploymentStatus] = []
        self.gates: list[App] = []
        self.reviewers: list[User] = []
        self.reports: list[tuple[App, str]] = []

    @property
    def twin(self) -> Twin:
        return self.repo.twin

    @property
    def state(self) -> str:
        return self.statuses[-1].state if self.statuses else "pending"

    @property
    def waiting(self) -> bool:
        """Say whether a gate or a reviewer holds it."""
        return bool(self.gates or self.reviewers) and self.state == "waiting"

    @change
    def start(self, by: str) -> None:
        """Press `Start all waiting jobs`, as administrators may: no gate is heard."""
        who = self.repo.actor(by, "admin")
        if not self.repo.environments[self.environment].admins_bypass:
            raise Refusal(403, f"{self.environment} lets nobody bypass its protection rules")
        self.gates, self.reviewers = [], []
        self._on(who)

    @change
    def approve(self, by: str, comment: str = "") -> None:
        """Let a required reviewer approve; any one of them suffices."""
        self.reviewed(self.twin.user(by), "approved", comment)

    @change
    def reject(self, by: str, comment: str = "") -> None:
        """Let a required reviewer reject: the run fails."""
        self.reviewed(self.twin.user(by), "rejected", comment)

    def reviewed(self, who: User, state: str, comment: str) -> None:
        """Take a required reviewer's word."""
        if who not in self.reviewers or self.run is None:
            raise Refusal(
                422, "There were one or more errors approving or rejecting the deployments"
            )
        said = {"state": state, "user": who, "comment": comment, "environment": self.environment}
        self.run.approvals.append(said)
        self.reviewers = []
        payload = shapes.heard_review(self, who, state, comment)
        self.twin.emit("deployment_review", state, payload, self.repo, who)
        if state == "rejected":
            self._over("failure", who)
        elif not self.gates:
            self._on(who)

    def ruled(self, app: App, state: str | None, comment: str) -> None:
        """Take an App's word: approved, rejected, or a report only.

        Raises:
            Refusal: 422 when it does not wait for that App, or reports too much.
        """
        if app not in self.gates:
            raise Refusal(422, "The deployment does not wait for this app")
        if len(comment) > LONGEST_REPORT:
            raise Refusal(422, f"comment is too long (maximum is {LONGEST_REPORT} characters)")
        if state is None:
            if not comment:
                raise Refusal(422, "comment is required for a status report")
            if sum(who is app for who, _ in self.reports) >= MOST_REPORTS:
                raise Refusal(422, f"at most {MOST_REPORTS} status reports")
            self.reports.append((app, comment))
            return
        assert self.run is not None
        said = {
            "state": state,
            "user": app.bot,
            "comment": comment,
            "environment": self.environment,
        }
        self.run.approvals.append(said)
        if comment:
            self.reports.append((app, comment))
        self.gates.remove(app)
        if state == "rejected":
            self.gates, self.reviewers = [], []
            self._over("failure", app.bot)
        elif not self.reviewers and not self.gates:
            self._on(app.bot)

    @change
    def succeed(self) -> None:
        """Let the job end well."""
        if self.state != "in_progress":
            raise Refusal(422, f"the deployment is {self.state}, nothing runs")
        self._over("success", self.creator)

    @change
    def fail(self) -> None:
        """Let the job end badly."""
        self._over("failure", self.creator)

    def _on(self, who: User) -> None:
        if self.run is not None:
            self.repo.run_moved(self.run, "in_progress", None, who)
        self.stated({"state": "in_progress"}, self.creator)

    def _over(self, state: str, who: User) -> None:
        self.stated({"state": state}, self.creator)
        if self.run is not None:
            self.repo.run_moved(self.run, "completed", state, who)

    @change
    def report(self, state: str, *, by: str) -> DeploymentStatus:
        """Write a status, as whoever deploys by the API does."""
        return self.stated({"state": state}, self.repo.actor(by, "write"))

    def stated(self, said: Json, who: User) -> DeploymentStatus:
        """Write a status; by default a success makes earlier ones there inactive."""
        log = said.get("target_url") or said.get("log_url") or ""
        if self.run is not None and not log:  # Actions links each of its own to the job
            log = f"{self.repo.html}/actions/runs/{self.run.id}/job/{self.id}"
        status = DeploymentStatus(
            self.twin.fresh(), said["state"], who, said.get("description") or "", log,
            self.twin.clock.now, said.get("environment_url") or "",
        )  # fmt: skip
        self.statuses.append(status)
        self.updated_at = status.at
        payload = shapes.heard_status(self, status)
        self.twin.emit("deployment_status", "created", payload, self.repo, who)
        if status.state == "success" and said.get("auto_inactive", True):
            for other in list(self.repo.deployments.values()):
                superseded = other.environment == self.environment and other.state == "success"
                if (
                    superseded
                    and other is not self
                    and not other.transient
                    and not other.production
                ):
                    other.stated({"state": "inactive"}, who)
        return status


class Deploying(Running):
    """A repository's environments and deployments."""

    @change
    def environment(
        self,
        name: str,
        *,
        gate: bool = True,
        reviewers: tuple[str, ...] = (),
        admins_bypass: bool = True,
    ) -> Environment:
        """Make an environment; `gate`: with the App's protection rule."""
        gates = [self.twin.app] if gate else []
        people = [self.twin.user(login) for login in reviewers]
        made = Environment(
            self.twin.fresh(), name, self.twin.clock.now, gates, people, admins_bypass
        )
        self.environments[name] = made
        return made

    @change
    def deploy(
        self,
        environment: str,
        ref: str | None = None,
        *,
        by: str,
        payload: object = None,
        run: Run | None = None,
    ) -> Deployment:
        """Let a workflow deploy a ref; the environment's gates hold it.

        `run`: a later job of a run that has deployed elsewhere already.
        """
        where = self.environments.get(environment) or self.environment(environment, gate=False)
        who = self.actor(by, "write")
        name = ref or self.default_branch
        if run is None:
            run = self.run("deploy", name, by=by, status="queued")
        said = {"ref": name, "environment": where.name, "payload": payload or {}}
        deployment = Deployment(self.itself, said, self.twin.user(ACTIONS), run)
        self.deployments[deployment.id] = deployment
        self._deployment_heard(deployment, who)
        deployment.gates, deployment.reviewers = list(where.gates), list(where.reviewers)
        if not deployment.gates and not deployment.reviewers:
            deployment._on(who)  # noqa: SLF001 - the two live together
            return deployment
        run.status = "waiting"
        deployment.stated({"state": "waiting"}, deployment.creator)
        if deployment.reviewers:
            asked = shapes.heard_review(deployment, who, "requested", "")
            self.twin.emit("deployment_review", "requested", asked, self.itself, who)
        for app in deployment.gates:
            heard = shapes.heard_gate(deployment)
            self.twin.emit(
                "deployment_protection_rule", "requested", heard, self.itself, who, app=app
            )
        return deployment

    @change
    def deploy_by_api(self, environment: str, ref: str | None = None, *, by: str) -> Deployment:
        """Create a deployment through the API with `required_contexts: []`: no gate is asked."""
        said = {
            "ref": ref or self.default_branch,
            "environment": environment,
            "required_contexts": [],
        }
        return self.new_deployment(said, self.actor(by, "write"))

    def new_deployment(self, said: Json, who: User) -> Deployment:
        """Create a deployment as the API does.

        Raises:
            Refusal: 409 when what is on the commit has not all succeeded and it was not waived.
        """
        sha = self.commit(said["ref"])
        wanted = said.get("required_contexts")
        names = [one.name for one in self.latest_runs(sha)] if wanted is None else wanted
        if not all(self.passes(name, sha, None) for name in names):
            raise Refusal(409, "Conflict: Commit status checks failed for " + said["ref"])
        deployment = Deployment(self.itself, said, who, None)
        self.environments.setdefault(
            deployment.environment,
            Environment(self.twin.fresh(), deployment.environment, self.twin.clock.now),
        )
        self.deployments[deployment.id] = deployment
        self._deployment_heard(deployment, who)
        return deployment

    def _deployment_heard(self, one: Deployment, who: User) -> None:
        payload = shapes.heard_deployment(one)
        self.twin.emit("deployment", "created", payload, self.itself, who)
