"""Changed lines: git's patches and whole contents tell the same."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fitgate.adapters.git.blobs import Blobs
from fitgate.adapters.git.changed import LONG, Asked, Changed, Changes
from fitgate.adapters.git.difftree import Pair, files_between
from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.store import Store
from fitgate.core.classify.lines import Difference
from fitgate.core.facts import Unread
from tests.adapters.git.making import Made, Tree, without

TEXT = b"".join(b"line %d\n" % n for n in range(40))


def changes(path: Path, *pairs: Pair | None) -> list[Changes]:
    """Return what changed in all files of each pair."""
    with Overlay(path) as overlay:
        store = Store(overlay)
        changed = Changed(store, Blobs(store))
        try:
            return list(changed.of(asked(store, pairs)))
        finally:
            changed.close()


def asked(store: Store, pairs: Sequence[Pair | None]) -> Iterator[Asked | None]:
    """Ask for every file of every pair."""
    for pair in pairs:
        if pair is None:
            yield None
            continue
        (files,) = files_between(store, [pair])
        assert not isinstance(files, Unread)
        yield Asked(pair, {file.path: file for file in files})


def one_change(made: Made, before: Tree, after: Tree) -> Changes:
    """Return what changed between two states of a repository."""
    one = made.commit("One", before)
    two = made.commit("Two", after)
    (found,) = changes(made.done(), Pair(two, one))
    return found


def said(change: Difference | Unread) -> list[str]:
    """Return changed lines as a patch would show them."""
    assert isinstance(change, Difference)
    return [f"{line.sign}{line.number} {line.text}" for line in change.lines()]


def test_a_patch_and_whole_contents_tell_the_same_lines(made: Made) -> None:
    sides = {
        "edited": (TEXT, TEXT.replace(b"line 7\n", b"new\n").replace(b"line 30\n", b"")),
        "moved lines": (TEXT, b"line 39\n" + TEXT.removesuffix(b"line 39\n")),
        "no end": (b"a\nb", b"a\nb\n"),
        "crlf": (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        "signs": (b"-- a\n+ b\n=\n@@ -1 +1 @@\n", b"-- b\n+ b\n==\n@@ -1 +1 @@ x\n"),
        "latin": (b"caf\xe9\n", b"th\xe9\n"),
        "added": (None, b"x\nx\n"),
        "removed": (b"y\ny\n", None),
        'odd "name\t': (b"1\n", b"2\n"),
        "repeated": (b"r\n" * 5 + b"s\n", b"r\n" * 2 + b"s\n" + b"r\n"),
    }
    found = one_change(
        made, {p: b for p, (b, _) in sides.items()}, {p: a for p, (_, a) in sides.items()}
    )
    for path, (before, after) in sides.items():
        change = found[path]
        assert isinstance(change, Difference)
        whole = Difference.of_contents(before, after)
        assert Counter((x.sign, x.text) for x in change.lines()) == Counter(
            (x.sign, x.text) for x in whole.lines()
        ), path
    assert said(found["edited"]) == ["+8 new", "-8 line 7", "-31 line 30"]
    assert said(found["moved lines"]) == []


def test_a_file_that_moved_unchanged_has_no_changed_lines(made: Made) -> None:
    found = one_change(made, {"a": TEXT}, {"a": None, "b": TEXT})
    assert said(found["b"]) == []


def test_a_file_that_became_a_link_lost_its_lines(made: Made) -> None:
    found = one_change(made, {"a": b"x\ny\n"}, {"a": ("120000", b"target")})
    assert said(found["a"]) == ["+1 target", "-1 x", "-2 y"]


def test_what_is_no_text_has_no_lines_and_what_is_too_large_is_unread(made: Made) -> None:
    found = one_change(made, {"bin": b"\0a", "big": b"x\n"}, {"bin": b"\0b", "big": b"y\n" * LONG})
    assert said(found["bin"]) == []
    assert isinstance(found["big"], Unread)


def test_only_what_was_asked_for_is_kept(made: Made) -> None:
    one = made.commit("One", {"a": b"1\n", "b": b"1\n"})
    two = made.commit("Two", {"a": b"2\n", "b": b"2\n"})
    with Overlay(made.done()) as overlay:
        store = Store(overlay)
        changed = Changed(store, Blobs(store))
        (question,) = asked(store, [Pair(two, one)])
        assert question is not None
        (found,) = changed.of([Asked(question.pair, {"b": question.files["b"]})])
        changed.close()
    assert list(found) == ["b"]


def test_many_questions_are_answered_in_their_order_with_gaps(made: Made) -> None:
    commits = [made.commit(f"{n}", {"a": b"%d\n" % n}) for n in range(150)]
    pairs: list[Pair | None] = [Pair(b, a) for a, b in itertools.pairwise(commits)]
    pairs[3::7] = [None] * len(pairs[3::7])
    found = changes(made.done(), *pairs)
    assert [list(f) for f in found] == [[] if pair is None else ["a"] for pair in pairs]
    assert said(found[100]["a"]) == ["+1 101", "-1 100"]


def test_a_patch_of_many_large_files_comes_through_in_pieces(made: Made) -> None:
    large = b"".join(b"%d %s\n" % (n, b"x" * 60) for n in range(8_000))
    found = one_change(
        made,
        {f"{n}": large for n in range(6)},
        {f"{n}": large.replace(b"77 x", b"77 y", 1) for n in range(5)} | {"5": None},
    )
    assert len(said(found["5"])) == 8_000
    assert all(len(said(found[f"{n}"])) == 2 for n in range(5))


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_missing_blob_costs_only_the_file_that_lacks_it(tmp_path: Path, position: int) -> None:
    made = Made(tmp_path / "bare", bare=True)
    names = ["a", "b", "c"]
    one = made.commit("One", {name: f"{name}1\n".encode() for name in names})
    two = made.commit("Two", {name: f"{name}2\n".encode() for name in names})
    three = made.commit("Three", {"a": b"a3\n"})
    without(made, made.git("rev-parse", f"{two}:{names[position]}"))
    first, second = changes(made.done(), Pair(two, one), Pair(three, one))
    assert [name for name in names if isinstance(first[name], Unread)] == [names[position]]
    assert said(second["a"]) == ["+1 a3", "-1 a1"]


def test_a_file_that_became_binary_cannot_hide_what_it_lost(made: Made) -> None:
    found = one_change(made, {"a": b"refuse\n"}, {"a": b"\0"})
    assert isinstance(found["a"], Unread)
