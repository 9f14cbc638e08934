"""An event is handed on to a service: signed, once, and only where that is safe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fitgate.adapters.forwarding import forward
from fitgate.adapters.github.webhook import verify
from fitgate.errors import UpstreamError, UserError
from tests.action.job import Workshop
from tests.action.test_pulls import lowered

SECRET = "it is one"  # noqa: S105 - of this test


class Receiver(HTTPServer):
    """A service that answers as it is told, and keeps what it took."""

    def __init__(self, *answers: int) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.answers = [*answers]
        self.taken: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server_port}/fitgate/"


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 202)
        self.end_headers()

    do_POST = _take  # noqa: N815 - so it is called

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def service(*answers: int) -> Iterator[Receiver]:
    with Receiver(*answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_job_hands_its_event_on_and_judges_nothing(shop: Workshop) -> None:
    lowered(shop)
    shop.twin.calls.clear()
    with service() as there:
        more = {"FITGATE_SERVICE_URL": there.url, "FITGATE_SERVICE_SECRET": SECRET}
        ran = shop.run("pull_request_target", shop.heard("pull_request"), more=more)
        again = shop.run("pull_request_target", shop.heard("pull_request"), more=more)
    assert (ran.code, again.code, ran.outputs, len(shop.twin.calls)) == (0, 0, {}, 0)
    path, headers, body = there.taken[0]
    assert path == "/fitgate/hooks/github"
    assert headers["X-GitHub-Event"] == "pull_request"
    verify(body, headers, SECRET)
    assert SECRET not in ran.log + ran.errors + str(headers)
    assert headers["X-GitHub-Delivery"] == "actions-1-1"


def test_what_a_service_cannot_take_now_is_sent_again() -> None:
    waits: list[float] = []
    with service(503, 500) as there:
        forward(there.url, SECRET, "push", "g", b"{}", wait=waits.append)
    assert [headers["X-GitHub-Delivery"] for _, headers, _ in there.taken] == ["g"] * 3
    assert waits == [1.0, 2.0]


@pytest.mark.parametrize("answers", [(401,), (302,), (500, 500, 500)])
def test_what_a_service_refuses_is_an_error(answers: tuple[int, ...]) -> None:
    with service(*answers) as there, pytest.raises(UpstreamError, match=f"says {answers[0]}"):
        forward(there.url, SECRET, "push", "g", b"{}", wait=lambda _: None)
    assert len(there.taken) == len(answers)


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(UpstreamError, match="does not answer"):
        forward("http://127.0.0.1:9", SECRET, "push", "g", b"{}", wait=lambda _: None)


@pytest.mark.parametrize(
    ("address", "secret", "told"),
    [
        ("http://fitgate.example", SECRET, "service-url"),
        ("ftp://fitgate.example", SECRET, "service-url"),
        ("fitgate", SECRET, "service-url"),
        ("https://", SECRET, "service-url"),
        ("https://fitgate.example", "", "service-secret"),
    ],
)
def test_nothing_is_sent_where_it_is_not_safe(address: str, secret: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        forward(address, secret, "push", "g", b"{}")
