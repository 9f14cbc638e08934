"""The content digest, from patches as git prints them."""

from __future__ import annotations

import hashlib
import itertools

import pytest

from fitgate.core.content import (
    FilePatch,
    content_digest,
    hunks_body,
    ids_body,
    path_text,
    read_patch,
    unquoted,
)
from fitgate.core.facts import Setting

ONE, TWO, NONE = "1" * 40, "2" * 40, "0" * 40
LFS = "version https://git-lfs.github.com/spec/v1\n"


def patches(text: str) -> list[FilePatch]:
    return list(read_patch(text.encode().splitlines(keepends=True)))


def modified(hunks: str, path: str = "a.txt") -> str:
    return (
        f"diff --git a/{path} b/{path}\nindex {ONE}..{TWO} 100644\n"
        f"--- a/{path}\n+++ b/{path}\n{hunks}"
    )


HUNK = "@@ -1,2 +1,2 @@\n-old\n+new\n same\n"


def test_a_modified_text_is_its_hunks() -> None:
    (patch,) = patches(modified(HUNK))
    assert patch.old_path == patch.new_path == "a.txt"
    assert patch.mode_before == patch.mode_after == "100644"
    assert patch.body.startswith("lines:")


def test_where_the_lines_stand_changes_nothing() -> None:
    moved = HUNK.replace("@@ -1,2 +1,2 @@", "@@ -101,2 +99,2 @@ def f():")
    assert patches(modified(moved)) == patches(modified(HUNK))


@pytest.mark.parametrize(
    "other",
    [
        HUNK.replace("+new", "+ new"),
        HUNK.replace(" same", "  same"),
        HUNK.replace("+new\n", "+new\r\n"),
        HUNK.replace("-old", "-odd"),
        HUNK + "\\ No newline at end of file\n",
        "@@ -1 +1 @@\n-old\n+new\n@@ -2 +2 @@\n same\n",
    ],
)
def test_everything_else_does(other: str) -> None:
    assert patches(modified(other)) != patches(modified(HUNK))


def test_the_words_for_a_missing_line_break_change_nothing() -> None:
    english = modified("@@ -1 +1 @@\n-old\n\\ No newline at end of file\n+new\n\\ No newline\n")
    german = modified("@@ -1 +1 @@\n-old\n\\ Kein Zeilenumbruch\n+new\n\\ Kein Zeilenumbruch\n")
    assert patches(english) == patches(german)


def test_lines_that_look_like_headers_are_lines() -> None:
    hunk = "@@ -1,3 +1,3 @@\n--- a/x\n-diff --git a/x b/x\n+++ b/x\n+@@ -1 +1 @@\n same\n"
    two = patches(modified(hunk) + modified(HUNK, "b.txt"))
    assert [patch.new_path for patch in two] == ["a.txt", "b.txt"]


def test_a_new_and_a_removed_file_have_one_path() -> None:
    text = (
        f"diff --git a/n b/n\nnew file mode 100755\nindex {NONE}..{ONE}\n--- /dev/null\n+++ b/n\n"
        "@@ -0,0 +1 @@\n+x\n"
        f"diff --git a/g b/g\ndeleted file mode 120000\nindex {ONE}..{NONE}\n--- a/g\n"
        "+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )
    new, gone = patches(text)
    assert (new.old_path, new.new_path, new.mode_before, new.mode_after) == (
        None, "n", None, "100755",
    )  # fmt: skip
    assert (gone.old_path, gone.new_path, gone.mode_before, gone.mode_after) == (
        "g", None, "120000", None,
    )  # fmt: skip


def test_an_empty_file_is_its_ids() -> None:
    (patch,) = patches(f"diff --git a/n b/n\nnew file mode 100644\nindex {NONE}..{ONE}\n")
    assert patch.body == f"ids:..{ONE}"


def test_a_change_of_mode_alone_has_the_same_body() -> None:
    (patch,) = patches("diff --git a/n b/n\nold mode 100644\nnew mode 100755\n")
    assert (patch.mode_before, patch.mode_after, patch.body) == ("100644", "100755", "same")


def test_a_change_of_mode_and_lines_is_both() -> None:
    text = modified(HUNK).replace("index", "old mode 100644\nnew mode 100755\nindex")
    (patch,) = patches(text.replace(f"{TWO} 100644", TWO))
    assert (patch.mode_before, patch.mode_after) == ("100644", "100755")
    assert patch.body == patches(modified(HUNK))[0].body


@pytest.mark.parametrize(
    "text",
    [
        f"diff --git a/n b/n\nindex {ONE}..{TWO} 100644\nBinary files a/n and b/n differ\n",
        modified(f"@@ -1 +1 @@\n-Subproject commit {ONE}\n+Subproject commit {TWO}\n").replace(
            "100644", "160000"
        ),
        modified(f"@@ -1,3 +1,3 @@\n {LFS}-oid sha256:1\n+oid sha256:2\n size 3\n"),
        modified(f"@@ -1,3 +1,1 @@\n-{LFS}-oid sha256:1\n-size 3\n+plain\n"),
    ],
    ids=["binary", "submodule", "lfs", "no-longer-lfs"],
)
def test_what_lines_say_nothing_of_is_its_ids(text: str) -> None:
    (patch,) = patches(text)
    assert patch.body == f"ids:{ONE}..{TWO}"


def test_a_text_about_lfs_is_a_text() -> None:
    (patch,) = patches(modified(f"@@ -40,2 +40,2 @@\n {LFS}-old\n+new\n"))
    assert patch.body.startswith("lines:")


def test_a_path_in_quotes_is_read() -> None:
    text = modified(HUNK).replace("a/a.txt b/a.txt", r'"a/\303\244\t\"\377" "b/\303\244\t\"\377"')
    assert patches(text)[0].new_path == 'ä\t"\\xff'


def test_a_path_with_spaces_is_read() -> None:
    assert patches(modified(HUNK, "a b/a b/c d"))[0].new_path == "a b/a b/c d"


def test_paths_are_unquoted_as_c_would() -> None:
    assert unquoted(rb'"a\n\\\"\001\a\b\v\f\r"') == b'a\n\\"\x01\a\b\v\f\r'
    assert unquoted(b"plain") == b"plain"
    assert path_text(b"\xff") == r"\xff"


def test_what_stands_before_the_first_file_is_no_file() -> None:
    assert patches("commit 1\n\n" + modified(HUNK)) == patches(modified(HUNK))
    assert patches("") == []


def test_a_patch_that_was_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="middle of a hunk"):
        patches(modified("@@ -1,9 +1,9 @@\n-old\n"))


