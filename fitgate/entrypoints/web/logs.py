"""The log: one line of JSON a thing that happened; no body and no secret is ever in it."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from fitgate.core.inert import inert
from fitgate.errors import FitgateError

LONGEST = 2000
"""Characters of one value."""
# Nothing is meant to be logged that these find. GitHub's tokens are long, and have dots and dashes.
_SECRET = re.compile(
    r"\b(gh[a-z]_|github_pat_|glpat-|xox[a-z]-)[\w.-]+"
    r"|\b(Bearer|Basic|token)\s+[\w.~+/=-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*"
    r"|(?<=://)[^/\s:@]*:[^/\s@]*(?=@)",
    re.DOTALL | re.IGNORECASE,
)
_HIDDEN = "[hidden]"


def opened(out: TextIO | None = None) -> None:
    """Let all that is logged from now on be written as JSON, to stdout if nowhere else."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    finish: list[Any] = [_harmless, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(out or sys.stdout),
        cache_logger_on_first_use=False,
    )
    theirs = logging.StreamHandler(out or sys.stdout)
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    theirs.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _frames_alone], processors=[clean, *finish]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[theirs], force=True)


def log() -> Any:  # noqa: ANN401 - structlog's loggers have no type of their own
    """Return what writes to the log."""
    return structlog.get_logger()


def why(exc: BaseException) -> Mapping[str, object]:
    """Return what is logged of an exception: our own words, or of a bug where it came about.

    The message of a foreign exception may quote what somebody sent.
    """
    if isinstance(exc, FitgateError):
        return {"error": type(exc).__name__, "why": str(exc)}
    return {"error": type(exc).__name__, "frames": _frames(exc)}


def _frames(exc: BaseException) -> list[str]:
    found = traceback.extract_tb(exc.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in found]


def _frames_alone(
    _logger: Any,  # noqa: ANN401 - as structlog calls it
    _name: str,
    said: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    """Tell of the exceptions that libraries log what we tell of our own."""
    told = said.pop("exc_info", None)
    if told and isinstance(told, tuple) and isinstance(told[1], BaseException):
        said.update(why(told[1]))
    return said


def _harmless(
    _logger: Any,  # noqa: ANN401 - as structlog calls it
    _name: str,
    said: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    """Show what steers a terminal as what it is, and no secret."""
    return {name: _shown(value) for name, value in said.items()}


def _shown(value: object) -> object:
    match value:
        case str():
            return inert(_SECRET.sub(_HIDDEN, value), LONGEST)
        case list() | tuple():
            return [_shown(each) for each in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return _shown(str(value))
