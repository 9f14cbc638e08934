"""Deliveries over real HTTP: kept once, refused with a reason, and never an error of ours."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from fitgate.adapters.github.pointers import ROUTES
from fitgate.adapters.github.webhook import LIMIT, parse
from fitgate.core.work import Delivery
from fitgate.errors import QueueError
from tests.builders import NOW
from tests.memory_queue import MemoryQueue
from tests.web.conftest import OLD, Front, serving, signed, until

DATA = Path(__file__).parents[1] / "data" / "github-webhooks.json.gz"
EXAMPLES: list[tuple[str, dict[str, Any]]] = json.loads(gzip.decompress(DATA.read_bytes()))[
    "examples"
]
PULL = json.dumps(
    {
        "action": "opened",
        "repository": {"id": 1296269, "full_name": "acme/app"},
        "pull_request": {"number": 7, "head": {"sha": "6" * 40}},
    }
).encode()
HEADERS = {
    "Content-Type": "application/json", "X-GitHub-Event": "pull_request",
    "X-GitHub-Delivery": "g", "X-GitHub-Hook-ID": "1", "X-Hub-Signature-256": signed(PULL),
}  # fmt: skip


def test_all_examples_are_kept_once_and_refused_with_another_signature(service: Front) -> None:
    kept = {
        f"guid-{n}": (event, json.dumps(example).encode())
        for n, (event, example) in enumerate(EXAMPLES)
    }
    assert len(kept) == 329
    for guid, (event, body) in kept.items():
        wrong = service.send(event, body, guid=guid, X_Hub_Signature_256=signed(body, "another"))
        assert wrong.status_code == 401
    assert service.queue.deliveries == []
    for _ in range(2):
        for guid, (event, body) in kept.items():
            assert service.send(event, body, guid=guid).status_code == 202
    ours = {guid: told for guid, told in kept.items() if parse(*told)}
    assert [d.guid for d in service.queue.deliveries] == [*ours]
    assert all((d.event, d.body) == ours[d.guid] for d in service.queue.deliveries)
    assert {d.hook for d in service.queue.deliveries} == {"github:42"}
    assert {d.received_at for d in service.queue.deliveries} == {NOW}
    assert 70 < len(ours) < len(kept)


def test_a_form_is_kept_as_it_came(service: Front) -> None:
    body = urlencode({"payload": PULL.decode()}).encode()
    sent = service.send("pull_request", body, Content_Type="application/x-www-form-urlencoded")
    assert (sent.status_code, sent.json()) == (202, {"outcome": "accepted"})
    assert [d.body for d in service.queue.deliveries] == [body]


def test_a_secret_that_is_being_replaced_is_still_accepted(service: Front) -> None:
    sent = service.send("pull_request", PULL, X_Hub_Signature_256=signed(PULL, OLD))
    assert sent.status_code == 202


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ({"X_Hub_Signature_256": None}, 401, "not signed"),
        ({"X_Hub_Signature_256": "sha256=00"}, 401, "not one that our webhook secret gives"),
        ({"X_GitHub_Event": None}, 400, "x-github-event is missing"),
        ({"X_GitHub_Delivery": None}, 400, "x-github-delivery is missing"),
        ({"X_GitHub_Hook_ID": None}, 400, "x-github-hook-id is missing"),
        ({"X_GitHub_Hook_ID": "4 2"}, 400, "x-github-hook-id is not one that GitHub sends"),
        ({"X_GitHub_Delivery": "x" * 100}, 400, "x-github-delivery is not one"),
        ({"Content_Type": "text/plain"}, 415, "The body must be application/json or"),
        ({"Content_Type": None}, 415, "The body must be application/json or"),
    ],
)
def test_what_is_wrong_with_the_headers_is_said(
    service: Front, headers: dict[str, str | None], status: int, said: str
) -> None:
    refused = service.send("pull_request", PULL, **headers)
    assert refused.status_code == status
    assert said in refused.json()["error"]["message"]
    assert service.queue.deliveries == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 415),
        (b"{", 415),
        (b"\xff\xfe", 415),
        (b"payload=%7B", 415),
        (b"[]", 400),
        (b"1", 400),
        (b'{"action": "opened"}', 400),
        (b'{"action": "opened", "repository": 1}', 400),
        (b"[" * 10_000, 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    ],
)
def test_a_body_that_cannot_be_understood_is_refused(
    service: Front, body: bytes, status: int
) -> None:
    assert service.send("pull_request", body).status_code == status
    assert service.queue.deliveries == []
    assert service.http.get("/healthz").status_code == 200


def test_an_event_that_is_not_ours_is_let_pass_and_counted(service: Front) -> None:
    sent = service.send("a_new_event", b'{"action": "made"}')
    assert (sent.status_code, sent.json()) == (202, {"outcome": "ignored"})
    assert service.queue.deliveries == []
    assert service.number('fitgate_deliveries_total{event="other",outcome="ignored"}') == 1


def test_every_event_of_ours_has_a_name_that_a_header_may_have(service: Front) -> None:
    assert {service.send(event, b"[]").status_code for event in ROUTES} == {400}


class TestLarge:
    def test_what_github_may_send_is_kept(self, service: Front) -> None:
        body = PULL[:-1] + b', "x": "' + b"y" * (8 << 20) + b'"}'
        assert service.send("pull_request", body).status_code == 202
        assert len(service.queue.deliveries) == 1

    def test_more_is_refused_before_it_is_read(self, service: Front) -> None:
        """The body is announced and never sent: who waits for it would wait for ever."""
        asked = http.client.HTTPConnection(service.http.base_url.host, service.http.base_url.port)
        asked.putrequest("POST", "/hooks/github")
        asked.putheader("Content-Length", str(LIMIT + 1))
        asked.endheaders(b"0" * 10)
        answer = asked.getresponse()
        assert answer.status == 413
        assert answer.getheader("connection") == "close"

    def test_more_that_was_not_announced_is_refused_at_the_limit(self, service: Front) -> None:
        host, port = service.http.base_url.host, service.http.base_url.port
        assert port
        part = b"100000\r\n" + b"0" * (1 << 20) + b"\r\n"
        with socket.create_connection((host, port), timeout=20) as asked:
            asked.sendall(
                b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            answer = b""
            for _ in range(64):
                try:
                    asked.sendall(part)
                except OSError:
                    break
            try:
                answer = asked.recv(4096)
            except ConnectionResetError:
                answer = b""  # it answered, and hung up on what was still being sent
        assert answer[:12] in {b"HTTP/1.1 413", b""}
        assert service.number('fitgate_deliveries_total{event="other",outcome="too-large"}') == 1


@dataclass
class Failing(MemoryQueue):
    """A queue that cannot keep anything for a while."""

    fails: bool = True

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        if self.fails:
            raise QueueError("The disk is full.")
        super().accept(deliveries)


def test_what_cannot_be_kept_is_not_accepted() -> None:
    queue = Failing(lambda: NOW)
    with serving(queue) as http:
        refused = http.post("/hooks/github", content=PULL, headers=HEADERS)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert "disk" not in refused.text
        queue.fails = False
        assert http.post("/hooks/github", content=PULL, headers=HEADERS).status_code == 202
        assert len(queue.deliveries) == 1


@dataclass
class Slow(MemoryQueue):
    """A queue whose commit is done when a test says so."""

    begun: list[tuple[Sequence[Delivery], Future[None]]] = field(default_factory=list)

    def submit(self, deliveries: Sequence[Delivery]) -> Future[None]:
        self.begun.append((deliveries, Future()))
        return self.begun[-1][1]


def test_nobody_is_answered_before_the_commit_and_nobody_waits_for_another_s() -> None:
    queue = Slow(lambda: NOW)
    answers: dict[int, int] = {}
    with serving(queue) as http:

        def send(number: int) -> None:
            headers = {**HEADERS, "X-GitHub-Delivery": f"g-{number}"}
            answers[number] = http.post("/hooks/github", content=PULL, headers=headers).status_code

        threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        until(lambda: len(queue.begun) == 8)
        assert http.get("/healthz").status_code == 200
        assert answers == {}
        (kept,), done = queue.begun[3]
        done.set_result(None)
        until(lambda: len(answers) == 1)
        assert answers == {int(kept.guid.removeprefix("g-")): 202}
        for _, other in queue.begun[:3] + queue.begun[4:]:
            other.set_exception(QueueError("The disk is full."))
        for thread in threads:
            thread.join()
    assert sorted(answers.values()) == [202] + [503] * 7


class TestLog:
    def test_a_delivery_is_one_line_with_its_id(self, service: Front) -> None:
        service.send("pull_request", PULL)
        (line,) = service.logged()
        at = line.pop("at")
        assert at.endswith("Z")
        assert line == {
            "event": "delivery accepted", "level": "info", "delivery": "guid-1",
            "hook": "github:42", "github_event": "pull_request", "bytes": len(PULL),
        }  # fmt: skip

    def test_no_body_and_no_secret_is_ever_logged(self, service: Front) -> None:
        body = PULL.replace(b"opened", b"swordfish")
        service.send("pull_request", body)
        service.send("pull_request", b'{"swordfish')
        service.send("swordfish\tx", body, X_Hub_Signature_256="sha256=swordfish")
        told = service.written.getvalue()
        assert len(told.splitlines()) >= 2
        assert "swordfish" not in told
        assert "Everybody" not in told


def test_other_ways_are_refused_in_the_same_shape(service: Front) -> None:
    missing, other = service.http.get("/nothing"), service.http.get("/hooks/github")
    ways = "There is: GET /healthz, GET /readyz, GET /metrics, POST /hooks/github."
    assert (missing.status_code, missing.json()) == (
        404,
        {"error": {"message": f"There is nothing at /nothing. {ways}"}},
    )
    assert (other.status_code, other.headers["allow"]) == (405, "POST")
    assert other.json() == {"error": {"message": f"GET is no way into /hooks/github. {ways}"}}
