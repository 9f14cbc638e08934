"""Laws of the ledger: whatever is written down stays, and whoever touches it is found out."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitgate.bootstrap import chain_in, open_database, restored
from fitgate.core.canonical import canonical
from fitgate.core.chain import linked, read
from fitgate.core.chronicle import Chronicle, Row
from fitgate.core.entries import Draft, Entry, Head, Stored, canonical_bytes, entry_digest
from fitgate.core.ledger_file import LedgerFile, lines_of
from fitgate.core.reclassified import Nature
from fitgate.core.records import Record, draft
from fitgate.core.records.changes import (
    Closed,
    Evaluated,
    Incident,
    Landed,
    Reclassified,
    Reverted,
    Seen,
)
from fitgate.core.standing import Standing
from fitgate.errors import BrokenChainError
from tests.builders import HOUR, NOW
from tests.fakes import MemoryLedger


def is_portable(value: Any) -> bool:
    """Say whether what is written can be written again: 2.0**53 comes back as a whole number."""
    try:
        return canonical(json.loads(canonical(value))) == canonical(value)
    except rfc8785.CanonicalizationError:
        return False


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SAFE = 2**53 - 1
NUMBERS = st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(TEXT, JSON, max_size=3).filter(is_portable)
DRAFTS = st.lists(
    st.builds(
        Draft,
        at=st.datetimes(timezones=st.just(UTC)),
        kind=st.sampled_from(["Closed", "Landed", "Incident"]),
        key=TEXT.filter(bool),
        body=BODIES,
    ),
    max_size=6,
)


@given(JSON)
def test_canonical_bytes_are_those_of_the_rfc(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(DRAFTS, st.lists(st.integers(-5, 5), min_size=6, max_size=6))
def test_whatever_is_written_down_hangs_together(drafts: list[Draft], hours: list[int]) -> None:
    ledger = MemoryLedger()
    for each, hour in zip(drafts, hours, strict=False):
        ledger.append([each], NOW + hour * HOUR)
    assert [*linked(ledger.stored(), ledger.repo)] == ledger.chain
    entries = ledger.entries
    assert [canonical_bytes(entry) for entry in entries] == [each.content for each in ledger.chain]
    assert all(a.recorded_at <= b.recorded_at for a, b in itertools.pairwise(entries))
    assert len({entry.key for entry in entries}) == len(entries) == len({d.key for d in drafts})


def chain_of(length: int, tag: str = "") -> list[Stored]:
    ledger = MemoryLedger()
    told = [Draft(NOW, "Closed", f"{tag}{n}", {"change": f"#{n}"}) for n in range(length)]
    ledger.append(told, NOW)
    return ledger.chain


def is_whole(chain: list[Stored], head: Head) -> bool:
    """Say whether a chain hangs together and ends at a head, as `ledger verify` does."""
    try:
        kept = [*linked(chain, "github:1")]
    except BrokenChainError:
        return False
    return (len(kept), kept[-1].digest if kept else None) == (head.seq, head.digest)


CHAIN = chain_of(9)
HEAD = Head(9, CHAIN[-1].digest)
FORK = chain_of(12, "other ")


@given(st.data())
def test_an_edit_of_any_byte_is_found(data: st.DataObject) -> None:
    which = data.draw(st.integers(0, 8))
    content = bytearray(CHAIN[which].content)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    edited = [*CHAIN]
    edited[which] = replace(CHAIN[which], content=bytes(content))
    assert not is_whole(edited, HEAD)
    edited[which] = replace(edited[which], digest=entry_digest(bytes(content)))
    assert not is_whole(edited, HEAD)


@given(st.sets(st.integers(0, 8), min_size=1))
def test_whatever_is_cut_is_found(cut: set[int]) -> None:
    assert not is_whole([each for n, each in enumerate(CHAIN) if n not in cut], HEAD)


@given(st.integers(0, 9), st.sampled_from([*CHAIN, *FORK]))
def test_whatever_is_put_in_is_found(place: int, more: Stored) -> None:
    assert not is_whole([*CHAIN[:place], more, *CHAIN[place:]], HEAD)


@given(st.permutations(range(9)))
def test_whatever_is_swapped_is_found(order: list[int]) -> None:
    swapped = [CHAIN[n] for n in order]
    assert is_whole(swapped, HEAD) == (swapped == CHAIN)


@given(st.integers(0, 8), st.integers(0, 12))
def test_a_fork_is_found(at: int, upto: int) -> None:
    assert not is_whole([*CHAIN[:at], *FORK[at:upto]], HEAD)


CHANGES = [f"#{n}" for n in range(4)]
RECORDS = st.one_of(
    st.builds(Seen, st.sampled_from(CHANGES), st.just("pull")),
    st.builds(
        Landed,
        st.sampled_from(CHANGES),
        st.sampled_from(["merge", "deployment"]),
        st.builds(Nature, st.none() | st.booleans()),
        st.sampled_from(Standing),
        st.just("enforce"),
        required=st.none() | st.just(()) | st.just(("a", "b*")),
    ),
    st.builds(
        Evaluated,
        st.sampled_from(CHANGES),
        st.sampled_from(["a", "b1", "b2"]),
        st.sampled_from(["passed", "failed"]),
    ),
    st.builds(Closed, st.sampled_from(CHANGES)),
    st.builds(Reverted, st.sampled_from(CHANGES), st.just("#9")),
    st.builds(Incident, TEXT, st.none() | st.sampled_from(CHANGES)),
    st.builds(
        Reclassified,
        st.sampled_from(CHANGES),
        st.builds(Nature, st.booleans()),
        st.just("a"),
        st.just("why"),
        lowered=st.booleans(),
    ),
)
STORIES = st.lists(RECORDS, max_size=25)


def told(records: list[Record]) -> list[Draft]:
    """Return records that came about one after the other, an hour between them."""
    return [draft(record, NOW + n * HOUR, f"{n}") for n, record in enumerate(records)]


def only_once(records: list[Record]) -> list[Record]:
    """Leave out what counts by the order it is written in: a second landing, a second word."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for record in records:
        kind, stage = type(record), getattr(record, "stage", None)
        mark = (kind, getattr(record, "change", None), stage)
        if kind in (Landed, Reclassified) and mark in seen:
            continue
        seen.add(mark)
        kept.append(record)
    return kept


