"""Sessions with GitHub: by a token or as an App; waits as told, and errors translated."""

# PyGithub waits between any two requests, and posts again what it posted, unless it is told not to.

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import jwt
import requests
from github import Auth, Github, GithubException, GithubIntegration, GithubRetry
from github.GithubException import RateLimitExceededExceedsMaxWait
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from fitgate import __version__
from fitgate.adapters.github.queries import MAY_BE_REFUSED, Query
from fitgate.errors import ForgeError, UserError

logging.getLogger("github").setLevel(logging.WARNING)  # it prints each refusal, and we say them
DEFAULT_URL = "https://api.github.com"
API_VERSION = "2022-11-28"
PATIENCE = 60.0
"""Seconds: GitHub is waited for no longer at a time; the queue can wait, a worker cannot."""
_TIMEOUT = 30
_REMEMBERED = 256  # answers that may be asked for again
_TRIES = 3
_RETRIED = frozenset({500, 502, 503, 504})
_LIMITED = frozenset({403, 429})
_PULL = "repository.pullRequest"
_NEXT = re.compile(r'<([^>]*)>;\s*rel="next"')
T = TypeVar("T")


class _Patient(GithubRetry):
    """Reads are tried again, writes never; a wait that is told is kept, if it is not too long."""

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        seconds = None if response is None else self.get_retry_after(response)
        limit = self.max_rate_limit_wait
        if response and seconds is not None and limit is not None and seconds > limit:
            raise RateLimitExceededExceedsMaxWait(response.status, wait=seconds)
        super().sleep(response)


@dataclass(frozen=True, slots=True)
class Answer:
    """What GraphQL said: the repository, and what it would not tell, by the path to it."""

    repository: Mapping[str, Any]
    refused: Mapping[str, str]


class Session:
    """A way to ask GitHub things, as somebody. It knows no clock but that of its waits."""

    def __init__(
        self, auth: Auth.Auth, url: str = DEFAULT_URL, patience: float = PATIENCE, app: int = 0,
        *, hears: bool = True,
    ) -> None:  # fmt: skip
        """Take who asks, and where; `app` is the id of the App that asks, if one does.

        `hears`: it is told of its webhooks, as a service is and a job of a workflow is not.
        """
        retry = _Patient(
            total=_TRIES, allowed_methods={"GET", "HEAD"}, max_rate_limit_wait=patience,
            secondary_rate_wait=min(60.0, patience + 1), backoff_factor=0.2,
        )  # fmt: skip
        self.app, self.hears, self._patience = app, hears, patience
        self.github = Github(
            auth=auth, base_url=url, lazy=True, per_page=100, retry=retry, timeout=_TIMEOUT,
            user_agent=f"fitgate/{__version__}", api_version=API_VERSION,
            seconds_between_requests=None, seconds_between_writes=None, pool_size=8,
        )  # fmt: skip
        self._etags: dict[str, tuple[str, tuple[Any, str | None]]] = {}
        self._turn = threading.Lock()

    def close(self) -> None:
        """Let go of the connections."""
        self.github.close()

    def graph(self, name: str, query: Query) -> Answer:
        """Ask a question of a repository in GraphQL.

        Raises:
            ForgeError: when there is no answer, or a part is refused that is needed: what is null
                because of it would pass for what is not there.
        """
        owner, _, repo = name.partition("/")
        variables = {"owner": owner, "name": repo, **query.variables}
        with translated(f"{name} could not be read"):
            said = self._again(lambda: self._graph(query.text, variables))
        errors = {_path(error): str(error.get("message")) for error in said.get("errors") or ()}
        found = (said.get("data") or {}).get("repository")
        if found is None:
            why = next(iter(errors.values()), "there is no such repository, or it may not be read")
            raise ForgeError(f"{name} could not be read: {why}", status=404)
        for path, why in errors.items():
            if path != _PULL and MAY_BE_REFUSED.isdisjoint(path.split(".")):
                raise ForgeError(f"{path} of {name} could not be read: {why}", status=403)
        return Answer(found, errors)

    def _graph(self, text: str, variables: Mapping[str, object]) -> dict[str, Any]:
        requester = self.github.requester
        body = {"query": text, "variables": variables}
        _, said = requester.requestJsonAndCheck("POST", requester.graphql_url, input=body)
        answer: dict[str, Any] = said or {}
        if any(error.get("type") == "RATE_LIMITED" for error in answer.get("errors") or ()):
            raise GithubException(429, answer, {}, "API rate limit exceeded")
        return answer

    def _again(self, ask: Any) -> Any:  # noqa: ANN401 - JSON values
        """Ask again what only reads: GraphQL is posted, and PyGithub posts nothing twice."""
        for attempt in range(_TRIES):
            try:
                return ask()
            except GithubException as exc:
                told = _told_wait(exc)
                if exc.status not in _RETRIED and told is None:
                    raise
                wait = 0.2 * 2**attempt if told is None else told
                if attempt + 1 == _TRIES or wait > self._patience:
                    raise
                time.sleep(wait)
            except requests.ConnectionError:
                if attempt + 1 == _TRIES:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def read(self, path: str) -> Any:  # noqa: ANN401 - JSON values
        """Read what does not change often; unchanged, it costs nothing of the rate limit.

        Raises:
            ForgeError: with the status; 404 where there is no such thing.
        """
        return self.page(path)[0]

    def page(self, path: str) -> tuple[Any, str | None]:
        """Read so a page of a list, and return it with where the next one is, if there is one."""
        known = self._etags.get(path)
        headers = {"If-None-Match": known[0]} if known else {}
        requester = self.github.requester
        with translated(f"{path.partition('?')[0]} could not be read"):
            try:
                said, document = requester.requestJsonAndCheck("GET", path, headers=headers)
            except GithubException as exc:
                if exc.status == requests.codes.not_modified and known:
                    return known[1]
                raise
        if known and document is None:  # 304: it is no error to PyGithub
            return known[1]
        found = _NEXT.search(said.get("link", ""))
        page = document, found and found[1]
        if "etag" in said:
            with self._turn:  # two repositories of one installation may be read at once
                while len(self._etags) >= _REMEMBERED:
                    self._etags.pop(next(iter(self._etags)))
                self._etags[path] = (said["etag"], page)
        return page


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what PyGithub raises into our own error; no address and no token gets into it.

    Raises:
        ForgeError: with GitHub's status, and the seconds that it asks to wait.
    """
    try:
        yield
    except GithubException as exc:
        why = exc.message or _message(exc.data)
        raise ForgeError(
            f"{what}: GitHub says {exc.status}{f' {why}' if why else ''}.",
            status=exc.status, retry_after=_told_wait(exc),
        ) from None  # fmt: skip
    except (requests.RequestException, HTTPError) as exc:
        raise ForgeError(f"{what}: GitHub does not answer ({type(exc).__name__}).") from None


def _message(data: object) -> str:
    return str(data.get("message") or "") if isinstance(data, dict) else ""


def _told_wait(exc: GithubException) -> float | None:
    """Return how long GitHub asks to wait, in seconds; None if it does not ask.

    GitHub, "Exceeding the rate limit": as `retry-after` says; else until `x-ratelimit-reset` where
    nothing remains; else a minute at least.
    """
    if isinstance(exc, RateLimitExceededExceedsMaxWait):
        return exc.wait
    if exc.status not in _LIMITED:
        return None
    headers = {name.lower(): value for name, value in (exc.headers or {}).items()}
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if after.isdigit():
        return float(after)
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return max(float(reset) - time.time(), 0.0) + 1  # noqa: TID251 - GitHub tells a clock time
    limited = "rate limit" in f"{exc.message or ''}{_message(exc.data)}".casefold()
    return 60.0 if limited or exc.status == requests.codes.too_many_requests else None


def _path(error: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in error.get("path") or ())


class _OneToken(Auth.AppInstallationAuth):
    """An installation's token: made once, and anew shortly before it ends, whoever asks."""

    def __init__(self, app: Auth.AppAuth, installation: int) -> None:
        self._turn = threading.Lock()
        super().__init__(app, installation)

    @property
    def token(self) -> str:
        with self._turn:
            return super().token


