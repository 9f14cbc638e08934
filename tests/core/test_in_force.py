"""Which policy judges a change: the one at its base, else the last that could be read."""

from __future__ import annotations

from fitgate.core.in_force import SHIPPED, PolicyText, choose
from tests.shipped import LIBRARY

GOOD = PolicyText("a" * 40, {".fitgate.yaml": "version: 1\nmode: enforce\n"})
BAD = PolicyText("b" * 40, {".fitgate.yaml": "version: 2\n"})
NONE = PolicyText("c" * 40, {})


def test_the_policy_at_the_base_judges_and_has_nothing_to_explain() -> None:
    chosen = choose([GOOD], LIBRARY)
    assert (chosen.policy.mode, chosen.commit, chosen.source, chosen.note) == (
        "enforce", "a" * 40, ".fitgate.yaml", "",
    )  # fmt: skip


def test_one_that_cannot_be_read_gives_way_to_the_last_that_could_and_says_so() -> None:
    chosen = choose([BAD, GOOD], LIBRARY)
    assert chosen.commit == "a" * 40
    assert "the policy cannot be read at bbbbbbbbbbbb" in chosen.note
    assert "judged by the one at aaaaaaaaaaaa" in chosen.note


def test_without_one_that_ever_could_be_read_the_default_judges_in_shadow_mode() -> None:
    chosen = choose([BAD], LIBRARY)
    assert (chosen.source, chosen.policy.mode, chosen.commit) == (SHIPPED, "shadow", None)
    assert "cannot be read" in chosen.note


def test_no_policy_is_not_a_policy_that_cannot_be_read() -> None:
    chosen = choose([NONE, GOOD], LIBRARY)
    assert chosen.source == SHIPPED
    assert chosen.note.startswith("there is no .fitgate.yaml in this repository")


def test_two_policies_are_an_error_and_the_earlier_one_judges() -> None:
    both = PolicyText(
        "d" * 40, {".fitgate.yaml": "version: 1\n", ".fitgate/policy.yaml": "version: 1\n"}
    )
    chosen = choose([both, GOOD], LIBRARY)
    assert chosen.commit == "a" * 40
    assert "keep one of them" in chosen.note


def test_the_wrong_ending_is_refused_with_the_right_one() -> None:
    chosen = choose([PolicyText("e" * 40, {".fitgate.yml": "version: 1\n"})], LIBRARY)
    assert "rename it to .fitgate.yaml" in chosen.note
