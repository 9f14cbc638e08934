"""A job of a workflow on the twin: the environment, the files and the token that a runner gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fitgate.adapters.github.app import by_workflow
from fitgate.bootstrap.forges import ledger_on_github
from fitgate.core.chain import linked, read
from fitgate.core.entries import Entry
from fitgate.entrypoints.cli import asked
from tests.twin.github import Repository, Twin
from tests.twin.github.checks import CheckRun
from tests.twin.github.git import File
from tests.twin.github.people import Installation

WORKFLOW = {
    "contents": "write", "checks": "write", "pull_requests": "write", "issues": "write",
    "actions": "read", "statuses": "read", "metadata": "read",
}  # fmt: skip
"""What the README's workflow asks for; nobody can give a workflow's token `members`."""
READ_ONLY = dict.fromkeys(WORKFLOW, "read")
POLICY = """\
version: 1
mode: enforce
roles:
  owner: {users: [bob]}
  keeper: {permission: maintain}
rules:
  - id: bar-lowered
    category: evaluation
    why: a lower bar lets through what was stopped
    when: {setting: {files: "**/eval*.yaml", key: threshold, moved: lowered}}
gates:
  - {type: slow-authority, cooldown: PT48H, signatures: [owner, keeper], rationale: required}
"""
ROLES = {"alice": "write", "bob": "write", "carol": "maintain", "mallory": "read"}
_HEREDOC = re.compile(r"([\w-]+)<<(\S+)\n(.*?)\n\2\n", re.DOTALL)


@dataclass
class Ran:
    """How a job ended, and what it told."""

    code: int
    log: str
    errors: str
    outputs: dict[str, str]
    summary: str
    seconds: float = 0.0


@dataclass
class Workshop:
    """A repository on the twin that has no App of ours, only the token of its workflow.

    The twin's time starts three days back and is moved by hand; jobs go by the real time.
    """

    twin: Twin
    repo: Repository
    room: Path
    runs: int = 0
    installation: Installation = field(init=False)

    def __post_init__(self) -> None:
        actions = self.twin.other_app("github-actions")
        account = self.repo.owner
        self.installation = Installation(
            self.twin.fresh(), actions, account, self.twin.clock.now, dict(WORKFLOW)
        )
        self.twin.installations[self.installation.id] = self.installation
        self.twin.calls.clear()

    def token(self, permissions: Mapping[str, str] | None = None) -> str:
        """Return the token of a job."""
        return self.twin.keys.of_installation(self.installation, dict(permissions or WORKFLOW)).text

    def heard(self, name: str) -> dict[str, object]:
        """Return the last event of this name, `pull_request.opened`."""
        return next(
            p for n, p in reversed(self.twin.hooks.heard) if n == name or n.startswith(f"{name}.")
        )

    def environment(
        self, event: str, payload: Mapping[str, object], ref: str | None = None
    ) -> dict[str, str]:
        """Return what a runner tells a job, its files made."""
        self.runs += 1
        folder = self.room / f"run-{self.runs}"
        folder.mkdir()
        for name in ("output", "summary", "env", "path", "state"):
            (folder / name).touch()
        (folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.twin.url,
            "GITHUB_ENV": str(folder / "env"),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_JOB": "fitgate-run",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_PATH": str(folder / "path"),
            "GITHUB_REF": ref or "refs/heads/main",
            "GITHUB_REPOSITORY": self.repo.full_name,
            "GITHUB_REPOSITORY_ID": str(self.repo.id),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(self.runs),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": self.repo.commit("main"),
            "GITHUB_STATE": str(folder / "state"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_WORKSPACE": str(folder),
            "RUNNER_TEMP": str(folder),
            "RUNNER_OS": "Linux",
        }

    def run(
        self,
        event: str,
        payload: Mapping[str, object],
        *words: str,
        ref: str | None = None,
        permissions: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run `fitgate action` as a job does."""
        environment = {
            **self.environment(event, payload, ref),
            "FITGATE_GITHUB_TOKEN": self.token(permissions),
            "FITGATE_GITHUB_API_URL": self.twin.url,
            **(more or {}),
        }
        return self.ran([sys.executable, "-m", "fitgate", "action", *words], environment)

    def ran(self, command: list[str], environment: Mapping[str, str]) -> Ran:
        """Run a command in a job's environment, and read what it told."""
        kept = ("HOME", "PATH", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
        mine = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 - passed on
        done = subprocess.run(
            command, cwd=environment["RUNNER_TEMP"], env={**mine, **environment}, check=False,
            capture_output=True, encoding="utf-8",
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        told = Path(environment["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
        found = {name: value for name, _, value in _HEREDOC.findall(told)}
        assert not _HEREDOC.sub("", told)
        summary = Path(environment["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
        for name in ("env", "path", "state"):
            assert not (Path(environment["RUNNER_TEMP"]) / name).read_text(encoding="utf-8")
        return Ran(done.returncode, done.stdout, done.stderr, found, summary)

    def on_pull(self, name: str = "pull_request", event: str = "pull_request_target") -> Ran:
        """Run for what happened last to a pull request."""
        return self.run(event, self.heard(name))

    def on_push(self) -> Ran:
        """Run for the last push to the default branch."""
        pushed = next(
            p for n, p in reversed(self.twin.hooks.heard)
            if n == "push" and p["ref"] == "refs/heads/main"
        )  # fmt: skip
        return self.run("push", pushed)

    def on_schedule(self) -> Ran:
        """Run because it is time."""
        return self.run("schedule", {"schedule": "7,37 * * * *"})

    def check(self, sha: str) -> CheckRun:
        """Return the one check of ours on a commit."""
        (run,) = (run for run in self.repo.latest_runs(sha) if run.name == "fitgate")
        return run

    def ledger(self) -> list[Entry]:
        """Return all entries of the ledger branch, whose chain hangs together."""
        session = by_workflow(self.token(), self.twin.url)
        repo = f"github:{self.repo.id}"
        ledger = ledger_on_github(session, self.repo.full_name, repo)
        found = [*read(linked(ledger.stored(), repo))]
        session.close()
        return found

    def kinds(self) -> list[str]:
        """Return the kinds of all entries."""
        return [entry.kind for entry in self.ledger()]


def workshop(
    twin: Twin, room: Path, files: Mapping[str, File] | None = None, policy: str | None = POLICY
) -> Workshop:
    """Put a repository on a twin, three days ago."""
    twin.clock.now = asked.now() - timedelta(days=3)
    own = {} if policy is None else {".fitgate.yaml": policy}
    first = files if files is not None else {"eval.yaml": "threshold: 0.9\n"}
    repo = twin.repo("acme/app", {**first, **own}, roles=ROLES, install=False)
    return Workshop(twin, repo, room)
