"""Tables and progress, on a terminal and in a pipe."""

import io

import pytest

from fitgate.adapters.console import painted, print_table, progress
from tests.hostile import HOSTILE, is_inert

HEADER = ("landed", "standing", "what")
ROWS = [("2026-01-31", "bypass", "数据 removed"), ("2026-02-01", "allowed", "[bold]x[/] :smile:")]


def printed(*, rich: bool) -> str:
    out = io.StringIO()
    print_table(HEADER, lambda: ROWS, out, rich=rich)
    return out.getvalue()


def test_in_a_pipe_the_columns_are_aligned() -> None:
    assert printed(rich=False) == (
        "landed      standing  what\n"
        "2026-01-31  bypass    数据 removed\n"
        "2026-02-01  allowed   [bold]x[/] :smile:\n"
    )


def test_a_wide_character_takes_two_columns() -> None:
    out = io.StringIO()
    print_table(("a", "b"), lambda: [("数据", "x"), ("abcd", "y")], out, rich=False)
    assert out.getvalue() == "a     b\n数据  x\nabcd  y\n"


def test_on_a_terminal_markup_of_strangers_is_text() -> None:
    assert "[bold]x[/] :smile:" in printed(rich=True)


def test_outcomes_are_painted_and_nothing_else() -> None:
    assert painted("✗ HOLD: wait") == "\x1b[33m✗ HOLD\x1b[0m: wait"
    assert painted("HOLD the line") == "HOLD the line"
    assert all(painted(text) == text for text in HOSTILE if is_inert(text))


def test_progress_is_shown_on_stderr_only_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("judging", 2, shown=False) as show:
        show(1)
    assert capsys.readouterr() == ("", "")
    with progress("judging", 2, shown=True) as show:
        show(1)
    assert capsys.readouterr().out == ""
