"""The content digest is the same from GitHub and from a clone of the same repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

import pytest

from fitgate.adapters.git.clone import Clone
from fitgate.core.events import Event, Happening, Pointer
from fitgate.core.facts import Facts
from fitgate.pipeline import Policies, run
from tests.adapters.github.hosted import Hosted, place
from tests.builders import NOW
from tests.shipped import LIBRARY
from tests.twin.github import Twin
from tests.twin.github.git import File

NUMBERS = count(1)
# Every change is an IO, so that its digest is wanted, and settings are evidence.
POLICY = """\
version: 1
mode: enforce
rules:
  - {id: any, category: data, why: x, when: {path: {files: "**"}}}
  - {id: settings, category: data, why: x, when: {setting: {files: "*.yaml", key: "**"}}}
"""
LONG = "".join(f"line {n}\n" for n in range(400))
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n"
BLOB = "1" * 40
Files = Mapping[str, File]

CASES: Mapping[str, tuple[Files, Files]] = {
    "a line changed": ({"a.py": LONG}, {"a.py": LONG.replace("line 7\n", "line seven\n")}),
    "only the indentation": ({"a.py": "if x:\n    y()\n"}, {"a.py": "if x:\n        y()\n"}),
    "a setting": ({"a.yaml": "a: 1\nb: 2\n"}, {"a.yaml": "a: 1\nb: 3\n"}),
    "two hunks": (
        {"a.txt": LONG},
        {"a.txt": LONG.replace("line 3\n", "").replace("line 300\n", "x\ny\n")},
    ),
    "no line break at the end": ({"a": "x\ny"}, {"a": "x\ny\nz"}),
    "carriage returns": ({"a": "x\r\ny\r\n"}, {"a": "x\ny\r\n"}),
    "a new file": ({"a": "x\n"}, {"b": "y\nz\n"}),
    "a new empty file": ({"a": "x\n"}, {"b": ""}),
    "an emptied file": ({"a": "x\n"}, {"a": ""}),
    "a removed file": ({"a": "x\n", "b": "y"}, {"b": None}),
    "a renamed file": ({"a": LONG}, {"a": None, "b": LONG}),
    "a file rewritten where it moved": ({"a": LONG}, {"a": None, "b": LONG + "more\n"}),
    "a mode": ({"a.sh": "x\n"}, {"a.sh": ("100755", "x\n")}),
    "a mode and a line": ({"a.sh": "x\n"}, {"a.sh": ("100755", "y\n")}),
    "a file that became a link": ({"a": "x\n"}, {"a": ("120000", "target")}),
    "a link that points elsewhere": ({"a": ("120000", "x")}, {"a": ("120000", "y")}),
    "a binary": ({"a.bin": b"\0\1\2"}, {"a.bin": b"\0\1\3"}),
    "a new binary": ({"a": "x"}, {"a.bin": b"\0\1\3"}),
    "a text that became binary": ({"a": "x\n"}, {"a": b"x\0"}),
    "latin-1": ({"a": "caf\xe9\n".encode("latin-1")}, {"a": "caf\xe9!\n".encode("latin-1")}),
    "new latin-1": ({"a": "x"}, {"b": "caf\xe9\n".encode("latin-1")}),
    "a pointer of Git LFS": ({"a": LFS.format("a" * 64)}, {"a": LFS.format("b" * 64)}),
    "a submodule": ({"m": ("160000", BLOB)}, {"m": ("160000", "2" * 40)}),
    "a new submodule": ({"a": "x"}, {"m": ("160000", BLOB)}),
    "more than a mebibyte": ({"a": "x" * 1_100_000 + "\n"}, {"a": "x" * 1_100_001 + "\n"}),
    "a long file that is new": ({"a": "x"}, {"b": "line\n" * 22_000}),
    "odd names": ({'ä ö/ü "q".py': "1\n"}, {'ä ö/ü "q".py': "2\n", "tab\there": "x\n"}),
    "odd line breaks": ({"a": "x\x0cy\u2028z\x85\n"}, {"a": "x\x0cy\u2028zz\x85\n"}),
    "what looks like a hunk": ({"a": "@@ -1 +1 @@\nx\n"}, {"a": "@@ -1 +1 @@\n-- x\n++ y\n"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin() as twin:
        yield twin
        assert twin.faults == []


def both(here: Hosted, before: str) -> tuple[Facts, Facts]:
    """Return the facts of the pull request from GitHub, and from the repository behind it."""
    pull = here.repo.pulls[1]
    hosted = here.judge(pull).facts
    with Clone(here.repo.git.path) as clone:
        event = Event(Happening.PROPOSED, before, pull.head_sha, NOW)
        (judged,) = run(event, clone, Policies(clone, LIBRARY))
    return hosted, judged.facts


def change(twin: Twin, files: Files, after: Files) -> Hosted:
    """Host a repository with a pull request that makes a change."""
    here = place(twin, files, POLICY, f"acme/app{next(NUMBERS)}")
    here.repo.push("topic", after, by="alice")
    here.repo.open_pull("topic", "main", "A change", "", by="alice")
    return here


@pytest.mark.parametrize(("files", "after"), CASES.values(), ids=CASES)
def test_it_is_the_same(twin: Twin, files: Files, after: Files) -> None:
    hosted, cloned = both(change(twin, files, after), "main")
    assert hosted.change.digest is not None, hosted.unknown
    assert hosted.change.digest == cloned.change.digest
    assert hosted.files == cloned.files
    assert hosted.looked == cloned.looked


@pytest.mark.parametrize(
    "name", ["a line changed", "a setting", "two hunks", "no line break at the end", "latin-1"]
)
def test_it_is_the_same_where_github_leaves_the_patch_out(twin: Twin, name: str) -> None:
    here = change(twin, *CASES[name])
    lines, twin.limits.patch_lines = twin.limits.patch_lines, 0
    try:
        hosted, cloned = both(here, "main")
    finally:
        twin.limits.patch_lines = lines
    assert hosted.change.digest == cloned.change.digest is not None
    assert hosted.files == cloned.files


def test_it_is_the_same_when_the_base_has_moved_on_and_was_merged_in(twin: Twin) -> None:
    here = change(twin, {"a": LONG, "b": "x\n"}, {"a": LONG + "more\n"})
    repo, pull = here.repo, here.repo.pulls[1]
    moved = repo.push("main", {"b": "y\n"}, by="carol")
    tree = repo.git.merged_tree(moved, pull.head_sha)
    maker = repo.signature(repo.actor("alice"))
    merge = repo.git.commit_tree(tree, [pull.head_sha, moved], "Merge main", (maker, maker))
    repo.push_commit("topic", merge, repo.actor("alice"))
    hosted, cloned = both(here, "main")
    assert hosted.change.digest == cloned.change.digest is not None
    assert [file.path for file in hosted.files or ()] == ["a"]


def landed_both(here: Hosted, before: str) -> tuple[Facts, Facts]:
    """Return the facts of what landed last on main, from GitHub and from the repository."""
    repo, after = here.repo, here.repo.commit("main")
    name = repo.full_name
    pointer = Pointer(
        Happening.LANDED, f"github:{repo.id}", name, "push",
        base=before, head=after, ref="refs/heads/main",
    )  # fmt: skip
    (hosted,) = run(pointer.event(NOW), here.forge, Policies(here.forge, LIBRARY))
    with Clone(repo.git.path) as clone:
        event = Event(Happening.LANDED, before, after, NOW)
        (cloned,) = run(event, clone, Policies(clone, LIBRARY))
    return hosted.facts, cloned.facts


@pytest.mark.parametrize(("files", "after"), CASES.values(), ids=CASES)
def test_it_is_the_same_of_a_push(twin: Twin, files: Files, after: Files) -> None:
    here = place(twin, files, POLICY, f"acme/app{next(NUMBERS)}")
    before = here.repo.commit("main")
    here.repo.push("main", after, by="alice")
    hosted, cloned = landed_both(here, before)
    assert hosted.change.digest is not None, hosted.unknown
    assert hosted.change.digest == cloned.change.digest
    assert (hosted.files, hosted.looked) == (cloned.files, cloned.looked)
    assert (hosted.change.kind, hosted.change.landed_as) == ("push", "push")
    assert (hosted.change.title, hosted.change.body) == (cloned.change.title, cloned.change.body)


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_it_is_the_same_of_a_pull_request_that_landed(twin: Twin, how: str) -> None:
    here = change(twin, *CASES["two hunks"])
    before = here.repo.push("main", {"beside": "x\n"}, by="alice")
    here.repo.pulls[1].merge("carol", how)
    hosted, cloned = landed_both(here, before)
    assert hosted.change.digest == cloned.change.digest is not None
    assert hosted.files == cloned.files
    assert hosted.change.landing == cloned.change.head
