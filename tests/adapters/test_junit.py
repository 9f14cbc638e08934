"""JUnit XML, as CI systems read it."""

from xml.etree import ElementTree as ET

from fitgate.adapters.junit import junit
from fitgate.core.words.cases import Reported
from tests.conftest import Golden


def test_a_report_looks_as_it_always_did(golden: Golden) -> None:
    tests = [
        Reported("a.yaml", "passes", "a.yaml", 3, None),
        Reported("b.yaml", "<fails>", "b.yaml", 9, "expected: no IO\n└─ data/x.csv removed"),
        Reported("a.yaml", "passes too", "a.yaml", 5, None),
    ]
    golden("policy/junit.xml", junit("fitgate policy test", tests))


def test_what_xml_has_no_form_for_is_replaced() -> None:
    test = Reported("a\x00", "\ud800", "\ufffe", 1, "\x1b[31m]]>")
    root = ET.fromstring(junit("x", [test]))  # noqa: S314 - our own
    assert root[0].attrib["name"] == "a\ufffd"
    assert root[0][0][0].text == "\ufffd[31m]]>"


def test_no_tests_are_no_suites() -> None:
    assert 'tests="0"' in junit("x", [])
