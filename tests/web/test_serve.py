"""`fitgate serve` and the twin, by real HTTP: from a pull request to its check."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from fitgate.adapters.github.permissions import PERMISSIONS
from tests.adapters.github.hosted import Hosted, hosted
from tests.cli.conftest import run_fitgate
from tests.twin.github.people import key_pair
from tests.twin.github.pulls import Pull
from tests.web.conftest import signed, until
from tests.web.starting import Started, environment_of, started

SERVE = ("serve", "--port", "0")


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def check_of(here: Hosted, pull: Pull) -> str | None:
    """Return how our one check on a pull request stands; None: there is none yet."""
    runs = [run for run in here.repo.latest_runs(pull.head_sha) if run.name == "fitgate"]
    return runs[0].conclusion if runs else None


def listens_to(here: Hosted, process: Started) -> None:
    """Point the App's hook at a service."""
    here.twin.hooks.to(f"{process.url}/hooks/github")


def test_a_pull_request_gets_its_check_by_real_http(here: Hosted, tmp_path: Path) -> None:
    # With no more than the manifest asks for.
    here.twin.app.permissions = {each.name: each.level for each in PERMISSIONS}
    here.twin.install("acme")
    environment = environment_of(here.twin, f"sqlite:///{tmp_path / 'fitgate.db'}")
    with started(tmp_path, environment, *SERVE) as process:
        listens_to(here, process)
        pull = here.lowered()
        until(lambda: check_of(here, pull) == "action_required")
        until(lambda: "io:evaluation" in {label.name for label in pull.label_objects()})
        assert httpx.get(f"{process.url}/readyz").json() == {
            "ready": True, "database": True, "worker": True
        }  # fmt: skip
        told = httpx.get(f"{process.url}/metrics").text
        assert 'fitgate_deliveries_total{event="pull_request",outcome="accepted"}' in told
        assert 'fitgate_tasks_total{job="look",outcome="done"}' in told
        here.twin.hooks.drain()
        assert {sent.status_code for sent in here.twin.hooks.deliveries} == {202}
        until(lambda: "fitgate_queue_due 0.0" in httpx.get(f"{process.url}/metrics").text)
        assert process.end() == 0
        guids = {line["delivery"] for line in process.said("delivery accepted")}
        assert guids == {line["delivery"] for line in process.said("delivery opened")}
        assert process.said("served")
        secrets = (here.twin.app.webhook_secret, "ghs_", "Bearer", "PRIVATE KEY", "IO-Rationale")
        assert [each for each in secrets if each in "".join(process.lines)] == []
    kept = run_fitgate(
        tmp_path, "ledger", "verify", "--ledger", environment["FITGATE_DATABASE_URL"]
    )
    assert kept.returncode == 0, kept.stderr


def test_who_is_killed_after_accepting_does_it_when_started_again(
    here: Hosted, tmp_path: Path
) -> None:
    environment = environment_of(here.twin, f"sqlite:///{tmp_path / 'fitgate.db'}")
    here.twin.troubles.latency = 0.3
    with started(tmp_path, environment, *SERVE) as process:
        listens_to(here, process)
        pull = here.lowered()
        here.twin.hooks.drain()
        assert process.end(signal.SIGKILL) == -signal.SIGKILL
    here.twin.troubles.latency = 0
    assert {sent.status_code for sent in here.twin.hooks.deliveries} == {202}
    with started(tmp_path, environment, *SERVE) as process:
        until(lambda: check_of(here, pull) == "action_required")
        assert process.end(signal.SIGINT) == 0


def test_what_is_in_hand_is_ended_and_what_is_not_begun_is_kept(
    here: Hosted, tmp_path: Path
) -> None:
    environment = environment_of(here.twin, f"sqlite:///{tmp_path / 'fitgate.db'}")
    here.twin.troubles.latency = 0.2
    with started(tmp_path, environment, *SERVE) as process:
        listens_to(here, process)
        pull = here.lowered()
        here.twin.hooks.drain()
        until(lambda: bool(process.said("delivery opened")))
        assert process.end() == 0
        assert process.said("worker stopped")
        assert not process.said("task left unfinished")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{process.url}/healthz")
    here.twin.troubles.latency = 0
    with started(tmp_path, environment, *SERVE) as process:
        until(lambda: check_of(here, pull) == "action_required")


