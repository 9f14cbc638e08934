"""What a request is told that cannot be done: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import JSONResponse

from fitgate.core.inert import inert
from fitgate.errors import DeliveryError, Problem

_UNREAD = frozenset({408, 413, 503})
_LATER = 503


def refused(exc: DeliveryError, problems: Sequence[Problem] = ()) -> JSONResponse:
    """Return the answer to a request that its sender must put right."""
    told = [
        {"where": each.where, "message": inert(each.message), "remedy": inert(each.remedy)}
        for each in problems
    ]
    error: dict[str, object] = {"message": inert(str(exc)), **({"problems": told} if told else {})}
    headers = {"Connection": "close"} if exc.status in _UNREAD else {}
    if exc.status == _LATER:
        headers["Retry-After"] = "30"
    return JSONResponse({"error": error}, exc.status, headers)
