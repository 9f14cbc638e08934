"""What every ledger does, wherever it is kept."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from fitgate.core.canonical import sha256
from fitgate.core.chain import linked, read
from fitgate.core.entries import Draft, Head, entry_digest
from fitgate.ports import Ledger
from tests.builders import DIGEST, HOUR, NOW
from tests.contracts.openers import REPO, Open

MANY = 4_100  # more than any adapter reads, or asks for, at once


def told(number: int, *, key: str | None = None) -> Draft:
    """Return a closure that is to be written down."""
    return Draft(
        NOW + number * HOUR, "Closed", key or f"closed/#{number}", {"change": f"#{number}"}
    )


def test_an_empty_ledger_ends_before_its_first_entry(ledger: Ledger) -> None:
    assert ledger.repo == REPO
    assert ledger.head() == Head()
    assert [*ledger.stored()] == []
    assert ledger.holds(["closed/#1"]) == set()
    assert ledger.blob(DIGEST) is None
    assert [*ledger.digests()] == []


def test_all_contents_that_are_kept_are_told(ledger: Ledger) -> None:
    contents = [b"facts %d" % number for number in range(9)]
    ledger.append([told(1)], NOW, contents[:5])
    ledger.append([told(2)], NOW, contents)
    assert [*ledger.digests()] == sorted(map(sha256, contents))


def test_what_is_written_down_is_read_again_in_order(ledger: Ledger) -> None:
    written = [*ledger.append([told(2), told(1)], NOW), *ledger.append([told(3)], NOW + HOUR)]
    assert [*ledger.stored()] == written
    assert [*linked(ledger.stored(), REPO)] == written
    entries = [*read(ledger.stored())]
    assert [Draft(e.at, e.kind, e.key, e.body) for e in entries] == [told(2), told(1), told(3)]
    assert [e.seq for e in entries] == [1, 2, 3]
    assert [e.recorded_at for e in entries] == [NOW, NOW, NOW + HOUR]
    assert {e.repo for e in entries} == {REPO}


def test_each_entry_names_the_bytes_before_it_and_the_head_the_last(ledger: Ledger) -> None:
    ledger.append([told(n) for n in range(5)], NOW)
    kept = [*ledger.stored()]
    assert [e.prev for e in read(kept)] == [None, *(entry_digest(e.content) for e in kept[:-1])]
    assert ledger.head() == Head(5, entry_digest(kept[-1].content), NOW)


def test_the_same_fact_told_twice_is_one_entry(ledger: Ledger) -> None:
    first = ledger.append([told(1), told(2), told(1)], NOW)
    assert [e.seq for e in first] == [1, 2]
    again = ledger.append([told(2), told(3), told(4, key="closed/#1")], NOW)
    assert [e.seq for e in again] == [3]
    assert ledger.append([told(1), told(2), told(3)], NOW) == []
    assert [e.key for e in read(ledger.stored())] == ["closed/#1", "closed/#2", "closed/#3"]


def test_a_clock_that_goes_back_is_held_at_the_last_moment_written(ledger: Ledger) -> None:
    for number, now in enumerate((NOW, NOW - HOUR, NOW + timedelta(microseconds=1), NOW)):
        ledger.append([told(number)], now)
    moments = [e.recorded_at for e in read(ledger.stored())]
    assert moments == [NOW, NOW, NOW + timedelta(microseconds=1), NOW + timedelta(microseconds=1)]
    assert ledger.head().recorded_at == moments[-1]


def test_moments_are_kept_to_the_microsecond(ledger: Ledger) -> None:
    at = NOW - timedelta(days=20_000, microseconds=1)  # before 1970
    ledger.append([Draft(at, "Closed", "k", {"change": "#1"})], NOW + timedelta(microseconds=7))
    (entry,) = read(ledger.stored())
    assert (entry.at, entry.recorded_at) == (at, NOW + timedelta(microseconds=7))
    assert ledger.head().recorded_at == entry.recorded_at


def test_only_what_lies_behind_a_number_is_read(ledger: Ledger) -> None:
    ledger.append([told(n) for n in range(5)], NOW)
    assert [e.seq for e in ledger.stored(after=3)] == [4, 5]
    assert [*ledger.stored(after=5)] == []
    assert [*ledger.stored(after=99)] == []


def test_a_long_chain_is_whole(ledger: Ledger) -> None:
    ledger.append([told(n) for n in range(MANY)], NOW)
    assert [e.seq for e in linked(ledger.stored(), REPO)] == [*range(1, MANY + 1)]
    keys = [f"closed/#{n}" for n in range(-5, MANY + 5)]
    assert ledger.holds(keys) == {*keys[5:-5]}
    assert len(ledger.append([told(n) for n in range(-5, MANY)], NOW)) == 5


def test_bytes_survive_whatever_is_in_them(ledger: Ledger) -> None:
    note = "\0 \n \r \u2028 \u202e é 𝄞 \" ' % :x ? \\"
    body = {"change": "#1", "note": note, "n": 0.1, "ß": [[], {}]}
    (written,) = ledger.append([Draft(NOW, "Closed", "a key's :name % ?", body)], NOW)  # type: ignore[arg-type] # JSON values
    (kept,) = ledger.stored()
    assert kept == written
    (entry,) = read([kept])
    assert entry.body == body
    assert ledger.holds(["a key's :name % ?"]) == {"a key's :name % ?"}


def test_a_content_is_kept_by_its_digest(ledger: Ledger) -> None:
    contents = [b"", b"\0\xff", b"facts" * 10_000]
    ledger.append([told(1)], NOW, [*contents, b"facts" * 10_000])
    assert [ledger.blob(sha256(content)) for content in contents] == contents
    ledger.append([], NOW, [b"alone", contents[1]])
    assert ledger.blob(sha256(b"alone")) == b"alone"
    assert ledger.head().seq == 1


def test_an_append_that_fails_writes_nothing(ledger: Ledger) -> None:
    ledger.append([told(1)], NOW)
    head = ledger.head()
    no_json = Draft(NOW, "Closed", "closed/no", {"change": float("nan")})
    with pytest.raises(ValueError, match="nan"):
        ledger.append([told(2), no_json], NOW, [b"lost"])
    assert ledger.head() == head
    assert ledger.holds(["closed/#2"]) == set()
    assert ledger.blob(sha256(b"lost")) is None
    assert [e.seq for e in ledger.append([told(2)], NOW)] == [2]


def test_another_that_opens_it_sees_what_was_written(open_it: Open) -> None:
    first, second = open_it(), open_it()
    first.append([told(1)], NOW, [b"x"])
    assert second.head() == first.head()
    assert second.holds(["closed/#1"]) == {"closed/#1"}
    assert second.blob(sha256(b"x")) == b"x"


def test_two_that_write_in_turn_make_one_chain(open_it: Open) -> None:
    writers = [open_it(), open_it()]
    for number in range(6):
        writers[number % 2].append([told(number), told(number - 1)], NOW)
    kept = [*linked(open_it().stored(), REPO)]
    assert [e.key for e in read(kept)] == [f"closed/#{n}" for n in (0, -1, 1, 2, 3, 4, 5)]
    assert all(before.seq + 1 == after.seq for before, after in pairwise(kept))


def test_a_reader_goes_on_while_others_write(open_it: Open) -> None:
    ledger, other = open_it(), open_it()
    ledger.append([told(1), told(2)], NOW)
    reading = ledger.stored()
    assert next(reading).seq == 1
    other.append([told(3)], NOW)
    assert [e.seq for e in reading][:1] == [2]
