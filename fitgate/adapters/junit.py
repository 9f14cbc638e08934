"""JUnit XML, the form in which CI systems read how tests ended."""

# There is no standard. What is written here is what GitLab, Jenkins and the actions for GitHub
# read alike: suites with counts, cases with a place, a failure with a message and its text.

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from fitgate.core.words.cases import Reported

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'  # the library's names the locale's
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(name: str, tests: Iterable[Reported]) -> str:
    """Return a document with a suite for each of the tests' suites, in their order."""
    suites: dict[str, list[Reported]] = {}
    for test in tests:
        suites.setdefault(test.suite, []).append(test)
    every = [test for suite in suites.values() for test in suite]
    root = ET.Element("testsuites", _counted(name, every))
    for suite, inside in suites.items():
        element = ET.SubElement(root, "testsuite", _counted(suite, inside))
        for test in inside:
            _add(element, test)
    ET.indent(root)
    return f"{_DECLARATION}\n{ET.tostring(root, encoding='unicode')}\n"


def _counted(name: str, tests: list[Reported]) -> dict[str, str]:
    failures = sum(test.failure is not None for test in tests)
    return {"name": _legal(name), "tests": str(len(tests)), "failures": str(failures)}


def _add(suite: ET.Element, test: Reported) -> None:
    place = {"file": _legal(test.file), "line": str(test.line)}
    attributes = {"classname": _legal(test.suite), "name": _legal(test.name), **place}
    element = ET.SubElement(suite, "testcase", attributes)
    if test.failure is not None:
        message = _legal(test.failure)
        first = {"message": message.partition("\n")[0]}
        ET.SubElement(element, "failure", first).text = message


def _legal(text: str) -> str:
    """Return a text without the characters that XML has no form for."""
    return _NOT_XML.sub("\ufffd", text)
