"""Answers to commands: every refusal has its words, and what is long has an end."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator

import pytest

from fitgate.core.classify import Looks
from fitgate.core.classify.explaining import explain
from fitgate.core.commands.asked import Asked, Comment
from fitgate.core.commands.entitled import Refusal
from fitgate.core.commands.grammar import NAMES, commands
from fitgate.core.facts import Person
from fitgate.core.words.commands import (
    LIMIT,
    REFUSALS,
    USES,
    answer,
    answer_mark,
    edited,
    explained_lines,
    heading,
    help_lines,
    refused_line,
    wrong_lines,
)
from tests.builders import NOW, a_change, a_policy, facts_of
from tests.house.tree import PACKAGE, sources, syntax
from tests.verdicts import a_verdict


def refusals() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the code and the params of every refusal that the code makes."""
    for path in (each for each in sources() if each.is_relative_to(PACKAGE)):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal.of":
                code = ast.unparse(node.args[0])
                codes = [part.strip("'") for part in code.replace("if hand else", ",").split(",")]
                for each in codes:
                    yield each.strip(" '"), tuple(sorted(str(k.arg) for k in node.keywords))


MADE = sorted({*refusals()})


def test_every_refusal_has_words_and_no_words_are_of_none() -> None:
    named = {code for code, _ in MADE} - {"code", "unheard"}
    assert named | {"not-entitled", "rights-unknown", "edited", "through-an-app"} == {*REFUSALS}


@pytest.mark.parametrize(("code", "params"), [one for one in MADE if one[0] in REFUSALS])
def test_the_words_of_a_refusal_ask_for_what_it_tells(code: str, params: tuple[str, ...]) -> None:
    asked = {
        name for text in REFUSALS[code] for _, name, _, _ in string.Formatter().parse(text) if name
    }
    assert asked == {*params}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_what_is_so_and_what_to_do_next(code: str) -> None:
    told = Refusal(code, dict.fromkeys(("who", "most", "until", "category", "categories"), "x y"))
    told = Refusal(code, {**told.params, "rule": "x", "rules": "did you mean `y`?", "over": "z"})
    line = refused_line(Asked(3, "override"), told)
    assert line.startswith("- ✗ line 3, `/fitgate override`: ")
    said, _, remedy = line.partition(" Next: ")
    assert said[-1] in ".?"
    assert remedy[-1] in ".?"


def test_help_tells_of_every_command_how_it_is_written_and_who_may() -> None:
    lines = "\n".join(help_lines(a_policy(override={"roles": ["safety-owner"]})))
    for name in NAMES:
        assert f"`/fitgate {name}" in lines
    assert {*USES} == {*NAMES}
    assert "the role safety-owner, but neither the author nor a contributor" in lines
    assert "it names none" in "\n".join(help_lines(a_policy(override={"roles": []})))


def test_an_answer_that_does_not_fit_is_cut_and_its_code_block_closed() -> None:
    mark = answer_mark(7)
    short = ["a", "```text", "b", "```"]
    assert answer(mark, short) == "\n".join([mark, *short])
    long = answer(mark, ["````text", *["x" * 99] * 700, "````"])
    assert len(long) < LIMIT + 100
    assert long.endswith("x\n````\n\nThe rest does not fit here.")


def test_that_a_comment_was_edited_is_told_once() -> None:
    once = edited("Done.")
    assert edited(once) == once == edited(once.replace("\n", "\r\n"))
    assert once.startswith("Done.\n\n")


def test_what_is_explained_stands_as_code_that_nothing_in_it_can_end() -> None:
    facts = facts_of(a_change(title="```\n@everyone ```` x"))
    policy = a_policy()
    rules = explain(facts, Looks(policy))
    first, *lines, last = explained_lines(facts, a_verdict(), rules, None)
    assert first == f"{last}text"
    assert all(last not in line for line in lines)
    assert len(last) == 5


def test_an_answer_says_whose_words_it_answers_and_mentions_nobody() -> None:
    comment = Comment(7, 1, Person("github:5", "bob", "human"), "", NOW)
    assert heading(comment) == "**FITGate** answers [this](#issuecomment-7) by bob"


def test_what_is_wrong_names_its_line_and_column() -> None:
    (asked,) = commands("Hello\n/fitgate frob")
    (line,) = wrong_lines(asked)
    assert line.startswith("- ✗ line 2, column 10: There is no command `frob`. Next: One of ")
