"""What receives a twin's webhooks in a test: it keeps what it hears, and answers as told."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.twin.serving import Message, Receive, Send, Serving, answered, whole_body


@dataclass(frozen=True, slots=True)
class Heard:
    """One delivery as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        """Return `event.action`."""
        action = self.payload.get("action")
        return f"{self.headers['x-github-event']}{f'.{action}' if action else ''}"

    @property
    def guid(self) -> str:
        return self.headers["x-github-delivery"]

    @property
    def payload(self) -> dict[str, Any]:
        form = self.headers["content-type"] == "application/x-www-form-urlencoded"
        text = parse_qs(self.body.decode())["payload"][0] if form else self.body.decode()
        said: dict[str, Any] = json.loads(text)
        return said

    def signed_with(self, secret: str) -> bool:
        """Say whether the signature is that of these bytes."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers["x-hub-signature-256"], f"sha256={digest}")


class Listener:
    """A receiver; `status` is what it answers."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.status = 202
        self._serving = Serving(self._application)
        self.url = f"{self._serving.url}/hooks/github"

    def close(self) -> None:
        """Stop listening."""
        self._serving.close()

    @property
    def events(self) -> list[str]:
        """Name what was heard, in its order."""
        return [one.event for one in self.heard]

    async def _application(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        self.heard.append(Heard(headers, body))
        await answered(send, self.status, {}, b"")
