"""What the tests of the service share: one that runs, and somebody who sends to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

import httpx
import pytest

from fitgate.entrypoints.web import Rooms, application
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.logs import opened
from fitgate.ports import Queue
from fitgate.settings import GitHubSettings, Settings
from tests.builders import NOW
from tests.memory_queue import MemoryQueue
from tests.twin.serving import Serving

SECRET = "It's a Secret to Everybody"  # noqa: S105 - GitHub's own test vector
OLD = "the secret that it replaces"
SETTINGS = Settings("sqlite://", GitHubSettings(webhook_secrets=(SECRET, OLD)))


def signed(body: bytes, secret: str = SECRET) -> str:
    """Sign a body as GitHub does."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so, for ten seconds at most."""
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


@dataclass
class Front:
    """A service that runs, its queue, and all that it logged."""

    http: httpx.Client
    queue: MemoryQueue
    written: StringIO

    def send(
        self, event: str, body: bytes, guid: str | None = "guid-1", **headers: str | None
    ) -> httpx.Response:
        """Send a delivery as GitHub does; a header that is None is left out."""
        said = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid,
            "X-GitHub-Hook-ID": "42",
            "X-Hub-Signature-256": signed(body),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        kept = {name: value for name, value in said.items() if value is not None}
        return self.http.post("/hooks/github", content=body, headers=kept)

    def logged(self) -> list[dict[str, Any]]:
        """Return what was logged, which must all be lines of JSON."""
        return [json.loads(line) for line in self.written.getvalue().splitlines()]

    def number(self, name: str) -> float | None:
        """Return a number as Prometheus would read it; None: it is not told."""
        lines = self.http.get("/metrics").text.splitlines()
        told = [line.rpartition(" ") for line in lines if not line.startswith("#")]
        return next((float(value) for what, _, value in told if what == name), None)


@contextmanager
def serving(
    queue: Queue,
    settings: Settings = SETTINGS,
    rooms: Rooms | None = None,
    now: Callable[[], datetime] = lambda: NOW,
) -> Iterator[httpx.Client]:
    """Run a service, and give who asks it."""
    app = application(queue, settings, now, rooms or Rooms(Counts(queue)))
    with ExitStack() as ends:
        running = Serving(app)
        ends.callback(running.close)
        yield ends.enter_context(httpx.Client(base_url=running.url, timeout=20))


@pytest.fixture
def written() -> StringIO:
    """Give what is logged from now on."""
    out = StringIO()
    opened(out)
    return out


@pytest.fixture
def service(written: StringIO) -> Iterator[Front]:
    """Run a service whose queue is in memory."""
    queue = MemoryQueue(lambda: NOW)
    with serving(queue) as http:
        yield Front(http, queue, written)
