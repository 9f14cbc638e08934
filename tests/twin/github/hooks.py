"""Webhooks: signed, sent in the background, and whatever can go wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from tests.twin.github.description import Json

if TYPE_CHECKING:
    from tests.twin.github.people import App
    from tests.twin.github.twin import Twin

PATIENCE = 10.0
"""Seconds that GitHub waits for an answer."""


@dataclass(slots=True)
class Hook:
    """Where events go: an App's hook, or a repository's own (`repo`: its full name)."""

    id: int
    url: str
    secret: str
    app: App | None = None
    repo: str | None = None
    content_type: str = "json"


@dataclass(slots=True)
class Delivery:
    """One attempt to send one event to one hook."""

    id: int
    guid: str
    hook: Hook
    event: str
    action: str | None
    payload: Json
    redelivery: bool = False
    delivered_at: datetime | None = None
    duration: float = 0.0
    status: str = ""
    status_code: int = 0
    sent_headers: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    answer: str | None = None

    @property
    def name(self) -> str:
        """Return `event.action`."""
        return f"{self.event}.{self.action}" if self.action else self.event

    def body(self) -> bytes:
        """Return the bytes that are signed and sent."""
        text = json.dumps(self.payload, separators=(",", ":"))
        return (urlencode({"payload": text}) if self.hook.content_type == "form" else text).encode()

    def signed(self) -> dict[str, str]:
        """Return the headers that go with the body."""
        body, secret = self.body(), self.hook.secret.encode()
        kind = "integration" if self.hook.app else "repository"
        target = self.hook.app.id if self.hook.app else self.payload["repository"]["id"]
        form = self.hook.content_type == "form"
        return {
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
            "User-Agent": "GitHub-Hookshot/twin",
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Hook-ID": str(self.hook.id),
            "X-GitHub-Hook-Installation-Target-Type": kind,
            "X-GitHub-Hook-Installation-Target-ID": str(target),
            "X-Hub-Signature": f"sha1={hmac.new(secret, body, hashlib.sha1).hexdigest()}",
            "X-Hub-Signature-256": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}",
        }


class Hooks:
    """The hooks and their deliveries: sent once, in no promised order, and never again."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self.hooks: list[Hook] = []
        self.deliveries: list[Delivery] = []
        self.held: list[Delivery] = []
        self.heard: list[tuple[str, Json]] = []
        self._holding: Callable[[Delivery], bool] | None = None
        self._losing: Callable[[Delivery], bool] | None = None
        self._queue: deque[Delivery] = deque()
        self._pending = 0
        self._moved = threading.Condition()
        self._open = True
        self._client = httpx.Client(timeout=PATIENCE)
        self._thread = threading.Thread(target=self._work, name="github-twin-hooks", daemon=True)
        self._thread.start()

    def to(self, url: str, secret: str | None = None) -> Hook:
        """Point the App's hook at a service."""
        app = self._twin.app
        hook = Hook(self._twin.fresh(), url, secret or app.webhook_secret, app=app)
        self.hooks = [one for one in self.hooks if one.app is not app] + [hook]
        return hook

    def repository_hook(
        self, repo: str, url: str, secret: str, *, content_type: str = "form"
    ) -> Hook:
        """Add a repository's own hook; its deliveries bear the same GUIDs as the App's."""
        hook = Hook(self._twin.fresh(), url, secret, repo=repo, content_type=content_type)
        self.hooks.append(hook)
        return hook

    def hold(self, which: Callable[[Delivery], bool] = lambda _: True) -> None:
        """Keep back what follows until `release`."""
        self._holding = which

    def release(
        self, *, order: Callable[[list[Delivery]], list[Delivery]] = list, times: int = 1
    ) -> None:
        """Send what was held, in this order, each so often; hold no longer."""
        self._holding = None
        held, self.held = self.held, []
        for delivery in order(held):
            for _ in range(times):
                self._enqueue(delivery)

    def lose(self, which: Callable[[Delivery], bool] = lambda _: True) -> None:
        """Never send what follows, and keep no record: throttled away, or over 25 MB."""
        self._losing = which

    def lose_nothing(self) -> None:
        """Send again what happens from now on."""
        self._losing = None

    def send(
        self, event: str, action: str | None, payload: Json, hooks: list[tuple[Hook, Json]]
    ) -> None:
        """Send an event to hooks, each with what its payload has beside; one GUID for all."""
        guid = str(uuid.uuid4())
        self.heard.append((f"{event}.{action}" if action else event, payload))
        for hook, more in hooks:
            one = Delivery(self._twin.fresh(), guid, hook, event, action, {**payload, **more})
            if self._losing and self._losing(one):
                continue
            if self._holding and self._holding(one):
                self.held.append(one)
            else:
                self._enqueue(one)

    def again(self, delivery: Delivery) -> Delivery:
        """Send once more, with the same GUID and another id."""
        one = Delivery(
            self._twin.fresh(), delivery.guid, delivery.hook, delivery.event, delivery.action,
            delivery.payload, redelivery=True,
        )  # fmt: skip
        self._enqueue(one)
        return one

    def drain(self, seconds: float = 20.0) -> None:
        """Wait until everything has been sent."""
        with self._moved:
            done = self._moved.wait_for(lambda: self._pending == 0, seconds)
        assert done, f"{self._pending} webhooks were not sent within {seconds} s"

    def close(self) -> None:
        """Stop sending."""
        with self._moved:
            self._open = False
            self._moved.notify_all()
        self._thread.join(PATIENCE)
        self._client.close()

    def _enqueue(self, delivery: Delivery) -> None:
        with self._moved:
            self._pending += 1
            self._queue.append(delivery)
            self._moved.notify_all()

    def _work(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._queue or not self._open)
                if not self._open:
                    return
                delivery = self._queue.popleft()
            self._attempt(delivery)
            with self._moved:
                self._pending -= 1
                self._moved.notify_all()

    def _attempt(self, one: Delivery) -> None:
        one.sent_headers = one.signed()
        one.delivered_at = self._twin.clock.now
        try:
            answer = self._client.post(one.hook.url, content=one.body(), headers=one.sent_headers)
        except httpx.TimeoutException:
            one.status, one.status_code = "timed out", 0
        except httpx.HTTPError:  # no connection: no status that `status=failure` would find
            one.status, one.status_code = "failed to connect to host", 0
        else:
            one.status = "OK" if answer.is_success else answer.reason_phrase
            one.status_code, one.headers = answer.status_code, dict(answer.headers)
            one.duration, one.answer = answer.elapsed.total_seconds(), answer.text
        self.deliveries.append(one)
