"""`POST /api/v1/events` over real HTTP: in the ledger once, or refused with all that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from fitgate.bootstrap import DatabaseBooks, chain_in, open_database
from fitgate.core.chain import read
from fitgate.core.entries import Entry
from fitgate.core.work import Task
from fitgate.entrypoints.web import Rooms
from fitgate.entrypoints.web.counting import Counts
from fitgate.errors import QueueError
from tests.builders import DAY, NOW
from tests.chronicles import landed, noted
from tests.laws.breaker_histories import allowed
from tests.memory_queue import MemoryQueue
from tests.web.conftest import SETTINGS, serving

TOKEN, OTHER = "t" * 32, "u" * 32
SAID = replace(SETTINGS, api_tokens=(TOKEN, OTHER))
CHANGE = "github:acme/app#7"
EVALUATED: dict[str, Any] = {
    "kind": "evaluated", "key": "run-1", "change": CHANGE, "name": "eval/regression",
    "result": "passed", "at": "2026-01-02T00:00:00Z",
}  # fmt: skip


class Api:
    """The API, what its ledger holds, its queue and its clock."""

    def __init__(
        self, http: httpx.Client, where: str, queue: MemoryQueue, clock: list[datetime]
    ) -> None:
        self.http, self.where, self.queue, self.clock = http, where, queue, clock

    def tell(self, told: object, token: str | None = TOKEN) -> httpx.Response:
        """Tell an event."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.http.post("/api/v1/events", json=told, headers=headers)

    def entries(self, repo: str = "github:1") -> list[Entry]:
        """Return what the ledger holds."""
        with closing(chain_in(open_database(self.where), repo)) as ledger:
            return [*read(ledger.stored())]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    where = f"sqlite:///{tmp_path / 'ledger.db'}"
    clock = [NOW]
    queue = MemoryQueue(lambda: clock[0])
    with closing(open_database(where, create=True)) as database:
        chain_in(database, "github:1").append([landed(CHANGE, NOW - 10 * DAY)], NOW)
        rooms = Rooms(Counts(queue), DatabaseBooks(database))
        with serving(queue, SAID, rooms, lambda: clock[0]) as http:
            yield Api(http, where, queue, clock)


def wrong(answer: httpx.Response) -> dict[str, str]:
    """Return what is wrong with each field."""
    return {each["where"]: each["message"] for each in answer.json()["error"]["problems"]}


def test_an_evaluation_is_in_the_ledger_when_it_is_answered(api: Api) -> None:
    told = {**EVALUATED, "at": f"{NOW - DAY:%FT%TZ}"}
    answer = api.tell(told)
    assert (answer.status_code, answer.json()) == (
        201, {"keys": ["run-1"], "written": 1, "known": 0}
    )  # fmt: skip
    entry = api.entries()[-1]
    assert (entry.kind, entry.key, entry.at) == ("Evaluated", "run-1", NOW - DAY)
    assert entry.body["change"] == CHANGE


def test_the_same_key_is_one_event_and_another_saying_is_refused(api: Api) -> None:
    told = {**EVALUATED, "at": f"{NOW - DAY:%FT%TZ}"}
    api.tell(told)
    again = api.tell(told, OTHER)
    assert (again.status_code, again.json()["written"]) == (200, 0)
    other = api.tell({**told, "result": "failed"})
    assert other.status_code == 409
    assert "says otherwise" in wrong(other)["key"]
    assert len(api.entries()) == 2


def test_what_has_no_time_is_told_again_at_no_other_time(api: Api) -> None:
    told = {"kind": "incident", "key": "i-1", "incident": "INC-1", "change": CHANGE}
    assert api.tell(told).status_code == 201
    api.clock[0] += DAY
    assert api.tell(told).status_code == 200
    assert api.entries()[-1].at == NOW


def test_a_launch_takes_effect_as_a_deployment(api: Api) -> None:
    told = {
        "kind": "launched", "key": "train-9", "change": "train:llm@9", "environment": "training",
        "io": True, "category": ["data", "evaluation"], "required": ["eval/safety"],
    }  # fmt: skip
    answer = api.tell(told)
    assert answer.status_code == 201, answer.text
    entry = api.entries()[-1]
    assert (entry.kind, entry.body["stage"]) == ("Landed", "deployment")
    assert entry.body["environment"] == "training"
    assert entry.body["required"] == ["eval/safety"]


def judged(api: Api, change: str = CHANGE) -> None:
    """Write down that a change was judged on the forge: its name is the repository's."""
    with closing(open_database(api.where)) as database:
        decided = noted(allowed(change), NOW - 11 * DAY)
        chain_in(database, "github:1").append([decided], NOW)


def test_what_may_move_a_breaker_has_them_watched(api: Api) -> None:
    judged(api)
    api.tell({"kind": "incident", "key": "i-1", "incident": "INC-1", "change": CHANGE})
    assert [task.job for task in api.queue.tasks.values()] == ["watch"]


def test_what_was_written_and_not_watched_is_watched_when_it_is_told_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Sequence[Task]) -> None:
        raise QueueError("The disk is full.")

    judged(api)
    told = {"kind": "incident", "key": "i-1", "incident": "INC-1", "change": CHANGE}
    with monkeypatch.context() as patched:
        patched.setattr(api.queue, "put", away)
        assert api.tell(told).status_code == 503
    assert (len(api.entries()), len(api.queue.tasks)) == (3, 0)
    assert api.tell(told).status_code == 200
    assert [task.job for task in api.queue.tasks.values()] == ["watch"]


