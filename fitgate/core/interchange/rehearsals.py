"""Drills that ran elsewhere: a workflow run, a Chaos Toolkit journal, a JUnit file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from fitgate.core.canonical import sha256
from fitgate.core.interchange.junit_file import JUnitError, junit_report
from fitgate.core.interchange.moments import past, utc
from fitgate.errors import ImportProblemsError, Problem

Format = Literal["junit", "chaostoolkit", "workflow-run"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One drill that ran elsewhere: when it ended, whether it restored, how long that took.

    `drill` is the same for the same run, however often it is told.
    """

    drill: str
    at: datetime
    restored: bool
    recovery: timedelta | None
    source: str
    note: str = ""


def sniff(text: str) -> Format | None:
    """Return the format that a text is in; None: none that is known."""
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return "junit"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if {"experiment", "rollbacks"} & document.keys():
        return "chaostoolkit"
    return "workflow-run" if {"conclusion", "workflow_runs", "jobs"} & document.keys() else None


def read_elsewhere(
    text: str, source: str, form: Format | None, as_of: datetime, ended: datetime | None = None
) -> tuple[Elsewhere, ...]:
    """Read the drills of a file; `ended` says when, where the file does not.

    Raises:
        ImportProblemsError: with every problem of the file, and where it is.
    """
    form = form or sniff(text)
    if form is None:
        remedy = f"say --format: one of {', '.join(FORMATS)}"
        raise ImportProblemsError(source, [Problem("is of no format that is known", remedy=remedy)])
    if form == "junit":
        return (_junit(text, source, as_of, ended),)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as exc:
        problem = Problem(f"is not JSON: {exc.msg}", "", exc.lineno, exc.colno)
        raise ImportProblemsError(source, [problem]) from exc
    except RecursionError as exc:
        raise ImportProblemsError(source, [Problem("is nested too deep")]) from exc
    found: list[Elsewhere] = []
    problems: list[Problem] = []
    reader: Callable[[_Part, str], Elsewhere] = _journal if form == "chaostoolkit" else _run
    for part in _parts(document, form):
        try:
            drill = reader(part, _short(text))
            past(drill.at, as_of)
            found.append(drill)
        except _WrongError as exc:
            problems.append(exc.problem)
        except ValueError as exc:
            problems.append(Problem(str(exc), part.where))
    if problems or not found:
        raise ImportProblemsError(source, problems or [Problem("holds no run")])
    return tuple(found)


