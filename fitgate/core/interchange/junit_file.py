"""JUnit XML as test runners write it, read as it streams by."""

# Why neither junitparser nor defusedxml: the former builds a tree by the plain parser, which
# follows a document type; the latter has had no release for years. What is asked here is which
# cases failed and how long it took, each with its line, which no tree knows; expat itself tells.

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from fitgate.core.interchange.moments import utc

_LONGEST = Decimal(10**8)


class JUnitError(Exception):
    """A report that cannot be used: why, and the line and column, counting from one."""

    def __init__(self, message: str, line: int, column: int, remedy: str = "") -> None:
        super().__init__(message)
        self.line, self.column, self.remedy = line, column, remedy


@dataclass(frozen=True, slots=True)
class JUnitReport:
    """How many cases were run, which of them failed, how long all took and when they began.

    `began` None: the report names no moment in UTC. `place` is where its outermost element stands.
    """

    name: str
    run: int
    failed: tuple[str, ...]
    took: timedelta
    began: datetime | None
    place: tuple[int, int]


def junit_report(text: str) -> JUnitReport:
    """Read a report.

    Raises:
        JUnitError: at what is no XML, has a document type, or is no report of a single case.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(text.encode(), True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as exc:
        message = f"is not XML: {expat.ErrorString(exc.code)}"
        raise JUnitError(message, exc.lineno, exc.offset + 1) from exc
    except UnicodeEncodeError as exc:
        raise JUnitError("is not text in UTF-8", 1, 1) from exc
    if not reader.run:
        what = "all of its cases were skipped" if reader.skipped else "holds no case"
        raise JUnitError(f"{what}: no drill was carried through", *reader.place)
    return JUnitReport(
        reader.name,
        reader.run,
        tuple(reader.failed),
        timedelta(seconds=float(reader.took())),
        reader.began,
        reader.place,
    )


@dataclass
class _Case:
    name: str
    time: Decimal | None
    failed: bool = False
    skipped: bool = False


@dataclass
class _Reader:
    """Counts cases as their elements begin and end."""

    name: str = ""
    run: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)
    began: datetime | None = None
    place: tuple[int, int] = (1, 1)
    _open: list[str] = field(default_factory=list)
    _whole: Decimal | None = None
    _suites: list[Decimal | None] = field(default_factory=list)
    _cases: Decimal = Decimal(0)
    _case: _Case | None = None

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def took(self) -> Decimal:
        """Return the time of the whole, else of its suites, else of its cases."""
        if self._whole is not None:
            return self._whole
        told = [time for time in self._suites if time is not None]
        return sum(told, Decimal(0)) if told and len(told) == len(self._suites) else self._cases

    def _wrong(self, message: str, remedy: str = "") -> JUnitError:
        at = self.parser
        return JUnitError(message, at.CurrentLineNumber, at.CurrentColumnNumber + 1, remedy)

    def _doctype(self, *_: object) -> None:
        raise self._wrong("has a document type, which no report needs", "take it out")

    def _begin(self, tag: str, said: dict[str, str]) -> None:
        if not self._open:
            if tag not in {"testsuites", "testsuite"}:
                raise self._wrong(f"is no JUnit report: it begins with `{tag[:40]}`")
            self.name = said.get("name", "")
            self.place = (self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
        if tag == "testsuites":
            self._whole = self._time(said)
        elif tag == "testsuite":
            self._suite(said)
        elif tag == "testcase":
            name = ".".join(filter(None, (said.get("classname"), said.get("name"))))
            self._case = _Case(name or "a case", self._time(said))
        elif self._case is not None and self._open[-1] == "testcase":
            self._case.failed |= tag in {"failure", "error"}
            self._case.skipped |= tag == "skipped"
        self._open.append(tag)

    def _suite(self, said: dict[str, str]) -> None:
        if "testsuite" not in self._open:  # a suite in a suite is part of its time
            self._suites.append(self._time(said))
        try:
            began = utc(said["timestamp"])
        except (KeyError, ValueError):
            return
        self.began = min(began, self.began or began)

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag != "testcase" or self._case is None:
            return
        self._cases += self._case.time or 0
        if self._case.failed:
            self.failed.append(self._case.name)
        if self._case.skipped and not self._case.failed:
            self.skipped += 1
        else:
            self.run += 1
        self._case = None

    def _time(self, said: dict[str, str]) -> Decimal | None:
        if not said.get("time"):
            return None
        try:
            time = Decimal(said["time"].replace(",", ""))
            if not 0 <= time <= _LONGEST:
                raise self._wrong(f"a time of {said['time']!r} cannot be")
        except InvalidOperation:
            raise self._wrong(f"a time of {said['time']!r} cannot be") from None
        return time
