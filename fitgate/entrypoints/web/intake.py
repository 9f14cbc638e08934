"""Deliveries on their way into the queue: several in one commit, where several wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fitgate.core.work import Delivery
from fitgate.ports import Queue

TOGETHER = 128
"""So many at most are kept in one commit."""
Waiting = tuple[Delivery, "asyncio.Future[None]"]


class Intake:
    """Keeps deliveries, one commit at a time: what comes in meanwhile shares the next one.

    So a delivery that comes alone waits for nobody, and a rush of them costs few commits.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._waiting: list[Waiting] = []
        self._keeping: asyncio.Task[None] | None = None

    async def submit(self, delivery: Delivery) -> None:
        """Keep a delivery; it is durable when this returns.

        Raises:
            QueueError: when it could not be kept.
        """
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, kept))
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())
        await kept

    async def _keep(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._commit(batch)
        finally:
            self._keeping = None

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            await asyncio.to_thread(self._queue.accept, [delivery for delivery, _ in batch])
        except Exception as exc:  # noqa: BLE001 - whatever it is, each of those who wait is told
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(exc)
        else:
            for _, kept in batch:
                if not kept.done():  # whose sender hung up is kept all the same
                    kept.set_result(None)
