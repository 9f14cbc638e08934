"""The service as a process: it listens, works, and on a signal ends in good order."""

from __future__ import annotations

import math
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType
from typing import Any

import uvicorn

from fitgate.entrypoints.web.logs import log
from fitgate.entrypoints.web.shift import Shift
from fitgate.errors import UserError

GRACE = 30.0
"""Seconds that requests, and then the task in hand, have to end once a signal came."""
BACKLOG = 2048
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises:
        UserError: when nobody can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as exc:
        why = getattr(exc, "strerror", None) or str(exc)
        raise UserError(
            f"{host}:{port} cannot be listened on: {why}. Say another --port, or end what is there."
        ) from exc
    # asyncio does this only for sockets that name their protocol; else each answer takes 40 ms.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def url_of(listener: socket.socket) -> str:
    """Return the address that a socket listens on."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(
    app: Any,  # noqa: ANN401 - an ASGI application, which has no name
    listener: socket.socket,
    shift: Shift | None = None,
    *,
    until: Callable[[], bool] = lambda: False,
    seconds: float = math.inf,
    grace: float = GRACE,
) -> None:
    """Serve until a signal comes; then take nothing more, end what is in hand, and return.

    `until` and `seconds` end it too, without a signal.
    """
    settings = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        http="httptools" if find_spec("httptools") else "h11", ws="none", lifespan="off",
        loop="uvloop" if find_spec("uvloop") else "asyncio", timeout_graceful_shutdown=int(grace),
    )  # fmt: skip
    over = time.monotonic() + seconds
    server = _Server(
        settings,
        (lambda: None) if shift is None else shift.stop,
        lambda: until() or time.monotonic() > over,
    )
    with _signals(lambda _number, _frame: None):  # uvicorn raises again what it caught
        if shift is not None:
            shift.start()
        try:
            server.run([listener])
        finally:
            _ended(shift, grace)


def work(shift: Shift, grace: float = GRACE) -> None:
    """Work until a signal comes; then end what is in hand, and return."""
    over = threading.Event()
    with _signals(lambda _number, _frame: over.set()):
        shift.start()
        over.wait()
        _ended(shift, grace)


class _Server(uvicorn.Server):
    """A server whose worker stops with it, and not after its last request."""

    def __init__(
        self, config: uvicorn.Config, stopping: Callable[[], None], is_over: Callable[[], bool]
    ) -> None:
        super().__init__(config)
        self._stopping, self._is_over = stopping, is_over

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._is_over()


def _ended(shift: Shift | None, grace: float) -> None:
    if shift is None:
        return
    shift.stop()
    if not shift.ended(grace):  # whoever takes over does it again
        log().warning("task left unfinished", waited=grace)


@contextmanager
def _signals(told: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Take the signals that ask to end, where that can be done: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, told) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
