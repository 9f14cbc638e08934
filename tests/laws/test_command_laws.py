"""What holds of commands whatever people write."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fitgate.core.chronicle import Chronicle
from fitgate.core.commands.asked import Asked, Comment, Override, Rationale, Speaker
from fitgate.core.commands.carrying_out import Situation, carry_out
from fitgate.core.commands.grammar import LONGEST, MOST, NAMES, commands
from fitgate.core.entries import Head, read_entry, seal
from fitgate.core.findings import Outcome
from fitgate.core.records import record_of
from fitgate.core.trailers import is_placeholder
from fitgate.core.words import commands as words
from tests.builders import HOUR, NOW, a_person, a_policy, facts_of
from tests.verdicts import a_verdict

PIECES = [
        *NAMES, "passed", "failed", "not-io", "data", "done", "recovery", "loss", "40m", "PT5M",
        "--for", "--for=2h", "--until", "2026-02-01T12:00Z", "@everyone", "<b>", "`x`", "![](//x)",
        "because", ":", '"a name"', '"', "it flakes", "::error::", "\u202e", "\x07", "\ud800",
        "https://x.example/1", "acme/app#1", "0123456789abcdef", "|", "{rules}", "%s",
]  # fmt: skip
SHAPES = [
        "rationale {}", "override {}", "override --for 2h {}", "reclassify data because {}",
        "reclassify {} it drops", "reclassify not-io {}", "evaluated {} passed {}",
        "drill {} failed {}", "followup done {}", "explain {}", "{}",
]  # fmt: skip
A_PIECE = st.sampled_from(PIECES)
ASKS = st.builds(
    lambda shape, a, b: f"/fitgate {shape.format(a, b)}", st.sampled_from(SHAPES), A_PIECE, A_PIECE
)
LINES = ASKS | st.lists(A_PIECE, max_size=6).map(lambda parts: " ".join(["/fitgate", *parts]))
TEXTS = st.lists(LINES | st.text(max_size=30), max_size=12).map("\n".join)
POLICY = a_policy(roles={"safety-owner": {"users": ["sam"]}}, override={"roles": ["safety-owner"]})
SAM = a_person("sam", "safety-owner")


def situation(text: str) -> Situation:
    comment = Comment(5, 7, SAM, text, NOW - HOUR)
    held = a_verdict(Outcome.HOLD)
    return Situation(comment, Speaker(SAM, "write"), facts_of(), held, POLICY, Chronicle(), NOW)


@given(TEXTS)
@example("/fitgate " + "a" * 70_000)
@example("/fitgate rationale" + " " * 70_000 + "x")
@example("/fitgate " + '"' * 5_000)
def test_any_text_is_understood_or_told_what_is_wrong_with_it(text: str) -> None:
    for asked in commands(text):
        assert (asked.command is None) == bool(asked.problems)
        for problem in asked.problems:
            assert problem.message
            assert problem.remedy
            assert problem.line == asked.line
            assert problem.column is not None


@given(TEXTS)
def test_no_more_is_carried_out_than_may_be_asked_at_once(text: str) -> None:
    asked = commands(text)
    assert len([each for each in asked if each.command]) <= MOST
    assert len(asked) <= MOST + 1


@given(TEXTS, st.sampled_from(["> ", ">", "    ", "\t", "- ", "`", "x "]))
def test_what_is_quoted_or_shown_as_code_is_no_command(text: str, mark: str) -> None:
    assert commands("".join(f"{mark}{line}\n" for line in re.split(r"[\r\n]+", text))) == ()


@given(TEXTS, st.sampled_from(["```", "~~~~", "<!--", "<pre>"]))
def test_what_stands_in_a_block_is_no_command(text: str, mark: str) -> None:
    inner = text.replace("`", "").replace("~", "").replace("<", "").replace("-->", "")
    assert commands(f"{mark}\n{inner}") == ()


@given(st.lists(LINES, max_size=4), st.lists(LINES, max_size=4))
def test_what_a_line_asks_hangs_on_no_other_line(above: list[str], below: list[str]) -> None:
    alone = commands("\n".join(below))
    after = commands("\n".join([*above, "", *below]))[len(above) :]
    shifted = [Asked(each.line - len(above) - 1, each.name, each.command) for each in after]
    assert shifted == [Asked(each.line, each.name, each.command) for each in alone]


SAID = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]) | st.just(" "), max_size=60
).filter(lambda text: "<!--" not in text and "-->" not in text)


@given(SAID)
def test_a_rationale_is_what_was_said(said: str) -> None:
    (asked,) = commands(f"/fitgate rationale {said}")
    if is_placeholder(said.strip()):
        assert asked.command is None
    else:
        assert asked.command == Rationale(said.strip())


@given(st.integers(1, 10**6), st.sampled_from("smhd"))
def test_a_length_of_time_is_read_as_it_is_written(number: int, unit: str) -> None:
    number %= 90_000
    names = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    (asked,) = commands(f"/fitgate override --for {number}{unit} the site is down")
    length = timedelta(**{names[unit]: number})
    assert asked.command == (Override("the site is down", length) if number else None)


@given(TEXTS)
def test_what_is_carried_out_can_be_kept_and_read_again(text: str) -> None:
    head = Head()
    results = carry_out(commands(text), situation(text))
    keys = [draft.key for result in results for draft in result.drafts]
    assert len({*keys}) == len(keys)
    for result in results:
        for draft in result.drafts:
            stored, head = seal(draft, "github:1", head, NOW)
            assert record_of(read_entry(stored.content)) == record_of(draft)
            assert all(len(value) <= LONGEST for value in draft.body.values() if type(value) is str)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_mentions_nobody_and_links_and_sets_nothing_of_theirs(
    shape: str, piece: str
) -> None:
    text = f"/fitgate {shape.format(piece, piece)}"
    lines: list[str] = []
    for result in carry_out(commands(text), situation(text)):
        if result.asked.problems:
            lines += words.wrong_lines(result.asked)
        elif result.refusal is not None:
            lines.append(words.refused_line(result.asked, result.refusal))
        else:
            lines += words.done_lines(result.asked, [record_of(d) for d in result.drafts])
    live = re.sub(r"`[^`\n]*`|<code>[\w &#;]*</code>", "", "\n".join(lines))
    assert not re.search(r"[@<>\[\]!|{}\x00-\x09\x0b-\x1f\u202e]|://|#\d|/app|0123456", live)
    assert all("\n" not in line for line in lines)
