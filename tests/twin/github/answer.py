"""A request as the twin's answers see it, what they give back, and where each is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode

from tests.twin.github.description import Json

if TYPE_CHECKING:
    from tests.twin.github.access import Caller
    from tests.twin.github.people import User
    from tests.twin.github.repository import Repository
    from tests.twin.github.twin import Twin

LONG = ("path", "ref", "branch", "basehead", "name", "tag")
"""Path parameters in which a slash may stand unescaped."""


class Refusal(Exception):  # noqa: N818 - an answer, not an error of the twin's
    """GitHub says no: a status, a message, and the fields that are wrong."""

    def __init__(
        self, status: int, message: str, *errors: str, headers: Json | None = None
    ) -> None:
        super().__init__(f"{status} {message} {' '.join(errors)}".strip())
        self.status = status
        self.message = message
        self.errors = errors
        self.headers: dict[str, str] = headers or {}


@dataclass(slots=True)
class Asked:
    """One request."""

    twin: Twin
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Json
    caller: Caller
    given: dict[str, str] = field(default_factory=dict)
    found: Repository | None = None

    @property
    def repo(self) -> Repository:
        """Return the repository that the path names; it was looked up before."""
        assert self.found is not None
        return self.found

    @property
    def user(self) -> User:
        """Return who acts."""
        assert self.caller.user is not None
        return self.caller.user

    def number(self, name: str) -> int:
        """Read a number in the path; what is none is not found."""
        if not self.given[name].isdigit():
            raise Refusal(404, "Not Found")
        return int(self.given[name])


@dataclass(slots=True)
class Answer:
    """What goes back: a JSON body (None: no body), or text."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None


Answering = Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its name in the description, what the caller needs, and who answers."""

    name: str
    needs: str
    pattern: re.Pattern[str]
    answering: Answering


ROUTES: dict[str, Route] = {}


def serves(name: str, needs: str = "metadata=read") -> Callable[[Answering], Answering]:
    """Register who answers `METHOD /path/{with}/parameters`.

    `needs`: one permission of several, `checks=write|statuses=write`; `app`: an App's JWT;
    `anyone`.
    """

    def registered(answering: Answering) -> Answering:
        assert name not in ROUTES, name
        ROUTES[name] = Route(name, needs, _pattern(name), answering)
        return answering

    return registered


def route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Find the operation that a request is; its raw path decides, so that %2F is no slash."""
    asked = f"{method} {path}"
    for one in _ordered():
        if match := one.pattern.fullmatch(asked):
            return one, {name: unquote(text) for name, text in match.groupdict().items()}
    return None


@cache
def _ordered() -> tuple[Route, ...]:
    return tuple(sorted(ROUTES.values(), key=lambda one: _precedence(one.name)))


def page_of(
    asked: Asked, items: Sequence[object], *, most: int = 100
) -> tuple[list[object], dict[str, str]]:
    """Cut one page out of a list; the Link header leads to the others."""
    size = min(max(int(asked.query.get("per_page", "30")), 1), most)
    page = max(int(asked.query.get("page", "1")), 1)
    last = max((len(items) + size - 1) // size, 1)
    links = []
    if page < last:
        links += [(page + 1, "next"), (last, "last")]
    if page > 1:
        links += [(1, "first"), (page - 1, "prev")]
    return list(items[(page - 1) * size : page * size]), link(
        asked, [({"page": str(number)}, rel) for number, rel in links]
    )


def listed(asked: Asked, items: Sequence[object]) -> Answer:
    """Answer with one page of a list."""
    page, headers = page_of(asked, items)
    return Answer(page, headers=headers)


def counted(asked: Asked, name: str, items: Sequence[object]) -> Answer:
    """Answer with one page of a list that comes with its total."""
    page, headers = page_of(asked, items)
    return Answer({"total_count": len(items), name: page}, headers=headers)


def link(asked: Asked, links: Sequence[tuple[dict[str, str], str]]) -> dict[str, str]:
    """Write a Link header: what changes in the query, and what it leads to."""
    base = f"{asked.twin.url}{asked.path}"
    parts = [
        f'<{base}?{urlencode({**asked.query, **change})}>; rel="{rel}"' for change, rel in links
    ]
    return {"Link": ", ".join(parts)} if parts else {}


def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", name)
    out = [re.escape(parts[0])]
    for parameter, literal in zip(parts[1::2], parts[2::2], strict=True):
        wide = ".*" if parameter == "path" else ".+" if parameter in LONG else "[^/]+"
        out += [f"(?P<{parameter}>{wide})", re.escape(literal)]
    return re.compile("".join(out))


def _precedence(name: str) -> tuple[int, int]:
    """Put what is spelt out before what is open."""
    literal = re.sub(r"\{\w+\}", "", name)
    return (-literal.count("/"), -len(literal))
