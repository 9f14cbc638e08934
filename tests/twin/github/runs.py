"""Runs of workflows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.twin.github.description import Json
from tests.twin.github.people import User
from tests.twin.github.pushing import Pushing
from tests.twin.github.shapes import runs as shapes
from tests.twin.github.store import change


@dataclass(slots=True)
class Run:
    """A run of a workflow."""

    id: int
    name: str
    path: str
    sha: str
    branch: str
    event: str
    actor: User
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    attempt: int = 1
    approvals: list[Json] = field(default_factory=list)


class Running(Pushing):
    """A repository's workflow runs."""

    @change
    def run(  # noqa: PLR0913 - what a workflow runs on
        self,
        workflow: str,
        ref: str,
        conclusion: str | None = None,
        *,
        by: str | None = None,
        event: str = "push",
        status: str = "in_progress",
    ) -> Run:
        """Let a workflow run on a ref; with a conclusion it is over."""
        who = self.actor(by)
        sha = self.commit(ref)
        branch = next((name for name, tip in self.branches().items() if tip == sha), ref)
        now = self.twin.clock.now
        path = f".github/workflows/{workflow}.yml"
        run = Run(self.twin.fresh(), workflow, path, sha, branch, event, who, now, now)
        self.runs[run.id] = run
        self._run_heard("requested", run, who)
        if conclusion is not None:
            self.run_moved(run, "completed", conclusion, who)
        elif status != "queued":
            self.run_moved(run, status, None, who)
        return run

    def run_moved(self, run: Run, status: str, conclusion: str | None, who: User) -> None:
        """Let a run go on, or end."""
        run.status, run.conclusion, run.updated_at = status, conclusion, self.twin.clock.now
        if status in ("in_progress", "completed"):
            self._run_heard(status, run, who)

    def _run_heard(self, action: str, run: Run, who: User) -> None:
        self.twin.emit("workflow_run", action, shapes.heard_run(self.itself, run), self.itself, who)
