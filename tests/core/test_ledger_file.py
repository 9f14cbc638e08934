"""A ledger as a file: every byte survives, and whatever is wrong with it is found."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import pytest

from fitgate.core.canonical import sha256
from fitgate.core.entries import Draft, Head, Stored, entry_digest
from fitgate.core.ledger_file import LedgerFile, lines_of
from fitgate.errors import BrokenChainError, LedgerError, UserError
from tests.builders import HOUR, NOW
from tests.fakes import MemoryLedger

CONTENTS = (b"", b"facts\n\0\xff")


def ledger() -> MemoryLedger:
    memory = MemoryLedger()
    for number in (1, 2, 3):
        told = Draft(NOW, "Closed", f"closed/#{number}", {"change": f"#{number}\n\u2028"})
        memory.append([told], NOW + number * HOUR, CONTENTS)
    return memory


def exported(memory: MemoryLedger) -> list[bytes]:
    told = lines_of(memory.repo, memory.head(), memory.stored(), memory.blobs, memory.blob)
    return [line + b"\n" for line in told]


def imported(lines: list[bytes]) -> tuple[list[Stored], list[bytes]]:
    file = LedgerFile(lines, "ledger.jsonl")
    return [stored for _, stored in file.entries()], [*file.blobs()]


def test_what_was_written_is_read() -> None:
    memory = ledger()
    assert imported(exported(memory)) == (memory.chain, [*memory.blobs.values()])
    empty = MemoryLedger("github:2")
    assert imported(exported(empty)) == ([], [])


def test_the_lines_can_be_verified_without_fitgate() -> None:
    memory = ledger()
    header, *rest = exported(memory)
    told = json.loads(header)
    assert told == {
        "ledger": 1,
        "repo": memory.repo,
        "entries": 3,
        "head": memory.head().digest,
        "blobs": 2,
    }
    previous = None
    for line in rest[:3]:
        assert json.loads(line)["prev"] == previous
        previous = "sha256:" + hashlib.sha256(line.rstrip(b"\n")).hexdigest()
    assert previous == told["head"]
    blobs = [json.loads(line) for line in rest[3:]]
    assert [base64.b64decode(blob["blob"]) for blob in blobs] == [*CONTENTS]


def test_what_is_written_meanwhile_is_left_out() -> None:
    memory = ledger()
    head = memory.head()
    memory.append([Draft(NOW, "Closed", "later", {"change": "#9"})], NOW)
    lines = [*lines_of(memory.repo, head, memory.stored(), (), memory.blob)]
    assert len(lines) == 4


def test_a_ledger_that_is_broken_is_not_exported() -> None:
    memory = ledger()
    beyond = Head(4, "sha256:x")
    with pytest.raises(BrokenChainError, match="entry 4 of the ledger is missing"):
        [*lines_of(memory.repo, beyond, memory.stored(), (), memory.blob)]
    loose = memory.chain[0].content.replace(b'"v":1', b'"v":\n1')
    stored = [Stored(1, loose, entry_digest(loose))]
    with pytest.raises(BrokenChainError, match="not written in canonical form"):
        [*lines_of(memory.repo, Head(1, entry_digest(loose)), stored, (), memory.blob)]


def test_a_content_that_is_erased_meanwhile_is_no_export() -> None:
    memory = ledger()
    gone = sha256(b"gone")
    with pytest.raises(LedgerError, match="was erased meanwhile"):
        [*lines_of(memory.repo, memory.head(), memory.stored(), [gone], memory.blob)]


Edit = Callable[[list[bytes]], list[bytes]]


def line(number: int, before: bytes, after: bytes) -> Edit:
    """Return what replaces something in one line."""

    def edit(lines: list[bytes]) -> list[bytes]:
        changed = lines[number].replace(before, after)
        assert changed != lines[number]
        return [*lines[:number], changed, *lines[number + 1 :]]

    return edit


EDITS: list[tuple[Edit, str]] = [
    (lambda _: [], "1: ends before it is whole"),
    (lambda _: [b"register: 1\n"], "1: is not the head of an exported ledger"),
    (line(0, b'"ledger":1', b'"ledger":2'), "1: is not the head of an exported ledger"),
    (line(0, b'"ledger":1', b'"ledger":1,"x":1'), "1: is not the head of an exported ledger"),
    (line(0, b"github:1", b"github:2"), "2: entry 1 is github:1's"),
    (line(0, b'"entries":3', b'"entries":2'), "3: the last entry is not the one that the header"),
    (line(2, b"#2", b"#3"), "4: entry 3 does not hang on the entry before it"),
    (line(3, b"#3", b"#4"), "4: the last entry is not the one that the header names"),
    (lambda lines: [*lines[:2], *lines[3:]], "3: entry 2 does not hang on the entry before it"),
    (lambda lines: lines[:3], "4: ends before it is whole"),
    (lambda lines: [*lines[:3], lines[3][:-1]], "4: ends before it is whole"),
    (lambda lines: [*lines[:3], lines[3].replace(b"\n", b"\r\n")], "4: the last entry is not"),
    (lambda lines: lines[:-1], "6: ends before it is whole"),
    (line(5, b'"blob":"', b'"blob":"AAAA'), "6: is not a content with its digest"),
    (line(5, b'"blob":"', b'"blob":"*'), "6: is not a content with its digest"),
    (line(5, b'"blob"', b'"bulb"'), "6: is not a content with its digest"),
    (lambda lines: [*lines[:-1], b"[]\n"], "6: is not a content with its digest"),
    (lambda lines: [*lines, b"\n"], "7: goes on after its last content"),
]


@pytest.mark.parametrize(("edit", "why"), EDITS)
def test_a_file_that_was_edited_is_refused_at_the_line(edit: Edit, why: str) -> None:
    with pytest.raises(UserError, match=f"^ledger.jsonl:{why}") as caught:
        imported(edit(exported(ledger())))
    assert "Nothing was imported" in str(caught.value)


class Careless(MemoryLedger):
    """A ledger that writes down whatever it is told."""

    def careless(self, key: str, body: dict[str, object], hours: int = 0) -> None:
        self._keys.clear()
        self._end = Head(self._end.seq, self._end.digest)
        self.append([Draft(NOW, "Closed", key, body)], NOW + hours * HOUR)  # type: ignore[arg-type] # JSON values


@pytest.mark.parametrize(
    ("key", "body", "hours", "why"),
    [
        ("one", {"change": "#1"}, 2, "3: entry 2 tells 'one' a second time"),
        ("two", {"change": "#1"}, -1, "3: entry 2 was recorded before the one it hangs on"),
        ("two", {"change": 1}, 2, "3: entry 2: change: Input should be a valid string"),
    ],
)
def test_entries_that_no_ledger_of_ours_writes_are_refused(
    key: str, body: dict[str, object], hours: int, why: str
) -> None:
    memory = Careless()
    memory.careless("one", {"change": "#1"})
    memory.careless(key, body, hours)
    with pytest.raises(UserError, match=f"^ledger.jsonl:{why}"):
        imported(exported(memory))