def test_a_forge_that_gives_only_hunks_gets_the_same_body() -> None:
    (patch,) = patches(modified(HUNK))
    assert hunks_body(HUNK.encode().splitlines(keepends=True)) == patch.body
    pointer = f"@@ -1,3 +1,3 @@\n {LFS}-oid sha256:1\n+oid sha256:2\n size 3\n"
    assert hunks_body(pointer.encode().splitlines(keepends=True)) is None
    assert hunks_body([]) is None


def test_ids_that_are_equal_are_the_same_body() -> None:
    assert ids_body(ONE, ONE) == "same"
    assert ids_body(None, TWO) == f"ids:..{TWO}"
    assert ids_body(ONE, None) == f"ids:{ONE}.."


SETTINGS = (
    Setting("a.b", "changed", 1, 2),
    Setting("a.c", "added", None, None),
    Setting("a.d", "removed", "x", None),
    Setting("a.e", "changed", float("nan"), 10**30),
    Setting("a.f", "changed", "\ud800", "ä"),
)
FILES = (
    FilePatch("a", "a", "100644", "100644", "lines:1"),
    FilePatch(None, "b", None, "100644", "lines:2"),
    FilePatch("b", None, "100644", None, "lines:3"),
)


def test_order_changes_nothing() -> None:
    digests = {
        content_digest(files, settings)
        for files in itertools.permutations(FILES)
        for settings in itertools.permutations(SETTINGS, 5)
    }
    assert len(digests) == 1


def test_the_digest_is_what_it_has_always_been() -> None:
    written = (
        b"fitgate content 1\n"
        b'["a", "a", "100644", "100644", "lines:1"]\n'
        b'["b", null, "100644", null, "lines:3"]\n'
        b'[null, "b", null, "100644", "lines:2"]\n'
        b'["a.b", [1], [2]]\n'
        b'["a.c", [], [null]]\n'
        b'["a.d", ["x"], []]\n'
        b'["a.e", [NaN], [1000000000000000000000000000000]]\n'
        b'["a.f", ["\\ud800"], ["\\u00e4"]]\n'
    )
    assert content_digest(FILES, SETTINGS) == f"sha256:{hashlib.sha256(written).hexdigest()}"


def test_every_part_of_a_patch_counts() -> None:
    one = FilePatch("a", "a", "100644", "100644", "lines:1")
    others = [
        FilePatch("b", "a", "100644", "100644", "lines:1"),
        FilePatch("a", "b", "100644", "100644", "lines:1"),
        FilePatch("a", "a", "100755", "100644", "lines:1"),
        FilePatch("a", "a", "100644", "100755", "lines:1"),
        FilePatch("a", "a", "100644", "100644", "lines:2"),
        FilePatch(None, "a", None, "100644", "lines:1"),
    ]
    digests = {content_digest([patch], []) for patch in (one, *others)}
    assert len(digests) == 7


def test_every_part_of_the_evidence_counts() -> None:
    settings = [
        Setting("a", "changed", 1, 2),
        Setting("b", "changed", 1, 2),
        Setting("a", "changed", 1, 3),
        Setting("a", "changed", 0, 2),
        Setting("a", "changed", "1", 2),
        Setting("a", "changed", after=2, before=True),
        Setting("a", "changed", None, 2),
        Setting("a", "added", None, 2),
        Setting("a", "removed", 1, None),
        Setting("a", "changed", 1, None),
    ]
    assert len({content_digest([], [setting]) for setting in settings}) == len(settings)


def test_the_line_of_a_setting_does_not_count() -> None:
    here, there = Setting("a", "changed", 1, 2, line=3), Setting("a", "changed", 1, 2, line=9)
    assert content_digest([], [here]) == content_digest([], [there])
