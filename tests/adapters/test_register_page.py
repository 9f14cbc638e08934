"""The page: complete without a script, alone without a network."""

import html.parser
import io
import re
from dataclasses import replace

from fitgate.adapters.pages.register import colour, write_page
from fitgate.core.register import Register
from tests.adapters.test_register_files import entries, hostile_register
from tests.builders import NOW
from tests.registers import REMOVED, a_register, an_entry, landed


class Reader(html.parser.HTMLParser):
    """Notes every tag with its attributes, and what stands between."""

    def __init__(self, register: Register) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        out = io.StringIO()
        write_page(register, out)
        self.source = out.getvalue()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def test_it_asks_nobody_for_anything() -> None:
    page = Reader(a_register(entries()))
    assert page.count("link") == page.count("img") == page.count("iframe") == 0
    assert not [attrs for _, attrs in page.tags if {"src", "href", "style", "action"} & {*attrs}]
    assert "url(" not in page.source
    (policy,) = (
        a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_it_is_complete_without_its_script() -> None:
    page = Reader(a_register(entries()))
    assert [a for tag, a in page.tags if tag == "form"] == [{"class": "controls", "hidden": None}]
    shown = [a for tag, a in page.tags if tag == "details" and a.get("class") == "entry"]
    assert len(shown) == 7
    for said in (
        "evals/safety.yaml line 3: thresholds.toxicity lowered from 0.9 to 0.7",
        "a lower bar lets through what was stopped before",
        "Signatures are missing",
        "amended by ada, 2026-01-31 12:00 UTC: it is the data that went",
        "team-evals",
        "提高门槛",
        "could not be told",
        "irreversible: evaluation · class T C D · IO-SR 4",
        'adds data and takes away evaluation because "says ada"',
        'says that it is none because "says grace", seconded by ada: counts',
        "Said to be none",
        "class C D by IO-SR 4",
    ):
        assert said in page.text


def test_no_stranger_adds_a_tag_or_an_attribute() -> None:
    plain, hostile = Reader(a_register(entries())), Reader(hostile_register())
    known = {(tag, name) for tag, attrs in plain.tags for name in attrs}
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in plain.tags}
    assert {(tag, name) for tag, attrs in hostile.tags for name in attrs} <= known
    assert hostile.count("script") == 1
    assert "{{ 7 * 7 }}" in hostile.text


def test_the_strip_can_be_read_without_being_seen() -> None:
    page = Reader(a_register([an_entry(landed(3)), an_entry(landed(20), REMOVED)]))
    (drawing,) = (attrs for tag, attrs in page.tags if tag == "svg")
    assert drawing["role"] == "img"
    assert page.count("rect") == 2
    assert re.search(r"week of 2026-01-26: evaluation 1", page.text)
    assert [a for tag, a in page.tags if tag == "table"] == [{"id": "strip-table"}]


def test_one_change_is_not_changes() -> None:
    assert "1 change since" in Reader(a_register([an_entry()], others=0)).text


def test_a_teams_own_category_has_a_colour_too() -> None:
    own = replace(REMOVED, category="billing")
    page = Reader(a_register([an_entry(landed(), own)]))
    assert colour("billing") in {"c6", "c7"}
    assert page.text.count("billing") >= 3


def test_it_tells_when_it_was_made() -> None:
    assert NOW.strftime("as of %Y-%m-%d %H:%M UTC") in Reader(a_register([])).text
