"""Whatever is sent, the service answers with a reason, and never with an error of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitgate.adapters.github.pointers import ROUTES
from fitgate.bootstrap import DatabaseBooks, chain_in, open_database
from fitgate.entrypoints.web import Rooms
from fitgate.entrypoints.web.counting import Counts
from tests.builders import NOW
from tests.chronicles import landed
from tests.memory_queue import MemoryQueue
from tests.web.conftest import serving, signed
from tests.web.test_events import SAID, TOKEN

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)
NAMES = ("action", "number", "pull_request", "repository", "sender", "check_run", "id", "full_name")
PAYLOADS = st.dictionaries(
    st.sampled_from(NAMES), JSON | st.dictionaries(st.sampled_from(NAMES), JSON)
)
FIELDS = (
    "kind", "key", "repo", "change", "at", "name", "result", "incident", "io", "category", "number",
    "stage", "environment", "pre_landing", "required", "note",
)  # fmt: skip
VALUES = JSON | st.sampled_from(["landed", "evaluated", "incident", "passed", "merge", "#1", "k"])
HEADER = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=80
)
CALM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    queue = MemoryQueue(lambda: NOW)
    with closing(open_database(f"sqlite:///{tmp_path / 'l.db'}", create=True)) as database:
        chain_in(database, "github:1").append([landed("github:acme/app#7", NOW)], NOW)
        with serving(queue, SAID, Rooms(Counts(queue), DatabaseBooks(database))) as client:
            yield client


def reasoned(answer: httpx.Response) -> None:
    """Make sure that an answer is none of an error of ours, and says why if it refuses."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["error"]["message"]


@CALM
@given(
    st.tuples(
        st.sampled_from([*ROUTES]) | HEADER, HEADER, HEADER,
        HEADER | st.sampled_from(["application/json", "application/x-www-form-urlencoded"]),
    ),
    st.binary(max_size=200) | PAYLOADS.map(lambda told: json.dumps(told).encode()),
)  # fmt: skip
def test_a_delivery_that_is_signed_and_means_nothing(
    http: httpx.Client, said: tuple[str, str, str, str], body: bytes
) -> None:
    names = ("X-GitHub-Event", "X-GitHub-Delivery", "X-GitHub-Hook-ID", "Content-Type")
    told = {**dict(zip(names, said, strict=True)), "X-Hub-Signature-256": signed(body)}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
    reasoned(http.post("/hooks/github", content=body, headers=headers))


@CALM
@given(event=st.sampled_from([*ROUTES]), payload=PAYLOADS)
def test_a_delivery_of_ours_with_anything_in_it(
    http: httpx.Client, event: str, payload: dict[str, object]
) -> None:
    body = json.dumps(payload).encode()
    headers = {
        "X-GitHub-Event": event, "X-GitHub-Delivery": "g", "X-GitHub-Hook-ID": "1",
        "Content-Type": "application/json", "X-Hub-Signature-256": signed(body),
    }  # fmt: skip
    reasoned(http.post("/hooks/github", content=body, headers=headers))


@CALM
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_an_event_with_anything_in_it(http: httpx.Client, told: dict[str, object]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    reasoned(http.post("/api/v1/events", json=told, headers=headers))


@CALM
@given(st.sampled_from(["landed", "launched", "evaluated", "incident"]), st.text(max_size=30))
def test_an_event_whose_texts_are_anything(http: httpx.Client, kind: str, text: str) -> None:
    texts: dict[str, dict[str, object]] = {
        "landed": {"change": text, "note": text, "commit": text, "category": [text]},
        "launched": {"change": text, "environment": text, "required": [text]},
        "evaluated": {"change": text, "name": text, "result": "passed", "source": text},
        "incident": {"incident": text, "change": text, "severity": text},
    }
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = http.post(
        "/api/v1/events", json={"kind": kind, "key": text, **texts[kind]}, headers=headers
    )
    reasoned(answer)
