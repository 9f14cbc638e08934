"""A twin for one test, whose faults fail it, and the real PyGithub talking to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from github import Auth, Github

from tests.twin.github import Repository, Twin

POLICY = "threshold: 0.9\n"


@pytest.fixture
def twin() -> Iterator[Twin]:
    with Twin() as one:
        yield one
        one.hooks.drain()
        assert one.faults == []


@pytest.fixture
def repo(twin: Twin) -> Repository:
    """Give a repository of alice's and bob's, whose App is installed."""
    roles = {"alice": "write", "bob": "write", "rita": "read"}
    return twin.repo("acme/app", {"eval.yaml": POLICY, "README.md": "# App\n"}, roles=roles)


@pytest.fixture
def client(twin: Twin, repo: Repository) -> Github:
    """Give PyGithub as the installed App."""
    assert repo.owner.login == "acme"
    return as_app(twin)


def as_app(twin: Twin, permissions: dict[str, str] | None = None) -> Github:
    """Log in as the App where it was installed last."""
    number = list(twin.installations)[-1]
    app = Auth.AppAuth(twin.app.id, twin.app.private_key)
    return _client(twin, app.get_installation_auth(number, permissions))


def as_person(twin: Twin, login: str) -> Github:
    """Log in as somebody."""
    return _client(twin, Auth.Token(twin.token(login)))


def _client(twin: Twin, auth: Auth.Auth) -> Github:
    return Github(
        base_url=twin.url,
        auth=auth,
        per_page=100,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
