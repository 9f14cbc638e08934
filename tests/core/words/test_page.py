"""The page of a verdict in Markdown: the same reasons as on a terminal, and nobody's markup."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.facts import Unknown
from fitgate.core.findings import Match, Outcome, finding
from fitgate.core.words.page import (
    LIMIT,
    MARK,
    Links,
    comment,
    gone_comment,
    page,
    remarks,
    shown,
    undated,
)
from tests.builders import NOW, a_change, facts_of
from tests.core.words.test_check import CASES
from tests.hostile import HOSTILE, is_inert
from tests.verdicts import a_verdict

Golden = Callable[[str, str], None]
LINKS = Links("https://github.com/acme/app/blob/before", "https://github.com/acme/app/blob/after")
MATCH = Match("r", "data", "line", "a (b)/ü#.sql", 3, before=None, after="DROP TABLE x")
CHECK = "https://github.com/acme/app/pull/7/checks"
CODE = re.compile(r"<code>[^<]*</code>|`[^`\n]*`|\]\(https://[^()\s]*\)")
"""Where nothing is looked for, and where our own links lead."""
OWN = re.compile(r"\[(?:the line|the file|All reasons, who can act and until when)")


@pytest.mark.parametrize("name", CASES)
def test_it_reads_as_it_always_did(name: str, golden: Golden) -> None:
    facts, verdict = CASES[name]
    said = page(facts, verdict, LINKS)
    short = comment(verdict, CHECK) or gone_comment(CHECK)
    golden(f"page/{name}.md", f"# {said.title}\n\n{said.summary}\n\n{said.text}\n\n---\n{short}\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_wrote_is_only_ever_text(text: str) -> None:
    match = Match("r", "data", "path", text, None, before=None, after="added")
    said = finding(
        "slow-authority", Outcome.HOLD, "signatures-missing", who=(text,), missing=(text,),
        have=(), not_counted=(text,),
    )  # fmt: skip
    verdict = a_verdict(Outcome.HOLD, matches=(match,), findings=(said,))
    facts = replace(facts_of(a_change(title=text)), unknown=(Unknown(text, text),))
    one = page(facts, verdict, LINKS)
    for part in (one.summary, one.text, comment(verdict, CHECK) or ""):
        bare = CODE.sub("", part.replace(MARK, "").replace("<sub>", "").replace("</sub>", ""))
        assert is_inert(bare.replace("\n", ""))
        assert not set("<>@[]{}|$&~\\") & set(OWN.sub("", bare))
        assert "://" not in bare


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=30))
def test_a_line_is_shown_as_it_is_or_as_code_of_the_same_words(text: str) -> None:
    line = shown(text)
    if line == text:
        assert not re.search(r"[@<>*\[\]#!]|://|www\.", CODE.sub("", text))
    else:
        assert line.startswith("<code>")
        assert "&#" in line or html.unescape(line[6:-7]) == text


@pytest.mark.parametrize(
    "text",
    [
        "see acme/app#7", "a@b.example", "http://evil", "www.evil.example", "GH-12", "JIRA-7",
        "as of deadbeef1", "*bold*", "_it_", "![a](b)", "<b>", "&amp;", "a | b", "~~x~~", "# x",
    ],
)  # fmt: skip
def test_what_a_forge_would_link_or_set_stands_in_code(text: str) -> None:
    assert shown(text).startswith("<code>")


@pytest.mark.parametrize(
    "text",
    ["waits for release-owner until 2026-02-02 12:00 UTC", "a line `Rollback-Plan: x` in it"],
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert shown(text) == text


def test_a_link_leads_to_the_line_as_it_is_or_as_it_was() -> None:
    gone = replace(MATCH, before="DROP TABLE x", after=None)
    assert LINKS.to(MATCH) == f"{LINKS.after}/a%20%28b%29/%C3%BC%23.sql#L3"
    assert LINKS.to(gone) == f"{LINKS.before}/a%20%28b%29/%C3%BC%23.sql#L3"
    assert LINKS.to(replace(MATCH, file=None)) is None


def test_a_remark_is_for_lines_that_are_there_after_the_change() -> None:
    gone = replace(MATCH, before="x", after=None)
    verdict = a_verdict(matches=(MATCH, gone, replace(MATCH, line=None)))
    (remark,) = remarks(verdict)
    assert (remark.path, remark.line, remark.level) == ("a (b)/ü#.sql", 3, "warning")
    assert remarks(replace(verdict, mode="shadow"))[0].level == "notice"


@pytest.mark.parametrize("sign", ["x", "ü", "語"])
def test_a_page_of_any_length_is_cut_by_lines_and_says_so(sign: str) -> None:
    unknown = tuple(Unknown("files", sign * 500) for _ in range(400))
    text = page(replace(facts_of(), unknown=unknown), a_verdict()).text
    assert len(text.encode()) <= LIMIT
    assert "The rest does not fit here." in text
    assert text.rstrip().endswith("</sub>")


def test_only_the_moment_makes_no_other_page() -> None:
    facts, verdict = CASES["held"]
    later = replace(verdict, as_of=verdict.as_of + timedelta(hours=1), facts="sha256:" + "0" * 64)
    one, two = page(facts, verdict), page(facts, later)
    assert one.text != two.text
    assert undated(one.text) == undated(two.text.replace("\n", "\r\n"))


def test_what_is_no_io_is_not_commented_on() -> None:
    assert comment(a_verdict(is_io=False), CHECK) is None
    assert (comment(a_verdict(as_of=NOW), CHECK) or "").startswith(MARK)
