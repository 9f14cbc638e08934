"""`/healthz`, `/readyz` and `/metrics`: is it there, can it work, and how much does it do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fitgate import __version__
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.logs import log, why
from fitgate.errors import UpstreamError
from fitgate.ports import Queue

PATIENCE = 5.0
"""Seconds that the database has for its answer."""


@dataclass
class Health:
    """What those are told who look after the service."""

    queue: Queue
    counts: Counts
    is_working: Callable[[], bool] | None = None

    async def alive(self, _: Request) -> Response:
        """Say that the process answers; nothing else is looked at."""
        return JSONResponse({"alive": True, "version": __version__})

    async def ready(self, _: Request) -> Response:
        """Say whether deliveries can be kept, and worked on where that is done here."""
        checks = {"database": await self._reaches_database()}
        if self.is_working is not None:
            checks["worker"] = self.is_working()
        ready = all(checks.values())
        return JSONResponse({"ready": ready, **checks}, 200 if ready else 503)

    async def numbers(self, _: Request) -> Response:
        """Return the numbers as Prometheus reads them."""
        told = await asyncio.to_thread(generate_latest, self.counts.registry)
        return Response(told, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _reaches_database(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.to_thread(self.queue.waiting)
        except (UpstreamError, TimeoutError) as exc:
            log().warning("database not reached", **why(exc))
            return False
        return True
