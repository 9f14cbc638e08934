"""An ASGI application served on loopback from a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Serving:
    """A server that runs until it is closed; `url` is where."""

    def __init__(self, application: Application) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        # asyncio does this only for sockets that name their protocol; else each answer takes 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        settings = uvicorn.Config(
            application, http="h11", ws="none", lifespan="off", log_level="error", loop="asyncio",
            server_header=False, interface="asgi3",
        )  # fmt: skip
        self._server = uvicorn.Server(settings)
        serve = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        serve.start()

    def close(self) -> None:
        """Stop serving; the thread ends by itself within a tick of uvicorn's, 0.1 s."""
        self._server.force_exit = self._server.should_exit = True


async def whole_body(receive: Receive) -> bytes:
    """Read a request's body to its end."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def answered(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    """Send a whole answer."""
    said = {"content-length": str(len(body)), **headers}
    start = [(key.lower().encode(), str(value).encode()) for key, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