def test_a_delivery_that_can_never_be_done_does_not_end_the_service(
    here: Hosted, tmp_path: Path
) -> None:
    environment = environment_of(here.twin, f"sqlite:///{tmp_path / 'fitgate.db'}")
    body = (
        b'{"action": "opened", "repository": {"id": 9, "full_name": "acme/none"},'
        b' "pull_request": {"number": 1, "head": {"sha": "' + b"6" * 40 + b'"}}}'
    )
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": "g", "X-GitHub-Hook-ID": "1",
        "X-Hub-Signature-256": signed(body, here.twin.app.webhook_secret),
    }  # fmt: skip
    with started(tmp_path, environment, *SERVE) as process:
        sent = httpx.post(f"{process.url}/hooks/github", content=body, headers=headers)
        assert sent.status_code == 202
        until(lambda: bool(process.said("task failed")))
        assert process.said("task failed")[0]["error"] == "ForgeError"
        listens_to(here, process)
        pull = here.lowered()
        until(lambda: check_of(here, pull) == "action_required")


APP = {"FITGATE_GITHUB_APP_ID": "1", "FITGATE_GITHUB_PRIVATE_KEY": "x"}
SECRET = {"FITGATE_GITHUB_WEBHOOK_SECRET": "s"}
BOTH = {**APP, **SECRET}
KEYED = {**BOTH, "FITGATE_GITHUB_PRIVATE_KEY": key_pair(0)[0]}


@pytest.mark.parametrize(
    ("environment", "words", "said"),
    [
        ({}, SERVE, ["FITGATE_GITHUB_WEBHOOK_SECRET: is not set", "FITGATE_GITHUB_APP_ID: is not",
                     "FITGATE_GITHUB_PRIVATE_KEY_FILE: is not set", "fitgate github app create"]),
        (APP, SERVE, ["so no delivery could be believed",
                      "FITGATE_GITHUB_PRIVATE_KEY: (or the file", "is no private key in PEM"]),
        ({**BOTH, "FITGATE_DATABASE_URL": "postgresql://localhost/x"}, ("worker",),
         ["is no private key in PEM", "line breaks included"]),
        ({"FITGATE_DATABASE_URL": "branch", **BOTH}, SERVE, ["keeps its ledgers in SQLite"]),
        (SECRET, (*SERVE, "--no-worker"), ["--no-worker", "FITGATE_DATABASE_URL=postgresql://"]),
        (APP, ("worker",), ["has one worker, and that is in `fitgate serve`"]),
        (KEYED, ("serve", "--host", "256.0.0.1"), ["256.0.0.1:8080 cannot be listened on"]),
        ({**SECRET, "FITGATE_PUBLIC_URL": "https://x.example"}, ("serve", "--setup"),
         ["There is an App already"]),
        ({}, ("serve", "--setup"), ["reach the service: set FITGATE_PUBLIC_URL=https://"]),
        ({"FITGATE_PUBLIC_URL": "http://localhost"}, ("serve", "--setup"),
         ["FITGATE_PUBLIC_URL 'http://localhost' is no address that GitHub can reach"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_before_anything_begins(
    tmp_path: Path, environment: dict[str, str], words: tuple[str, ...], said: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fitgate", *words], cwd=tmp_path, env=environment, check=False,
        capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert [each for each in said if each not in done.stderr] == []
    assert [path.name for path in tmp_path.iterdir()] == []


@pytest.mark.parametrize("words", [SERVE, ("worker",), ("github", "app", "create")])
def test_what_is_not_installed_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    without = """import sys; sys.modules["structlog"] = None
from fitgate.entrypoints.cli import main; main()"""
    done = subprocess.run(
        [sys.executable, "-c", without, *words], cwd=tmp_path, env=KEYED, check=False,
        capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "needs structlog: install `fitgate[service]`" in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYED.items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_fitgate(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use" in done.stderr


def test_on_postgresql_some_receive_and_others_work(
    here: Hosted, tmp_path: Path, postgres: Callable[[], str]
) -> None:
    environment = environment_of(here.twin, postgres())
    receives = {k: v for k, v in environment.items() if "_APP_ID" not in k and "KEY" not in k}
    with ExitStack() as ends:
        words = (*SERVE, "--no-worker")
        web = ends.enter_context(started(tmp_path, receives, *words))
        workers = [
            ends.enter_context(started(tmp_path, environment, *each, ready="working"))
            for each in (("worker",), ("worker", "--port", "0"))
        ]
        listens_to(here, web)
        pull = here.lowered()
        until(lambda: check_of(here, pull) == "action_required")
        assert httpx.get(f"{web.url}/readyz").json() == {"ready": True, "database": True}
        ready = httpx.get(f"{workers[1].url}/readyz").json()
        assert ready == {"ready": True, "database": True, "worker": True}
        assert httpx.post(f"{workers[1].url}/hooks/github").status_code == 404
        assert [process.end() for process in (web, *workers)] == [0, 0, 0]
        opened = [line["delivery"] for each in workers for line in each.said("delivery opened")]
        assert len(opened) == len(set(opened)) > 1
        assert all(each.said("worked") for each in workers)
