"""What sends deliveries counts those that were accepted, and no others."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.sender import Target, sent

ACCEPTED = b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok"


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[Target, list[bytes]]]:
    """Answer each request in two pieces, and note down what each was called."""
    names: list[bytes] = []

    class One(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.rfile.readline():
                while line := self.rfile.readline().strip():
                    if line.startswith(b"X-GitHub-Delivery: "):
                        names.append(line.rpartition(b" ")[2])
                assert head.startswith(b"POST /hooks HTTP/1.1")
                assert self.rfile.read(4) == b"body"
                self.wfile.write(answer[:30])
                self.wfile.flush()
                self.wfile.write(answer[30:])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), One) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield Target(server.server_address[1], "/hooks", "push", "sha256=0", b"body"), names
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("rate", [0.0, 200.0])
def test_all_are_sent_each_by_its_own_name(rate: float) -> None:
    with answering(ACCEPTED) as (target, names):
        found = sent(target, "n", 40, at_once=4, rate=rate)
    assert sorted(names) == sorted(b"n-%d" % number for number in range(40))
    assert 0 < found.p50 <= found.p99
    assert rate == 0 or found.rate <= 1.1 * rate


def test_what_is_refused_ends_the_benchmark() -> None:
    refusal = b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n"
    with answering(refusal) as (target, _), pytest.raises(RuntimeError, match="503"):
        sent(target, "n", 1, at_once=1)
