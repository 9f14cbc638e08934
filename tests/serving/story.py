"""A story that runs on the twin, and the page that it writes of itself."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fitgate.bootstrap import chain_in, open_database, open_queue, shipped_policies
from fitgate.core.chain import read
from fitgate.core.entries import Entry
from fitgate.entrypoints.cli import asked
from fitgate.entrypoints.cli.app import app
from fitgate.pipeline import Policies
from fitgate.serving.place import Memory, Place
from tests.adapters.github.hosted import place
from tests.serving.office import Office
from tests.twin.github import Twin
from tests.twin.github.deployments import Deployment
from tests.twin.github.pulls import Pull

POLICY = """\
version: 1
mode: enforce
system: checkout-assistant
boundary: {closure: {checks: ["eval/*"], within: PT72H}}
roles:
  release-owner: {teams: [acme/release]}
  safety-owner: {teams: [acme/safety]}
rules:
  - id: bar-lowered
    category: evaluation
    io_sr: [4]
    why: a lower bar lets through what was stopped before
    when: {setting: {files: "**/eval*.yaml", key: threshold, moved: lowered}}
gates:
  - type: slow-authority
    cooldown: PT48H
    signatures: [release-owner, safety-owner]
    rationale: required
breakers:
  - name: CB-GBR
    when: {metric: gbr_per_week, limit: 1, any_unauthorised: true}
    then: freeze
    owner: carol
"""
FILES = {"eval.yaml": "threshold: 0.9\n", "search/eval.yaml": "threshold: 0.8\n"}
HEAD = """\
# One change, from its opening to its deployment; and one that went past the gate

This page is written by a run of the service's worker with its real queue and ledger, at the time of
a twin of GitHub that answers as GitHub publishes that it answers; the twin's deliveries are handed
over in the process. Nobody has seen it on the real GitHub yet. Commands are shown without where the
ledger is. `pytest --bless tests/serving/test_story.py` tells it anew; the policy is at the end.

alice writes code. bob is release owner, carol is safety owner.
"""


@dataclass
class Teller:
    """Tells what people did, and what became of it: on GitHub, and in the ledger."""

    here: Office
    url: str
    folder: Path
    lines: list[str] = field(default_factory=list)
    _seq: int = 0

    def chapter(self, title: str, words: str) -> None:
        """Begin a chapter, at the hour that it is."""
        self.lines += ["", f"## {title}", "", f"*{self.here.twin.clock.now:%d %b, %H:%M}*. {words}"]

    def check(self, sha: str, name: str = "fitgate") -> str:
        """Tell how our check stands; return how it ended."""
        run = self.here.check(sha, name)
        self.lines += ["", f"> **{name}** `{run.conclusion}` · {run.output['title']}"]
        return str(run.conclusion)

    def labels(self, pull: Pull) -> None:
        """Tell which labels a pull request has."""
        names = " ".join(f"`{label}`" for label in sorted(self.here.labels(pull)))
        self.lines += [">", f"> labels: {names}"]

    def reports(self, one: Deployment) -> None:
        """Tell what the gate of a deployment was told last."""
        _, said = one.reports[-1]
        self.lines += ["", f"> **the gate of {one.environment}** {said.splitlines()[0]}"]

    def ledger(self) -> list[Entry]:
        """Tell what was written down since it was told last."""
        new = [*read(self.here.ledger.stored(self._seq))]
        self._seq = new[-1].seq if new else self._seq
        told = [each for each in new if each.kind not in _UNTOLD]
        self.lines += ["", "| entry | says |", "|---|---|"] if told else []
        self.lines += [f"| {each.kind} | {_said(each.body)} |" for each in told]
        return told

    def run(self, *words: str, only: tuple[str, ...] = ("",)) -> str:
        """Run a command at the hour that it is; tell what it said, or lines that begin so."""
        full = (*words, "--ledger", self.url, "--repo", self.here.ledger.repo)
        policy = self.folder / "policy.yaml"
        policy.write_text(POLICY)
        with _at(self.here.twin.clock.now), redirect_stdout(io.StringIO()) as said:
            app([*full, "--policy", str(policy)], standalone_mode=False)
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        told = [line for line in said.getvalue().splitlines() if line.startswith(only)]
        more = ["…"] if only != ("",) else []
        self.lines += ["", "```text", f"fitgate {shown}", "", *told, *more, "```"]
        return said.getvalue()

    def page(self) -> str:
        """Return the page."""
        policy = ("", "## The policy", "", "```yaml", f"{POLICY}```", "")
        return "\n".join([HEAD, *self.lines[1:], *policy])


_UNTOLD = {"GateChanged", "PolicyChanged", "BreakersWatched"}
_TOLD: Mapping[str, Callable[[Any], str | None]] = {
    "of": {"landing": "as it landed"}.get,
    "outcome": str,
    "findings": lambda found: ", ".join(sorted({said["code"] for said in found})),
    "by": str,
    "standing": str,
    "bypasses": lambda found: "; ".join(
        f"**{one['how']}**, past {', '.join(one['gates'])}" for one in found
    ),
    "name": str,
    "result": str,
    "breaker": str,
    "because": str,
    "plan": str,
    "to": str,
    "waiver": lambda why: f"waiver: {why}",
}


def _said(body: Mapping[str, Any]) -> str:
    change = str(body.get("change", "")).partition("github:acme/app")[2]
    told = (say(body[key]) for key, say in _TOLD.items() if body.get(key))
    return " · ".join(filter(None, [change and f"`{change[:20]}`", *told]))


@contextmanager
def _at(now: datetime) -> Iterator[None]:
    """Let commands take this for the present."""
    before = asked.now
    asked.now = lambda: now
    try:
        yield
    finally:
        asked.now = before


@contextmanager
def teller() -> Iterator[Teller]:
    """Open the service for one repository, its ledger and queue in a file."""
    with Twin() as twin, tempfile.TemporaryDirectory() as folder:
        hosted = place(twin, FILES, POLICY)
        twin.team("acme/safety", "carol")
        hosted.repo.environment("production", reviewers=("bob", "carol"))
        hosted.repo.environment("production/sign/safety", reviewers=("carol",))
        url = f"sqlite:///{folder}/fitgate.db"
        ledger = chain_in(open_database(url, create=True), f"github:{hosted.repo.id}")
        memory, library = Memory(ledger), shipped_policies()
        policies = Policies(hosted.forge, library, told=memory.told)
        at_work = Place(hosted.forge, memory, policies, library)
        queue = open_queue(url, lambda: twin.clock.now)
        here = Office(hosted, ledger, queue, memory, at_work)  # type: ignore[arg-type] # the real ones
        here.settle()
        yield Teller(here, url, Path(folder))
        queue.close()
        ledger.close()
        assert not twin.faults, "\n".join(twin.faults)


if __name__ == "__main__":
    from tests.serving.test_story import told

    sys.stdout.write(told())
