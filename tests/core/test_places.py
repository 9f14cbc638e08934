"""YAML with places: what could hang or kill the process is refused."""

from __future__ import annotations

import pytest

from fitgate.core.places import load


def test_aliases_in_aliases_are_refused_before_they_are_followed() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9)
    )
    (problem,) = load(bomb).problems
    assert "aliases in aliases" in problem.message


@pytest.mark.parametrize("text", ["- " * 30_000, "[" * 30_000, "a: " + "{b: " * 30_000])
def test_what_is_nested_so_deep_that_it_would_kill_the_process_is_refused(text: str) -> None:
    assert load(text).problems


def test_a_part_is_found_by_its_path() -> None:
    located = load("a:\n  - b: 1\n")
    place = located.places["a", 0, "b"]
    assert (place.line, place.column) == (2, 5)
    assert str(located.problem(("a", 0, "c"), "is missing")) == "2:5: a.0.c: is missing"