def by_token(token: str, url: str = DEFAULT_URL) -> Session:
    """Return the session of whom a token is."""
    return Session(Auth.Token(token), url, hears=False)


ACTIONS = 15_368
"""The App on github.com whose installation the token of every workflow is."""


def by_workflow(token: str, url: str = DEFAULT_URL) -> Session:
    """Return the session of a workflow's own token; elsewhere its App has another number."""
    return Session(Auth.Token(token), url, app=ACTIONS if url == DEFAULT_URL else 0, hears=False)


@dataclass
class App:
    """A GitHub App: one session an installation, kept, and its token with it."""

    app_id: int
    private_key: str = field(repr=False)
    url: str = DEFAULT_URL
    patience: float = PATIENCE
    _sessions: dict[int, Session] = field(default_factory=dict, repr=False)
    _itself: Session | None = field(default=None, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def session(self, installation: int) -> Session:
        """Return the session of an installation.

        Raises:
            UserError: when the private key is none.
        """
        with self._turn:
            if installation not in self._sessions:
                auth = _OneToken(self.auth(), installation)
                made = Session(auth, self.url, self.patience, self.app_id)
                self._sessions[installation] = made
            return self._sessions[installation]

    def itself(self) -> Session:
        """Return the session of the App itself: of its hook and installations, nothing else."""
        with self._turn:
            if self._itself is None:
                self._itself = Session(self.auth(), self.url, self.patience, self.app_id)
            return self._itself

    def of_repository(self, name: str) -> Session:
        """Return the session of the installation that a repository is in.

        Raises:
            ForgeError: 404, when the App is not installed there.
        """
        retry = _Patient(total=_TRIES, max_rate_limit_wait=self.patience, allowed_methods={"GET"})
        with (
            translated(f"the App's installation on {name} could not be found"),
            GithubIntegration(auth=self.auth(), base_url=self.url, retry=retry) as asks,
        ):
            number = asks.get_repo_installation(*name.split("/", 1)).id
        return self.session(number)

    def auth(self) -> Auth.AppAuth:
        """Return how the App signs; raises UserError when the private key is none."""
        try:  # a minute's grace for clocks that disagree
            auth = Auth.AppAuth(self.app_id, self.private_key, jwt_issued_at=-60)
            auth.create_jwt()
        except (ValueError, jwt.PyJWTError) as exc:
            raise UserError(
                "FITGATE_GITHUB_PRIVATE_KEY is no private key in PEM form: paste the file that "
                f"GitHub gave for the App, line breaks included ({type(exc).__name__})."
            ) from None
        return auth
