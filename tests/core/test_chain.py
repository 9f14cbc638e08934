"""The chain: what was edited, cut or put in is found, and the first such entry is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fitgate.core.chain import SAMPLE, linked, read, whole
from fitgate.core.entries import Draft, Head, Stored, entry_digest, seal
from fitgate.errors import BrokenChainError
from tests.builders import HOUR, NOW

REPO = "github:1"


def chain(length: int, repo: str = REPO) -> list[Stored]:
    """Return a chain of closures."""
    head, made = Head(), []
    for number in range(1, length + 1):
        told = Draft(NOW + number * HOUR, "Closed", f"closed/{number}", {"change": f"#{number}"})
        stored, head = seal(told, repo, head, NOW)
        made.append(stored)
    return made


def rewritten(each: Stored, **other: Any) -> Stored:
    """Return an entry that says something else, with the digest that this has."""
    content = json.dumps(json.loads(each.content) | other, separators=(",", ":")).encode()
    return Stored(each.seq, content, entry_digest(content))


def fault(stored: list[Stored], head: Head | None = None) -> tuple[int, str]:
    """Return the number of the first broken entry and why it is."""
    with pytest.raises(BrokenChainError) as caught:
        [*linked(stored, REPO, head)]
    assert caught.value.why in str(caught.value)
    return caught.value.seq, caught.value.why


def test_a_whole_chain_is_yielded_as_it_is() -> None:
    whole = chain(SAMPLE + 3)
    assert [*linked(whole, REPO)] == whole
    assert [*linked([], REPO)] == []


def test_a_chain_must_end_where_it_is_said_to_end() -> None:
    kept = chain(5)
    end = Head(5, kept[4].digest)
    assert [*whole(kept, REPO, lambda: end)] == kept
    ends = iter((Head(3, kept[2].digest), end))  # others wrote meanwhile
    assert [*whole(kept, REPO, lambda: next(ends))] == kept
    for told, stored, fault in (
        (end, kept[:4], "entry 5 of the ledger is missing: the ledger went on to 5"),
        (Head(5, kept[0].digest), kept, "entry 5 of the ledger is not the one that the ledger"),
        (Head(4, kept[3].digest), kept, "entry 5 of the ledger was written past the end"),
    ):
        with pytest.raises(BrokenChainError, match=fault):
            [*whole(stored, REPO, lambda told=told: told)]  # type: ignore[misc] # mypy infers no lambda with a default


def test_a_chain_can_be_taken_up_behind_a_head() -> None:
    whole = chain(5)
    assert [*linked(whole[2:], REPO, Head(2, whole[1].digest))] == whole[2:]
    unlike = Head(2, whole[0].digest)
    assert fault(whole[2:], unlike) == (3, "does not hang on the entry before it")


FORGERIES: list[tuple[str, Callable[[list[Stored]], list[Stored]], int, str]] = [
    ("cut in the middle", lambda c: c[:2] + c[3:], 3, "is missing: 4 comes after 2"),
    ("cut at the start", lambda c: c[1:], 1, "is missing: 2 comes after 0"),
    ("told twice", lambda c: [*c[:2], c[1], *c[2:]], 3, "is missing: 2 comes after 2"),
    (
        "edited",
        lambda c: [*c[:2], replace(c[2], content=c[2].content.replace(b"#3", b"#4")), *c[3:]],
        3,
        "does not have the digest that it is kept with",
    ),
    (
        "edited, and its digest with it",
        lambda c: [*c[:2], rewritten(c[2], body={"change": "#9"}), *c[3:]],
        4,
        "does not hang on the entry before it",
    ),
    (
        "renumbered",
        lambda c: [*c[:2], rewritten(c[2], seq=7), *c[3:]],
        3,
        "does not hang on the entry before it",
    ),
    ("of another repository", lambda _: chain(3, "github:2"), 1, "is github:2's"),
    ("no JSON", lambda c: [Stored(1, b"{", entry_digest(b"{")), *c[1:]], 1, "is no entry"),
    ("no object", lambda c: [Stored(1, b"[]", entry_digest(b"[]")), *c[1:]], 1, "is no entry"),
    ("a key too few", lambda c: [Stored(1, b"{}", entry_digest(b"{}")), *c[1:]], 1, "is no entry"),
]


@pytest.mark.parametrize(("forge", "seq", "why"), [case[1:] for case in FORGERIES])
def test_the_first_broken_entry_is_named(
    forge: Callable[[list[Stored]], list[Stored]], seq: int, why: str
) -> None:
    assert fault(forge(chain(5))) == (seq, why)


def test_a_sample_of_the_entries_is_written_again() -> None:
    first = chain(1)[0]
    loose = first.content.replace(b'"v":1', b'"v": 1')
    made = Stored(1, loose, entry_digest(loose))
    assert fault([made]) == (1, "is not written in canonical form")
    assert fault([rewritten(first, body={"n": 1 << 53})]) == (1, "is not written in canonical form")
    assert fault([rewritten(first, kind="Landing")])[1].startswith("is no entry: Input should be")


def test_entries_are_read_up_to_a_moment_at_which_they_came_about() -> None:
    whole = chain(4)
    assert [e.seq for e in read(whole)] == [1, 2, 3, 4]
    assert [e.seq for e in read(whole, as_of=NOW + 2 * HOUR)] == [1, 2]


def test_bytes_that_are_no_entry_are_named() -> None:
    with pytest.raises(BrokenChainError, match="entry 2 of the ledger is no entry: "):
        [*read([*chain(1), Stored(2, b"{}", "")])]
