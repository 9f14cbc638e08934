"""Patches as git makes them, and the digest over them."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

from fitgate.adapters.git.difftree import Pair
from fitgate.adapters.git.overlay import BIG, Overlay
from fitgate.adapters.git.patches import Patches
from fitgate.adapters.git.store import Store
from fitgate.core.content import FilePatch, content_digest
from fitgate.core.facts import Unread
from tests.adapters.git.making import Made, Tree, run

Patch = tuple[FilePatch, ...] | Unread
TEXT = [b"line %d\n" % n for n in range(40)]
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n"


def patches(path: Path, *pairs: Pair | Unread) -> list[Patch]:
    with Overlay(path) as overlay:
        return list(Patches(Store(overlay)).between(pairs))


def changed(made: Made, before: Tree, after: Tree) -> Patch:
    one = made.commit("One", before)
    two = made.commit("Two", after)
    (patch,) = patches(made.done(), Pair(two, one))
    return patch


def bodies(patch: Patch) -> dict[str | None, str]:
    assert not isinstance(patch, Unread)
    return {file.new_path or file.old_path: file.body for file in patch}


def edited(text: Iterable[bytes], line: int, new: bytes) -> bytes:
    lines = list(text)
    lines[line] = new
    return b"".join(lines)


def test_every_kind_of_entry_is_read(made: Made) -> None:
    patch = changed(
        made,
        {
            "text": b"".join(TEXT), "gone": b"x\n", "mode": b"m\n", "bin": b"\0a", "lfs": LFS % 1,
            "sub": ("160000", b"1" * 40), "link": b"l\n", "empty": b"", b'odd "\xff\t': b"1\n",
            "moved": b"".join(TEXT), "big": b"x" * 70 + b"\n", "end": b"no line break",
        },
        {
            "text": edited(TEXT, 20, b"new\n"), "gone": None, "mode": ("100755", b"m\n"),
            "bin": b"\0b", "lfs": LFS % 2, "sub": ("160000", b"2" * 40), "link": ("120000", b"a"),
            "empty": b"now not\n", "new": b"n\n", "void": b"", b'odd "\xff\t': b"2\n",
            "moved": None, "moved/here": b"".join(TEXT), "big": b"y\n" * (BIG // 2 + 1),
            "end": b"no line break ",
        },
    )  # fmt: skip
    assert not isinstance(patch, Unread)
    kinds = {path: body.split(":")[0] for path, body in bodies(patch).items()}
    assert kinds == {
        "text": "lines", "gone": "lines", "mode": "same", "bin": "ids", "lfs": "ids", "sub": "ids",
        "link": "lines", "empty": "lines", "new": "lines", "void": "ids", 'odd "\\xff\t': "lines",
        "moved": "lines", "moved/here": "lines", "big": "ids", "end": "lines",
    }  # fmt: skip
    assert bodies(patch)["sub"] == f"ids:{'1' * 40}..{'2' * 40}"
    # A file that becomes a link is one that goes and one that comes.
    links = [file for file in patch if "link" in {file.old_path, file.new_path}]
    assert [(file.mode_before, file.mode_after) for file in links] == [
        ("100644", None), (None, "120000"),
    ]  # fmt: skip


def test_a_rebase_that_shifts_lines_changes_nothing(made: Made) -> None:
    root = made.commit("Root", {"a": b"".join(TEXT), "other": b"1"})
    topic = made.commit("Topic", {"a": edited(TEXT, 30, b"new\n")}, branch="topic")
    moved = b"above\n" * 9 + b"".join(TEXT)
    main = made.commit("Main", {"a": moved, "other": b"2"}, parents=[root])
    rebased = made.commit(
        "Topic", {"a": b"above\n" * 9 + edited(TEXT, 30, b"new\n")}, parents=[main]
    )
    elsewhere = made.commit("Topic", {"a": edited(TEXT, 29, b"new\n")}, parents=[root])
    pairs = [Pair(topic, root), Pair(rebased, main), Pair(elsewhere, root)]
    one, two, three = (
        content_digest(patch, []) for patch in patches(made.done(), *pairs)
        if not isinstance(patch, Unread)
    )  # fmt: skip
    assert one == two != three


def test_whitespace_counts(made: Made) -> None:
    root = made.commit("Root", {"a": b"if x:\n    y\n"})
    one = made.commit("One", {"a": b"if x:\n    y\n    z\n"}, parents=[root])
    two = made.commit("Two", {"a": b"if x:\n    y\nz\n"}, parents=[root])
    first, second = patches(made.done(), Pair(one, root), Pair(two, root))
    assert first != second


def test_a_root_is_compared_with_nothing(made: Made) -> None:
    sha = made.commit("Root", {"a": b"1\n"})
    (patch,) = patches(made.done(), Pair(sha, None))
    assert bodies(patch).keys() == {"a"}


def test_a_change_of_nothing_is_an_empty_patch(made: Made) -> None:
    one = made.commit("One", {"a": b"1\n"})
    two = made.commit("Two")
    assert patches(made.done(), Pair(two, one)) == [()]


def test_a_missing_blob_makes_only_its_own_change_unread(made: Made, tmp_path: Path) -> None:
    shas = [made.commit(f"{n}", {f"f{n}": b"%d\n" % n * 9}) for n in range(4)]
    made.commit("Last", {"f0": None, "f1": None, "f2": None, "f3": None})
    made.commit("Mode", {"f9": b"9\n"})
    made.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{made.done()}"
    run(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", source, "blobless")
    clone = tmp_path / "blobless"
    pairs = [Pair(later, earlier) for earlier, later in itertools.pairwise(shas)]
    given = Unread("as given")
    found = patches(clone, pairs[0], given, Pair(shas[0], shas[0]), pairs[1])
    assert found[1] == given
    assert found[2] == ()
    assert isinstance(found[0], Unread)
    assert isinstance(found[3], Unread)
    assert "unable to read" in found[0].why


def test_the_clones_own_ideas_of_a_diff_do_not_count(made: Made) -> None:
    root = made.commit("Root", {"a": b"".join(TEXT), ".gitattributes": b"* -diff\n"})
    two = made.commit("Two", {"a": edited(TEXT, 9, b"new\n")})
    (expected,) = patches(made.done(), Pair(two, root))
    for name, value in {
        "diff.context": "9", "diff.noprefix": "true", "diff.algorithm": "patience",
        "diff.mnemonicPrefix": "true", "diff.renames": "copies", "color.ui": "always",
        "diff.suppressBlankEmpty": "true", "core.quotePath": "false", "diff.interHunkContext": "9",
        "core.bigFileThreshold": "1", "diff.orderFile": "/nowhere", "diff.wordRegex": ".",
    }.items():  # fmt: skip
        made.git("config", name, value)
    assert patches(made.path, Pair(two, root)) == [expected]
    assert bodies(expected)["a"].startswith("lines:")


def test_a_huge_patch_is_hashed_in_little_memory(made: Made) -> None:
    lines = b"".join(b"%0999d\n" % n for n in range(900))
    sha = made.commit("Root", {f"f{n}": b"%d\n" % n + lines for n in range(40)})
    made.done()
    with Overlay(made.path) as overlay:
        tracemalloc.start()
        (patch,) = Patches(Store(overlay)).between([Pair(sha, None)])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(bodies(patch)) == 40
    assert peak < 3_000_000
