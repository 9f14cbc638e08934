"""`fitgate github app create`, as its users start it; a browser's part is played by the test."""

from __future__ import annotations

import html
import json
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from github import Auth, GithubIntegration

from fitgate.adapters.github.permissions import ALWAYS, ELSEWHERE, PERMISSIONS
from fitgate.adapters.github.pointers import ROUTES
from fitgate.adapters.github.registering import form
from tests.cli.conftest import Fitgate
from tests.twin.github import Twin

PUBLIC = "https://gate.acme.example"
_VALUE = re.compile(r'name="manifest" value="([^"]*)"')
_ACTION = re.compile(r'<form method="post" action="([^"]*)"')


@pytest.fixture
def twin() -> Iterator[Twin]:
    with Twin() as opened:
        yield opened
        assert opened.faults == []


@contextmanager
def started(
    folder: Path, environment: Mapping[str, str], *words: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `fitgate` until it has printed the address of its page; it is ended if it has not."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fitgate", *words],
        cwd=folder, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8",
    )  # fmt: skip
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        assert process.stderr is not None
        yield process, process.stderr.readline().rpartition(" ")[2].strip()
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def manifest_of(page: str) -> dict[str, object]:
    """Return the manifest that a page would post."""
    found = _VALUE.search(page)
    assert found
    manifest: dict[str, object] = json.loads(html.unescape(found[1]))
    return manifest


def state_of(page: str) -> str:
    """Return what must come back with the code."""
    action = _ACTION.search(page)
    assert action
    return parse_qs(urlsplit(html.unescape(action[1])).query)["state"][0]


def test_an_app_is_made_and_its_key_is_for_its_owner_alone(tmp_path: Path, twin: Twin) -> None:
    environment = {"FITGATE_GITHUB_API_URL": twin.url}
    words = ("github", "app", "create", "--org", "acme", "--no-browser", "--public-url", PUBLIC)
    with started(tmp_path, environment, *words) as (process, url):
        page = httpx.get(url)
        assert page.status_code == 200
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        manifest = manifest_of(page.text)
        code = twin.accept_manifest(manifest)
        back, state = str(manifest["redirect_url"]), state_of(page.text)
        assert httpx.get(url.replace("token=", "token=x")).status_code == 403
        assert httpx.get(back, params={"code": code, "state": "x"}).status_code == 403
        assert httpx.get(back, params={"code": "nothing", "state": state}).status_code == 400
        done = httpx.get(back, params={"code": code, "state": state})
        assert done.status_code == 200
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    app = next(app for app in twin.apps.values() if app.slug == "fitgate-of-acme")
    assert (app.name, app.permissions) == (
        "FITGate of acme",
        {p.name: p.level for p in PERMISSIONS},
    )
    said = dict(line.split("=", 1) for line in (tmp_path / "fitgate.env").read_text().splitlines())
    assert said == {
        "FITGATE_GITHUB_APP_ID": str(app.id),
        "FITGATE_GITHUB_PRIVATE_KEY_FILE": str(tmp_path / "fitgate-app.pem"),
        "FITGATE_GITHUB_WEBHOOK_SECRET": app.webhook_secret,
        "FITGATE_GITHUB_API_URL": twin.url,
        "FITGATE_PUBLIC_URL": PUBLIC,
    }
    for name in ("fitgate.env", "fitgate-app.pem"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    key = (tmp_path / "fitgate-app.pem").read_text()
    asks = GithubIntegration(auth=Auth.AppAuth(app.id, key), base_url=twin.url)
    assert asks.get_app().slug == app.slug
    for secret in (app.webhook_secret, key, state):
        assert secret not in out + err + done.text


def test_the_service_makes_it_too_while_there_is_none(tmp_path: Path, twin: Twin) -> None:
    environment = {"FITGATE_GITHUB_API_URL": twin.url, "FITGATE_PUBLIC_URL": PUBLIC}
    words = ("serve", "--setup", "--port", "0")
    with started(tmp_path, environment, *words) as (process, url):
        assert url.startswith(f"{PUBLIC}/setup?token=")
        port = re.search(r"127\.0\.0\.1:(\d+)", process.stderr.readline())  # type: ignore[union-attr] # it is a pipe
        assert port
        here = f"http://127.0.0.1:{port[1]}"
        page = httpx.get(url.replace(PUBLIC, here)).text
        manifest = manifest_of(page)
        assert manifest["redirect_url"] == f"{PUBLIC}/setup/created"
        assert manifest["hook_attributes"] == {"url": f"{PUBLIC}/hooks/github", "active": True}
        assert httpx.post(f"{here}/hooks/github").status_code == 404
        code = twin.accept_manifest(manifest)
        params = {"code": code, "state": state_of(page)}
        assert httpx.get(f"{here}/setup/created", params=params).status_code == 200
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Start again with them." in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say --public-url"),
        (("--public-url", "http://localhost:8080"), "no address that GitHub can reach"),
        (("--public-url", "ftp://x"), "no address that GitHub can reach"),
        (("--public-url", PUBLIC, "--org", "a/b"), "--org 'a/b' is not what"),
        (("--public-url", PUBLIC, "--name", "x" * 35), "longer than the 34 characters"),
        (("--public-url", PUBLIC, "--key-file", "there"), "there: is there already"),
        (("--public-url", PUBLIC, "--key-file", "no/where"), "no/where: cannot be written there"),
        (("--public-url", PUBLIC, "--wait", "0.01"), "No App was made"),
    ],
)
def test_what_cannot_be_used_is_said(
    tmp_path: Path, fitgate: Fitgate, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "there").write_text("kept")
    done = fitgate("github", "app", "create", "--no-browser", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert (tmp_path / "there").read_text() == "kept"


def test_the_form_is_that_of_the_forge_that_is_asked() -> None:
    assert form("https://api.github.com", None, "s t") == (
        "https://github.com/settings/apps/new?state=s%20t"
    )
    assert form("https://github.example/api/v3", "acme", "s") == (
        "https://github.example/organizations/acme/settings/apps/new?state=s"
    )


def test_all_events_of_ours_are_asked_for_and_no_others() -> None:
    asked = [event for permission in PERMISSIONS for event in permission.events]
    assert len(asked) == len(set(asked))
    assert {*asked} == ROUTES.keys() - ALWAYS - ELSEWHERE
