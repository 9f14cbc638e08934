"""A queue in memory, for tests that say what time it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from fitgate.core.retrying import Patience, why_failed
from fitgate.core.work import Backlog, Delivery, Every, Parked, Task, called
from fitgate.ports import Worker

Name = tuple[str, ...]


def name_of(of: Delivery | Task) -> Name:
    """Return what is the same of two that are one."""
    return (of.hook, of.guid) if isinstance(of, Delivery) else (of.job, of.key, of.about)


@dataclass
class MemoryQueue:
    """A queue that is gone with the process; it satisfies `ports.Queue`.

    `work` does all that is due, then returns. Without `patience` what fails there is raised: it is
    the test that failed.
    """

    now: Callable[[], datetime]
    patience: Patience | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    tasks: dict[Name, Task] = field(default_factory=dict)
    _seen: set[Name] = field(default_factory=set)
    _again: dict[Name, datetime] = field(default_factory=dict)
    _tried: dict[Name, int] = field(default_factory=dict)
    _parked: dict[Name, tuple[Parked, Delivery | Task]] = field(default_factory=dict)
    _put_at: dict[str, datetime] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Keep those that have not come before, and those that were parked."""
        for each in deliveries:
            name = name_of(each)
            if self._parked.pop(name, None) is not None or name not in self._seen:
                self._seen.add(name)
                self._forget(name)
                self.deliveries.append(each)

    def submit(self, deliveries: Sequence[Delivery]) -> Future[None]:
        """Keep deliveries at once."""
        kept: Future[None] = Future()
        self.accept(deliveries)
        kept.set_result(None)
        return kept

    def put(self, tasks: Sequence[Task]) -> None:
        """Keep tasks, the earlier of two that differ in that alone."""
        for task in tasks:
            waits = self.tasks.get(name_of(task))
            if waits is None or task.due < waits.due:
                self.tasks[name_of(task)] = task

    def work(self, worker: Worker, stop: Callable[[], bool], every: Sequence[Every] = ()) -> None:
        """Do all that is due, then return."""
        while not stop():
            for each in every:
                last = self._put_at.get(each.name)
                if last is None or last + each.period <= self.now():
                    self._put_at[each.name] = self.now()
                    self.put([each.task(self.now())])
            due = [each for each in self._all() if self._due(each) <= self.now()]
            if not due:
                return
            self._begin(min(due, key=self._due), worker)

    def _begin(self, of: Delivery | Task, worker: Worker) -> None:
        name = name_of(of)
        if isinstance(of, Delivery):
            self.deliveries.remove(of)
        else:
            self.tasks.pop(name)
        try:
            after = worker.opened(of) if isinstance(of, Delivery) else worker.done(of)
        except Exception as exc:  # noqa: BLE001 - as the real ones do
            self._failed(of, exc)
            return
        self._forget(name)
        self._parked.pop(name, None)
        self.put(after)

    def _failed(self, of: Delivery | Task, exc: Exception) -> None:
        if self.patience is None:
            raise exc
        name = name_of(of)
        tried = self._tried[name] = self._tried.get(name, 0) + 1
        wait = self.patience.after(tried, exc)
        if wait is None:
            self._forget(name)
            at = self.now()
            parked = Parked(str(next(self._numbers)), called(of), tried, why_failed(exc), at)
            self._parked[name] = (parked, of)
        else:
            self._wait(of, self.now() + wait)

    def _wait(self, of: Delivery | Task, due: datetime) -> None:
        if isinstance(of, Task):
            self.put([replace(of, due=due)])
        else:
            self._again[name_of(of)] = due
            self.deliveries.append(of)

    def _forget(self, name: Name) -> None:
        self._again.pop(name, None)
        self._tried.pop(name, None)

    def _all(self) -> list[Delivery | Task]:
        return [*self.deliveries, *self.tasks.values()]

    def _due(self, of: Delivery | Task) -> datetime:
        if isinstance(of, Task):
            return of.due
        return self._again.get(name_of(of), of.received_at)

    def parked(self) -> Sequence[Parked]:
        """Return what kept failing."""
        return [parked for parked, _ in self._parked.values()]

    def waiting(self) -> int:
        """Return how much is due."""
        return self.backlog().due

    def backlog(self) -> Backlog:
        """Return what waits."""
        now, times = self.now(), sorted(map(self._due, self._all()))
        due, later = [t for t in times if t <= now], [t for t in times if t > now]
        return Backlog(len(due), min(due, default=None), len(later), min(later, default=None))

    def retry(self, ids: Sequence[str]) -> int:
        """Let what is parked be tried again."""
        found = [name for name, (parked, _) in self._parked.items() if parked.id in ids]
        for name in found:
            self._wait(self._parked.pop(name)[1], self.now())
        return len(found)

    def close(self) -> None:
        """Hold nothing open."""
