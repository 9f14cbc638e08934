"""What GraphQL can reach: objects as mappings from a field to its value, or to what finds it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.people import User
from tests.twin.github.shapes.accounts import node_id

if TYPE_CHECKING:
    from tests.twin.github.answer import Asked
    from tests.twin.github.repository import Repository


class Unserved(Exception):  # noqa: N818 - a fault of the twin's
    """The schema has it, the twin does not."""


class Withheld(Exception):  # noqa: N818 - an answer
    """Not there, or not for this caller."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def query(asked: Asked) -> Json:
    """Return the root."""
    from tests.twin.github.graphs.repositories import repository  # noqa: PLC0415 - it uses this

    def found(owner: str, name: str, **_: object) -> Json:
        repo: Repository | None = asked.twin.repo_named(f"{owner}/{name}")
        if repo is None or not asked.caller.sees(repo):
            why = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise Withheld("NOT_FOUND", why)
        return repository(asked, repo)

    return {
        "repository": found,
        "rateLimit": lambda **_: _rate_limit(asked),
        "viewer": lambda: actor(asked.caller.user),
    }


def _rate_limit(asked: Asked) -> Json:
    budget = asked.caller.budget
    assert budget.reset is not None
    used = budget.used["graphql"]
    return {
        "cost": 1, "limit": budget.limit, "remaining": budget.limit - used, "used": used,
        "nodeCount": 0, "resetAt": stamp(budget.reset),
    }  # fmt: skip


def allowed(asked: Asked, needs: str, repo: Repository) -> None:
    """Withhold what the caller lacks a permission for."""
    if not asked.caller.may(needs, repo):
        raise Withheld("FORBIDDEN", "Resource not accessible by integration")


def actor(who: User | None) -> Json | None:
    """Return a User, Bot or Organization; an App's bot is `fitgate` here, not `fitgate[bot]`."""
    if who is None:
        return None
    return {
        "__typename": who.kind,
        "id": node_id(who.kind, who.id),
        "databaseId": who.id,
        "login": who.login.removesuffix("[bot]"),
        "name": who.name,
        "email": "",
        "url": f"https://github.com/{who.login}",
    }


def connection(
    items: Sequence[object],
    shaped: Callable[[object], object],
    arguments: Json,
    total: int | None = None,
) -> Json:
    """Return one page of a list; its nodes are made when asked for."""
    start, end = 0, len(items)
    if after := arguments.get("after"):
        start = _position(after) + 1
    if before := arguments.get("before"):
        end = _position(before)
    if (first := arguments.get("first")) is not None:
        end = min(end, start + first)
    if (last := arguments.get("last")) is not None:
        start = max(start, end - last)
    places = range(start, max(end, start))
    return {
        "totalCount": len(items) if total is None else total,
        "nodes": lambda: [shaped(items[n]) for n in places],
        "edges": lambda: [{"cursor": _cursor(n), "node": shaped(items[n])} for n in places],
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(places[0]) if places else None,
            "endCursor": _cursor(places[-1]) if places else None,
        },
    }


def _cursor(place: int) -> str:
    return base64.b64encode(f"cursor:{place}".encode()).decode()


def _position(cursor: str) -> int:
    return int(base64.b64decode(cursor).decode().removeprefix("cursor:"))
