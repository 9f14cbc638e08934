"""Bodies of requests: whole, in time, and no more of them at once than there is room for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from starlette.requests import Request

from fitgate.entrypoints.web.bodies import Bodies
from fitgate.errors import DeliveryError


def a_request(*parts: bytes, pause: float = 0, cut: bool = False) -> Request:
    """Return a request whose body comes in these parts."""

    async def messages() -> AsyncIterator[MutableMapping[str, Any]]:
        for part in parts:
            yield {"type": "http.request", "body": part, "more_body": True}
            await asyncio.sleep(pause)
        if cut:
            yield {"type": "http.disconnect"}
        yield {"type": "http.request", "body": b"", "more_body": False}

    coming = messages()
    return Request({"type": "http", "headers": []}, coming.__anext__)


def read(bodies: Bodies, request: Request, limit: int = 10) -> bytes:
    """Read a body."""
    return asyncio.run(bodies.read(request, limit))


def test_a_body_is_read_whole_and_let_go_of() -> None:
    bodies = Bodies()
    assert read(bodies, a_request(b"12345", b"", b"67890")) == b"1234567890"
    assert bodies.held == 0


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (a_request(b"12345", b"67890", b"1"), 413),
        (a_request(b"1", b"2", pause=0.2), 408),
        (a_request(b"1", cut=True), 400),
    ],
    ids=["too-large", "too-slow", "cut"],
)
def test_what_is_no_whole_body_is_refused(request_: Request, status: int) -> None:
    bodies = Bodies(patience=0.1)
    with pytest.raises(DeliveryError) as refused:
        read(bodies, request_)
    assert refused.value.status == status
    assert bodies.held == 0


def test_more_than_there_is_room_for_is_refused_until_others_are_done() -> None:
    bodies = Bodies(budget=12)

    async def both() -> tuple[bytes | BaseException, bytes | BaseException]:
        slow = bodies.read(a_request(b"12345678", pause=0.2), 10)
        late = bodies.read(a_request(b"12345678"), 10)
        return await asyncio.gather(slow, late, return_exceptions=True)

    kept, refused = asyncio.run(both())
    assert kept == b"12345678"
    assert isinstance(refused, DeliveryError)
    assert refused.status == 503
    assert read(bodies, a_request(b"12345678")) == b"12345678"