def unordered(rows: list[Row]) -> set[Row]:
    """Return rows without what the order of writing leaves in them."""
    return {replace(row, entries=(), incidents=(*sorted(row.incidents),)) for row in rows}


def entries(drafts: list[Draft]) -> list[Entry]:
    return [
        Entry(n, None, each.at, NOW, "github:1", each.kind, each.key, each.body)
        for n, each in enumerate(drafts, 1)
    ]


@given(STORIES, st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_it_was_heard(records: list[Record], chance: Any) -> None:
    drafts = told(only_once(records))
    shuffled = [*drafts]
    chance.shuffle(shuffled)
    rows, other = (unordered([*Chronicle(entries(each)).rows()]) for each in (drafts, shuffled))
    assert rows == other


IN_DATABASES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@IN_DATABASES
@given(STORIES, st.sets(st.integers(0, 25)))
def test_the_projection_is_the_fold_of_everything(records: list[Record], reads: set[int]) -> None:
    with TemporaryDirectory() as folder:
        ledger = chain_in(open_database(f"sqlite:///{folder}/l.db", create=True), "github:1")
        for number, each in enumerate(told(records)):
            ledger.append([each], NOW)
            if number in reads:
                assert [*ledger.rows()] == [*Chronicle(read(ledger.stored())).rows()]
        brought = [*ledger.rows()]
        assert brought == [*Chronicle(read(ledger.stored())).rows()]
        assert ledger.rebuild() == len(brought)
        assert [*ledger.rows()] == brought
        ledger.close()


@IN_DATABASES
@given(STORIES, st.sets(st.binary(max_size=20), max_size=4), st.integers(0, 25))
def test_what_is_exported_and_imported_is_the_same(
    records: list[Record], contents: set[bytes], before: int
) -> None:
    memory = MemoryLedger()
    drafts = told(records)
    with TemporaryDirectory() as folder:
        ledger = chain_in(open_database(f"sqlite:///{folder}/l.db", create=True), "github:1")
        for each in (drafts[:before], drafts[before:]):
            memory.append(each, NOW + timedelta(microseconds=len(each)), [*contents])
            digests = sorted(memory.blobs)
            lines = [
                line + b"\n"
                for line in lines_of(
                    memory.repo, memory.head(), memory.stored(), digests, memory.blob
                )
            ]
            assert restored(ledger, LedgerFile(lines, "f")) == len(each)
            assert [*ledger.stored()] == memory.chain
            assert ledger.head() == memory.head()
            assert {d: ledger.blob(d) for d in ledger.digests()} == memory.blobs
        again = lines_of(ledger.repo, ledger.head(), ledger.stored(), ledger.digests(), ledger.blob)
        assert [line + b"\n" for line in again] == lines
        ledger.close()
