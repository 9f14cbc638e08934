"""Contents of files, and objects of other kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fitgate.adapters.git.blobs import Blobs
from fitgate.adapters.git.overlay import Overlay
from fitgate.adapters.git.store import Entry, Peeled, Store
from fitgate.core.facts import Unread
from fitgate.errors import ForgeError
from tests.adapters.git.making import START, Made, failing, run

Make = Callable[..., Made]
NOISE = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(1000))


@contextmanager
def opened(path: Path, kept: int = 1000) -> Iterator[tuple[Store, Blobs]]:
    with Overlay(path) as overlay:
        store = Store(overlay)
        yield store, Blobs(store, kept)


def test_blobs_are_read_in_any_number(made: Made) -> None:
    files = {f"f{n}": b"%d\n" % n * n for n in range(500)}
    made.commit("All", files)
    oids = made.git("ls-tree", "-r", "--format=%(objectname)", "main").splitlines()
    with opened(made.path, kept=10_000_000) as (_, blobs):
        first = blobs.read(oids)
        assert sorted(map(bytes, filter(None, first.values()))) == sorted(  # type: ignore[arg-type] # none is unread
            filter(None, files.values())
        )
        assert blobs.read(reversed(oids)) == first


def test_an_answer_larger_than_any_pipe_is_read(made: Made) -> None:
    files = {f"f{n}": bytes([n]) * 900_000 for n in range(20)}
    made.commit("All", files)
    oids = made.git("ls-tree", "-r", "--format=%(objectname)", "main").splitlines()
    with opened(made.path) as (_, blobs):
        assert {len(data) for data in blobs.read(oids).values() if isinstance(data, bytes)} == {
            900_000
        }


def test_what_is_not_there_or_no_file_is_unread(made: Made) -> None:
    sha = made.commit("One", {"d/a": b"1"})
    tree = made.git("rev-parse", "main:d")
    with opened(made.path) as (_, blobs):
        assert blobs.read(["0" * 40, "1" * 40, tree, sha]) == {
            "0" * 40: Unread("is not in this clone"),
            "1" * 40: Unread("is not in this clone"),
            tree: Unread("is a tree, not a file"),
            sha: Unread("is a commit, not a file"),
        }


def test_a_file_over_the_limit_is_never_read(made: Made) -> None:
    made.commit("One", {"big": b"x" * 1001, "fits": b"y" * 1000})
    big, fits = (made.git("rev-parse", f"main:{name}") for name in ("big", "fits"))
    with opened(made.path, kept=5000) as (_, blobs):
        assert blobs.read([big, fits], limit=1000) == {
            big: Unread("has 1001 bytes, more than 1000"),
            fits: b"y" * 1000,
        }
        assert blobs.read([big], limit=2000) == {big: b"x" * 1001}
        assert blobs.read([big], limit=1000) == {big: Unread("has 1001 bytes, more than 1000")}
        assert blobs.sizes([big, fits, "1" * 40]) == {big: 1001, fits: 1000, "1" * 40: None}


def test_a_huge_file_is_not_even_asked_for(made: Made) -> None:
    made.commit("One", {"big": bytes(20 << 20)})
    oid = made.git("rev-parse", "main:big")
    with opened(made.path) as (store, blobs):
        assert blobs.read([oid])[oid] == Unread(f"has {20 << 20} bytes, more than {1 << 20}")
        assert store.one(oid) == Unread("is a file")


def test_only_so_much_is_kept(made: Made) -> None:
    made.commit("One", {f"f{n}": bytes([n]) * 400 for n in range(5)})
    oids = made.git("ls-tree", "-r", "--format=%(objectname)", "main").splitlines()
    with opened(made.path, kept=1000) as (_, blobs):
        everything = blobs.read(oids)
        kept = blobs._kept  # noqa: SLF001 - its size is what this is about
        assert list(kept) == oids[-2:]
        blobs.read(oids[-2:-1])
        assert list(kept) == [oids[-1], oids[-2]]
        assert blobs.read(oids) == everything


def test_a_path_in_a_commit_is_read(made: Made) -> None:
    sha = made.commit("One", {"d/e/a": b"1", "sub": ("160000", b"1" * 40), "empty": b""})
    made.done()
    with opened(made.path) as (_, blobs):
        assert blobs.read_at(sha, "d/e/a") == b"1"
        assert blobs.read_at(sha, "empty") == b""
        assert blobs.read_at(sha, "d/e") == Unread("is a tree, not a file")
        assert blobs.read_at(sha, "sub") == Unread("is not in this clone")
        for path in ("a", "d/a", "d/e/a/b", "", "/d", "d//e", "../d", "d/e\n/a"):
            assert blobs.read_at(sha, path) is None


def test_a_path_that_a_treeless_clone_does_not_know_is_unread(made: Made, tmp_path: Path) -> None:
    sha = made.commit("One", {"d/a": b"1"})
    made.git("config", "uploadpack.allowFilter", "true")
    run(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{made.done()}", "treeless")
    with opened(tmp_path / "treeless") as (_, blobs):
        assert blobs.read_at(sha, "d/a") == Unread("is not in this clone")


def test_trees_with_long_ids_are_walked(make: Make) -> None:
    made = make("sha256", "--object-format=sha256")
    sha = made.commit("One", {"d/a": b"1", "d/b": ("100755", b"2"), "z": b"3"})
    oid = made.git("rev-parse", "main:d/b")
    with opened(made.path) as (store, _):
        assert store.entry_at(sha, "d/b") == Entry("100755", oid)


@pytest.mark.parametrize("cut", [0, -12, 9_000], ids=["begin", "end", "middle"])
def test_a_damaged_blob_is_unread_and_others_are_read(make: Make, cut: int) -> None:
    made = make("bare", bare=True)
    oids = [
        made.git("hash-object", "-w", "--stdin", stdin=data)
        for data in (b"one" * 99, NOISE, b"three" * 99)
    ]
    hurt = made.path / "objects" / oids[1][:2] / oids[1][2:]
    hurt.chmod(0o644)
    hurt.write_bytes(hurt.read_bytes()[:cut] + b"\xff" * 12)
    with opened(made.path) as (_, blobs):
        found = blobs.read(oids)
    assert found[oids[0]] == b"one" * 99
    assert isinstance(found[oids[1]], Unread)
    assert found[oids[2]] == b"three" * 99


def test_tags_are_peeled_and_dated(made: Made) -> None:
    sha = made.commit("One", at=START)
    made.git("tag", "plain")
    made.git("tag", "-m", "Annotated", "annotated")
    made.git("tag", "-m", "Twice", "twice", "annotated")
    tags = {name: made.git("rev-parse", name) for name in ("plain", "annotated", "twice")}
    with opened(made.path) as (store, _):
        for oid in tags.values():
            peeled = store.peel(oid)
            assert not isinstance(peeled, Unread)
            assert (peeled.oid, peeled.kind) == (sha, "commit")
            assert peeled.made_at == datetime.fromtimestamp(START, UTC)
        assert store.peel("1" * 40) == Unread("is not in this clone")


def test_a_tag_of_a_tree_has_no_date(made: Made) -> None:
    made.commit("One", {"d/a": b"1"})
    made.git("tag", "tree", "main:d")
    oid = made.git("rev-parse", "tree")
    with opened(made.path) as (store, _):
        assert store.peel(oid) == Peeled(oid, "tree", None)


def test_a_git_that_fails_in_the_middle_is_no_answer(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made.commit("One", {"a": b"1"})
    made.done()
    failing(tmp_path / "bin", "cat-file")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with (
        opened(made.path) as (store, _),
        pytest.raises(ForgeError, match=r"git cat-file failed on .*broken"),
    ):
        store.one("1" * 40)


def test_a_tag_without_end_is_given_up(made: Made) -> None:
    made.commit("One")
    made.git("tag", "-m", "0", "t0")
    for n in range(12):
        made.git("tag", "-m", "x", f"t{n + 1}", f"t{n}")
    oid = made.git("rev-parse", "t12")
    with opened(made.path) as (store, _):
        assert isinstance(store.peel(oid), Unread)


def test_two_rounds_of_questions_do_not_mix(made: Made) -> None:
    made.commit("One", {"a": b"1"})
    oid = made.git("rev-parse", "main:a")
    with opened(made.path) as (store, _):
        first = store.heads([oid] * 100)
        next(first)
        with pytest.raises(RuntimeError, match="each other's answers"):
            list(store.heads([oid]))
        first.close()  # type: ignore[attr-defined] # a generator, given up half-way
        assert len(list(store.heads([oid]))) == 1
