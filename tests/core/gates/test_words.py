"""Every finding has its words: a sentence, and what to do next."""

import ast
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import fitgate.core
from fitgate.core.remedies import WORDS, plain, remedy_for, sentence_for

CORE = Path(fitgate.core.__file__).parent
# A Finding that is not made by a call in the core: the corridor says it of the policy it read.
ELSEWHERE = {"policy-unreadable"}


def calls() -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the code and the params of every finding that the core makes."""
    for path in sorted(CORE.rglob("*.py")):
        nodes = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))
        for call in nodes:
            if isinstance(call.func, ast.Name) and call.func.id == "finding":
                code = call.args[2]
                assert isinstance(code, ast.Constant), f"{path}:{call.lineno}"
                given = {word.arg or "**" for word in call.keywords}
                yield str(code.value), frozenset(given - {"who", "until"})


CALLS = sorted({(code, tuple(sorted(params))) for code, params in calls()})


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(("code", "params"), CALLS)
def test_every_finding_has_words_that_need_no_more_than_its_params(
    code: str, params: tuple[str, ...]
) -> None:
    assert code in WORDS
    assert fields(WORDS[code].sentence) | fields(WORDS[code].remedy) <= set(params)


def test_no_words_are_left_over() -> None:
    assert WORDS.keys() == {code for code, _ in CALLS} | ELSEWHERE


def test_words_are_whole_sentences() -> None:
    for words in WORDS.values():
        for text in words:
            assert text[0].isupper() or text.startswith("{")
            assert text.endswith(".")


def test_a_code_without_words_is_a_bug() -> None:
    with pytest.raises(KeyError):
        sentence_for("no-such-code", {})
    with pytest.raises(KeyError):
        remedy_for("no-such-code", {})


def test_times_and_lengths_are_put_in_plain_words() -> None:
    params = {"cooldown": "PT48H", "since": "2026-01-29T10:00:00Z", "ends": "2026-01-31T10:00:05Z"}
    assert sentence_for("cooldown-running", params) == (
        "The cool-down of 48 h runs until 2026-01-31 10:00:05 UTC; it began with the last material"
        " change at 2026-01-29 10:00 UTC."
    )


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 h"),
        (timedelta(hours=48), "48 h"),
        (timedelta(hours=72), "72 h"),
        (timedelta(days=30), "30 days"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(seconds=5), "5 s"),
        (timedelta(days=4, hours=1), "97 h"),
    ],
)
def test_a_length_of_time_reads_as_people_say_it(length: timedelta, words: str) -> None:
    assert plain(length) == words


def test_a_moment_is_told_in_utc() -> None:
    assert plain(datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-01-31 12:00 UTC"


def test_what_somebody_else_wrote_is_inert() -> None:
    evil = "{code.__class__}\n::error::\u202e\x1b[31m\x00"
    said = sentence_for("settled", {"by": "eve", "reason": evil})
    assert said == (
        "eve settled that this is not an irreversible operation:"
        r" {code.__class__}\x0a::error::\u202e\x1b[31m\x00."
    )


def test_what_somebody_else_wrote_has_an_end() -> None:
    assert len(plain("x" * 100_000)) == 200
    assert plain(tuple("abcdefghijklmnopqrstuvwxyz")).endswith("s, t, and 6 more")


def test_what_an_older_version_did_not_record_is_called_unknown() -> None:
    said = sentence_for("cooldown-passed", {})
    assert said == "The cool-down of unknown is over; it began at unknown."


def test_a_time_that_is_none_is_shown_as_it_stands() -> None:
    said = sentence_for("cooldown-passed", {"cooldown": f"PT{'9' * 30}H", "since": "yesterday"})
    assert said.endswith("it began at yesterday.")
