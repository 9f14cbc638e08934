"""FITGate at work for one repository on the twin, in one process and at the twin's time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fitgate.adapters.github.webhook import parse
from fitgate.bootstrap import shipped_policies
from fitgate.core.events import Happening, Pointer
from fitgate.core.policy import Policy
from fitgate.core.records import Record
from fitgate.core.work import EVERYWHERE, Delivery, Task, watch
from fitgate.pipeline import Policies
from fitgate.serving import Serving
from fitgate.serving.place import Memory, Place
from fitgate.serving.reconciling import Reconciler
from tests.adapters.github.hosted import POLICY, Hosted, place
from tests.fakes import MemoryLedger, MemoryMarks, MemoryQueue
from tests.twin.github import Twin
from tests.twin.github.checks import CheckRun
from tests.twin.github.git import File
from tests.twin.github.pulls import Pull
from tests.twin.github.repository import Repository

R = TypeVar("R", bound=Record)


@dataclass
class Office:
    """The service, with its queue and ledger in memory; `settle` does all that is due by now."""

    hosted: Hosted
    ledger: MemoryLedger
    queue: MemoryQueue
    memory: Memory
    place: Place
    _heard: int = 0
    _sent: int = 0
    serving: Serving = field(init=False)

    marks: MemoryMarks = field(default_factory=MemoryMarks)

    def __post_init__(self) -> None:
        reconciler = Reconciler(self.marks, [self])
        self.serving = Serving(self, {"github": parse}, lambda: self.twin.clock.now, reconciler)

    def repositories(self) -> list[Pointer]:
        """Return the one repository there is."""
        whole = (f"github:{self.repo.id}", self.repo.full_name)
        return [Pointer(Happening.INSTALLED, *whole)]

    def redelivered(self, since: datetime) -> int:
        """Ask for nothing again: what is lost here is lost."""
        del since
        return 0

    def reconcile(self) -> None:
        """Catch up, as is done every few minutes and at the start, and settle."""
        self.queue.put([self.everywhere()])
        self.settle()

    def everywhere(self) -> Task:
        """Return the task to catch up with all repositories."""
        return Task("reconcile", "reconcile", EVERYWHERE, self.twin.clock.now)

    def restart(self) -> None:
        """Forget all that is not kept: what was read, and what the ledger was heard to say."""
        self.memory = Memory(self.ledger)
        forge = self.hosted.forge = self.hosted.restarted()
        policies = Policies(forge, self.place.library, told=self.memory.told)
        self.place = Place(forge, self.memory, policies, self.place.library)

    @property
    def twin(self) -> Twin:
        """Return the GitHub that it works for."""
        return self.hosted.twin

    @property
    def repo(self) -> Repository:
        """Return the repository that it works for."""
        return self.hosted.repo

    @contextmanager
    def at(self, pointer: Pointer) -> Iterator[Place]:
        """Open the one repository there is."""
        assert pointer.name == self.repo.full_name
        yield self.place

    def settle(self, *, hours: float = 0) -> None:
        """Let time pass, take in what GitHub sent meanwhile, and do all that is due."""
        if hours:
            self.twin.clock.forward(hours=hours)
        for _ in range(50):
            heard = self.twin.hooks.heard[self._heard :]
            self._heard += len(heard)
            self.queue.accept([self._delivery(name, payload) for name, payload in heard])
            if not self.queue.waiting():
                return
            self.queue.work(self.serving, lambda: not self.queue.waiting())
        raise AssertionError("it never comes to rest")

    def watch(self) -> None:
        """Watch the breakers, as is done every few minutes, and settle."""
        at = Pointer(Happening.CONTROLS_CHANGED, f"github:{self.repo.id}", self.repo.full_name)
        self.queue.put([watch(at, self.twin.clock.now)])
        self.settle()

    def only(self, *events: str) -> None:
        """Let all deliveries be lost that wait, but those of these events."""
        waiting = self.twin.hooks.heard[self._heard :]
        kept = [each for each in waiting if each[0].partition(".")[0] in events]
        self.twin.hooks.heard[self._heard :] = kept

    def waiting(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the deliveries that have not been taken in."""
        return self.twin.hooks.heard[self._heard :]

    def lose(self, delivery: tuple[str, dict[str, Any]]) -> None:
        """Let one of them be lost."""
        kept = [each for each in self.waiting() if each is not delivery]
        self.twin.hooks.heard[self._heard :] = kept

    def _delivery(self, name: str, payload: object) -> Delivery:
        self._sent += 1
        event, body = name.partition(".")[0], json.dumps(payload).encode()
        return Delivery("github:1", f"guid-{self._sent}", event, body, self.twin.clock.now)

    def told(self, shape: type[R]) -> list[R]:
        """Return all that the ledger tells of one kind."""
        return [told.record for told in self.memory.caught_up().told(shape)]

    def policy(self) -> Policy:
        """Return the policy that judged last."""
        self.memory.caught_up()
        found = self.place.governing()
        assert found is not None
        return found

    def check(self, sha: str, name: str = "fitgate") -> CheckRun:
        """Return the one check of ours on a commit."""
        (run,) = (run for run in self.repo.latest_runs(sha) if run.name == name)
        return run

    def labels(self, pull: Pull) -> set[str]:
        """Return the names of the labels on a pull request."""
        return {label.name for label in pull.label_objects()}


@contextmanager
def office(
    files: Mapping[str, File] | None = None,
    policy: str | None = POLICY,
    name: str = "acme/app",
    permissions: Mapping[str, str] | None = None,
) -> Iterator[Office]:
    """Open an office; what the twin finds unlike GitHub fails the test.

    `permissions` are those of the App that are others than `people.LEAST`.
    """
    with Twin() as twin:
        twin.app.permissions.update(permissions or {})
        hosted = place(twin, files, policy, name)
        ledger = MemoryLedger(f"github:{hosted.repo.id}")
        memory, library = Memory(ledger), shipped_policies()
        policies = Policies(hosted.forge, library, told=memory.told)
        at_work = Place(hosted.forge, memory, policies, library)
        queue = MemoryQueue(lambda: twin.clock.now)
        opened = Office(hosted, ledger, queue, memory, at_work)
        opened.settle()
        yield opened
        assert not twin.faults, "\n".join(twin.faults)
