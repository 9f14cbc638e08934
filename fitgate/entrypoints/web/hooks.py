"""`POST /hooks/github`: verified, understood, kept, and then accepted."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fitgate.bootstrap import Deliveries
from fitgate.core.work import Delivery
from fitgate.entrypoints.web.answers import refused
from fitgate.entrypoints.web.bodies import Bodies
from fitgate.entrypoints.web.counting import OTHER, Counts
from fitgate.entrypoints.web.logs import log, why
from fitgate.errors import DeliveryError, UpstreamError
from fitgate.ports import Queue

SHAPES = {
    "x-github-event": re.compile(r"[a-z0-9_]{1,64}", re.ASCII),
    "x-github-delivery": re.compile(r"[\w-]{1,72}", re.ASCII),
    "x-github-hook-id": re.compile(r"[0-9]{1,18}", re.ASCII),
}
"""The headers that a delivery has beside its signature."""
TYPES = ("application/json", "application/x-www-form-urlencoded")
_LARGE = 256 << 10  # bytes, from which on the others need not wait while it is read
_OUTCOMES = {401: "unsigned", 408: "cut", 413: "too-large", 415: "not-json", 503: "unavailable"}


@dataclass
class GitHubHook:
    """Where GitHub's deliveries come in; each is answered when it is durable, and not before."""

    deliveries: Deliveries
    queue: Queue
    counts: Counts
    now: Callable[[], datetime]
    bodies: Bodies = field(default_factory=Bodies)

    async def receive(self, request: Request) -> Response:
        """Answer one delivery: 202 when it is kept, or is of no concern; 4xx says what to do."""
        began = time.perf_counter()
        name = request.headers.get("x-github-event", "")
        event = name if name in self.deliveries.events else OTHER
        try:
            outcome = await self._received(request, event)
            answer: Response = JSONResponse({"outcome": outcome}, 202)
        except DeliveryError as exc:
            outcome = _OUTCOMES.get(exc.status, "malformed")
            log().warning("delivery refused", status=exc.status, github_event=event, **why(exc))
            answer = refused(exc)
        except UpstreamError as exc:
            outcome = "unavailable"
            log().error("delivery not kept", github_event=event, **why(exc))
            answer = refused(DeliveryError("It could not be kept; deliver it again.", 503))
        self.counts.deliveries.labels(event, outcome).inc()
        self.counts.receiving.observe(time.perf_counter() - began)
        return answer

    async def _received(self, request: Request, event: str) -> str:
        body = await self.bodies.read(request, self.deliveries.limit)
        if len(body) > _LARGE:
            delivery = await asyncio.to_thread(self._understood, request.headers, body)
        else:
            delivery = self._understood(request.headers, body)
        if delivery is None:
            log().info("delivery ignored", github_event=event)
            return "ignored"
        await asyncio.wrap_future(self.queue.submit([delivery]))
        log().info(
            "delivery accepted", delivery=delivery.guid, hook=delivery.hook,
            github_event=delivery.event, bytes=len(body),
        )  # fmt: skip
        return "accepted"

    def _understood(self, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """Return a delivery that is GitHub's and can be understood; None: it is of no concern."""
        self.deliveries.verify(body, headers)
        event, guid, hook = (_header(headers, name) for name in SHAPES)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in TYPES:
            raise DeliveryError(f"The body must be {' or '.join(TYPES)}.", 415)
        if self.deliveries.parse(event, body) is None:
            return None
        return Delivery(f"github:{hook}", guid, event, body, self.now())


def _header(headers: Mapping[str, str], name: str) -> str:
    said = headers.get(name, "")
    if not SHAPES[name].fullmatch(said):
        what = "is not one that GitHub sends" if said else "is missing"
        raise DeliveryError(f"The header {name} {what}.")
    return said
