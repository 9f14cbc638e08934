"""A repository on the twin that is deployed to production, and what its people do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fitgate.core.breaker.told import move_draft
from fitgate.core.records.changes import Decided, Landed
from fitgate.core.records.controls import Tripped
from tests.serving.office import Office, office
from tests.twin.github.checks import CheckRun
from tests.twin.github.deployments import Deployment
from tests.twin.github.pulls import Pull

POLICY = """\
version: 1
mode: enforce
boundary: {closure: {checks: ["eval/*", "deploy/production"]}}
roles:
  owner: {teams: [acme/release]}
  keeper: {permission: maintain}
rules:
  - id: bar-lowered
    category: evaluation
    why: a lower bar lets through what was stopped
    io_sr: [4]
    when: {setting: {files: "**/eval*.yaml", key: threshold, moved: lowered}}
gates:
  - {type: slow-authority, cooldown: PT24H, signatures: [owner, keeper], rationale: required}
"""


@contextmanager
def opened(policy: str = POLICY) -> Iterator[Office]:
    """Open an office whose repository has been deployed to production before."""
    with office(policy=policy) as here:
        here.repo.environment("production", reviewers=("bob", "carol"))
        here.repo.environment("production/sign/safety", reviewers=("carol",))
        here.repo.environment("staging")
        for where in ("production", "staging"):
            here.repo.deploy_by_api(where, by="maintainer").report("success", by="maintainer")
        here.settle(hours=1)
        yield here


def merged(here: Office) -> Pull:
    """Merge a pull request of alice's that lowers a bar, held and approved as it must be."""
    pull = here.hosted.lowered()
    pull.approve("bob")
    pull.approve("carol")
    here.settle(hours=25)
    pull.merge("bob", "squash")
    here.settle()
    return pull


def plain(here: Office, name: str = "docs") -> Pull:
    """Merge a pull request that is no IO."""
    here.repo.push(name, {f"{name}.md": "Words\n"}, by="alice", message="Write")
    pull = here.repo.open_pull(name, "main", "Write", "", by="alice")
    here.settle()
    pull.merge("bob", "squash")
    here.settle()
    return pull


def deployed(here: Office, environment: str = "production", **more: object) -> Deployment:
    """Let alice deploy the default branch, and take in what GitHub says of it."""
    one = here.repo.deploy(environment, by="alice", **more)  # type: ignore[arg-type] # as it takes
    here.settle()
    return one


def signed(here: Office, one: Deployment) -> None:
    """Let two people review it: GitHub takes one an environment, so carol reviews another."""
    assert one.run is not None
    beside = here.repo.deploy("production/sign/safety", by="alice", run=one.run)
    beside.approve("carol")
    one.approve("bob")
    here.settle()


def id_of(one: Deployment) -> str:
    """Return what we call a deployment."""
    return f"github:acme/app!deploy/{one.id}"


def check(here: Office, one: Deployment) -> CheckRun:
    """Return our check of a deployment."""
    return here.check(one.sha, f"fitgate/deploy: {one.environment}")


def decided(here: Office, one: Deployment) -> list[Decided]:
    """Return what was decided of it, in order."""
    return [d for d in here.told(Decided) if d.change == id_of(one)]


def landed(here: Office, one: Deployment | Pull, stage: str = "deployment") -> list[Landed]:
    """Return its landings at a stage."""
    name = id_of(one) if isinstance(one, Deployment) else f"github:acme/app#{one.number}"
    return [each for each in here.told(Landed) if (each.change, each.stage) == (name, stage)]


def trip(here: Office) -> None:
    """Trip the breaker by hand."""
    now = here.twin.clock.now
    move = Tripped("CB", "freeze", "it burns", "declared", "", "", owner="carol", by="github:1")
    here.memory.write([move_draft(move, now)], now)