@pytest.mark.parametrize(
    "other", ["github:acme/other#1", f"github:acme/other@{'a' * 40}", "github:b/app!deploy/1/eu"]
)
@pytest.mark.parametrize(
    "told",
    [
        EVALUATED,
        {"kind": "landed", "key": "l-1"},
        {"kind": "incident", "key": "i-1", "incident": "INC-1"},
    ],
)
def test_a_change_of_another_repository_is_refused(
    api: Api, told: dict[str, object], other: str
) -> None:
    judged(api)
    answer = api.tell({**told, "change": other, "at": f"{NOW:%FT%TZ}"})
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["error"]["problems"]
    assert problem["where"] == "change"
    assert "and this is the ledger of acme/app" in problem["message"]
    assert "`repo` says whose ledger is meant" in problem["remedy"]
    assert len(api.entries()) == 2
    assert not api.queue.tasks


def test_what_is_told_never_says_where_the_breakers_are_watched(api: Api) -> None:
    other = {"kind": "landed", "key": "l-1", "change": "github:acme/other#1"}
    assert api.tell(other).status_code == 201  # nothing was judged: whose it is cannot be told
    assert not api.queue.tasks
    judged(api)
    assert api.tell({**other, "key": "l-2", "change": "train:acme/llm@9"}).status_code == 201
    (task,) = api.queue.tasks.values()
    assert json.loads(task.about)["name"] == "acme/app"


def test_an_evaluation_of_what_has_not_landed_is_taken_and_says_so(api: Api) -> None:
    answer = api.tell({**EVALUATED, "change": "github:acme/app#8"})
    assert (answer.status_code, answer.json()["not_landed_yet"]) == (201, ["github:acme/app#8"])


@pytest.mark.parametrize("token", [None, "x", "t" * 31, "t" * 33, "é"])
def test_nobody_without_a_token_is_heard(api: Api, token: str | None) -> None:
    said = [] if token is None else [(b"Authorization", f"Bearer {token}".encode())]
    answer = api.http.post("/api/v1/events", json=EVALUATED, headers=said)
    assert answer.status_code == 401
    assert "FITGATE_API_TOKENS" in answer.json()["error"]["message"]
    assert len(api.entries()) == 1


def test_without_tokens_nobody_is_heard_at_all(tmp_path: Path) -> None:
    queue = MemoryQueue(lambda: NOW)
    with closing(open_database(f"sqlite:///{tmp_path / 'l.db'}", create=True)) as database:
        rooms = Rooms(Counts(queue), DatabaseBooks(database))
        with serving(queue, SETTINGS, rooms) as http:
            for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"}):
                assert http.post("/api/v1/events", json={}, headers=headers).status_code == 401


def test_all_that_is_wrong_with_a_shape_is_said_at_once(api: Api) -> None:
    answer = api.tell(
        {"kind": "evaluated", "change": 7, "result": "good", "at": "2026-01-02", "extra": 1}
    )
    assert answer.status_code == 422
    assert {*wrong(answer)} == {"key", "change", "name", "result", "at", "extra"}
    assert wrong(answer)["key"] == "is missing"


@pytest.mark.parametrize(
    ("more", "where", "said"),
    [
        ({"change": "#99"}, "change", "no landing of the ledger is called `#99`"),
        ({"at": "2099-01-01T00:00:00Z"}, "at", "is yet to come"),
        ({"at": "2026-01-02T01:00:00+01:00"}, "at", "is not in UTC: write it with Z"),
        ({"pre_landing": True, "at": f"{NOW - DAY:%FT%TZ}"}, "at", "is after the change landed"),
        ({"name": "a\u202eb"}, "name", "holds a character that is not seen"),
        ({"repo": "github:2"}, "repo", "there is no ledger of github:2: it has github:1"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    api: Api, more: dict[str, object], where: str, said: str
) -> None:
    answer = api.tell({**EVALUATED, **more})
    assert answer.status_code == 422
    assert said in wrong(answer)[where]
    assert len(api.entries()) == 1


@pytest.mark.parametrize(
    ("told", "where", "said", "remedy"),
    [
        ([], "", "is no object", "send one, with kind and key"),
        ({**EVALUATED, "at": "2026-01-02T00:00:00"}, "at", "no time zone", "2026-01-31T12:00:00Z"),
        ({**EVALUATED, "at": "noon"}, "at", "valid datetime", "2026-01-31T12:00:00Z"),
        ({**EVALUATED, "at": "2099-01-01T00:00:00Z"}, "at", "yet to come", "that is over"),
        ({**EVALUATED, "repo": "github:2"}, "repo", "no ledger of github:2", "gh api repos/"),
        ({**EVALUATED, "repo": 5}, "repo", "valid string", "gh api repos/"),
        ({**EVALUATED, "name": ""}, "name", "at least 1 character", "docs/service.md lists"),
    ],
)
def test_what_is_refused_comes_with_what_to_do_next(
    api: Api, told: object, where: str, said: str, remedy: str
) -> None:
    (problem,) = api.tell(told).json()["error"]["problems"]
    assert problem["where"] == where
    assert said in problem["message"]
    assert remedy in problem["remedy"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 422), (b"null", 422), (b'{"kind": "x"}', 422),
     (b"[" * 10_000, 400), (b"x" * (2 << 20), 413)],
)  # fmt: skip
def test_what_is_no_event_is_refused(api: Api, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = api.http.post("/api/v1/events", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]


def test_a_ledger_among_several_must_be_named(api: Api) -> None:
    with closing(open_database(api.where)) as database:
        chain_in(database, "github:2").append([landed("github:acme/b#1", NOW)], NOW)
        answer = api.tell(EVALUATED)
        assert "say which repository is meant" in wrong(answer)["repo"]
        told = {**EVALUATED, "repo": "github:2", "change": "github:acme/b#1"}
        assert api.tell({**told, "at": f"{NOW:%FT%TZ}"}).status_code == 201
    assert len(api.entries("github:2")) == 2
