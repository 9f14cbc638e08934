"""The service over HTTP: where deliveries come in, and what is told of how it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fitgate import __version__
from fitgate.bootstrap import Books, github_deliveries
from fitgate.core.inert import inert
from fitgate.entrypoints.web.answers import refused
from fitgate.entrypoints.web.bodies import Bodies
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.events import Events
from fitgate.entrypoints.web.health import Health
from fitgate.entrypoints.web.hooks import GitHubHook
from fitgate.entrypoints.web.logs import log, why
from fitgate.errors import DeliveryError
from fitgate.ports import Queue
from fitgate.settings import Settings

_LONGEST = 200
"""Characters of a path that are said again."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the service is made of beside its queue; what is None is not served.

    `books` are the ledgers that things are told to by the API, `is_working` says whether the worker
    of this process is at work.
    """

    counts: Counts
    books: Books | None = None
    is_working: Callable[[], bool] | None = None


def application(
    queue: Queue, settings: Settings, now: Callable[[], datetime], rooms: Rooms
) -> FastAPI:
    """Return the service: an ASGI application that is not started yet."""
    app = looks(queue, rooms)
    bodies = Bodies()
    deliveries = github_deliveries(settings.github)
    hook = GitHubHook(deliveries, queue, rooms.counts, now, bodies)
    # Plain routes: FastAPI's own would take each delivery apart a second time.
    app.add_route("/hooks/github", hook.receive, methods=["POST"])
    if rooms.books is not None:
        events = Events(rooms.books, queue, settings.api_tokens, rooms.counts, now, bodies)
        app.add_route("/api/v1/events", events.receive, methods=["POST"])
    return app


def looks(queue: Queue, rooms: Rooms) -> FastAPI:
    """Return what tells how a process does, and nothing else: for one that only works."""
    app = bare()
    health = Health(queue, rooms.counts, rooms.is_working)
    app.add_route("/healthz", health.alive)
    app.add_route("/readyz", health.ready)
    app.add_route("/metrics", health.numbers)
    return app


def bare() -> FastAPI:
    """Return an application that serves nothing yet, and refuses all in one shape."""
    app = FastAPI(
        title="FITGate", version=__version__, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.add_exception_handler(HTTPException, _refusal)
    app.add_exception_handler(Exception, _bug)
    return app


async def _refusal(request: Request, exc: Exception) -> Response:
    """Answer what there is no way to, in the shape of all our answers; say which ways there are."""
    if not isinstance(exc, HTTPException):
        raise exc
    path, ways = inert(request.url.path, _LONGEST), f"There is: {_ways(request.app)}."
    told = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {path}. {ways}",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is no way into {path}. {ways}",
    }
    said = told.get(HTTPStatus(exc.status_code), str(exc.detail))
    answer = refused(DeliveryError(said, exc.status_code))
    answer.headers.update(exc.headers or {})
    return answer


def _ways(app: FastAPI) -> str:
    """Return what can be asked, as in `POST /hooks/github, GET /healthz`."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    return ", ".join(
        f"{'/'.join(sorted({*(route.methods or ())} - {'HEAD'}))} {route.path}" for route in routes
    )


async def _bug(_: Request, exc: Exception) -> Response:
    log().error("bug", **why(exc))
    return refused(DeliveryError("This is a bug in FITGate; its log says where.", 500))
