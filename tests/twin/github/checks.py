"""Check runs, the suites they belong to, and commit statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.twin.github.answer import Refusal
from tests.twin.github.description import Json
from tests.twin.github.issues import Issues
from tests.twin.github.people import App, User
from tests.twin.github.shapes import checks as shapes
from tests.twin.github.store import change

if TYPE_CHECKING:
    from tests.twin.github.pulls import Pull

PASSING = frozenset({"success", "skipped", "neutral"})
"""Conclusions that satisfy a required check (docs, "Troubleshooting required status checks")."""
RANK = (
    "action_required",
    "failure",
    "timed_out",
    "cancelled",
    "stale",
    "neutral",
    "skipped",
    "success",
)


@dataclass(slots=True)
class Suite:
    """The check runs of one App on one commit."""

    id: int
    app: App
    head_sha: str
    head_branch: str | None
    created_at: datetime


@dataclass(slots=True)
class CheckRun:
    """One check; what it says, and its buttons."""

    id: int
    suite: Suite
    name: str
    started_at: datetime | None
    status: str = "queued"
    conclusion: str | None = None
    completed_at: datetime | None = None
    external_id: str | None = None
    details_url: str | None = None
    output: Json = field(default_factory=dict)
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)

    @property
    def head_sha(self) -> str:
        return self.suite.head_sha

    @property
    def app(self) -> App:
        return self.suite.app


@dataclass(frozen=True, slots=True)
class Status:
    """One commit status; the newest of a context counts."""

    id: int
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    creator: User
    at: datetime


class Checks(Issues):
    """A repository's checks and statuses."""

    @change
    def check(self, name: str, sha: str, conclusion: str | None, *, app: str = "ci") -> CheckRun:
        """Let another App report a check; conclusion None: it is still running."""
        by = self.twin.other_app(app)
        said: Json = {"name": name, "head_sha": self.commit(sha), "status": "in_progress"}
        run = self.new_check(by, said)
        if conclusion is not None:
            self.checked(run, {"conclusion": conclusion}, by)
        return run

    @change
    def status(self, context: str, sha: str, state: str, *, by: str) -> Status:
        """Let a person, or a bot of theirs, set a commit status."""
        return self.new_status(
            self.commit(sha), {"context": context, "state": state}, self.actor(by, "write")
        )

    @change
    def press(self, run: CheckRun, identifier: str, by: str) -> None:
        """Press one of a check's buttons."""
        if run.status != "completed" or identifier not in {a["identifier"] for a in run.actions}:
            raise Refusal(422, f"the check shows no button {identifier!r}")
        more = {"requested_action": {"identifier": identifier}}
        self._heard("requested_action", run, self.actor(by), more)

    @change
    def rerun(self, run: CheckRun, by: str) -> None:
        """Press `Re-run` on a check."""
        self._heard("rerequested", run, self.actor(by, "write"))

    @change
    def rerun_suite(self, suite: Suite, by: str) -> None:
        """Press `Re-run all checks`."""
        self._suite_heard("rerequested", suite, self.actor(by, "write"))

    def suite_of(self, app: App, sha: str, branch: str | None = None) -> Suite:
        """Return an App's suite on a commit; it comes to be when first asked for."""
        for suite in self.suites.values():
            if suite.app is app and suite.head_sha == sha:
                return suite
        if branch is None:
            branch = next((name for name, tip in self.branches().items() if tip == sha), None)
        suite = Suite(self.twin.fresh(), app, sha, branch, self.twin.clock.now)
        self.suites[suite.id] = suite
        return suite

    def suite_requested(self, sha: str, branch: str, who: User) -> None:
        """Tell each App that may check that there is something to check."""
        for installation in self.twin.installations.values():
            app = installation.app
            may = installation.permissions.get("checks") == "write"
            if may and installation.covers(self.full_name) and app is self.twin.app:
                self._suite_heard("requested", self.suite_of(app, sha, branch), who)

    def new_check(self, app: App, said: Json) -> CheckRun:
        """Create a check run as an App asks for it."""
        sha = self.commit(said["head_sha"])
        run = CheckRun(
            self.twin.fresh(), self.suite_of(app, sha), said["name"], self.twin.clock.now
        )
        self.check_runs[run.id] = run
        self._said(run, said)
        self._heard("created", run, app.bot)
        self._completed(run, app.bot)
        return run

    def checked(self, run: CheckRun, said: Json, app: App) -> None:
        """Update a check run as its App asks for it."""
        was = run.status
        self._said(run, said)
        if was != "completed" or "conclusion" in said:
            self._completed(run, app.bot)

    def _said(self, run: CheckRun, said: Json) -> None:
        for name in ("name", "external_id", "details_url", "status"):
            if name in said:
                setattr(run, name, said[name])
        if "actions" in said:
            run.actions = said["actions"]
        if said.get("conclusion"):
            run.status, run.conclusion = "completed", said["conclusion"]
            run.completed_at = self.twin.clock.now
        elif run.status == "completed" and run.conclusion is None:
            raise Refusal(422, "Invalid request.", "`conclusion` is required for a completed check")
        elif "status" in said and run.status != "completed":
            run.conclusion = run.completed_at = None
        if "output" in said:
            new = dict(said["output"])
            run.annotations += new.pop("annotations", [])
            run.output = run.output | new

    def _completed(self, run: CheckRun, who: User) -> None:
        if run.status != "completed":
            return
        self._heard("completed", run, who)
        rest = [one for one in self.check_runs.values() if one.suite is run.suite]
        if all(one.status == "completed" for one in rest):
            self._suite_heard("completed", run.suite, who)

    def _heard(self, action: str, run: CheckRun, who: User, more: Json | None = None) -> None:
        said, suite = shapes.check_run(self, run), run.suite
        # REST names the suite alone; a webhook says more of it.
        said["check_suite"] |= {"head_branch": suite.head_branch, "head_sha": suite.head_sha}
        payload = {"check_run": said, **(more or {})}
        self.twin.emit("check_run", action, payload, self.itself, who, app=run.app)

    def _suite_heard(self, action: str, suite: Suite, who: User) -> None:
        payload = {"check_suite": shapes.heard_suite(self, suite)}
        self.twin.emit("check_suite", action, payload, self.itself, who, app=suite.app)

    def new_status(self, sha: str, said: Json, who: User) -> Status:
        """Set a commit status."""
        status = Status(
            self.twin.fresh(), sha, said.get("context", "default"), said["state"],
            said.get("description"), said.get("target_url"), who, self.twin.clock.now,
        )  # fmt: skip
        self.statuses.append(status)
        self.twin.emit("status", None, shapes.heard_status(self, status), self.itself, who)
        return status

    def runs_on(self, sha: str) -> list[CheckRun]:
        """Return the check runs on a commit, newest first."""
        return [one for one in reversed(self.check_runs.values()) if one.head_sha == sha]

    def latest_runs(self, sha: str) -> list[CheckRun]:
        """Return the newest check run of each name and App."""
        found: dict[tuple[int, str], CheckRun] = {}
        for run in self.runs_on(sha):
            found.setdefault((run.suite.id, run.name), run)
        return list(found.values())

    def latest_statuses(self, sha: str) -> list[Status]:
        """Return the newest status of each context."""
        return list({one.context: one for one in self.statuses if one.sha == sha}.values())

    def suite_conclusion(self, suite: Suite) -> tuple[str, str | None]:
        """Return a suite's status and conclusion: the worst of its newest runs."""
        runs = [one for one in self.latest_runs(suite.head_sha) if one.suite is suite]
        if not runs:
            return "queued", None
        if any(one.status != "completed" for one in runs):
            return "in_progress", None
        return "completed", min((one.conclusion or "stale" for one in runs), key=RANK.index)

    def passes(self, context: str, sha: str, app_id: int | None) -> bool:
        """Say whether a required check is satisfied: by check and status, if both exist."""
        runs = [
            run
            for run in self.latest_runs(sha)
            if run.name == context and (app_id is None or run.app.id == app_id)
        ]
        said = [s for s in self.latest_statuses(sha) if s.context == context and app_id is None]
        good = all(run.conclusion in PASSING for run in runs)
        return bool(runs or said) and good and all(one.state == "success" for one in said)

    def pulls_with_head(self, sha: str) -> list[Pull]:
        """Return the open pull requests that a check on this commit shows: none from forks."""
        return [
            one
            for one in self.pulls.values()
            if one.head_sha == sha and one.state == "open" and not one.from_fork
        ]
