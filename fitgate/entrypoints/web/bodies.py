"""Bodies of requests, read no further than they may be large."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from fitgate.errors import DeliveryError

PATIENCE = 20.0
"""Seconds that a sender has for a body; GitHub itself hangs up after ten."""
_BUDGET = 256 << 20


@dataclass
class Bodies:
    """Reads bodies; all that are being read together take up no more than a budget, in bytes."""

    budget: int = _BUDGET
    patience: float = PATIENCE
    held: int = 0

    async def read(self, request: Request, limit: int) -> bytes:
        """Return the bytes of a body as they came.

        Raises:
            DeliveryError: 413 when there are more than `limit`, without reading them all; 408 when
                they do not come in time; 503 when too many others are being read.
        """
        said = request.headers.get("content-length", "")
        if said.isdigit() and int(said[:20]) > limit:
            raise _too_large(limit)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.patience):
                async for part in request.stream():
                    size += len(part)
                    self.held += len(part)
                    if size > limit:
                        raise _too_large(limit)
                    if self.held > self.budget:
                        raise DeliveryError("Too much is being received at once; try again.", 503)
                    parts.append(part)
        except TimeoutError:
            raise DeliveryError(f"No whole body came in {self.patience:g} s.", 408) from None
        except ClientDisconnect:
            raise DeliveryError("The sender hung up before the body was whole.", 400) from None
        finally:
            self.held -= size
        return b"".join(parts)


def _too_large(limit: int) -> DeliveryError:
    return DeliveryError(f"The body is larger than {limit} bytes, which is the most there is.", 413)
