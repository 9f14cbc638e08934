"""`fitgate action` loads little, asks little, and says what is wrong outside a job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.job import Workshop
from tests.action.test_pulls import lowered

HEAVY = (
    "alembic", "duckdb", "fastapi", "jinja2", "procrastinate", "psycopg", "rich",
    "sqlalchemy", "starlette", "typer", "uvicorn",
)  # fmt: skip
LOADED = """
import atexit, sys
atexit.register(lambda: print("loaded", *sorted({m.partition(".")[0] for m in sys.modules})))
from fitgate.entrypoints.cli import main
sys.argv = ["fitgate", "action"]
main()
"""


@pytest.mark.parametrize("event", ["pull_request_target", "schedule"])
def test_a_job_loads_no_server_no_database_and_no_typer(shop: Workshop, event: str) -> None:
    lowered(shop)
    payload = shop.heard("pull_request") if event != "schedule" else {"schedule": "0 * * * *"}
    environment = {
        **shop.environment(event, payload),
        "FITGATE_GITHUB_TOKEN": shop.token(),
        "FITGATE_GITHUB_API_URL": shop.twin.url,
    }
    ran = shop.ran([sys.executable, "-c", LOADED], environment)
    assert ran.code == 0
    (line,) = (line for line in ran.log.splitlines() if line.startswith("loaded "))
    assert {"github", "pydantic"} <= set(line.split())
    assert set(HEAVY) & set(line.split()) == set()


def test_an_event_costs_few_requests(shop: Workshop) -> None:
    lowered(shop)
    shop.on_pull()
    shop.twin.calls.clear()
    shop.on_pull()
    kinds = shop.twin.calls.kinds()
    assert kinds["graphql"] <= 2
    assert kinds["read"] <= 3  # the ledger's tip, the page of files, the pushes
    assert kinds["write"] == 0


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        ("GITHUB_EVENT_NAME", "GITHUB_EVENT_NAME is not set: this command is for a job"),
        ("GITHUB_EVENT_PATH", "GITHUB_EVENT_PATH is not set"),
        ("GITHUB_REPOSITORY", "GITHUB_REPOSITORY is not set"),
        ("FITGATE_GITHUB_TOKEN", "The input `token` is empty"),
    ],
)
def test_what_a_job_lacks_is_named(shop: Workshop, lacking: str, told: str) -> None:
    lowered(shop)
    ran = shop.run("pull_request_target", shop.heard("pull_request"), more={lacking: ""})
    assert ran.code == 2
    assert told in ran.errors
    assert f"::error title=FITGate::{told}" in ran.log


@pytest.mark.parametrize(
    ("text", "code"), [("{", 2), ("[]", 2), ("[" * 9999, 2), ("", 2), ('{"pull_request": 7}', 0)]
)
def test_an_event_that_cannot_be_read_is_no_bug(shop: Workshop, text: str, code: int) -> None:
    environment = shop.environment("pull_request_target", {})
    Path(environment["GITHUB_EVENT_PATH"]).write_text(text, encoding="utf-8")
    more = {"FITGATE_GITHUB_TOKEN": shop.token(), "FITGATE_GITHUB_API_URL": shop.twin.url}
    ran = shop.ran([sys.executable, "-m", "fitgate", "action"], {**environment, **more})
    assert ran.code == code


def test_the_event_of_another_repository_is_refused(shop: Workshop) -> None:
    lowered(shop)
    other = {"GITHUB_REPOSITORY_ID": "7"}
    ran = shop.run("pull_request_target", shop.heard("pull_request"), more=other)
    assert ran.code == 2
    assert "the job of another repository" in ran.errors


def test_its_outputs_can_be_had_as_json(shop: Workshop) -> None:
    lowered(shop)
    ran = shop.run("pull_request_target", shop.heard("pull_request"), "--json")
    assert ran.code == 0
    assert '"outcome": "HOLD"' in ran.log
    assert "::stop-commands::" in ran.errors


def test_its_help_says_what_it_is_for() -> None:
    for words in (["action", "--help"], ["--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "fitgate", *words], check=True, capture_output=True, text=True
        )
        assert "action" in done.stdout
