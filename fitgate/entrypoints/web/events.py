"""`POST /api/v1/events`: what took effect, was evaluated or failed outside the forge."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fitgate.bootstrap import Books
from fitgate.core.entries import moment
from fitgate.core.interchange.moments import YET_TO_COME
from fitgate.core.interchange.tables import EMPTY, Table, TableRow
from fitgate.core.interchange.told import COLUMNS, SEVERAL, Kind
from fitgate.core.work import watch
from fitgate.entrypoints.web.answers import refused
from fitgate.entrypoints.web.bodies import Bodies
from fitgate.entrypoints.web.counting import Counts
from fitgate.entrypoints.web.logs import log, why
from fitgate.errors import DeliveryError, ImportProblemsError, Problem, UpstreamError, UserError
from fitgate.ports import Queue
from fitgate.serving.telling import Taken, Telling

LIMIT = 1 << 20
"""Bytes of one event."""
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)
_SHOWN = "the event"
_WHEN = "say a moment in UTC that is over, as in 2026-01-31T12:00:00Z; left out, it is now"
_REPO = "as in github:1296269: `gh api repos/OWNER/NAME --jq .id` prints the number"
_REMEDIES = {"at": _WHEN, "repo": _REPO}
_LISTED = "docs/service.md lists what each kind says"


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset():
        raise ValueError("is not in UTC: write it with Z")
    return at.astimezone(UTC)


Name = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(max_length=2000)]
At = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Part = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^;]+$")]


class _Told(BaseModel):
    """What every event says: `key` is what it is called, and the same key is one event."""

    model_config = ConfigDict(extra="forbid", strict=False)
    key: Name
    repo: Name | None = None
    at: At | None = None


class _TakesEffect(_Told):
    change: Name
    stage: Literal["merge", "deployment", "release"] | None = None
    environment: Name | None = None
    io: bool | None = None
    category: list[Part] = []
    required: list[Part] = []
    commit: Name | None = None
    number: Annotated[int, Field(ge=1)] | None = None
    note: Text = ""


class LandedEvent(_TakesEffect):
    """A change took effect."""

    kind: Literal["landed"]


class LaunchedEvent(_TakesEffect):
    """A training run or the like began: it takes effect where it runs."""

    kind: Literal["launched"]
    stage: Literal["merge", "deployment", "release"] | None = "deployment"


class EvaluatedEvent(_Told):
    """An evaluation of a change ended."""

    kind: Literal["evaluated"]
    change: Name
    name: Name
    result: Literal["passed", "failed"]
    pre_landing: bool = False
    source: Text = ""


class IncidentEvent(_Told):
    """Something failed."""

    kind: Literal["incident"]
    incident: Name
    change: Name | None = None
    severity: Text = ""
    note: Text = ""


Told = LandedEvent | LaunchedEvent | EvaluatedEvent | IncidentEvent
SHAPES: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="kind")])
KINDS: Mapping[str, Kind] = {
    "landed": "landed", "launched": "landed", "evaluated": "evaluated", "incident": "incident",
}  # fmt: skip
"""What may be told, and what it is written down as."""


@dataclass
class Events:
    """Where events come in; each is answered when it is in the ledger, and not before."""

    books: Books
    queue: Queue
    tokens: Sequence[str]
    counts: Counts
    now: Callable[[], datetime]
    bodies: Bodies = field(default_factory=Bodies)

    async def receive(self, request: Request) -> Response:
        """Answer one event: 201 written down, 200 known already, 4xx with all that is wrong."""
        kind = "other"
        try:
            self._admitted(request)
            told = _read(await self.bodies.read(request, LIMIT))
            kind = told.kind
            taken = await asyncio.to_thread(self._taken, told)
            outcome, answer = _written(taken)
            log().info("event told", kind=kind, keys=taken.keys, new=taken.new)
        except _WrongError as exc:
            outcome, answer = "refused", refused(exc, exc.problems)
        except DeliveryError as exc:
            outcome, answer = "refused", refused(exc)
        except UpstreamError as exc:
            log().error("event not kept", kind=kind, **why(exc))
            refusal = DeliveryError("It could not be written down; tell it again.", 503)
            outcome, answer = "unavailable", refused(refusal)
        self.counts.told.labels(kind, outcome).inc()
        return answer

    def _admitted(self, request: Request) -> None:
        said = _BEARER.fullmatch(request.headers.get("authorization", "").strip())
        given = _digest(said[1] if said else "")
        # All are compared, so that the time taken does not tell which of them it was.
        same = [hmac.compare_digest(_digest(token), given) for token in self.tokens]
        if not any(same):
            raise DeliveryError(
                "Say who asks: Authorization: Bearer TOKEN, with one of FITGATE_API_TOKENS.", 401
            )

    def _taken(self, told: Told) -> Taken:
        now = self.now()
        kind = KINDS[told.kind]
        untimed = told.at is None
        again = (lambda at: _table(kind, told, at)) if untimed else None
        telling = Telling(kind, _table(kind, told, told.at or now), again)
        try:
            with self.books.of(told.repo) as book:
                try:
                    taken = book.take(telling, now)
                except ImportProblemsError as exc:
                    known = bool(book.ledger.holds([told.key]))
                    raise _WrongError(409 if known else 422, _without_lines(exc)) from None
                # It may move a breaker. Told again too: the first time may have ended before this.
                if pointer := book.pointer:
                    self.queue.put([watch(pointer, now)])
                return taken
        except UserError as exc:
            raise _WrongError(422, [Problem(str(exc), "repo", remedy=_REPO)]) from None


class _WrongError(DeliveryError):
    """An event that cannot be taken, with everything that is wrong with it."""

    def __init__(self, status: int, problems: Sequence[Problem]) -> None:
        super().__init__("The event cannot be taken: nothing was written down.", status)
        self.problems = problems


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _read(body: bytes) -> Told:
    try:
        return SHAPES.validate_json(body)
    except ValidationError as exc:
        wrong = exc.errors(include_url=False, include_context=False, include_input=False)
        if any(each["type"] == "json_invalid" for each in wrong):
            raise DeliveryError("The body is not JSON: send one object.") from None
        raise _WrongError(422, [_problem(each) for each in wrong]) from None


def _problem(wrong: Mapping[str, Any]) -> Problem:
    place = ".".join(map(str, wrong["loc"][1:])) or "kind"
    match wrong["type"]:
        case "missing":
            return Problem("is missing", place, remedy=f"say {place}")
        case "extra_forbidden":
            return Problem("there is no such field here", place, remedy="leave it out")
        case "union_tag_not_found" | "union_tag_invalid":
            return Problem("is none of the kinds", "kind", remedy=f"one of {', '.join(KINDS)}")
        case "dict_type":
            return Problem("is no object", remedy=f"send one, with kind and key; {_LISTED}")
        case "timezone_aware":
            return Problem("names no time zone", place, remedy=_WHEN)
        case _:
            said = str(wrong["msg"]).removeprefix("Value error, ")
            return Problem(said, place, remedy=_REMEDIES.get(place, _LISTED))


def _table(kind: Kind, told: Told, at: datetime) -> Table:
    """Return an event as a table of one row, as files are read."""
    said = {**told.model_dump(exclude={"kind", "repo"}), "at": moment(at)}
    row = TableRow(1, {name: _cell(value) for name, value in said.items() if value is not None})
    return Table(_SHOWN, COLUMNS[kind].known, (row,))


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return SEVERAL.join(value)
        case _:
            return str(value)


def _without_lines(exc: ImportProblemsError) -> list[Problem]:
    return [
        Problem(
            "is missing" if each.message == EMPTY else each.message,
            each.where,
            remedy=each.remedy or (_WHEN if each.message.endswith(YET_TO_COME) else ""),
        )
        for each in exc.problems
    ]


def _written(taken: Taken) -> tuple[str, Response]:
    said = {"keys": taken.keys, "written": taken.new, "known": len(taken.keys) - taken.new}
    if taken.early:
        said["not_landed_yet"] = taken.early
    return ("written", JSONResponse(said, 201)) if taken.new else ("known", JSONResponse(said, 200))
