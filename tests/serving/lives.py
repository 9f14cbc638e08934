"""Lives of a worker: forked from a process that has all loaded, and killed at a step if need be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import requests.adapters

from fitgate.adapters.github.app import App
from fitgate.adapters.github.client import GitHub
from fitgate.adapters.github.webhook import parse
from fitgate.bootstrap import chain_in, open_database, open_queue, shipped_policies
from fitgate.pipeline import Policies
from fitgate.serving import Serving
from fitgate.serving.place import Memory, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fitgate.core.entries import Draft, Stored
    from fitgate.core.events import Pointer
    from fitgate.core.work import Delivery, Task
    from fitgate.ports import Ledger, Worker

ROOT = Path(__file__).parents[2]
_READS = ("/graphql", "/access_tokens")


@dataclass(frozen=True)
class Life:
    """What a worker is born with; it dies at a step, counted from 1, or when all is done."""

    database: str
    url: str
    app: int
    key: str
    repo: str
    name: str
    now: str
    dies_at: int = 0


@dataclass
class Steps:
    """Counts what a worker does to the world: the moments just before and just after each."""

    dies_at: int
    taken: int = 0

    def step(self) -> None:
        """Take a step, which may be the last."""
        self.taken += 1
        if self.taken == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any], *said: Any, **more: Any) -> Any:
        """Do something, with a step before it and one after it."""
        self.step()
        found = act(*said, **more)
        self.step()
        return found


@dataclass
class MortalLedger:
    """A ledger whose writer may die around each append."""

    ledger: Ledger
    steps: Steps

    def append(
        self, drafts: Sequence[Draft], now: datetime, blobs: Sequence[bytes] = ()
    ) -> Sequence[Stored]:
        """Append between two steps."""
        found: Sequence[Stored] = self.steps.around(self.ledger.append, drafts, now, blobs)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


@dataclass
class MortalWorker:
    """A worker that may die before it begins, and after it ended but before the queue knows."""

    worker: Worker
    steps: Steps

    def opened(self, delivery: Delivery) -> Sequence[Task]:
        """Open a delivery between two steps."""
        found: Sequence[Task] = self.steps.around(self.worker.opened, delivery)
        return found

    def done(self, task: Task) -> Sequence[Task]:
        """Do a task between two steps."""
        found: Sequence[Task] = self.steps.around(self.worker.done, task)
        return found


@dataclass
class OnePlace:
    """The one repository that there is."""

    place: Place

    @contextmanager
    def at(self, pointer: Pointer) -> Iterator[Place]:
        """Open it."""
        del pointer
        yield self.place


def live(life: Life) -> int:
    """Do all that is due at a moment; return how many steps that took."""
    steps, now = Steps(life.dies_at), datetime.fromisoformat(life.now)
    _make_writes_mortal(steps)
    database = open_database(life.database, create=True, upgrade=True)
    ledger = MortalLedger(chain_in(database, life.repo), steps)
    memory = Memory(ledger)
    session = App(life.app, life.key, life.url, patience=5.0).of_repository(life.name)
    forge, library = GitHub(session, life.name), shipped_policies()
    place = Place(forge, memory, Policies(forge, library, told=memory.told), library)
    queue = open_queue(life.database, lambda: now)
    worker = MortalWorker(Serving(OnePlace(place), {"github": parse}, lambda: now), steps)
    queue.work(worker, lambda: not queue.waiting())
    queue.close()
    ledger.close()
    return steps.taken


def _make_writes_mortal(steps: Steps) -> None:
    """Let each write to GitHub be a step; of a process that is forked for one life."""
    send = requests.adapters.HTTPAdapter.send

    def mortal(self: Any, request: Any, **more: Any) -> Any:
        writes = request.method not in {"GET", "HEAD"} and not request.url.endswith(_READS)
        return steps.around(send, self, request, **more) if writes else send(self, request, **more)

    requests.adapters.HTTPAdapter.send = mortal  # type: ignore[method-assign,assignment] # as said


@dataclass
class Lives:
    """The process that workers are forked from."""

    _process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.serving.lives"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(30) == 0

    def one(self, life: Life) -> int | None:
        """Let a worker live; return the steps that it took, None if it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        said: dict[str, int | None] = json.loads(self._process.stdout.readline())
        status = said["status"]
        assert status in {0, -signal.SIGKILL}, f"a worker ended with {status}"
        return said["steps"]


def _fork(life: Life) -> dict[str, int | None]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            os.write(writer, str(live(life)).encode())
            code = 0
        except BaseException:  # noqa: BLE001 - it is told, and the process ends
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as told:
        steps = told.read()
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "steps": int(steps) if steps else None}


def moment(at: datetime) -> str:
    """Return a moment as a life is told it."""
    return at.astimezone(UTC).isoformat()


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(_fork(Life(**json.loads(line))))}\n")
        sys.stdout.flush()