class _WrongError(Exception):
    def __init__(self, message: str, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(message, where, remedy=remedy)


@dataclass(frozen=True, slots=True)
class _Part:
    """A JSON object, and where it stands in its file."""

    document: Mapping[str, Any]
    where: str = ""

    def place(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def any(self, *keys: str) -> tuple[str, Any]:
        """Return the first of several keys that has a value, and the value."""
        for key in keys:
            if self.document.get(key) is not None:
                return key, self.document[key]
        raise _WrongError(f"needs the key `{keys[0]}`", self.where)

    def moment(self, *keys: str, naive: bool = False) -> datetime:
        key, said = self.any(*keys)
        try:
            return utc(str(said), naive=naive)
        except ValueError as exc:
            raise _WrongError(str(exc), self.place(key)) from exc

    def inside(self, key: str) -> Iterator[_Part]:
        """Yield the objects of a list."""
        listed = self.document.get(key) or []
        for n, each in enumerate(listed if isinstance(listed, list) else [listed]):
            if not isinstance(each, dict):
                raise _WrongError("is no object", self.place(f"{key}.{n}"))
            yield _Part(each, self.place(f"{key}.{n}"))


def _parts(document: object, form: Format) -> Sequence[_Part]:
    if not isinstance(document, dict):
        return ()
    for key in ("workflow_runs", "jobs") if form == "workflow-run" else ():
        if isinstance(document.get(key), list):
            found = [each if isinstance(each, dict) else {} for each in document[key]]
            return [_Part(each, f"{key}.{n}") for n, each in enumerate(found)]
    return (_Part(document),)


def _run(part: _Part, _: str) -> Elsewhere:
    """Read a run or a job of GitHub Actions, as its REST API or `gh` gives it.

    A run has no time of its end but that of its last update, so of a run that was touched later the
    recovery is told too long, never too short.
    """
    key, number = part.any("id", "databaseId")
    if not isinstance(number, int) or isinstance(number, bool):
        raise _WrongError(f"cannot be {number!r}: it is a number", part.place(key))
    ended = part.document.get("conclusion")
    if ended not in ("success", "failure", "timed_out"):
        said = "has not ended" if ended in (None, "") else f"ended as {ended!r}"
        raise _WrongError(f"{said}: no drill was carried through", part.place("conclusion"))
    began = part.moment("started_at", "startedAt", "run_started_at", "created_at", "createdAt")
    over = part.moment("completed_at", "completedAt", "updated_at", "updatedAt")
    is_job = "completed_at" in part.document or "completedAt" in part.document
    kind = "workflow-job" if is_job else "workflow-run"
    attempt = part.document.get("run_attempt") or part.document.get("attempt") or 1
    name = str(part.document.get("name") or "")
    link = part.document.get("html_url") or part.document.get("url") or f"{kind} {number}"
    return Elsewhere(
        f"{kind}/{number}" if is_job else f"{kind}/{number}/{attempt}",
        over,
        ended == "success",
        _since(began, over, part, "completed_at" if is_job else "updated_at"),
        str(link),
        f"{name}: {ended}" if name else str(ended),
    )


def _journal(part: _Part, short: str) -> Elsewhere:
    """Read the journal of a Chaos Toolkit experiment.

    It restored when it was completed without a deviation and no rollback failed. Recovery is that
    of the rollbacks, if there are any, else of the whole experiment: then too long, never too
    short. The toolkit writes UTC and names no zone.
    """
    _, status = part.any("status")
    experiment = part.document.get("experiment")
    experiment = experiment if isinstance(experiment, dict) else {}
    if status not in ("completed", "failed"):
        raise _WrongError(f"was {status}: no drill was carried through", part.place("status"))
    if experiment.get("dry"):
        raise _WrongError("was a dry run: nothing was done", "experiment.dry")
    if status == "failed" and not part.document.get("run"):
        why = "did not begin: the steady state was not met before"
        raise _WrongError(why, part.place("status"))
    began, over = part.moment("start", naive=True), part.moment("end", naive=True)
    whole = _since(began, over, part, "end")
    rollbacks = [*part.inside("rollbacks")]
    failed = [r for r in rollbacks if r.document.get("status") != "succeeded"]
    deviated = part.document.get("deviated") is not False
    recovery = whole
    if rollbacks and not failed:
        first = min(r.moment("start", naive=True) for r in rollbacks)
        last = max(r.moment("end", naive=True) for r in rollbacks)
        recovery = _since(first, last, rollbacks[-1], "end")
    said = (
        ("deviated", deviated),
        ("a rollback failed", bool(failed)),
        ("failed", status == "failed"),
    )
    return Elsewhere(
        f"chaostoolkit/{short}",
        over.replace(microsecond=0),
        restored=not any(is_so for _, is_so in said),
        recovery=recovery,
        source=f"chaostoolkit: {experiment.get('title') or 'an experiment'}",
        note="; ".join(word for word, is_so in said if is_so),
    )


def _since(began: datetime, over: datetime, part: _Part, key: str) -> timedelta:
    if over < began:
        raise _WrongError("is before its start", part.place(key))
    return over - began


def _junit(text: str, source: str, as_of: datetime, ended: datetime | None) -> Elsewhere:
    try:
        report = junit_report(text)
    except JUnitError as exc:
        problem = Problem(str(exc), "", exc.line, exc.column, exc.remedy)
        raise ImportProblemsError(source, [problem]) from exc
    over = report.began + report.took if report.began and not ended else ended
    if over is None:
        remedy = "say when it ended by --at"
        problem = Problem("tells no time in UTC", "", *report.place, remedy)
        raise ImportProblemsError(source, [problem])
    try:
        past(over, as_of)
    except ValueError as exc:
        raise ImportProblemsError(source, [Problem(str(exc), "", *report.place)]) from exc
    wrong = f"; {', '.join(report.failed[:3])}" if report.failed else ""
    return Elsewhere(
        f"junit/{_short(text)}",
        over.replace(microsecond=0),
        restored=not report.failed,
        recovery=report.took,
        source=f"junit: {report.name or 'a report'}",
        note=f"{report.run} run, {len(report.failed)} failed{wrong}",
    )


def _short(text: str) -> str:
    return sha256(text.encode()).removeprefix("sha256:")[:12]
