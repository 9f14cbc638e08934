"""Sends signed deliveries over HTTP, and measures how long each is on its way."""

from __future__ import annotations

import asyncio
import gzip
import json
import statistics
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

PAYLOADS = Path(__file__).parents[1] / "tests" / "data" / "github-webhooks.json.gz"
LONGEST = 60.0
"""Seconds in which all must be answered."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many were answered a second, and in how many milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass
class Sender(asyncio.Protocol):
    """One connection that is kept open; one request at a time."""

    took: list[float]
    _began: float = 0.0
    _answer: bytearray = field(default_factory=bytearray)
    _done: asyncio.Future[None] | None = None
    _transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is TCP
        self._transport = transport

    def send(self, request: bytes, began: float | None = None) -> asyncio.Future[None]:
        """Send one; what it was late by counts, for whoever sends at a rate."""
        self._began = time.perf_counter() if began is None else began
        self._done = asyncio.get_running_loop().create_future()
        assert self._transport is not None  # noqa: S101 - it is connected
        self._transport.write(request)
        return self._done

    def data_received(self, data: bytes) -> None:
        """Take an answer, once it is whole."""
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or self._done is None:
            return
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
             if line.startswith(b"content-length:")), 0,
        )  # fmt: skip
        chunked = b"transfer-encoding: chunked" in head.lower()
        if len(body) < length or (chunked and not body.endswith(b"0\r\n\r\n")):
            return
        self._answer.clear()
        done, self._done = self._done, None
        if bytes(head.split(b" ", 2)[1]) not in {b"200", b"202"}:
            done.set_exception(RuntimeError(head.decode(errors="replace")))
            return
        self.took.append(time.perf_counter() - self._began)
        done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionError("the connection was closed"))


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send what; `request` has a GUID of as many zeros as `name` can be long."""

    port: int
    path: str
    event: str
    signature: str
    body: bytes

    def request(self, name: str) -> bytes:
        """Return one delivery, called so."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Content-Type: application/json\r\nX-GitHub-Event: {self.event}\r\n"
            f"X-GitHub-Delivery: {name}\r\nX-GitHub-Hook-ID: 1\r\n"
            f"X-Hub-Signature-256: {self.signature}\r\nUser-Agent: GitHub-Hookshot/0000000\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def payload() -> bytes:
    """Return a pull request that was closed unmerged, as GitHub tells it: 25 kB."""
    examples = json.loads(gzip.decompress(PAYLOADS.read_bytes()))["examples"]
    for _, told in (example for example in examples if len(example) > 1):
        if told.get("action") == "closed" and told.get("pull_request", {}).get("merged") is False:
            return json.dumps(told).encode()
    raise SystemExit("benchmarks: no pull request among the payloads was closed")


def sent(target: Target, name: str, count: int, *, at_once: int, rate: float = 0.0) -> Sent:
    """Send so many over so many connections: as fast as they are answered, or at a rate."""
    return asyncio.run(asyncio.wait_for(_sent(target, name, count, at_once, rate), LONGEST))


async def _sent(target: Target, name: str, count: int, at_once: int, rate: float) -> Sent:
    took: list[float] = []
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Sender] = asyncio.Queue()
    opened: list[asyncio.Transport] = []
    try:
        for _ in range(at_once):
            transport, sender = await loop.create_connection(
                lambda: Sender(took), "127.0.0.1", target.port
            )
            opened.append(transport)
            free.put_nowait(sender)
        begun = time.perf_counter()
        answers = []
        for number in range(count):
            due = begun + number / rate if rate else None
            if due is not None:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sender = await free.get()
            answer = sender.send(target.request(f"{name}-{number}"), due)
            answer.add_done_callback(partial(_put_back, free, sender))
            answers.append(answer)
        await asyncio.gather(*answers)
        seconds = time.perf_counter() - begun
    finally:
        for transport in opened:
            transport.close()
    percents = statistics.quantiles(took, n=100)
    return Sent(count / seconds, 1000 * percents[49], 1000 * percents[98])


def _put_back(free: asyncio.Queue[Sender], sender: Sender, _: asyncio.Future[None]) -> None:
    free.put_nowait(sender)
