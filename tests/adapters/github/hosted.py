"""A repository on the twin, its pull requests judged as the service would judge them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from fitgate.adapters.github.app import App, Session
from fitgate.adapters.github.client import GitHub
from fitgate.core.events import Happening, Pointer
from fitgate.core.facts import Facts
from fitgate.pipeline import Judged, Policies, run
from tests.shipped import LIBRARY
from tests.twin.github import Twin
from tests.twin.github.git import File
from tests.twin.github.pulls import Pull
from tests.twin.github.repository import Repository

POLICY = """\
version: 1
mode: enforce
roles:
  owner: {teams: [acme/release]}
  keeper: {permission: maintain}
rules:
  - id: bar-lowered
    category: evaluation
    why: a lower bar lets through what was stopped
    when: {setting: {files: "**/eval*.yaml", key: threshold, moved: lowered}}
  - id: kept-line-gone
    category: data
    why: it is needed
    when: {line: {files: "**", removed: keep}}
gates:
  - {type: slow-authority, cooldown: PT48H, signatures: [owner, keeper], rationale: required}
"""
ROLES = {"alice": "write", "bob": "write", "carol": "maintain"}


@dataclass
class Hosted:
    """A repository on the twin and FITGate's view of it."""

    twin: Twin
    repo: Repository
    session: Session
    forge: GitHub

    def restarted(self) -> GitHub:
        """Return a forge that has read nothing yet, as after a restart."""
        return GitHub(self.session, self.repo.full_name)

    def judge(self, pull: Pull, *, forge: GitHub | None = None, landed: bool = False) -> Judged:
        """Take a pull request through the corridor as of the twin's time."""
        pointer = Pointer(
            Happening.LANDED if landed else Happening.PROPOSED,
            f"github:{self.repo.id}", self.repo.full_name, "pull", pull.number,
        )  # fmt: skip
        using = forge or self.forge
        event = pointer.event(self.twin.clock.now)
        (judged,) = run(event, using, Policies(using, LIBRARY))
        return judged

    def lowered(self, body: str = "IO-Rationale: it flakes") -> Pull:
        """Open a pull request of alice's that lowers a bar."""
        self.repo.push("fix", {"eval.yaml": "threshold: 0.8\n"}, by="alice", message="Lower it")
        return self.repo.open_pull("fix", "main", "Lower the bar", body, by="alice")


@contextmanager
def hosted(
    files: Mapping[str, File] | None = None, policy: str | None = POLICY, name: str = "acme/app"
) -> Iterator[Hosted]:
    """Host a repository; what the twin finds unlike GitHub fails the test."""
    with Twin() as twin:
        yield place(twin, files, policy, name)
        assert not twin.faults, "\n".join(twin.faults)


def place(
    twin: Twin, files: Mapping[str, File] | None, policy: str | None, name: str = "acme/app"
) -> Hosted:
    """Put a repository on a twin, with the App installed."""
    own = {} if policy is None else {".fitgate.yaml": policy}
    first = files if files is not None else {"eval.yaml": "threshold: 0.9\n"}
    repo = twin.repo(name, {**first, **own}, roles=ROLES)
    twin.team("acme/release", "bob")
    session = App(twin.app.id, twin.app.private_key, twin.url, patience=5.0).of_repository(name)
    twin.calls.clear()
    return Hosted(twin, repo, session, GitHub(session, name))


def whys(facts: Facts, what: str) -> list[str]:
    """Return why something is unknown."""
    return [each.why for each in facts.unknown if each.what == what]
