"""A ledger branch that was cut, forked or edited: nothing is added, and the entry is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fitgate.adapters.ledger.branch import SEEN
from fitgate.core.canonical import canonical
from fitgate.core.chain import linked
from fitgate.core.entries import Draft, Head, Stored, moment, seal
from fitgate.errors import BrokenChainError, LedgerError
from tests.adapters.git.making import Made
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.telling import BRANCH, keys, rewrite, show, told
from tests.builders import HOUR, NOW

MONTH = "entries/2026-01.jsonl"


def lines_of(made: Made) -> list[bytes]:
    return [line.encode() for line in show(made.path, MONTH).split("\n")]


def end(head: Head, **other: str | None) -> bytes:
    at = moment(head.recorded_at) if head.recorded_at else None
    return canonical({"seq": head.seq, "digest": head.digest, "recorded_at": at, **other})


def chained(*drafts: Draft) -> tuple[list[Stored], Head]:
    """Return a chain that hangs together."""
    chain, head = [], Head()
    for draft in drafts:
        stored, head = seal(draft, "github:1", head, NOW)
        chain.append(stored)
    return chain, head


_, END = chained(*(told(number) for number in range(1, 5)))


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def edited_inside(made: Made) -> None:
    lines = lines_of(made)
    lines[1] = lines[1].replace(b'"change":"#2"', b'"change":"#9"')
    rewrite(made, {MONTH: joined(lines)})


def edited_at_the_end(made: Made) -> None:
    lines = lines_of(made)
    lines[3] = lines[3].replace(b'"change":"#4"', b'"change":"#9"')
    rewrite(made, {MONTH: joined(lines)})


def left_out(made: Made) -> None:
    lines = lines_of(made)
    rewrite(made, {MONTH: joined([*lines[:1], *lines[2:]])})


def cut_but_for_the_head(made: Made) -> None:
    rewrite(made, {MONTH: joined(lines_of(made)[:3])})


def written_past_the_head(made: Made) -> None:
    stored, _ = seal(told(5), "github:1", END, NOW)
    rewrite(made, {MONTH: joined([*lines_of(made), stored.content])})


def no_entry(made: Made) -> None:
    lines = lines_of(made)
    lines[2] = b"{}"
    rewrite(made, {MONTH: joined(lines)})


def nested_too_deep(made: Made) -> None:
    rewrite(made, {MONTH: joined([*lines_of(made)[:2], b"[" * 100_000])})


def numbered_too_high(made: Made) -> None:
    high = lines_of(made)[2].replace(b'"seq":3', b'"seq":' + b"9" * 5_000)
    rewrite(made, {MONTH: joined([*lines_of(made)[:2], high])})


def a_folder_in_its_place(made: Made) -> None:
    rewrite(made, {MONTH: None, f"{MONTH}/1": b"{}\n"})


def a_head_without_a_digest(made: Made) -> None:
    rewrite(made, {"HEAD.json": end(END, digest=None)})


def a_head_from_the_future(made: Made) -> None:
    rewrite(made, {"HEAD.json": end(END, recorded_at="2036-01-31T12:00:00Z")})


@pytest.mark.parametrize(
    ("forged", "seq"),
    [
        (edited_inside, 3),  # it is the next one that does not name it any more
        (edited_at_the_end, 4),
        (left_out, 2),
        (cut_but_for_the_head, 4),
        (written_past_the_head, 5),
        (no_entry, 3),
        (nested_too_deep, 3),
        (numbered_too_high, 3),
        (a_head_without_a_digest, 4),
        (a_head_from_the_future, 4),
    ],
    ids=lambda told: getattr(told, "__name__", ""),
)
def test_files_that_do_not_hang_together_are_found_where_nobody_saw_them_before(
    clone: Made, forged: Callable[[Made], None], seq: int, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(number) for number in range(1, 5)], NOW)
    forged(clone)
    clone.git("update-ref", "-d", SEEN)
    tip = clone.git("rev-parse", BRANCH)
    with pytest.raises(BrokenChainError) as caught:
        open_branch(clone.path).append([told(9)], NOW)
    assert caught.value.seq == seq
    assert clone.git("rev-parse", BRANCH) == tip
    with pytest.raises(BrokenChainError):
        open_branch(clone.path).holds(["closed/#1"])


@pytest.mark.parametrize("forged", [edited_inside, edited_at_the_end, cut_but_for_the_head])
def test_a_reader_who_links_the_entries_finds_them_too(
    clone: Made, forged: Callable[[Made], None], open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(number) for number in range(1, 5)], NOW)
    forged(clone)
    clone.git("update-ref", "-d", SEEN)
    with pytest.raises(BrokenChainError):
        list(linked(open_branch(clone.path).stored(), "github:1"))


def test_a_folder_in_the_place_of_a_file_is_no_month(clone: Made, open_branch: Open) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    a_folder_in_its_place(clone)
    with pytest.raises(LedgerError, match=r"entries/2026-01\.jsonl .* is not there"):
        list(open_branch(clone.path).stored())


def test_a_last_line_break_that_an_editor_took_away_is_no_edit(
    clone: Made, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1), told(2)], NOW)
    rewrite(clone, {MONTH: joined(lines_of(clone)).removesuffix(b"\n")})
    ledger.append([told(3)], NOW)
    assert keys(open_branch(clone.path)) == ["closed/#1", "closed/#2", "closed/#3"]


@pytest.mark.parametrize("told_end", [b"", b"[]", b'{"seq":"many"}'])
def test_a_head_that_cannot_be_read_is_told(
    clone: Made, told_end: bytes, open_branch: Open
) -> None:
    open_branch(clone.path).append([told(1)], NOW)
    rewrite(clone, {"HEAD.json": told_end})
    with pytest.raises(LedgerError, match=r"HEAD\.json does not name an entry"):
        open_branch(clone.path).head()


def cut(made: Made) -> None:
    made.git("update-ref", BRANCH, f"{BRANCH}~1")


def deleted(made: Made) -> None:
    made.git("update-ref", "-d", BRANCH)


def forked(made: Made) -> None:
    """Entries 1 and 2 are the same; 3 is another one; all hang together."""
    chain, head = chained(told(1), told(2), told("other"), told(4))
    rewrite(made, {MONTH: joined([each.content for each in chain]), "HEAD.json": end(head)})


def edited_and_sealed_again(made: Made) -> None:
    chain, head = chained(told(1), told("other"), told(3), told(4), told(5))
    rewrite(made, {MONTH: joined([each.content for each in chain]), "HEAD.json": end(head)})


FORCED = pytest.mark.parametrize(
    ("forced", "seq"), [(cut, 4), (deleted, 1), (forked, 3), (edited_and_sealed_again, 2)]
)


@FORCED
def test_a_branch_that_was_forced_is_not_what_the_clone_has_seen(
    clone: Made, forced: Callable[[Made], None], seq: int, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1), told(2), told(3)], NOW)
    ledger.append([told(4)], NOW)
    forced(clone)
    refs = clone.git("for-each-ref")
    for attempt in (
        lambda: ledger.append([told(9)], NOW),
        lambda: open_branch(clone.path).append([told(9)], NOW),
        open_branch(clone.path).head,
        lambda: list(open_branch(clone.path).stored()),
    ):
        with pytest.raises(BrokenChainError, match="cut, forked or edited") as caught:
            attempt()
        assert caught.value.seq == seq
    assert clone.git("for-each-ref") == refs


@FORCED
def test_what_was_seen_can_be_put_back(
    clone: Made, forced: Callable[[Made], None], seq: int, open_branch: Open
) -> None:
    open_branch(clone.path).append([told(1), told(2), told(3)], NOW)
    open_branch(clone.path).append([told(4)], NOW)
    forced(clone)
    clone.git("update-ref", BRANCH, SEEN)
    assert [each.seq for each in open_branch(clone.path).append([told(4 + seq)], NOW)] == [5]


def test_a_process_that_is_open_notices_what_was_forced_while_nobody_else_saw(
    clone: Made, open_branch: Open
) -> None:
    ledger = open_branch(clone.path)
    ledger.append([told(1)], NOW)
    ledger.append([told(2)], NOW)
    clone.git("update-ref", "-d", SEEN)
    cut(clone)
    with pytest.raises(BrokenChainError) as caught:
        ledger.append([told(3)], NOW)
    assert caught.value.seq == 2


def test_a_history_that_was_squashed_still_holds_the_same_chain(
    clone: Made, open_branch: Open
) -> None:
    """The chain is what counts; commits may be thinned out to save room."""
    ledger = open_branch(clone.path)
    for number in range(3):
        ledger.append([told(number)], NOW + number * HOUR)
    rewrite(clone, {})
    assert clone.git("rev-list", "--count", BRANCH) == "1"
    ledger.append([told(3)], NOW + 3 * HOUR)
    assert keys(open_branch(clone.path)) == [f"closed/#{number}" for number in range(4)]
