"""Text by strangers steers nothing, wherever it is shown."""

import pytest

from fitgate.core.inert import inert, inert_markdown, quoted
from tests.hostile import HOSTILE, is_inert


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_strangers_write_comes_out_inert(text: str) -> None:
    assert is_inert(inert(text))
    assert "\n" not in inert(text)
    assert inert(text).encode().decode() == inert(text)


def test_what_is_not_seen_is_shown_by_its_number() -> None:
    assert inert("a\x1b[0m\nb\u202ec\U000e0041") == r"a\x1b[0m\x0ab\u202ec\U000e0041"


def test_half_a_character_is_shown_by_its_number() -> None:
    assert inert("\ud800") == r"\ud800"


@pytest.mark.parametrize("text", ["plain", "Grüße, 数据 　 ж\xa0ж", "👩\u200d💻", "ش\u200cش"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


def test_what_is_inert_stays_as_it_is() -> None:
    for text in HOSTILE:
        assert inert(inert(text)) == inert(text)


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert inert("abcdef", 4) == "abc…"
    assert inert("abcd", 4) == "abcd"


def test_a_quoted_line_has_no_margins() -> None:
    assert quoted("\t  x = 1  \n") == "“x = 1”"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_of_strangers_mentions_nobody_and_sets_nothing(text: str) -> None:
    inside = inert_markdown(text).removeprefix("<code>").removesuffix("</code>")
    assert not set("@#<>`[]()*_|\\:/!\n\x1b") & set(inside.replace("&#", ""))
    assert is_inert(inside)
