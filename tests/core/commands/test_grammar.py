"""Commands as people write them, and what is said of those that are written wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fitgate.core.commands.asked import (
    Command,
    Evaluate,
    Explain,
    FollowUp,
    Help,
    Override,
    Rationale,
    Recheck,
    Reclassify,
    Rehearse,
)
from fitgate.core.commands.grammar import LONGEST, MOST, commands

HOURS = timedelta(hours=1)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/fitgate rationale it flakes", Rationale("it flakes")),
        ("   /fitgate   RATIONALE   it  flakes  \r", Rationale("it  flakes")),
        ("/fitgate override down", Override("down")),
        ("/fitgate override --for 2h down", Override("down", 2 * HOURS)),
        ("/fitgate override --for=PT90M down", Override("down", 1.5 * HOURS)),
        ("/fitgate override —for 1h30m down", Override("down", 1.5 * HOURS)),
        ("/fitgate override --until 2026-01-31T12:00Z down", Override("down", until=NOON)),
        ("/fitgate reclassify data it drops", Reclassify("data it drops", is_io=True)),
        ("/fitgate reclassify not-io: a test", Reclassify("a test", is_io=False)),
        ("/fitgate evaluated eval/x passed", Evaluate("eval/x", passed=True)),
        (
            '/fitgate evaluated "red team" FAILED, see https://x.example',
            Evaluate("red team", passed=False, evidence="see https://x.example"),
        ),
        ("/fitgate drill restore passed", Rehearse("restore", passed=True)),
        (
            "/fitgate drill restore passed recovery 40m, loss: PT5M so",
            Rehearse("restore", passed=True, recovery=2 * HOURS / 3, loss=HOURS / 12, note="so"),
        ),
        ("/fitgate followup done it was evaluated", FollowUp("it was evaluated")),
        ("/fitgate recheck", Recheck()),
        ("/fitgate explain", Explain()),
        ("/fitgate explain eval-gate", Explain("eval-gate")),
        ("/fitgate help", Help()),
    ],
)  # fmt: skip
def test_a_command_is_read_as_it_is_written(text: str, command: Command) -> None:
    (asked,) = commands(text)
    assert (asked.problems, asked.command) == ((), command)


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("/fitgate", 9, "it says nothing to do", "one of rationale, override"),
        ("/fitgate rational x", 10, "no command `rational`", "did you mean `rationale`?"),
        ("/fitgate rationale", 19, "does not say why", "in a sentence"),
        ("/fitgate rationale TBD", 20, "does not say why", "in a sentence"),
        (f"/fitgate rationale {'x' * 2001}", 20, "is 2001 characters long", "link the rest"),
        ("/fitgate override --for soon x", 25, "`soon` is no length of time", "as in `2h`"),
        ("/fitgate override --for 2 x", 25, "`2` is no length of time", "as in `2h`"),
        ("/fitgate override --for 0h x", 25, "over at once", "as in `--for 2h`"),
        ("/fitgate override --for", 19, "says no length of time", "as in `2h`"),
        ("/fitgate override --until noon x", 27, "`noon` is no moment in UTC", "as in `2026-"),
        ("/fitgate override --by me x", 19, "there is no `--by`", "`--for 2h`"),
        ("/fitgate override --for 1h --for 2h x", 28, "twice until when", "once"),
        ("/fitgate reclassify", 20, "of which categories", "in a sentence"),
        ("/fitgate reclassify not-io", 27, "does not say why", "in a sentence"),
        ("/fitgate evaluated", 10, "names no evaluation", "as in"),
        ("/fitgate evaluated red team passed", 24, "`team` says not how it ended", '`"…"`'),
        ("/fitgate drill x", 16, "says not how it ended", "`passed` or `failed`"),
        ("/fitgate drill x passed recovery", 25, "says no length of time", "as in `2h`"),
        ("/fitgate drill x passed loss 1m loss 2m", 33, "says `loss` twice", "once"),
        ("/fitgate followup", 10, "does not say `done`", "followup done"),
        ("/fitgate recheck now", 18, "nothing can stand there", "leave it out"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(
    text: str, column: int, message: str, remedy: str
) -> None:
    (asked,) = commands(f"Hello\n\n{text}")
    (problem,) = asked.problems
    assert (asked.command, problem.line, problem.column) == (None, 3, column)
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    "text",
    [
        "", "fitgate recheck", "please /fitgate recheck", "/fitgates recheck", "/fitgate-recheck",
        "> /fitgate recheck", "    /fitgate recheck", "\t/fitgate recheck", "`/fitgate recheck`",
        "```\n/fitgate recheck\n```", "~~~sh\n/fitgate recheck", "<!-- \n/fitgate recheck\n -->",
        "<pre>\n/fitgate recheck\n</pre>", "- /fitgate recheck", "> ```\n> /fitgate recheck\n> ```",
    ],
)  # fmt: skip
def test_what_is_not_said_as_a_command_is_none(text: str) -> None:
    assert commands(text) == ()


def test_several_commands_are_asked_line_by_line() -> None:
    text = "Both:\n/fitgate recheck\n```\n/fitgate help\n```\n<pre>x</pre>\n/fitgate explain"
    assert [(each.line, each.command) for each in commands(text)] == [
        (2, Recheck()), (7, Explain()),
    ]  # fmt: skip


def test_what_is_asked_beyond_the_most_is_told_once() -> None:
    asked = commands("/fitgate recheck\n" * 1_000)
    assert len(asked) == MOST + 1
    assert "one more" in asked[-1].problems[0].message


def test_as_much_as_is_kept_can_be_said() -> None:
    (asked,) = commands(f"/fitgate rationale {'x' * LONGEST}")
    assert asked.command == Rationale("x" * LONGEST)
